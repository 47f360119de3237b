"""Why a decision is what it is: every rule with the conditions it tried, what was in the way, what would change it.

All of it are frozen values, made for ``match``; ``str()`` tells an explanation to people.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

from leaver.model import (
    Decision,
    Hold,
    HoldCode,
    Obligation,
    Period,
    Vetoed,
    decision_plain,
    hold_of,
    hold_plain,
    instant_text,
    obligation_of,
    obligation_plain,
    period_of,
    period_text,
)

__all__ = [
    "Answer",
    "Clause",
    "ClauseKind",
    "Counterfactual",
    "Explanation",
    "FactChange",
    "Forbidden",
    "Obstacle",
    "Part",
    "Read",
    "ReadState",
    "RuleExplanation",
    "SaysAction",
    "SaysNothing",
    "SaysObligations",
    "SaysVeto",
    "Taken",
    "Unanswered",
    "Verb",
    "WhyNot",
]

Plain: TypeAlias = None | bool | int | str | tuple["Plain", ...]
"""A value that a rule read: as in the formats, lists as tuples."""


class Verb(StrEnum):
    """What an action does."""

    KEEP = "keep"
    WITHDRAW = "withdraw"
    DETACH = "detach"
    REVOKE = "revoke"
    MIGRATE_TO_MDM = "migrate_to_mdm"
    REVIEW = "review"


class Forbidden(StrEnum):
    """What a veto can forbid."""

    DETACH = "detach"
    REVOKE = "revoke"
    WITHDRAW = "withdraw"


class Part(StrEnum):
    """What became of a rule's answer."""

    SILENT = "silent"
    DECIDES = "decides"
    OVERRULED = "overruled"
    SUSPENDED = "suspended"
    VETOES = "vetoes"
    FORBIDS = "forbids"
    OBLIGES = "obliges"
    FAILS = "fails"


class ClauseKind(StrEnum):
    """The kind of a condition."""

    TEST = "test"
    AND = "and"
    OR = "or"
    NOT = "not"
    HELPER = "helper"
    SOME = "some"
    ALL = "all"
    ELEMENT = "element"
    CASE = "case"
    LOOP = "loop"


class Taken(StrEnum):
    """Which way a rule went because of a condition."""

    THEN = "then"
    ELSE = "else"
    PAST = "past"
    CASE = "case"
    NEXT_CASE = "next_case"


class ReadState(StrEnum):
    """What is known of something that was read; personal data is withheld."""

    KNOWN = "known"
    ABSENT = "absent"
    UNKNOWN = "unknown"
    WITHHELD = "withheld"


@dataclass(frozen=True, slots=True)
class Read:
    """A fact that was read."""

    field: str
    state: ReadState
    value: Plain

    @classmethod
    def _of(cls, plain: dict[str, Any]) -> Read:
        return cls(plain["field"], ReadState(plain["state"]), _frozen(plain["value"]))

    def _plain(self) -> dict[str, Any]:
        return {"field": self.field, "state": self.state, "value": self.value}


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A rule or a condition that could not be evaluated, and why."""

    code: HoldCode
    message: str

    @classmethod
    def _of(cls, plain: dict[str, Any]) -> Unanswered:
        return cls(HoldCode(plain["code"]), plain["message"])

    def _plain(self) -> dict[str, Any]:
        return {"code": self.code, "message": self.message}


@dataclass(frozen=True, slots=True)
class Clause:
    """A condition of a rule that was looked at: its text, where it stands, what it read, whether it held, and its parts."""

    kind: ClauseKind
    text: str
    file: str
    line: int
    column: int
    value: bool | None
    reads: tuple[Read, ...]
    clauses: tuple[Clause, ...]
    omitted: int
    taken: Taken | None
    error: Unanswered | None

    @classmethod
    def _of(cls, plain: dict[str, Any]) -> Clause:
        taken, error = plain["taken"], plain.get("error")
        return cls(
            kind=ClauseKind(plain["kind"]),
            text=plain["text"],
            file=plain["file"],
            line=plain["line"],
            column=plain["column"],
            value=plain["value"],
            reads=tuple(Read._of(one) for one in plain["reads"]),
            clauses=tuple(Clause._of(one) for one in plain["clauses"]),
            omitted=plain.get("omitted", 0),
            taken=None if taken is None else Taken(taken),
            error=None if error is None else Unanswered._of(error),
        )

    def _plain(self) -> dict[str, Any]:
        plain: dict[str, Any] = {
            "kind": self.kind,
            "text": self.text,
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "value": self.value,
            "reads": [one._plain() for one in self.reads],
            "clauses": [one._plain() for one in self.clauses],
        }
        if self.omitted:
            plain["omitted"] = self.omitted
        plain["taken"] = self.taken
        if self.error is not None:
            plain["error"] = self.error._plain()
        return plain


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A condition in the way of an answer, and what it would have to be."""

    needed: bool
    clause: Clause


@dataclass(frozen=True, slots=True)
class SaysNothing:
    """The rule answered nothing."""


@dataclass(frozen=True, slots=True)
class SaysAction:
    """The rule answered an action."""

    verb: Verb
    why: str | None
    because: str | None
    after: Period | None
    within: Period | None
    keep_access: bool
    approvals: int
    obligations: tuple[Obligation, ...]
    or_else: tuple[SaysAction, ...]

    @classmethod
    def _of(cls, plain: dict[str, Any]) -> SaysAction:
        return cls(
            verb=Verb(plain["verb"]),
            why=plain.get("why"),
            because=plain["because"],
            after=period_of(plain["after"]),
            within=period_of(plain["within"]),
            keep_access=plain["keep_access"],
            approvals=plain["approvals"],
            obligations=tuple(obligation_of(one) for one in plain["obligations"]),
            or_else=tuple(SaysAction._of(one) for one in plain["or_else"]),
        )

    def _plain(self) -> dict[str, Any]:
        plain: dict[str, Any] = {"verb": self.verb}
        if self.why is not None:
            plain["why"] = self.why
        return plain | {
            "because": self.because,
            "after": period_text(self.after),
            "within": period_text(self.within),
            "keep_access": self.keep_access,
            "approvals": self.approvals,
            "obligations": [obligation_plain(one) for one in self.obligations],
            "or_else": [one._plain() for one in self.or_else],
        }


@dataclass(frozen=True, slots=True)
class SaysVeto:
    """The rule forbade something."""

    forbidden: tuple[Forbidden, ...]


@dataclass(frozen=True, slots=True)
class SaysObligations:
    """The rule said what must happen besides."""

    obligations: tuple[Obligation, ...]


Answer: TypeAlias = SaysNothing | SaysAction | SaysVeto | SaysObligations | Unanswered
"""What a rule answered."""


def _answer(plain: dict[str, Any]) -> Answer:
    match plain["kind"]:
        case "nothing":
            return SaysNothing()
        case "action":
            return SaysAction._of(plain)
        case "veto":
            return SaysVeto(tuple(Forbidden(one) for one in plain["forbidden"]))
        case "obligations":
            return SaysObligations(tuple(obligation_of(one) for one in plain["obligations"]))
        case "error":
            return Unanswered._of(plain)
        case kind:
            raise ValueError(f"an answer of kind {kind!r}")


def _answer_plain(answer: Answer) -> dict[str, Any]:
    match answer:
        case SaysNothing():
            return {"kind": "nothing"}
        case SaysAction():
            return {"kind": "action"} | answer._plain()
        case SaysVeto(forbidden):
            return {"kind": "veto", "forbidden": list(forbidden)}
        case SaysObligations(obligations):
            return {"kind": "obligations", "obligations": [obligation_plain(one) for one in obligations]}
        case Unanswered():
            return {"kind": "error"} | answer._plain()


@dataclass(frozen=True, slots=True)
class RuleExplanation:
    """What one rule had to say, what it read and which conditions it tried."""

    rule: str
    reason: str | None
    file: str
    line: int
    answer: Answer
    part: Part
    reads: tuple[Read, ...]
    clauses: tuple[Clause, ...]

    @classmethod
    def _of(cls, plain: dict[str, Any]) -> RuleExplanation:
        return cls(
            rule=plain["rule"],
            reason=plain["reason"],
            file=plain["file"],
            line=plain["line"],
            answer=_answer(plain["answer"]),
            part=Part(plain["part"]),
            reads=tuple(Read._of(one) for one in plain["reads"]),
            clauses=tuple(Clause._of(one) for one in plain["clauses"]),
        )

    def _plain(self) -> dict[str, Any]:
        return {
            "rule": self.rule,
            "reason": self.reason,
            "file": self.file,
            "line": self.line,
            "answer": _answer_plain(self.answer),
            "part": self.part,
            "reads": [one._plain() for one in self.reads],
            "clauses": [one._plain() for one in self.clauses],
        }


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a user was decided so: the decision, and what each rule had to say, in the order of the policy.

    ``str()`` is the text for people. ``rules`` is empty for somebody on whom no rule runs.

    >>> import leaver
    >>> policy = leaver.Policy.compile("fn staff(user) { if user.has_left { revoke() } }")
    >>> somebody = {"id": "ECHOECHO", "person": "E1", "employment": "staff", "last_day": "2027-01-31"}
    >>> why = policy.decide(somebody, as_of="2026-11-22T09:00:00Z", time_zone="UTC").explain()
    >>> for rule in why.rules:
    ...     print(rule.rule, rule.part, [(clause.text, clause.value) for clause in rule.clauses])
    staff silent [('user.has_left', False)]
    """

    user: str
    as_of: datetime
    decision: Decision
    rules: tuple[RuleExplanation, ...]
    text: str = field(repr=False)

    @classmethod
    def _of(cls, told: tuple[str, str]) -> Explanation:
        plain = json.loads(told[0])
        return cls(
            user=plain["user"],
            as_of=datetime.fromisoformat(plain["as_of"]),
            decision=Decision.from_json(json.dumps(plain["decision"])),
            rules=tuple(RuleExplanation._of(one) for one in plain["rules"]),
            text=told[1],
        )

    def to_json(self) -> str:
        """The explanation as every language of leaver writes it, byte for byte."""
        plain = {
            "user": self.user,
            "as_of": instant_text(self.as_of),
            "decision": decision_plain(self.decision),
            "rules": [one._plain() for one in self.rules],
        }
        return _text(plain)

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Why a rule did not decide. ``str()`` is the text for people.

    ``failed`` has, if the rule answered nothing, the first conditions in the way of each answer it could have given; ``clauses``,
    if it could not answer, the conditions up to the one that could not be evaluated.
    """

    user: str
    rule: str
    file: str
    line: int
    answered: bool
    answer: Answer
    part: Part
    overruled_by: str | None
    vetoed: tuple[Vetoed, ...]
    hold: Hold | None
    failed: tuple[Obstacle, ...]
    clauses: tuple[Clause, ...]
    text: str = field(repr=False)

    @classmethod
    def _of(cls, told: tuple[str, str]) -> WhyNot:
        plain = json.loads(told[0])
        return cls(
            user=plain["user"],
            rule=plain["rule"],
            file=plain["file"],
            line=plain["line"],
            answered=plain["answered"],
            answer=_answer(plain["answer"]),
            part=Part(plain["part"]),
            overruled_by=plain["overruled_by"],
            vetoed=tuple(Vetoed(one["rule"], one["action"]) for one in plain["vetoed"]),
            hold=hold_of(plain["hold"]),
            failed=tuple(Obstacle(one["needed"], Clause._of(one["clause"])) for one in plain["failed"]),
            clauses=tuple(Clause._of(one) for one in plain["clauses"]),
            text=told[1],
        )

    def to_json(self) -> str:
        """The answer as every language of leaver writes it, byte for byte."""
        plain = {
            "user": self.user,
            "rule": self.rule,
            "file": self.file,
            "line": self.line,
            "answered": self.answered,
            "answer": _answer_plain(self.answer),
            "part": self.part,
            "overruled_by": self.overruled_by,
            "vetoed": [{"rule": one.rule, "action": one.action} for one in self.vetoed],
            "hold": hold_plain(self.hold),
            "failed": [{"needed": one.needed, "clause": one.clause._plain()} for one in self.failed],
            "clauses": [one._plain() for one in self.clauses],
        }
        return _text(plain)

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class FactChange:
    """A fact that would have to be different. What is personal is told as ``…``."""

    field: str
    now: Plain
    then: Plain

    def __str__(self) -> str:
        return f"{self.field} were {_text(self.then)} and not {_text(self.now)}"


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """Facts that, changed together, change the decision; none of them could be left out. ``str()`` tells it to people."""

    changes: tuple[FactChange, ...]
    decision: Decision

    @classmethod
    def _all(cls, text: str) -> tuple[Counterfactual, ...]:
        return tuple(
            cls(
                changes=tuple(
                    FactChange(one["field"], _frozen(one["from"]), _frozen(one["to"])) for one in plain["changes"]
                ),
                decision=Decision.from_json(json.dumps(plain["decision"])),
            )
            for plain in json.loads(text)
        )

    def to_json(self) -> str:
        """The change as every language of leaver writes it, byte for byte."""
        plain = {
            "changes": [{"field": one.field, "from": one.now, "to": one.then} for one in self.changes],
            "decision": decision_plain(self.decision),
        }
        return _text(plain)

    def __str__(self) -> str:
        changes = " and ".join(str(one) for one in self.changes)
        return f"{changes}: {self.decision.disposition}, {self.decision.access}"


def _frozen(value: Any) -> Plain:
    return tuple(_frozen(one) for one in value) if isinstance(value, list) else value


def _text(plain: object) -> str:
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
