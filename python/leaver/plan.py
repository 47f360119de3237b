"""Plans: how decisions are carried out, in which order, by whom, until when."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING, Any

from leaver.model import Decision

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Plan", "PlannedUser", "Step"]


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _details(given: dict[str, Any] | None) -> str | None:
    match given:
        case None:
            return None
        case {"text": str(text)} | {"id": str(text)}:
            return text
        case {"configuration": configuration}:
            return json.dumps(configuration, ensure_ascii=False, separators=(",", ":"))
        case _:
            return json.dumps(given, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a plan, with what its task says."""

    number: int
    batch: int
    kind: str
    executor: str
    privilege: str
    reversible: bool | None
    user: str | None
    target: str
    not_before: datetime | None
    effect_by: datetime | None
    waits_for: tuple[int, ...]
    details: str | None
    """The words of a message, the ID that joins, or as JSON what the device management is to set."""


@dataclass(frozen=True, slots=True)
class PlannedUser:
    """A user in a plan: how it stands, why, and until when at worst the person can read, write and be seen."""

    user: str
    status: str
    reason: tuple[str, str] | None
    steps: tuple[int, ...]
    decision: Decision
    reads_until: datetime | str
    writes_until: datetime | str
    listed_until: datetime | str


class Plan:
    """A plan that passed every guard. Iterating gives its steps, in order.

    It is its canonical JSON: equal, hashable and picklable by it.
    """

    __slots__ = ("_plain", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._plain: dict[str, Any] = json.loads(text)

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
    def hazards(self) -> list[dict[str, Any]]:
        """What would not do what it says."""
        hazards: list[dict[str, Any]] = self._plain["hazards"]
        return hazards

    @property
    def findings(self) -> list[dict[str, Any]]:
        """What somebody should look at besides."""
        findings: list[dict[str, Any]] = self._plain["findings"]
        return findings

    @property
    def guards(self) -> list[dict[str, Any]]:
        """Every guard with its limit and the plan's value."""
        guards: list[dict[str, Any]] = self._plain["guards"]
        return guards

    def __iter__(self) -> Iterator[Step]:
        for batch in self._plain["batches"]:
            for step in batch["steps"]:
                yield Step(
                    number=step["step"],
                    batch=batch["n"],
                    kind=batch["kind"],
                    executor=batch["executor"],
                    privilege=batch["privilege"],
                    reversible=batch["reversible"],
                    user=step["user"],
                    target=step["target"],
                    not_before=_instant(batch["not_before"]),
                    effect_by=_instant(step["effect_by"]),
                    waits_for=tuple(batch["waits_for"]),
                    details=_details(step["with"]),
                )

    def __len__(self) -> int:
        return sum(len(batch["steps"]) for batch in self._plain["batches"])

    @property
    def users(self) -> list[PlannedUser]:
        """Every user of the directory, by ID."""

        def until(text: str) -> datetime | str:
            return text if text in ("ended", "unbounded") else datetime.fromisoformat(text)

        def user(one: dict[str, Any]) -> PlannedUser:
            reason, window = one["reason"], one["exposure"]
            return PlannedUser(
                user=one["user"],
                status=one["status"],
                reason=None if reason is None else (reason["code"], reason["message"]),
                steps=tuple(one["steps"]),
                decision=Decision.from_json(json.dumps(one["decision"])),
                reads_until=until(window["reads_until"]),
                writes_until=until(window["writes_until"]),
                listed_until=until(window["listed_until"]),
            )

        return [user(one) for one in self._plain["users"]]

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
