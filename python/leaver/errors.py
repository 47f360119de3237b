"""What can go wrong, as exceptions.

Everything that leaver raises by itself is a :class:`LeaverError`; a wrong kind of argument is the usual ``TypeError`` or
``ValueError``.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leaver.model import Diagnostic

__all__ = [
    "ApplyRefused",
    "DirectoryError",
    "InternalError",
    "JournalError",
    "LeaverError",
    "LimitError",
    "PlanRefused",
    "PolicyError",
]


class LeaverError(Exception):
    """The root of all exceptions of leaver."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return self.message


class _Diagnosed(LeaverError):
    """An error with diagnostics: which file, which line, which code, and what to do."""

    diagnostics: tuple[Diagnostic, ...]

    def __init__(self, message: str, diagnostics: str | Sequence[Diagnostic] = ()) -> None:
        from leaver.model import Diagnostic

        super().__init__(message)
        if isinstance(diagnostics, str):
            diagnostics = [Diagnostic._of(found) for found in json.loads(diagnostics)]
        self.diagnostics = tuple(diagnostics)

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.message, self.diagnostics))


class PolicyError(_Diagnosed, ValueError):
    """A policy that is refused, with everything that is wrong with it in ``diagnostics``."""


class DirectoryError(_Diagnosed, ValueError):
    """A directory, a user, columns or a settings file that is refused, with ``diagnostics``."""


class PlanRefused(LeaverError):
    """A plan that passed no guard, or an actor who may not own one.

    ``refusals`` says which limit, what it is, and what the plan has; ``content`` is the refused plan as it would have been,
    without a digest, or ``None``.
    """

    def __init__(self, message: str, refusal: str = '{"refusals":[]}') -> None:
        super().__init__(message)
        content: dict[str, Any] = json.loads(refusal)
        self.refusals: tuple[dict[str, Any], ...] = tuple(content.pop("refusals"))
        self.content: dict[str, Any] | None = content or None
        self.json = refusal

    def __reduce__(self) -> tuple[Any, ...]:
        return (PlanRefused, (self.message, self.json))


class ApplyRefused(LeaverError):
    """A plan that may not be carried out, or a report of a step that is not to be made so; ``reasons`` are codes and sentences."""

    def __init__(self, reasons: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__("; ".join(f"[{code}] {message}" for code, message in reasons))
        self.reasons = tuple(reasons)

    def __reduce__(self) -> tuple[Any, ...]:
        return (ApplyRefused, (self.reasons,))


class JournalError(LeaverError):
    """A journal that cannot be used: not what was written, no journal, at work elsewhere, a full disk. ``code`` tells which."""

    def __init__(self, message: str, code: str = "A0001") -> None:
        super().__init__(message)
        self.code = code

    def __reduce__(self) -> tuple[Any, ...]:
        return (JournalError, (self.message, self.code))


class LimitError(LeaverError):
    """A decision took longer than the caller's patience. It depends on the machine, so it is never a decision."""


class InternalError(LeaverError):
    """A fault of leaver itself. Please report it."""
