"""Does what a script says (one command a line, arguments after tabs), and prints one line of JSON for each decision, plan and
list of diagnostics: those of Python's value classes. The script is made by `bindings/c/tests/corpus.rs`, and a program in C
obeys it too.
"""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import leaver


def optional(text: str) -> str | None:
    """Nothing for `-`."""
    return None if text == "-" else text


def value(kind: str, words: list[str]) -> object:
    """The value of an attribute: none, a truth, a number, a text, a list."""
    match kind:
        case "1":
            return None
        case "2":
            return words[0] == "1"
        case "3":
            return int(words[0])
        case "4":
            return words[0]
        case _:
            return words


def instant(at: datetime | str | None) -> str | None:
    return at if at is None or isinstance(at, str) else leaver.model.instant_text(at)


def told_step(step: leaver.Step) -> list[object]:
    """What a step says, part by part."""
    text = step.details.text if isinstance(step.details, leaver.Message) else None
    id = step.details.id if isinstance(step.details, leaver.Joins) else None
    told = json.loads(step.details.json) if isinstance(step.details, leaver.Configuration) else {}
    parts = [step.number, step.batch, step.kind, step.executor, step.privilege, step.reversible, step.user, step.target]
    when = [instant(step.not_before), instant(step.effect_by), list(step.waits_for)]
    return [*parts, *when, text, id, told.get("purpose"), told.get("supply", [])]


def told_user(user: leaver.PlannedUser) -> list[object]:
    """What a user of a plan says, part by part."""
    until = [instant(at) for at in (user.reads_until, user.writes_until, user.listed_until)]
    return [user.user, user.status, *(user.reason or (None, None)), *until, len(user.steps)]


class Corpus:
    """What was told so far."""

    def __init__(self) -> None:
        self.attributes: dict[str, object] | None = None
        self.directory: leaver.Directory | None = None
        self.policy: leaver.Policy | None = None
        self.decider: leaver.Decider | None = None
        self.as_of = ""
        self.user: dict[str, object] = {}

    def print(self, mark: str, text: str) -> None:
        sys.stdout.write(f"{mark}\t{text}\n")

    def diagnostics(self, found: Iterable[leaver.Diagnostic]) -> None:
        plain = [one._plain() for one in found]
        self.print("B", json.dumps(plain, ensure_ascii=False, separators=(",", ":")))

    def decide(self, user: dict[str, object]) -> None:
        assert self.decider is not None
        decision = self.decider.decide(user)
        verdict = self.decider.verdict(user)
        assert (verdict.outcome, verdict.disposition, verdict.access) == (
            decision.outcome,
            decision.disposition,
            decision.access,
        )
        assert verdict.hold == (decision.hold.code if decision.hold else None)
        self.print("D", decision.to_json())

    def plan(self, words: list[str]) -> None:
        actor, guards, approvers, previous, digest, ids, *counts = words
        assert self.policy is not None
        assert self.directory is not None
        try:
            plan = self.policy.plan(
                self.directory,
                actor=actor,
                as_of=self.as_of,
                guards=None if guards == "-" else Path(guards),
                approvers=None if approvers == "-" else Path(approvers),
                previous=None if previous == "-" else leaver.Directory.read(previous),
                open_work=None if ids == "-" else dict.fromkeys(ids.split(","), digest),
                recent=leaver.Recent(*map(int, counts)),
                simulation=guards == "-",
            )
            self.print("P", plan._rebuilt())
            for step in plan:
                self.print("S", json.dumps(told_step(step), ensure_ascii=False, separators=(",", ":")))
            for user in plan.users:
                self.print("U", json.dumps(told_user(user), ensure_ascii=False, separators=(",", ":")))
        except leaver.PlanRefused as error:
            self.print("R", error.json)

    def settings(self, name: str, path: str) -> None:
        assert self.policy is not None
        assert self.directory is not None
        plan = functools.partial(self.policy.plan, self.directory, actor="mia", as_of=self.as_of)
        try:
            match name:
                case "guards.toml":
                    plan(guards=Path(path))
                case "approvers.toml":
                    plan(approvers=Path(path))
                case _:
                    plan(open_plans=[Path(path).read_bytes().decode()])
            raise AssertionError(f"{path} is read")
        except leaver.DirectoryError as error:
            self.diagnostics(error.diagnostics)

    def obey(self, verb: str, words: list[str]) -> None:
        match verb:
            case "reset":
                self.__init__()  # type: ignore[misc]
            case "attributes":
                self.attributes = json.loads(words[0])
            case "directory":
                self.directory = leaver.Directory.read(words[0])
            case "policy":
                self.policy = leaver.Policy.load(words[0], attributes=self.attributes, directory=self.directory)
            case "decider":
                self.as_of, zone, complete, edition = words
                assert self.policy is not None
                self.decider = self.policy.decider(
                    as_of=self.as_of,
                    time_zone=optional(zone),
                    complete=complete == "1",
                    edition=optional(edition),
                    directory=self.directory if zone == "-" else None,
                )
            case "all":
                assert self.policy is not None
                assert self.directory is not None
                for decision in self.policy.decide_many(self.directory, as_of=self.as_of):
                    self.print("D", decision.to_json())
            case "json":
                self.decide(json.loads(words[0]))
            case "text":
                self.user[words[0]] = words[1] or None
            case "list":
                self.user[words[0]] = words[1:]
            case "known":
                self.user[words[0]] = words[1] == "2"
            case "attribute":
                self.user[words[0]] = value(words[1], words[2:])
            case "decide":
                self.decide(self.user)
                self.user = {}
            case "plan":
                self.plan(words)
            case "compile":
                try:
                    source = {words[0]: Path(words[1]).read_bytes().decode()}
                    self.diagnostics(leaver.Policy.compile(source, directory=self.directory).check())
                except leaver.PolicyError as error:
                    self.diagnostics(error.diagnostics)
            case "settings":
                self.settings(*words)
            case "read":
                try:
                    leaver.Directory.read(words[0])
                    raise AssertionError(f"{words[0]} is read")
                except leaver.DirectoryError as error:
                    self.diagnostics(error.diagnostics)
            case _:
                raise AssertionError(f"what is {verb}?")


def main() -> None:
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
    corpus = Corpus()
    for line in Path(sys.argv[1]).read_bytes().decode().split("\n"):
        if line:
            verb, *words = line.split("\t")
            corpus.obey(verb, words)


if __name__ == "__main__":
    main()
