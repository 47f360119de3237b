"""Carrying plans out: journals, approvals, connectors, and what people report.

Before a step is done its intent is durable in the journal, afterwards its outcome. However a run was stopped, the same call
goes on; nothing that cannot be taken back is done twice.
"""

from __future__ import annotations

import json
import os
import secrets
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from leaver import _core
from leaver.plan import Plan
from leaver.policy import _as_of_text, _settings
from leaver.steps import Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from os import PathLike
    from types import TracebackType

    from leaver.directory import Directory
    from leaver.policy import Policy

__all__ = [
    "Ability",
    "Applied",
    "Connector",
    "Effect",
    "Failed",
    "IdSight",
    "Journal",
    "NoOp",
    "Pace",
    "Pending",
    "Refused",
    "Run",
    "RunEnd",
    "SecretKey",
    "Sight",
    "Simulator",
    "StepOutcome",
    "StepState",
    "StepStatus",
    "Unknown",
    "approve",
]


@dataclass(frozen=True, slots=True)
class Ability:
    """What a connector can do with a kind of step: do it once under a key, read back whether it was done."""

    keyed: bool = False
    readable: bool = False


class Effect(StrEnum):
    """Whether what a step does is the case."""

    DONE = "done"
    PENDING = "pending"
    NOT_DONE = "not_done"
    UNCLEAR = "unclear"


class IdSight(StrEnum):
    """How it stands with an ID on the platform."""

    ACTIVE = "active"
    NOT_LISTED = "not_listed"
    GONE = "gone"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Sight:
    """What is seen of a step and its user. What nobody can tell is ``UNCLEAR``, which is the default."""

    effect: Effect = Effect.UNCLEAR
    until: datetime | None = None
    """Until when it is on its way, where the effect is pending."""
    id: IdSight = IdSight.UNCLEAR
    credential_known: bool = False
    credential: str | None = None
    """The credential that the user has, whatever the step acts on; ``None`` with ``credential_known`` is known to be none."""
    returned: bool = False
    """The person is back, or stays after all."""
    held: bool = False
    """Somebody put a hold on the person."""


@dataclass(frozen=True, slots=True)
class Applied:
    """It is done."""


@dataclass(frozen=True, slots=True)
class NoOp:
    """There was nothing to do: ``already_so``, or ``id_gone``."""

    why: str = "already_so"


@dataclass(frozen=True, slots=True)
class Pending:
    """It was accepted and takes effect by an instant; then it is looked at again."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Refused:
    """The platform would not, and nothing has changed. No personal data in ``why``."""

    why: str


@dataclass(frozen=True, slots=True)
class Failed:
    """It did not work, and nothing has changed."""

    why: str
    retryable: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can say whether it was done: no reply, or one that makes no sense."""

    why: str


StepOutcome: TypeAlias = Applied | NoOp | Pending | Refused | Failed | Unknown


class Connector(Protocol):
    """Acts on the platform: does one thing once, and says honestly what came of it.

    It never tries again by itself. What :meth:`perform` raises counts as :class:`Unknown`: nobody can say whether it was done.
    """

    @property
    def name(self) -> str:
        """Its name, as it is recorded."""
        ...

    def ability(self, kind: str) -> Ability | None:
        """What it can do with a kind of step; ``None`` if it cannot do it at all, and somebody else reports it."""
        ...

    def observe(self, step: Step, now: datetime) -> Sight:
        """Looks at what a step would act on, without changing anything."""
        ...

    def perform(self, step: Step, key: str, now: datetime) -> StepOutcome:
        """Does a step, once."""
        ...


class Simulator:
    """The platform on a virtual clock, with its latencies at their worst."""

    __slots__ = ("_handle",)
    _handle: _core.Simulator

    def __init__(self, directory: Directory, *, faults: int = 0, seed: int = 1) -> None:
        """The platform as ``directory`` has it; of a hundred requests ``faults`` go wrong."""
        self._handle = _core.Simulator.of_directory(directory._handle, faults, seed)

    @classmethod
    def from_json(cls, text: str) -> Simulator:
        """A platform that was saved with :meth:`to_json`, or by ``leaver apply``."""
        made = cls.__new__(cls)
        made._handle = _core.Simulator.of_json(text)
        return made

    def to_json(self) -> str:
        """Its state, to be saved."""
        return self._handle.to_json()

    def view(self, now: datetime | str) -> dict[str, Any]:
        """What it would look like at an instant: who reads, writes and is listed."""
        seen: dict[str, Any] = json.loads(self._handle.view(_as_of_text(now)))
        return seen


@dataclass(frozen=True, slots=True)
class Pace:
    """How a run goes about it. More than the usual ``failures`` and ``drift`` is more than what is safe."""

    attempts: int = 5
    backoff: timedelta = timedelta(minutes=1)
    failures: int = 3
    drift: int = 25
    quota: int = 10_000


class RunEnd(StrEnum):
    """How a run ended."""

    FINISHED = "finished"
    WAITING = "waiting"
    HELD = "held"
    CANCELLED = "cancelled"
    STOPPED_AFTER_FAILURES = "stopped_after_failures"
    STOPPED_AFTER_DRIFT = "stopped_after_drift"


class StepState(StrEnum):
    """How it stands with a step."""

    OPEN = "open"
    PENDING = "pending"
    DONE = "done"
    NO_OP = "no_op"
    CONFIRMED = "confirmed"
    OVERDUE = "overdue"
    REGRESSED = "regressed"
    HELD = "held"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Run:
    """How far a run came, and from when on there is more to do. ``states`` are those of the steps, by number from 1."""

    ended: RunEnd
    next: datetime | None
    states: tuple[StepState, ...]

    def count(self, *wanted: StepState) -> int:
        """How many steps stand so."""
        return sum(state in wanted for state in self.states)


@dataclass(frozen=True, slots=True)
class StepStatus:
    """A step beside what is observed."""

    step: int
    kind: str
    user: str | None
    target: str
    state: StepState
    until: datetime | None


@dataclass(frozen=True, slots=True)
class SecretKey:
    """A private key for approvals. It is never shown."""

    _text: str
    public: str

    @classmethod
    def generate(cls) -> SecretKey:
        """A new key."""
        return cls(*_core.key(secrets.token_bytes(32)))

    @classmethod
    def read(cls, path: str | PathLike[str]) -> SecretKey:
        """The key in a file that :meth:`write` or ``leaver keygen`` made."""
        text = Path(path).read_text()
        return cls(text, _core.public_key(text))

    def write(self, path: str | PathLike[str]) -> None:
        """Writes a new file that only its owner reads. A file that is there is never written over."""
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(number, "w") as file:
            file.write(self._text)

    def __repr__(self) -> str:
        return f"SecretKey(public={self.public!r})"


def approve(plan: Plan | str, name: str, key: SecretKey, *, now: datetime | str, hours: int = 24) -> str:
    """The signed approval of a plan, as the text of its file. Nobody approves a plan of the own."""
    return _core.approve(_text(plan), name, key._text, _as_of_text(now), hours)


def _text(plan: Plan | str) -> str:
    return plan.to_json() if isinstance(plan, Plan) else plan


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


class _Adapter:
    """A connector as the extension asks it: numbers and texts."""

    def __init__(self, connector: Connector, plan: Plan) -> None:
        self._connector = connector
        self._steps = {step.number: step for step in plan}
        self.name = connector.name

    def ability(self, kind: str) -> tuple[bool, bool] | None:
        able = self._connector.ability(kind)
        return None if able is None else (able.keyed, able.readable)

    def observe(self, number: int, now: str) -> tuple[str, str | None, str, bool, str | None, bool, bool]:
        seen = self._connector.observe(self._steps[number], datetime.fromisoformat(now))
        until = None if seen.until is None else _as_of_text(seen.until)
        known = seen.credential_known
        return (str(seen.effect), until, str(seen.id), known, seen.credential, seen.returned, seen.held)

    def perform(self, number: int, key: str, now: str) -> tuple[str, str, str | None, bool]:
        match self._connector.perform(self._steps[number], key, datetime.fromisoformat(now)):
            case Applied():
                return ("applied", "", None, False)
            case NoOp(why):
                return ("no_op", why, None, False)
            case Pending(until):
                return ("pending", "", _as_of_text(until), False)
            case Refused(why):
                return ("refused", why, None, False)
            case Failed(why, retryable):
                return ("failed", why, None, retryable)
            case Unknown(why):
                return ("unknown", why, None, False)
        raise TypeError("a connector answers with an outcome")


class Journal(AbstractContextManager["Journal"]):
    """A journal in a file: what was planned, approved, intended and done, and the history of all of it.

    One process works on it at a time. Use it with ``with``, or :meth:`close` it.
    """

    __slots__ = ("_handle",)

    def __init__(self, path: str | PathLike[str], *, now: datetime | str | None = None) -> None:
        """Opens the journal at ``path``, or begins one there. Everything in it is verified."""
        self._handle = _core.Journal.open(path, _as_of_text(_now() if now is None else now))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Gives the file back to other processes."""
        self._handle.close()

    def accept(
        self,
        plan: Plan | str,
        *,
        approvals: Iterable[str] = (),
        directory: Directory | None = None,
        approvers: str | PathLike[str] | None = None,
        guards: str | PathLike[str] | None = None,
        allow: Mapping[str, int] | None = None,
        now: datetime | str | None = None,
    ) -> bool:
        """Accepts a plan once; ``False`` if it was accepted before.

        ``approvals`` are texts that :func:`approve` or ``leaver approve`` made; with the ``directory`` as it is now it is looked
        at whether the actor may still do everything. ``guards`` are those that the plan was made with; without them, what cannot be
        taken back needs two approvals. ``allow={"withdraw": 60}`` passes the limit of a day by a number that is
        recorded. Raises :class:`~leaver.ApplyRefused` with every reason.
        """
        core = None if directory is None else directory._handle
        allowed = list((allow or {}).items())
        at = _as_of_text(_now() if now is None else now)
        return self._handle.accept(_text(plan), core, _settings(approvers), _settings(guards), list(approvals), allowed, at)

    def run(
        self,
        plan: Plan | str,
        connector: Connector | Simulator,
        *,
        now: datetime | str | Callable[[], datetime | str] | None = None,
        progress: Callable[[Step, StepState], object] | None = None,
        policy: Policy | None = None,
        directory: Directory | None = None,
        pace: Pace | None = None,
    ) -> Run:
        """Does what can be done now of a plan that was accepted. The same call goes on, whatever stopped it.

        ``now`` is asked before each step: an instant, or whoever tells one; the clock of the machine if nothing is said.
        ``progress`` is told each step with its state; if it returns ``False`` or raises, the run stops after that step, and so it
        does with Ctrl-C. With a ``policy`` and a newer ``directory`` it is decided again first: who is decided about otherwise
        by now is stopped.
        """
        made = plan if isinstance(plan, Plan) else Plan(plan)
        steps = {step.number: step for step in made}
        acting = connector._handle if isinstance(connector, Simulator) else _Adapter(connector, made)

        def clock() -> str:
            return _as_of_text(now() if callable(now) else _now() if now is None else now)

        def told(number: int, state: str) -> object:
            return progress(steps[number], StepState(state)) if progress is not None else None

        chosen = Pace() if pace is None else pace
        text = self._handle.run(
            made.to_json(),
            acting,
            clock,
            None if progress is None else told,
            None if policy is None else policy._handle,
            None if directory is None else directory._handle,
            (chosen.attempts, chosen.backoff.total_seconds(), chosen.failures, chosen.drift, chosen.quota),
        )
        plain = json.loads(text)
        following = plain["next"]
        return Run(
            ended=RunEnd(plain["ended"]),
            next=None if following is None else datetime.fromisoformat(following),
            states=tuple(StepState(state) for state in plain["steps"]),
        )

    def checklist(self, plan: Plan | str, *, now: datetime | str | None = None) -> str:
        """What people do next, in the words of the cockpit, as Markdown."""
        return self._handle.checklist(_text(plan), _as_of_text(_now() if now is None else now))[1]

    def report(
        self,
        plan: Plan | str,
        steps: Iterable[int],
        *,
        by: str,
        done: bool = True,
        directory: Directory | None = None,
        now: datetime | str | None = None,
    ) -> None:
        """Records that somebody, or some agent, did these steps, or could not do them.

        With a ``directory`` ``by`` must be one of its administrators, with the privileges. Raises
        :class:`~leaver.ApplyRefused` for a step that is not to be done now.
        """
        core = None if directory is None else directory._handle
        at = _as_of_text(_now() if now is None else now)
        self._handle.report(_text(plan), list(steps), done, by, core, at)

    def resolve(
        self,
        plan: Plan | str,
        steps: Iterable[int],
        *,
        done: bool,
        note: str,
        by: str,
        directory: Directory,
        now: datetime | str | None = None,
    ) -> None:
        """Records what an administrator with ``hold.manage`` found out about held steps."""
        at = _as_of_text(_now() if now is None else now)
        self._handle.resolve(_text(plan), list(steps), done, note, by, directory._handle, at)

    def status(
        self,
        plan: Plan | str,
        *,
        connector: Connector | Simulator | None = None,
        now: datetime | str | None = None,
    ) -> tuple[StepStatus, ...]:
        """What was planned beside what was done, and what a connector sees if there is one."""
        acting: object = None
        if isinstance(connector, Simulator):
            acting = connector._handle
        elif connector is not None:
            acting = _Adapter(connector, plan if isinstance(plan, Plan) else Plan(plan))
        found = json.loads(
            self._handle.status(_text(plan), acting, _as_of_text(_now() if now is None else now))
        )
        return tuple(
            StepStatus(
                step=one["step"],
                kind=one["kind"],
                user=one["user"],
                target=one["target"],
                state=StepState(one["state"]),
                until=None if one["until"] is None else datetime.fromisoformat(one["until"]),
            )
            for one in found["steps"]
        )

    @property
    def plans(self) -> tuple[str, ...]:
        """The digests of the plans that were accepted."""
        return tuple(self._handle.plans())

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """The records of the history, in order."""
        return iter([json.loads(line) for line in self._handle.records()])

    def __repr__(self) -> str:
        return "<Journal>"
