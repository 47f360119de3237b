"""Deciders: a policy as of an instant, asked about users one at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leaver import _core
from leaver.directory import user_json
from leaver.model import Decision

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Decider"]


class Decider(_core.Verdicts):
    """A policy as of an instant: :meth:`verdict` for the short answer, :meth:`decide` for the whole decision.

    :meth:`leaver.Policy.decider` makes it. It never changes, and any number of threads may use it.

    >>> import leaver
    >>> policy = leaver.Policy.compile("fn staff(user) { if user.has_left { revoke() } }")
    >>> decider = policy.decider(as_of="2026-11-22T09:00:00Z", time_zone="Europe/Zurich", complete=True)
    >>> somebody = {"id": "ECHOECHO", "person": "E1", "employment": "staff", "edition": "enterprise"}
    >>> verdict = decider.verdict(somebody | {"last_day": "2026-11-20"})
    >>> print(verdict.disposition, verdict.access, verdict.rule)
    revoke withdraw staff
    >>> [str(one.hold) for one in decider.verdicts([somebody])]
    ['missing_fact']
    >>> print(decider.decide(somebody).hold.message)
    rule `staff`: the fact `has_left` is not known for this user; provide it
    """

    __slots__ = ("_handle",)
    _handle: _core.Decider

    def __init__(self) -> None:
        raise TypeError("use Policy.decider")

    @classmethod
    def _wrap(cls, core: _core.Decider) -> Decider:
        made = cls.__new__(cls, core)
        made._handle = core
        return made

    def decide(self, user: Mapping[str, object] | str) -> Decision:
        """The whole decision about one user: a mapping, or the ID of a user of the directory."""
        asked = user if isinstance(user, str) else user_json(user)
        return Decision._of(self._handle.decide(asked), (self._handle, asked))
