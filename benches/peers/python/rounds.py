"""Rows of work, their check against the expected answers, and rounds in which each is timed once.

The same conversation as the Rust programs hold: every answer is compared first, and the program stops at
the first that differs. Then each line on the input asks for one round and is answered with nanoseconds per
decision of every row, between tabs.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

# In the order of their numbers.
WORDS = ["keep", "review", "revoke", "detach", "withdraw"]


@dataclass(frozen=True)
class Rule:
    """All conditions (operator, field, value) → an answer."""

    answer: str
    conditions: list[tuple[str, str, str]]


@dataclass(frozen=True)
class Row:
    """One way of doing the work: `run` is timed, `words` are the answers of what it returned."""

    name: str
    records: int
    run: Callable[[], object]
    words: Callable[[object], Iterable[str]]


@dataclass(frozen=True)
class Asked:
    """What the program was started for."""

    policy: str
    folder: Path
    one_thread: bool

    def rules(self) -> list[Rule]:
        rules = []
        for line in (self.folder / f"{self.policy}.tsv").read_text().splitlines():
            answer, *conditions = line.split("\t")
            parts = [condition.split(" ") for condition in conditions]
            rules.append(Rule(answer, [(part[0], part[1], part[2]) for part in parts]))
        return rules

    def sql(self) -> str:
        return (self.folder / f"{self.policy}.sql").read_text()

    def function(self) -> Callable[[dict[str, object]], str]:
        names: dict[str, Callable[[dict[str, object]], str]] = {}
        exec((self.folder / f"{self.policy}.py").read_text(), names)
        return names["decide"]

    def answers(self) -> list[str]:
        return (self.folder / f"{self.policy}.answers").read_text().split()


def asked() -> Asked:
    """Reads the arguments. How many threads polars has is said in the environment, before it is imported."""
    parser = argparse.ArgumentParser()
    parser.add_argument("policy", choices=["P5", "P100"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--threads", choices=["one", "all"], default="one")
    arguments = parser.parse_args()
    return Asked(arguments.policy, arguments.folder, arguments.threads == "one")


def serve(asked: Asked, rows: list[Row], versions: str) -> None:
    """Checks the rows, then times them whenever a line comes in, until no more does."""
    expected = asked.answers()
    # The time of all threads of the process says what one core would need; with several cores at work, only
    # the clock says how long it takes.
    clock = time.process_time_ns if asked.one_thread else time.perf_counter_ns
    suffix = "" if asked.one_thread else ", all cores, time on the clock"
    for row in rows:
        check(asked.policy, row, expected)
        print(f"row\t{row.name}{suffix}\t{row.records}")
    print(f"version\t{versions}")
    print("ready", flush=True)
    for _ in sys.stdin:
        times = []
        for row in rows:
            before = clock()
            row.run()
            times.append(f"{(clock() - before) / row.records:.3f}")
        print("\t".join(times), flush=True)


def check(policy: str, row: Row, expected: list[str]) -> None:
    found = list(row.words(row.run()))
    if len(found) != row.records:
        sys.exit(f"{policy}, {row.name}: {len(found)} answers to {row.records} records")
    for at, (got, right) in enumerate(zip(found, expected)):
        if got != right:
            sys.exit(f"{policy}, {row.name}: record {at}: expected {right}, got {got}")
