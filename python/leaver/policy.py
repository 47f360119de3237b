"""Policies: checked like a typed program, then asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from os import PathLike
from typing import TYPE_CHECKING

from leaver import _core
from leaver.decider import Decider
from leaver.directory import Directory, user_json
from leaver.model import Decision, Diagnostic, Rule
from leaver.plan import Plan, Recent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from leaver._types import ArrowExportable

__all__ = ["Policy"]


def _as_of_text(as_of: datetime | str) -> str:
    if isinstance(as_of, str):
        return as_of
    if as_of.tzinfo is None:
        raise TypeError("as_of: a datetime without a time zone is no instant; give it one, such as datetime.UTC")
    return as_of.isoformat()


def _settings(text: str | PathLike[str] | None) -> str | None:
    """The text of a settings file: given as such, or as a path."""
    if text is None or isinstance(text, str):
        return text
    if not isinstance(text, PathLike):
        raise TypeError(f"settings are a text in TOML or a path, not {type(text).__name__}")
    # To the byte: places of mistakes count from the lines as they are.
    with open(text, encoding="utf-8", newline="") as file:
        return file.read()


def _open_work(work: Mapping[str, str] | None) -> list[tuple[str, str]]:
    """Users with steps in other plans, each with the digest of its plan."""
    if work is None:
        return []
    if not isinstance(work, Mapping) or not all(isinstance(one, str) for pair in work.items() for one in pair):
        raise TypeError('open_work has the digest of a plan for each ID, such as {"ECHOECHO": plan.digest}')
    return list(work.items())


class Policy:
    """A checked policy. It never changes; any number of threads may use it, and it can be pickled.

    >>> import leaver
    >>> policy = leaver.Policy.compile("fn staff(user) { if user.has_left { revoke() } }")
    >>> [rule.name for rule in policy.rules]
    ['staff']
    >>> try:
    ...     leaver.Policy.compile("fn staff(user) { if user.employmet == 3 { revoke() } }")
    ... except leaver.PolicyError as error:
    ...     print(error.diagnostics[-1])
    policy.rhai:1:26: error[P0102]: unknown field `employmet` (did you mean `employment`?)
    """

    __slots__ = ("_handle",)
    _handle: _core.Policy

    def __init__(self) -> None:
        raise TypeError("use Policy.load or Policy.compile")

    @classmethod
    def _wrap(cls, core: _core.Policy) -> Policy:
        made = cls.__new__(cls)
        made._handle = core
        return made

    @classmethod
    def load(
        cls,
        path: str | PathLike[str],
        *,
        attributes: Mapping[str, object] | None = None,
        directory: Directory | None = None,
    ) -> Policy:
        """Reads a ``.rhai`` file or a folder of them.

        ``attributes`` declares the host's own fields; with a ``directory`` those that it has are known, and the groups and
        lists that the policy names must exist. Raises :class:`~leaver.PolicyError` with all diagnostics.
        """
        declared = None if attributes is None else json.dumps(attributes)
        return cls._wrap(_core.Policy.load(path, declared, None if directory is None else directory._handle))

    @classmethod
    def compile(
        cls,
        source: str | Mapping[str, str],
        *,
        attributes: Mapping[str, object] | None = None,
        directory: Directory | None = None,
        name: str = "policy.rhai",
    ) -> Policy:
        """The same for a text, or for texts by name."""
        files = [(name, source)] if isinstance(source, str) else list(source.items())
        declared = None if attributes is None else json.dumps(attributes)
        return cls._wrap(_core.Policy.compile(files, declared, None if directory is None else directory._handle))

    @classmethod
    def _again(cls, files: list[tuple[str, str]], attributes: str) -> Policy:
        return cls._wrap(_core.Policy.compile(files, attributes, None))

    def __reduce__(self) -> tuple[object, ...]:
        return (Policy._again, (self._handle.files, self._handle.attributes))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Policy) and (self.digest, self._handle.attributes) == (other.digest, other._handle.attributes)

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        return f"<Policy of {len(self.rules)} rules, {self.digest[:12]}>"

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Its rules, in order."""
        return tuple(Rule(name, rationale) for name, rationale in self._handle.rules)

    @property
    def digest(self) -> str:
        """The SHA-256 of its files."""
        return self._handle.digest

    def check(self) -> tuple[Diagnostic, ...]:
        """What the checker warned of. A policy with errors cannot be made."""
        return tuple(Diagnostic._of(found) for found in json.loads(self._handle.warnings))

    def _decider(
        self,
        as_of: datetime | str,
        time_zone: str | None,
        complete: bool,
        edition: str | None,
        directory: Directory | None,
        patience: float | None,
    ) -> _core.Decider:
        core = None if directory is None else directory._handle
        return self._handle.decider(_as_of_text(as_of), time_zone, complete, edition, core, patience)

    def decider(
        self,
        *,
        as_of: datetime | str,
        time_zone: str | None = None,
        complete: bool = False,
        edition: str | None = None,
        directory: Directory | None = None,
        patience: float | None = None,
    ) -> Decider:
        """This policy as of an instant, to be asked about users one at a time; what is given is that of :meth:`decide`.

        Making one takes about a millisecond: make one for each policy and instant, not for each user.
        """
        return Decider._wrap(self._decider(as_of, time_zone, complete, edition, directory, patience))

    def decide(
        self,
        user: Mapping[str, object] | str,
        *,
        as_of: datetime | str,
        time_zone: str | None = None,
        complete: bool = False,
        edition: str | None = None,
        directory: Directory | None = None,
        patience: float | None = None,
    ) -> Decision:
        """The decision about one user: a mapping, or the ID of a user of the ``directory``.

        Without a directory say in which ``time_zone`` days end, and whether all users are known (``complete``): without that
        nothing irreversible is decided. ``patience`` in seconds, 5 if nothing is said.
        """
        decider = self._decider(as_of, time_zone, complete, edition, directory, patience)
        asked = user if isinstance(user, str) else user_json(user)
        return Decision._of(decider.decide(asked), (decider, asked))

    def decide_many(
        self,
        users: Directory | Iterable[Mapping[str, object]],
        *,
        as_of: datetime | str,
        time_zone: str | None = None,
        complete: bool = False,
        edition: str | None = None,
        patience: float | None = None,
        progress: Callable[[int, int | None], object] | None = None,
    ) -> Iterator[Decision]:
        """The decisions about the users of a directory, or about records one after the other.

        ``progress`` is told how many are done, of how many; what it raises ends the work.
        """
        if isinstance(users, Directory):
            decider = self._decider(as_of, time_zone, complete, edition, users, patience)
            return self._of_directory(decider, users, progress)
        decider = self._decider(as_of, time_zone, complete, edition, None, patience)
        return self._of_records(decider, users, progress)

    @staticmethod
    def _of_directory(
        decider: _core.Decider, users: Directory, progress: Callable[[int, int | None], object] | None
    ) -> Iterator[Decision]:
        ids, done = users.ids, 0
        while piece := decider.decide_piece(done):
            for id, text in zip(ids[done:], piece, strict=False):
                yield Decision._of(text, (decider, id))
            done += len(piece)
            if progress is not None:
                progress(done, len(ids))

    @staticmethod
    def _of_records(
        decider: _core.Decider,
        users: Iterable[Mapping[str, object]],
        progress: Callable[[int, int | None], object] | None,
    ) -> Iterator[Decision]:
        for done, user in enumerate(users, 1):
            asked = user_json(user)
            yield Decision._of(decider.decide(asked), (decider, asked))
            if progress is not None:
                progress(done, None)

    def decide_arrow(
        self,
        users: ArrowExportable,
        *,
        as_of: datetime | str,
        time_zone: str,
        complete: bool = False,
        edition: str | None = None,
        patience: float | None = None,
        dictionaries: bool = False,
    ) -> _core.ArrowStream:
        """Decides about the rows of a table, batch by batch, as they are asked for.

        Takes and gives whatever speaks Arrow's PyCapsule interface. A bad row is a hold with its error in the row, never an
        exception. Columns are those of a decision; ``dictionaries`` keeps repeated words in dictionaries, which is smaller and
        which Spark does not take.
        """
        decider = self._decider(as_of, time_zone, complete, edition, None, patience)
        return decider.decide_arrow(users, dictionaries)

    def plan(
        self,
        directory: Directory,
        *,
        actor: str,
        as_of: datetime | str,
        guards: str | PathLike[str] | None = None,
        approvers: str | PathLike[str] | None = None,
        previous: Directory | None = None,
        open_plans: Iterable[Plan | str] = (),
        open_work: Mapping[str, str] | None = None,
        recent: Recent | None = None,
        simulation: bool = False,
        patience: float | None = None,
        progress: Callable[[int, int], object] | None = None,
    ) -> Plan:
        """Decides about everybody and plans how it is carried out.

        ``guards`` and ``approvers`` are TOML: a text, or a path. With ``simulation`` instead of guards there are no limits: for
        a plan that nobody is going to carry out. ``open_plans`` are still at work; where they are not at hand, ``open_work``
        has the digest of the plan for each ID with steps in one, and ``recent`` what else was done in the last 24 hours. Raises
        :class:`~leaver.PlanRefused` if a guard is not kept or the actor may not own a plan.
        """
        decider = self._decider(as_of, None, False, None, directory, patience)
        texts = [plan.to_json() if isinstance(plan, Plan) else plan for plan in open_plans]
        before = None if previous is None else previous._handle
        done = Recent() if recent is None else recent
        if not isinstance(done, Recent):
            raise TypeError(f"recent is a leaver.Recent, such as Recent(withdraw=3), not {type(done).__name__}")
        if not isinstance(simulation, bool):
            raise TypeError("simulation is True or False")
        counts = (done.reversible, done.withdraw, done.irreversible)
        text = decider.plan(
            actor, _settings(guards), _settings(approvers), before, texts, _open_work(open_work), counts, simulation, progress
        )
        return Plan(text)
