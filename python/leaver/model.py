"""The values that leaver gives: frozen, hashable, picklable, and made for ``match``."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeAlias, TypedDict

if TYPE_CHECKING:
    from leaver._core import Decider

__all__ = [
    "Access",
    "AfterNotice",
    "Axis",
    "Decision",
    "Diagnostic",
    "Disposition",
    "Ground",
    "Hold",
    "HoldCode",
    "LeaveGroupsAndLists",
    "Notify",
    "Obligation",
    "Outcome",
    "Overruled",
    "ReplaceWith",
    "Restrict",
    "Rule",
    "Severity",
    "User",
    "Verdict",
    "Vetoed",
]


class Outcome(StrEnum):
    """What a decision comes to."""

    KEEP = "keep"
    ACT = "act"
    HOLD = "hold"


class Disposition(StrEnum):
    """What happens to the ID."""

    KEEP = "keep"
    DETACH = "detach"
    REVOKE = "revoke"
    HOLD = "hold"


class Access(StrEnum):
    """What happens to the access."""

    KEEP = "keep"
    WITHDRAW = "withdraw"
    MIGRATE = "migrate"
    HOLD = "hold"


class Ground(StrEnum):
    """The positive fact without which no ID is detached or revoked."""

    HAS_LEFT = "has_left"
    SUPERSEDED_BY = "superseded_by"


class Axis(StrEnum):
    """One of the two things a decision is about."""

    ID = "id"
    ACCESS = "access"


class HoldCode(StrEnum):
    """Why something is held."""

    INVALID_RECORD = "invalid_record"
    UNMATCHED = "unmatched"
    MISSING_FACT = "missing_fact"
    RULE_ERROR = "rule_error"
    LIMIT = "limit"
    CONTRADICTION = "contradiction"
    REVIEW = "review"
    SYSTEM_ID = "system_id"
    VETOED = "vetoed"
    NOT_ENTITLED = "not_entitled"
    NO_GROUND = "no_ground"
    INCOMPLETE_DIRECTORY = "incomplete_directory"
    RETURNS = "returns"
    NO_START = "no_start"


class Severity(StrEnum):
    """How bad a diagnostic is."""

    ERROR = "error"
    WARNING = "warning"


class User(TypedDict, total=False):
    """A user as a mapping. What is not there is not known; ``None`` says that there is no value.

    Dates are ``datetime.date`` or ``"2026-11-20"``, instants aware ``datetime`` or RFC 3339. A host's own attributes stand
    beside these.
    """

    id: str
    person: str | None
    employment: str | None
    last_day: object
    leaves_at: object
    departure: str | None
    first_day: object
    created: object
    last_seen: object
    department: str | None
    job_title: str | None
    country: str | None
    first_name: str | None
    last_name: str | None
    nickname: str | None
    credential: str | None
    credential_kind: str
    superseded_by: str | None
    edition: str
    categories: list[str]
    groups: list[str]
    lists: list[str]
    mdm_managed: bool
    legal_hold: bool
    administrator: bool
    has_left: bool


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """Something that is wrong with a policy, a directory or a settings file."""

    code: str
    severity: Severity
    message: str
    file: str
    line: int
    column: int
    length: int
    help: str | None

    @classmethod
    def _of(cls, json: dict[str, Any]) -> Diagnostic:
        return cls(
            code=json["code"],
            severity=Severity(json["severity"]),
            message=json["message"],
            file=json["file"],
            line=json["line"],
            column=json["column"],
            length=json["length"],
            help=json.get("help"),
        )

    def _plain(self) -> dict[str, Any]:
        plain: dict[str, Any] = {
            "code": self.code,
            "severity": self.severity.value,
            "message": self.message,
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "length": self.length,
            "help": self.help,
        }
        return plain

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}"
        advice = f" ({self.help})" if self.help else ""
        return f"{place}: {self.severity}[{self.code}]: {self.message}{advice}"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of a policy, and the reason that its comment gives."""

    name: str
    rationale: str | None


@dataclass(frozen=True, slots=True)
class Notify:
    """Tell the person."""

    text: str


@dataclass(frozen=True, slots=True)
class LeaveGroupsAndLists:
    """Leave every group and distribution list."""


@dataclass(frozen=True, slots=True)
class ReplaceWith:
    """Put another ID into groups and lists instead."""

    id: str


@dataclass(frozen=True, slots=True)
class Restrict:
    """The restrictions of a notice period, through the device management."""


Obligation: TypeAlias = Notify | LeaveGroupsAndLists | ReplaceWith | Restrict
"""What must happen besides."""


@dataclass(frozen=True, slots=True)
class AfterNotice:
    """So long after the person was told: calendar days in the subscription's zone, then hours."""

    days: int
    hours: int

    @property
    def least(self) -> timedelta:
        """The length if no clock changes on the way."""
        return timedelta(days=self.days, hours=self.hours)


@dataclass(frozen=True, slots=True)
class Overruled:
    """An action that lost to an earlier rule."""

    rule: str
    action: str


@dataclass(frozen=True, slots=True)
class Vetoed:
    """An action that was struck out; without a rule because the edition does not include it."""

    rule: str | None
    action: str


@dataclass(frozen=True, slots=True)
class Hold:
    """What is held, and why."""

    code: HoldCode
    message: str
    rule: str | None
    axes: tuple[Axis, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The short answer about a user: what the decision comes to, without reasons, obligations and times.

    ``rule`` is the rule that decided or led to the hold. A decider gives the same object for the same verdict.

    >>> from leaver import Access, Disposition, Outcome, Verdict
    >>> verdict = Verdict(Outcome.ACT, Disposition.REVOKE, Access.WITHDRAW, "staff", None)
    >>> match verdict:
    ...     case Verdict(disposition=Disposition.REVOKE, rule=rule):
    ...         print("revoke, says", rule)
    revoke, says staff
    """

    outcome: Outcome
    disposition: Disposition
    access: Access
    rule: str | None
    hold: HoldCode | None


def verdict_of_words(outcome: str, disposition: str, access: str, rule: str | None, hold: str | None) -> Verdict:
    """A verdict by the words of the formats."""
    code = None if hold is None else HoldCode(hold)
    return Verdict(Outcome(outcome), Disposition(disposition), Access(access), rule, code)


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _instant_text(at: datetime | None) -> str | None:
    if at is None:
        return None
    text = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f").rstrip("0").rstrip(".")
    # Years before 1000 are written without their zeros by strftime.
    return text.rjust(len(text) + 4 - text.index("-"), "0") + "Z"


def _when(json: Any) -> datetime | AfterNotice | None:
    if not isinstance(json, dict):
        return _instant(json)
    days, _, hours = json["plus"].removeprefix("P").partition("T")
    return AfterNotice(int(days.removesuffix("D") or 0), int(hours.removesuffix("H") or 0))


def _when_plain(when: datetime | AfterNotice | None) -> Any:
    if not isinstance(when, AfterNotice):
        return _instant_text(when)
    match (when.days, when.hours):
        case (days, 0):
            plus = f"P{days}D"
        case (0, hours):
            plus = f"PT{hours}H"
        case (days, hours):
            plus = f"P{days}DT{hours}H"
    return {"from": "notify", "plus": plus}


def _obligation(json: dict[str, Any]) -> Obligation:
    match json["kind"]:
        case "notify":
            return Notify(json["text"])
        case "leave_groups_and_lists":
            return LeaveGroupsAndLists()
        case "replace_with":
            return ReplaceWith(json["id"])
        case "restrict":
            return Restrict()
        case kind:
            raise ValueError(f"an obligation of kind {kind!r}")


def _obligation_plain(obligation: Obligation) -> dict[str, Any]:
    match obligation:
        case Notify(text):
            return {"kind": "notify", "text": text}
        case LeaveGroupsAndLists():
            return {"kind": "leave_groups_and_lists"}
        case ReplaceWith(id):
            return {"kind": "replace_with", "id": id}
        case Restrict():
            return {"kind": "restrict"}


@dataclass(frozen=True, slots=True)
class Decision:
    """What is decided about a user, and why."""

    user: str | None
    person: str | None
    outcome: Outcome
    disposition: Disposition
    access: Access
    obligations: tuple[Obligation, ...]
    rule: str | None
    reason: str | None
    ground: Ground | None
    after: datetime | AfterNotice | None
    deadline: datetime | AfterNotice | None
    approvals: int
    overruled: tuple[Overruled, ...]
    vetoed: tuple[Vetoed, ...]
    hold: Hold | None
    valid_until: datetime | None
    _asked: tuple[Decider, str] | None = field(default=None, compare=False, repr=False)

    @classmethod
    def from_json(cls, text: str) -> Decision:
        """The decision that :meth:`to_json` wrote. It cannot be explained any more."""
        return cls._of(text, None)

    @classmethod
    def _of(cls, text: str, asked: tuple[Decider, str] | None) -> Decision:
        plain = json.loads(text)
        hold = plain["hold"]
        return cls(
            user=plain["user"],
            person=plain["person"],
            outcome=Outcome(plain["outcome"]),
            disposition=Disposition(plain["disposition"]),
            access=Access(plain["access"]),
            obligations=tuple(_obligation(one) for one in plain["obligations"]),
            rule=plain["rule"],
            reason=plain["reason"],
            ground=None if plain["ground"] is None else Ground(plain["ground"]),
            after=_when(plain["after"]),
            deadline=_when(plain["deadline"]),
            approvals=plain["approvals"],
            overruled=tuple(Overruled(one["rule"], one["action"]) for one in plain["overruled"]),
            vetoed=tuple(Vetoed(one["rule"], one["action"]) for one in plain["vetoed"]),
            hold=None
            if hold is None
            else Hold(HoldCode(hold["code"]), hold["message"], hold["rule"], tuple(Axis(axis) for axis in hold["axes"])),
            valid_until=_instant(plain["valid_until"]),
            _asked=asked,
        )

    def to_json(self) -> str:
        """The decision as every language of leaver writes it, byte for byte."""
        hold = self.hold
        plain = {
            "user": self.user,
            "person": self.person,
            "outcome": self.outcome,
            "disposition": self.disposition,
            "access": self.access,
            "obligations": [_obligation_plain(one) for one in self.obligations],
            "rule": self.rule,
            "reason": self.reason,
            "ground": self.ground,
            "after": _when_plain(self.after),
            "deadline": _when_plain(self.deadline),
            "approvals": self.approvals,
            "overruled": [{"rule": one.rule, "action": one.action} for one in self.overruled],
            "vetoed": [{"rule": one.rule, "action": one.action} for one in self.vetoed],
            "hold": None
            if hold is None
            else {"code": hold.code, "message": hold.message, "rule": hold.rule, "axes": list(hold.axes)},
            "valid_until": _instant_text(self.valid_until),
        }
        return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))

    def __reduce__(self) -> tuple[Any, ...]:
        return (Decision.from_json, (self.to_json(),))

    def _ask(self) -> tuple[Decider, str]:
        if self._asked is None:
            raise ValueError("this decision was read back or made elsewhere: ask the policy again to explain it")
        return self._asked

    def explain(self) -> str:
        """Each rule with the conditions it tried and the values it read, as a text for people."""
        decider, user = self._ask()
        return decider.explain(user)[1]

    def explanation(self) -> dict[str, Any]:
        """The same as data."""
        decider, user = self._ask()
        explained: dict[str, Any] = json.loads(decider.explain(user)[0])
        return explained

    def why_not(self, rule: str) -> str:
        """Why a rule did not decide: the conditions that failed first, or what won instead."""
        decider, user = self._ask()
        return decider.why_not(user, rule)[1]

    def counterfactual(self) -> list[dict[str, Any]]:
        """The fewest facts, up to two, that would have to be different for another decision."""
        decider, user = self._ask()
        found: list[dict[str, Any]] = json.loads(decider.counterfactuals(user))
        return found
