"""The values that leaver gives: frozen, hashable, picklable, and made for ``match``."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeAlias, TypedDict

if TYPE_CHECKING:
    from leaver._core import Decider
    from leaver.explanation import Counterfactual, Explanation, WhyNot

__all__ = [
    "Access",
    "AfterNotice",
    "Axis",
    "Decision",
    "Diagnostic",
    "Disposition",
    "Finding",
    "Ground",
    "Hold",
    "HoldCode",
    "LeaveGroupsAndLists",
    "Notify",
    "Obligation",
    "Outcome",
    "Overruled",
    "Period",
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
class Finding:
    """What somebody should look at besides."""

    code: str
    user: str | None
    person: str | None
    credential: str | None
    container: str | None
    message: str

    @classmethod
    def _of(cls, plain: dict[str, Any]) -> Finding:
        return cls(
            code=plain["code"],
            user=plain.get("user"),
            person=plain.get("person"),
            credential=plain.get("credential"),
            container=plain.get("container"),
            message=plain["message"],
        )

    def _plain(self) -> dict[str, Any]:
        plain: dict[str, Any] = {"code": self.code}
        for name in ("user", "person", "credential", "container"):
            if getattr(self, name) is not None:
                plain[name] = getattr(self, name)
        return plain | {"message": self.message}


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
class Period:
    """A length of time: calendar days in the subscription's zone, then hours."""

    days: int
    hours: int


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


def instant_text(at: datetime | None) -> str | None:
    """An instant as the formats write it."""
    if at is None:
        return None
    text = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f").rstrip("0").rstrip(".")
    # Years before 1000 are written without their zeros by strftime.
    return text.rjust(len(text) + 4 - text.index("-"), "0") + "Z"


def period_of(text: str | None) -> Period | None:
    """A period by its text."""
    if text is None:
        return None
    days, _, hours = text.removeprefix("P").partition("T")
    return Period(int(days.removesuffix("D") or 0), int(hours.removesuffix("H") or 0))


def period_text(period: Period | None) -> str | None:
    """A period as the formats write it."""
    match period:
        case None:
            return None
        case Period(days, 0):
            return f"P{days}D"
        case Period(0, hours):
            return f"PT{hours}H"
        case Period(days, hours):
            return f"P{days}DT{hours}H"


def _when(json: Any) -> datetime | AfterNotice | None:
    if not isinstance(json, dict):
        return _instant(json)
    period = period_of(json["plus"])
    return None if period is None else AfterNotice(period.days, period.hours)


def _when_plain(when: datetime | AfterNotice | None) -> Any:
    if not isinstance(when, AfterNotice):
        return instant_text(when)
    return {"from": "notify", "plus": period_text(Period(when.days, when.hours))}


def obligation_of(json: dict[str, Any]) -> Obligation:
    """An obligation as the formats write it."""
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


def obligation_plain(obligation: Obligation) -> dict[str, Any]:
    """What the formats write of an obligation."""
    match obligation:
        case Notify(text):
            return {"kind": "notify", "text": text}
        case LeaveGroupsAndLists():
            return {"kind": "leave_groups_and_lists"}
        case ReplaceWith(id):
            return {"kind": "replace_with", "id": id}
        case Restrict():
            return {"kind": "restrict"}


def hold_of(json: dict[str, Any] | None) -> Hold | None:
    """A hold as the formats write it."""
    if json is None:
        return None
    return Hold(HoldCode(json["code"]), json["message"], json["rule"], tuple(Axis(axis) for axis in json["axes"]))


def hold_plain(hold: Hold | None) -> dict[str, Any] | None:
    """What the formats write of a hold."""
    if hold is None:
        return None
    return {"code": hold.code, "message": hold.message, "rule": hold.rule, "axes": list(hold.axes)}


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
        """The decision that :meth:`to_json` wrote; :class:`ValueError` if it is none. It cannot be explained any more."""
        try:
            return cls._of(text, None)
        except KeyError as error:
            raise ValueError(f"this is no decision: it has no {error}; give what Decision.to_json() wrote") from None
        except (AttributeError, TypeError, ValueError) as error:
            raise ValueError(f"this is no decision: {error}; give what Decision.to_json() wrote") from None

    @classmethod
    def _of(cls, text: str, asked: tuple[Decider, str] | None) -> Decision:
        plain = json.loads(text)
        return cls(
            user=plain["user"],
            person=plain["person"],
            outcome=Outcome(plain["outcome"]),
            disposition=Disposition(plain["disposition"]),
            access=Access(plain["access"]),
            obligations=tuple(obligation_of(one) for one in plain["obligations"]),
            rule=plain["rule"],
            reason=plain["reason"],
            ground=None if plain["ground"] is None else Ground(plain["ground"]),
            after=_when(plain["after"]),
            deadline=_when(plain["deadline"]),
            approvals=plain["approvals"],
            overruled=tuple(Overruled(one["rule"], one["action"]) for one in plain["overruled"]),
            vetoed=tuple(Vetoed(one["rule"], one["action"]) for one in plain["vetoed"]),
            hold=hold_of(plain["hold"]),
            valid_until=_instant(plain["valid_until"]),
            _asked=asked,
        )

    def to_json(self) -> str:
        """The decision as every language of leaver writes it, byte for byte."""
        return json.dumps(decision_plain(self), ensure_ascii=False, separators=(",", ":"))

    def __reduce__(self) -> tuple[Any, ...]:
        return (Decision.from_json, (self.to_json(),))

    def _ask(self) -> tuple[Decider, str]:
        if self._asked is None:
            raise ValueError("this decision was read back or made elsewhere: ask the policy again to explain it")
        return self._asked

    def explain(self) -> Explanation:
        """Each rule with the conditions it tried and the values it read; ``str()`` of it is a text for people."""
        from leaver.explanation import Explanation

        decider, user = self._ask()
        return Explanation._of(decider.explain(user))

    def why_not(self, rule: str) -> WhyNot:
        """Why a rule did not decide: the conditions that failed first, or what won instead. :class:`KeyError` if there is none."""
        from leaver.explanation import WhyNot

        decider, user = self._ask()
        return WhyNot._of(decider.why_not(user, rule))

    def counterfactual(self) -> tuple[Counterfactual, ...]:
        """The fewest facts, up to two, that would have to be different for another decision."""
        from leaver.explanation import Counterfactual

        decider, user = self._ask()
        return Counterfactual._all(decider.counterfactuals(user))


def decision_plain(decision: Decision) -> dict[str, Any]:
    """What the formats write of a decision."""
    return {
        "user": decision.user,
        "person": decision.person,
        "outcome": decision.outcome,
        "disposition": decision.disposition,
        "access": decision.access,
        "obligations": [obligation_plain(one) for one in decision.obligations],
        "rule": decision.rule,
        "reason": decision.reason,
        "ground": decision.ground,
        "after": _when_plain(decision.after),
        "deadline": _when_plain(decision.deadline),
        "approvals": decision.approvals,
        "overruled": [{"rule": one.rule, "action": one.action} for one in decision.overruled],
        "vetoed": [{"rule": one.rule, "action": one.action} for one in decision.vetoed],
        "hold": hold_plain(decision.hold),
        "valid_until": instant_text(decision.valid_until),
    }
