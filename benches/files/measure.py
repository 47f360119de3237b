"""Measures leaver and polars on the same files with the same policies: measure.py LEAVER FOLDER [ROUNDS].

LEAVER is an optimised `leaver`, FOLDER what `cargo bench --bench streams -- write FOLDER 1000000` wrote.
Needs polars, in whatever environment runs this. First every answer of both is compared, user by user; then
both run in turn, and the medians go into one Markdown table. Time is that of the processor, of all threads,
and beside it what the clock on the wall says: of leaver the whole process, which writes whole decisions as
JSON to nowhere; of polars only the query, which ends with three columns in memory. Memory is the most a
process had. Needs GNU time as well.
"""

import itertools
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

AS_OF = "2026-11-22T09:00:00Z"
UNSEEN_90_DAYS = "2026-08-24"


def with_polars(folder: pathlib.Path, kind: str, policy: str, answers: str) -> None:
    """The policy as polars expressions; `answers` is where they go as CSV, or nothing."""
    import datetime

    import polars as pl

    # What it costs to load Python and polars is not the work.
    processor, wall = time.process_time(), time.monotonic()
    texts = ["id", "person", "employment", "department", "country", "edition", "last_day"]
    schema = dict.fromkeys(texts, pl.String) | {"mdm_managed": pl.Boolean, "legal_hold": pl.Boolean}
    schema["last_seen"] = pl.String
    if kind == "ndjson":
        schema["groups"] = pl.List(pl.String)
        # polars has no word for "skip one line" here; a copy without the header line stands beside.
        users = pl.scan_ndjson(folder / "records.ndjson", schema=schema)
        groups = pl.col("groups").list.len()
    else:
        schema["groups"] = pl.String
        users = pl.scan_csv(folder / "users.csv", schema=schema)
        groups = (pl.col("groups").str.count_matches(";", literal=True) + 1).fill_null(0)

    # Days are compared as texts, which is what costs polars least.
    left = (pl.col("last_day") < AS_OF[:10]).fill_null(False)
    employment, seen = pl.col("employment"), pl.col("last_seen")
    rules = [(pl.col("legal_hold"), "hold", "hold")]
    if policy == "p100":
        outcomes = {"review": ("hold", "hold"), "withdraw": ("keep", "withdraw"), "keep": ("keep", "keep")}
        for rule in json.loads((folder / "conjunctions.json").read_text()):
            before = datetime.date.fromisoformat(AS_OF[:10]) - datetime.timedelta(days=rule["unseen"])
            when = (
                (pl.col("department") == rule["department"])
                & (pl.col("country") == rule["country"])
                & (seen < before.isoformat())
                & (employment == rule["employment"])
                & (groups >= rule["groups"])
            )
            rules.append((when, *outcomes[rule["answer"]]))
    rules += [
        (left & (employment == "staff") & (pl.col("edition") == "enterprise"), "revoke", "withdraw"),
        (left & employment.is_in(["contractor", "partner"]), "detach", "withdraw"),
        (left, "keep", "withdraw"),
        ((employment == "service") & (seen < UNSEEN_90_DAYS), "hold", "hold"),
    ]
    disposition = access = pl.lit("keep")
    for when, on_id, on_access in reversed(rules):
        disposition = pl.when(when).then(pl.lit(on_id)).otherwise(disposition)
        access = pl.when(when).then(pl.lit(on_access)).otherwise(access)
    decided = users.select("id", disposition.alias("disposition"), access.alias("access")).collect()
    print(time.process_time() - processor, time.monotonic() - wall)
    if answers != "-":
        decided.write_csv(answers)


def command(program: str, leaver: str, folder: pathlib.Path, kind: str, policy: str, threads: int) -> tuple:
    """What to run, and in which environment."""
    if program == "polars":
        environment = dict(os.environ)
        if threads:
            environment["POLARS_MAX_THREADS"] = str(threads)
        return [sys.executable, __file__, "polars", str(folder), kind, policy, "-"], environment
    run = [leaver, "decide", str(folder / f"{policy}.rhai"), str(folder / f"users.{kind}"), "--as-of", AS_OF]
    run += ["--format", "ndjson", "--threads", str(threads)]
    if kind == "csv":
        run += ["--subscription", str(folder / "subscription.toml")]
    return run, dict(os.environ)


def compare(leaver: str, folder: pathlib.Path, kind: str, policy: str) -> int:
    """Both programs' answers for every user; the number of users."""
    run, _ = command("leaver", leaver, folder, kind, policy, 1)
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        run_polars = [sys.executable, __file__, "polars", str(folder), kind, policy, file.name]
        subprocess.run(run_polars, check=True, stdout=subprocess.DEVNULL)
        theirs = iter(pathlib.Path(file.name).read_text().splitlines()[1:])
    users = 0
    with subprocess.Popen(run, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        for line, their in itertools.zip_longest(process.stdout, theirs, fillvalue="{}"):
            one = json.loads(line)
            our = ",".join(one.get(key, "") for key in ("user", "disposition", "access"))
            if our != their:
                raise SystemExit(f"{kind}, {policy}: leaver says {our}, polars {their}")
            users += 1
    return users


def measured(program: str, run: list, environment: dict) -> tuple:
    """Seconds of the processor, seconds on the wall, MiB."""
    start = time.monotonic()
    # A process that Python starts is charged with the memory of Python; one that `time` starts is not.
    run = ["/usr/bin/time", "--format", "%U %S %M", *run]
    to = subprocess.PIPE if program == "polars" else subprocess.DEVNULL
    done = subprocess.run(run, env=environment, stdout=to, stderr=subprocess.PIPE, text=True, check=True)
    wall = time.monotonic() - start
    user, system, kib = map(float, done.stderr.splitlines()[-1].split())
    processor = user + system
    if program == "polars":
        processor, wall = map(float, done.stdout.split())
    return processor, wall, kib / 1024


def main() -> None:
    leaver, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 5
    records = folder / "records.ndjson"
    if not records.exists():
        with open(folder / "users.ndjson", "rb") as whole, open(records, "wb") as rest:
            whole.readline()
            shutil.copyfileobj(whole, rest)
    print("| file, policy | program | threads | processor, ns a user | wall, ns a user | MiB | polars ÷ leaver |")
    print("|---|---|---|---|---|---|---|")
    for kind in ("ndjson", "csv"):
        for policy in ("p5", "p100"):
            users = compare(leaver, folder, kind, policy)
            runs = [(program, threads) for threads in (1, 2) for program in ("leaver", "polars")]
            figures: dict = {run: [] for run in runs}
            for _ in range(rounds):
                for program, threads in runs:
                    # polars left to itself takes a thread for each core.
                    given = command(program, leaver, folder, kind, policy, threads if program == "leaver" else threads % 2)
                    figures[program, threads].append(measured(program, *given))
            for program, threads in runs:
                cpu, wall, memory = (statistics.median(column) for column in zip(*figures[program, threads]))
                peer = figures["polars", threads]
                ratio = ""
                if program == "leaver":
                    cpus, walls = (statistics.median(column) for column in list(zip(*peer))[:2])
                    ratio = f"{cpus / cpu:.2f}" if threads == 1 else f"{walls / wall:.2f} (wall)"
                shown = threads if program == "leaver" or threads == 1 else "default"
                print(
                    f"| {kind}, {policy} | {program} | {shown} | {cpu / users * 1e9:.0f} | "
                    f"{wall / users * 1e9:.0f} | {memory:.0f} | {ratio} |",
                    flush=True,
                )


if __name__ == "__main__":
    if sys.argv[1] == "polars":
        with_polars(pathlib.Path(sys.argv[2]), *sys.argv[3:6])
    else:
        main()
