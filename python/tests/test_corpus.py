"""One corpus: every decision, plan and diagnostic of `tests/cases` and `tests/bad` is the same bytes as from Rust.

The program built from Rust is asked and so is the package; decisions go through Python's value classes on the way, so a field
that is missing there shows.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import leaver


def ask(program: list[str], *arguments: object) -> tuple[int, str]:
    done = subprocess.run([*program, *map(str, arguments)], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def parts(case: Path) -> tuple[Path, Path | None]:
    policy = case / "policy"
    policy = policy if policy.is_dir() else case / "policy.rhai"
    for name in ("directory", "directory.json"):
        if (case / name).exists():
            return policy, case / name
    return policy, None


def test_decisions_and_plans_are_those_of_rust(root: Path, program: list[str]) -> None:
    cases = decisions = plans = refused = 0
    for case in sorted((root / "tests/cases").iterdir()):
        if not case.is_dir():
            continue
        told = json.loads((case / "case.json").read_text())
        source, place = parts(case)
        if place is None:
            continue
        directory = leaver.Directory.read(place)
        policy = leaver.Policy.load(source, directory=directory)
        code, text = ask(program, "decide", source, place, "--as-of", told["as_of"], "--format", "ndjson")
        assert code == 0, case.name
        expected = text.splitlines()
        found = [one.to_json() for one in policy.decide_many(directory, as_of=told["as_of"])]
        assert found == expected, case.name
        assert [leaver.Decision.from_json(line).to_json() for line in expected] == expected, case.name
        cases += 1
        decisions += len(expected)
        if "actor" not in told or told.get("open") or told.get("recent"):
            continue
        planning = ["plan", source, place, "--as-of", told["as_of"], "--actor", told["actor"], "--format", "json"]
        settings = {}
        for name in ("guards", "approvers"):
            if (case / f"{name}.toml").is_file():
                planning += [f"--{name}", case / f"{name}.toml"]
                settings[name] = case / f"{name}.toml"
        if "previous" in told:
            planning += ["--previous", case / told["previous"]]
            settings["previous"] = leaver.Directory.read(case / told["previous"])
        code, text = ask(program, *planning)
        try:
            plan = policy.plan(directory, actor=told["actor"], as_of=told["as_of"], **settings)
            assert (code, text) == (0, plan.to_json() + "\n"), case.name
            assert plan._rebuilt() + "\n" == text, case.name
            plans += 1
        except leaver.PlanRefused as error:
            assert (code, text) == (3, error.json + "\n"), case.name
            refused += 1
    print(f"{cases} cases: {decisions} decisions, {plans} plans and {refused} refusals are the same bytes from Python")
    assert cases >= 250 and plans >= 20 and refused >= 40


def test_explanations_are_those_of_rust(root: Path) -> None:
    users = clauses = reasons = changes = 0
    parts_seen: set[leaver.Part] = set()
    answers_seen: set[type] = set()
    for case in sorted((root / "tests/cases").iterdir()):
        source, place = parts(case) if case.is_dir() else (None, None)
        if source is None or place is None:
            continue
        told = json.loads((case / "case.json").read_text())
        directory = leaver.Directory.read(place)
        policy = leaver.Policy.load(source, directory=directory)
        for decision in list(policy.decide_many(directory, as_of=told["as_of"]))[:40]:
            decider, user = decision._ask()
            why = decision.explain()
            assert (why.to_json(), str(why)) == decider.explain(user), (case.name, user)
            assert why.decision == decision and hash(why) == hash(decision.explain())
            users += 1
            for rule in why.rules:
                clauses += len(rule.clauses)
                parts_seen.add(rule.part)
                answers_seen.add(type(rule.answer))
            for rule in policy.rules[:6]:
                not_this = decision.why_not(rule.name)
                assert (not_this.to_json(), str(not_this)) == decider.why_not(user, rule.name), (case.name, user, rule.name)
                reasons += len(not_this.failed)
            if users % 8 == 0:
                found = decision.counterfactual()
                assert "[" + ",".join(one.to_json() for one in found) + "]" == decider.counterfactuals(user), (case.name, user)
                changes += len(found)
    print(f"{users} explanations with {clauses} clauses, {reasons} obstacles, {changes} changes are the same bytes from Python")
    assert parts_seen == set(leaver.Part), set(leaver.Part) - parts_seen
    assert answers_seen == set(leaver.Answer.__args__), answers_seen
    assert users >= 300 and clauses >= 500 and reasons >= 300 and changes >= 20


def test_diagnostics_are_those_of_rust(root: Path, program: list[str]) -> None:
    bad = 0
    for file in sorted((root / "tests/bad/policy").rglob("*.rhai")):
        code, text = ask(program, "check", file, "--format", "json")
        try:
            leaver.Policy.load(file)
            found: list[leaver.Diagnostic] = []
        except leaver.PolicyError as error:
            found = list(error.diagnostics)
        if code == 0:
            continue
        expected = [json.loads(line.rstrip(",")) for line in text.strip().strip("[]").splitlines() if line.strip()]
        errors = [one for one in expected if one["severity"] == "error"]
        assert [one._plain() for one in found if one.severity == "error"] == errors, file
        bad += 1
    for place in sorted((root / "tests/bad/directory").iterdir()):
        directories = [place / "directory", place / "directory.json"]
        directory = next((one for one in directories if one.exists()), place)
        try:
            leaver.Directory.read(directory)
        except leaver.DirectoryError as error:
            assert error.diagnostics and all(one.code.startswith("D") for one in error.diagnostics), place
            bad += 1
    print(f"{bad} bad policies and directories are refused with the diagnostics of Rust")
    assert bad >= 300


def test_the_command_is_the_same(root: Path, program: list[str]) -> None:
    import sys

    acme = root / "examples/acme"
    for arguments in (
        ["decide", acme / "policy.rhai", acme, "--as-of", "2026-11-22T09:00:00Z", "--format", "csv"],
        ["explain", acme / "policy.rhai", acme, "--as-of", "2026-11-22T09:00:00Z", "--user", "HOLDSTAF"],
        ["check", root / "examples/mistakes/policy.rhai"],
        ["nonsense"],
    ):
        ours = ask([sys.executable, "-m", "leaver", "--quiet"], *arguments)
        assert ours == ask(program, *arguments), arguments
