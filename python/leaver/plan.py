"""Plans: how decisions are carried out, in which order, by whom, until when."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING, Any

from leaver.model import Access, Axis, Decision, Disposition, Finding, HoldCode, decision_plain, instant_text
from leaver.steps import Batch, Step, _canonical, _instant

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "Freed",
    "GuardCheck",
    "Hazard",
    "Made",
    "Plan",
    "PlannedUser",
    "Recent",
    "Seats",
    "Settled",
]


@dataclass(frozen=True, slots=True)
class Recent:
    """With how many users something was done in the 24 hours before, by plans that are not given.

    The limits of a day count them.

    >>> Recent(withdraw=3)
    Recent(reversible=0, withdraw=3, irreversible=0)
    """

    reversible: int = 0
    withdraw: int = 0
    irreversible: int = 0

    def __post_init__(self) -> None:
        for name in ("reversible", "withdraw", "irreversible"):
            count = getattr(self, name)
            if not isinstance(count, int) or isinstance(count, bool):
                raise TypeError(f"{name} is a number of users, not {type(count).__name__}")
            if not 0 <= count < 2**32:
                raise ValueError(f"{name} is {count}; it is a number of users")


def _until(text: str) -> datetime | str:
    return text if text in ("ended", "unbounded") else datetime.fromisoformat(text)


def _until_text(until: datetime | str) -> str | None:
    return until if isinstance(until, str) else instant_text(until)


@dataclass(frozen=True, slots=True)
class PlannedUser:
    """A user in a plan: how it stands, why, and until when at worst the person can read, write and be seen.

    ``open_in`` is the digest of the plan that is already at work for it.
    """

    user: str
    status: str
    reason: tuple[str, str] | None
    steps: tuple[int, ...]
    decision: Decision
    reads_until: datetime | str
    writes_until: datetime | str
    listed_until: datetime | str
    open_in: str | None

    @classmethod
    def _of(cls, plain: dict[str, Any]) -> PlannedUser:
        reason, window = plain["reason"], plain["exposure"]
        return cls(
            user=plain["user"],
            status=plain["status"],
            reason=None if reason is None else (reason["code"], reason["message"]),
            steps=tuple(plain["steps"]),
            decision=Decision.from_json(json.dumps(plain["decision"])),
            reads_until=_until(window["reads_until"]),
            writes_until=_until(window["writes_until"]),
            listed_until=_until(window["listed_until"]),
            open_in=plain["open_in"],
        )

    def _plain(self) -> dict[str, Any]:
        return {
            "user": self.user,
            "status": self.status,
            "reason": None if self.reason is None else {"code": self.reason[0], "message": self.reason[1]},
            "steps": list(self.steps),
            "decision": decision_plain(self.decision),
            "exposure": {
                "reads_until": _until_text(self.reads_until),
                "writes_until": _until_text(self.writes_until),
                "listed_until": _until_text(self.listed_until),
            },
            "open_in": self.open_in,
        }


@dataclass(frozen=True, slots=True)
class Hazard:
    """What would not do what it says: of a user, or of the plan; what would come of it, and the cheapest way out."""

    code: str
    user: str | None
    holds: tuple[Axis, ...]
    message: str
    consequence: str
    fix: str

    @classmethod
    def _of(cls, plain: dict[str, Any]) -> Hazard:
        holds = tuple(Axis(axis) for axis in plain["holds"])
        return cls(plain["code"], plain["user"], holds, plain["message"], plain["consequence"], plain["fix"])

    def _plain(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "user": self.user,
            "holds": list(self.holds),
            "message": self.message,
            "consequence": self.consequence,
            "fix": self.fix,
        }


@dataclass(frozen=True, slots=True)
class GuardCheck:
    """A guard, such as ``irreversible.max_count``, its limit and the plan's value."""

    guard: str
    limit: int | None
    value: int | None
    passed: bool

    @classmethod
    def _of(cls, plain: dict[str, Any]) -> GuardCheck:
        return cls(plain["guard"], plain["limit"], plain["value"], plain["passed"])

    def _plain(self) -> dict[str, Any]:
        return {"guard": self.guard, "limit": self.limit, "value": self.value, "passed": self.passed}


@dataclass(frozen=True, slots=True)
class Freed:
    """Seats that become free, at the latest when."""

    at: datetime | None
    seats: int


@dataclass(frozen=True, slots=True)
class Seats:
    """Seats of the subscription, and those that the plan frees."""

    bought: int
    used: int
    freed: tuple[Freed, ...]

    @classmethod
    def _of(cls, plain: dict[str, Any]) -> Seats:
        freed = tuple(Freed(_instant(one["at"]), one["seats"]) for one in plain["freed"])
        return cls(plain["bought"], plain["used"], freed)

    def _plain(self) -> dict[str, Any]:
        freed = [{"at": instant_text(one.at), "seats": one.seats} for one in self.freed]
        return {"bought": self.bought, "used": self.used, "freed": freed}


@dataclass(frozen=True, slots=True)
class Settled:
    """What somebody decided about a hold, with the signature: the plan took it in the hold's place."""

    purpose: str
    subscription: str
    user: str
    hold: HoldCode
    disposition: Disposition | None
    access: Access | None
    note: str
    resolver: str
    at: datetime
    until: datetime
    signature: str

    @classmethod
    def _of(cls, plain: dict[str, Any]) -> Settled:
        said = plain["resolution"]
        disposition, access = said["disposition"], said["access"]
        return cls(
            purpose=said["purpose"],
            subscription=said["subscription"],
            user=said["user"],
            hold=HoldCode(said["hold"]),
            disposition=None if disposition is None else Disposition(disposition),
            access=None if access is None else Access(access),
            note=said["note"],
            resolver=said["resolver"],
            at=datetime.fromisoformat(said["at"]),
            until=datetime.fromisoformat(said["until"]),
            signature=plain["signature"],
        )

    def _plain(self) -> dict[str, Any]:
        return {
            "resolution": {
                "purpose": self.purpose,
                "subscription": self.subscription,
                "user": self.user,
                "hold": self.hold,
                "disposition": self.disposition,
                "access": self.access,
                "note": self.note,
                "resolver": self.resolver,
                "at": instant_text(self.at),
                "until": instant_text(self.until),
            },
            "signature": self.signature,
        }


@dataclass(frozen=True, slots=True)
class Made:
    """What a plan was made from: by whom, as of when, and the digests of everything it rests on."""

    as_of: datetime
    actor: str
    leaver_version: str
    tzdata: str
    directory: str
    policy: str
    guards: str
    approvers: str | None
    entitlements: str
    connectors: str | None

    @classmethod
    def _of(cls, plain: dict[str, Any]) -> Made:
        return cls(
            as_of=datetime.fromisoformat(plain["as_of"]),
            actor=plain["actor"],
            leaver_version=plain["leaver_version"],
            tzdata=plain["tzdata"],
            directory=plain["directory"],
            policy=plain["policy"],
            guards=plain["guards"],
            approvers=plain["approvers"],
            entitlements=plain["entitlements"],
            connectors=plain["connectors"],
        )

    def _plain(self) -> dict[str, Any]:
        return {
            "as_of": instant_text(self.as_of),
            "actor": self.actor,
            "leaver_version": self.leaver_version,
            "tzdata": self.tzdata,
            "directory": self.directory,
            "policy": self.policy,
            "guards": self.guards,
            "approvers": self.approvers,
            "entitlements": self.entitlements,
            "connectors": self.connectors,
        }


PARTS = ("approvals_needed", "batches", "digest", "expires_at", "findings", "guards", "hazards", "licences", "made", "users")
"""What every plan has."""


class Plan:
    """A plan that passed every guard. Iterating gives its steps, in order.

    It is its canonical JSON: equal, hashable and picklable by it.
    """

    __slots__ = ("_plain", "_text")

    def __init__(self, text: str) -> None:
        """A plan by its JSON. :class:`ValueError` if it is none; whether it was changed, its digest tells who carries it out."""
        try:
            plain = json.loads(text)
        except ValueError as error:
            raise ValueError(f"this is no plan: {error}; give what Plan.to_json() or `leaver plan --format json` wrote") from None
        if isinstance(plain, dict) and "refusals" in plain:
            raise ValueError("this plan was refused, so that there is nothing to carry out; see its refusals, and plan again")
        missing = [name for name in PARTS if not isinstance(plain, dict) or name not in plain]
        if missing:
            raise ValueError(f"this is no plan: it has no {missing[0]!r}; give the whole of what Plan.to_json() wrote")
        self._text = text
        self._plain: dict[str, Any] = plain

    def to_json(self) -> str:
        """Canonical JSON, whose digest public tools verify."""
        return self._text

    def __reduce__(self) -> tuple[object, ...]:
        return (Plan, (self._text,))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Plan) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self.digest)

    @property
    def digest(self) -> str:
        """What approvals are for."""
        digest: str = self._plain["digest"]
        return digest

    @property
    def actor(self) -> str:
        """The administrator who owns it."""
        actor: str = self._plain["made"]["actor"]
        return actor

    @property
    def as_of(self) -> datetime:
        """The instant of the plan."""
        return datetime.fromisoformat(self._plain["made"]["as_of"])

    @property
    def expires_at(self) -> datetime:
        """Until when it may be begun."""
        return datetime.fromisoformat(self._plain["expires_at"])

    @property
    def approvals_needed(self) -> int:
        """How many people besides the actor must approve."""
        needed: int = self._plain["approvals_needed"]
        return needed

    @property
    def made(self) -> Made:
        """What it was made from."""
        return Made._of(self._plain["made"])

    @property
    def hazards(self) -> tuple[Hazard, ...]:
        """What would not do what it says."""
        return tuple(Hazard._of(one) for one in self._plain["hazards"])

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What somebody should look at besides."""
        return tuple(Finding._of(one) for one in self._plain["findings"])

    @property
    def guards(self) -> tuple[GuardCheck, ...]:
        """Every guard with its limit and the plan's value."""
        return tuple(GuardCheck._of(one) for one in self._plain["guards"])

    @property
    def licences(self) -> Seats | None:
        """Seats; ``None`` if it is not known how many there are."""
        seats = self._plain["licences"]
        return None if seats is None else Seats._of(seats)

    @property
    def resolutions(self) -> tuple[Settled, ...]:
        """What somebody decided about holds, and the plan took in their place."""
        return tuple(Settled._of(one) for one in self._plain.get("resolutions", ()))

    @property
    def batches(self) -> tuple[Batch, ...]:
        """The work, in order."""
        return tuple(Batch._of(batch) for batch in self._plain["batches"])

    def __iter__(self) -> Iterator[Step]:
        for batch in self.batches:
            yield from batch.steps

    def __len__(self) -> int:
        return sum(len(batch["steps"]) for batch in self._plain["batches"])

    @property
    def users(self) -> list[PlannedUser]:
        """Every user of the directory, by ID."""
        return [PlannedUser._of(one) for one in self._plain["users"]]

    def _rebuilt(self) -> str:
        """The canonical JSON made anew from the values: a field that is missing in one of them is missing there."""
        plain: dict[str, Any] = {
            "approvals_needed": self.approvals_needed,
            "batches": [one._plain() for one in self.batches],
            "digest": self.digest,
            "expires_at": instant_text(self.expires_at),
            "findings": [one._plain() for one in self.findings],
            "guards": [one._plain() for one in self.guards],
            "hazards": [one._plain() for one in self.hazards],
            "licences": None if self.licences is None else self.licences._plain(),
            "made": self.made._plain(),
            "users": [one._plain() for one in self.users],
        }
        if self.resolutions:
            plain["resolutions"] = [one._plain() for one in self.resolutions]
        return _canonical(plain)

    def to_arrow(self) -> Any:
        """The steps as a table of pyarrow, which must be there."""
        import pyarrow  # type: ignore[import-untyped,import-not-found,unused-ignore]

        instant = pyarrow.timestamp("us", tz="UTC")
        schema = pyarrow.schema(
            [
                pyarrow.field("number", pyarrow.int32(), nullable=False),
                pyarrow.field("batch", pyarrow.int32(), nullable=False),
                pyarrow.field("kind", pyarrow.string(), nullable=False),
                pyarrow.field("executor", pyarrow.string(), nullable=False),
                pyarrow.field("privilege", pyarrow.string(), nullable=False),
                pyarrow.field("reversible", pyarrow.bool_()),
                pyarrow.field("user", pyarrow.string()),
                pyarrow.field("target", pyarrow.string(), nullable=False),
                pyarrow.field("not_before", instant),
                pyarrow.field("effect_by", instant),
            ]
        )
        columns = [[getattr(step, name) for step in self] for name in schema.names]
        return pyarrow.table(columns, schema=schema)

    def __repr__(self) -> str:
        return f"<Plan of {self.actor}, {len(self)} steps, {self.digest[:12]}>"

    def _repr_html_(self) -> str:
        """A table for notebooks: one line for each task."""
        rows = "".join(
            f"<tr><td>{batch['n']}</td><td>{escape(batch['executor'])}</td><td>{escape(batch['kind'])}</td>"
            f"<td>{len(batch['steps'])}</td><td>{escape(batch['not_before'] or 'when observed')}</td>"
            f"<td>{'cannot be undone' if batch['reversible'] is False else ''}</td></tr>"
            for batch in self._plain["batches"]
        )
        return (
            f"<p>Plan of {escape(self.actor)}, {self.approvals_needed} approvals needed</p>"
            "<table><thead><tr><th>task</th><th>by</th><th>what</th><th>steps</th><th>from</th><th></th></tr></thead>"
            f"<tbody>{rows}</tbody></table>"
        )
