"""Steps of a plan: who does what, from when on, and what its task says."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from leaver.model import instant_text

__all__ = ["Batch", "Configuration", "Details", "Joins", "Message", "Step"]


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _canonical(plain: object) -> str:
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


@dataclass(frozen=True, slots=True)
class Message:
    """The words of a notification."""

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Joins:
    """The ID that joins groups and lists in the place of another."""

    id: str

    def __str__(self) -> str:
        return self.id


@dataclass(frozen=True, slots=True)
class Configuration:
    """What the device management is to set: a purpose, settings, and what it has to supply itself, as canonical JSON."""

    json: str

    def __str__(self) -> str:
        return self.json


Details: TypeAlias = Message | Joins | Configuration
"""What a step says besides."""


def _details(given: dict[str, Any] | None) -> Details | None:
    match given:
        case None:
            return None
        case {"text": str(text)}:
            return Message(text)
        case {"id": str(id)}:
            return Joins(id)
        case {"configuration": configuration}:
            return Configuration(_canonical(configuration))
        case _:
            raise ValueError(f"details of a step: {_canonical(given)}")


def _details_plain(details: Details | None) -> dict[str, Any] | None:
    match details:
        case None:
            return None
        case Message(text):
            return {"text": text}
        case Joins(id):
            return {"id": id}
        case Configuration(text):
            return {"configuration": json.loads(text)}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a plan, with what its task says. ``str(step.details)`` is what it says besides, if anything."""

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
    details: Details | None


@dataclass(frozen=True, slots=True)
class Batch:
    """A task: steps of one kind by one executor, each of which waits for those of its own user in earlier tasks."""

    number: int
    kind: str
    executor: str
    privilege: str
    reversible: bool | None
    not_before: datetime | None
    waits_for: tuple[int, ...]
    api_calls: int
    steps: tuple[Step, ...]

    @classmethod
    def _of(cls, plain: dict[str, Any]) -> Batch:
        waits_for = tuple(plain["waits_for"])
        not_before = _instant(plain["not_before"])
        steps = (
            Step(
                number=step["step"],
                batch=plain["n"],
                kind=plain["kind"],
                executor=plain["executor"],
                privilege=plain["privilege"],
                reversible=plain["reversible"],
                user=step["user"],
                target=step["target"],
                not_before=not_before,
                effect_by=_instant(step["effect_by"]),
                waits_for=waits_for,
                details=_details(step["with"]),
            )
            for step in plain["steps"]
        )
        return cls(
            number=plain["n"],
            kind=plain["kind"],
            executor=plain["executor"],
            privilege=plain["privilege"],
            reversible=plain["reversible"],
            not_before=not_before,
            waits_for=waits_for,
            api_calls=plain["api_calls"],
            steps=tuple(steps),
        )

    def _plain(self) -> dict[str, Any]:
        return {
            "n": self.number,
            "kind": self.kind,
            "executor": self.executor,
            "privilege": self.privilege,
            "reversible": self.reversible,
            "not_before": instant_text(self.not_before),
            "waits_for": list(self.waits_for),
            "api_calls": self.api_calls,
            "steps": [
                {
                    "step": step.number,
                    "user": step.user,
                    "target": step.target,
                    "effect_by": instant_text(step.effect_by),
                    "with": _details_plain(step.details),
                }
                for step in self.steps
            ],
        }
