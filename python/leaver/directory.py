"""Directories: who there is, read whole or not at all."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from leaver import _core
from leaver.model import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from os import PathLike

    from leaver._types import ArrowExportable

__all__ = ["Directory"]


def plain(value: object, where: str) -> object:
    """A value of a record as JSON has it. Instants without a time zone are refused."""
    match value:
        case datetime():
            if value.tzinfo is None:
                raise TypeError(f"{where}: a datetime without a time zone is no instant; give it one, such as datetime.UTC")
            return value.isoformat()
        case date():
            return value.isoformat()
        case list() | tuple() | set() | frozenset():
            items = sorted(value) if isinstance(value, (set, frozenset)) else value
            return [plain(one, where) for one in items]
        case _:
            return value


def user_json(user: Mapping[str, object]) -> str:
    """A record as JSON text."""
    record = {key: plain(value, key) for key, value in user.items()}
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


class Directory:
    """A directory in memory. It never changes; any number of threads may use it."""

    __slots__ = ("_handle",)
    _handle: _core.Directory

    def __init__(self) -> None:
        raise TypeError("use Directory.read, Directory.from_records or Directory.from_arrow")

    @classmethod
    def _wrap(cls, core: _core.Directory) -> Directory:
        made = cls.__new__(cls)
        made._handle = core
        return made

    @classmethod
    def read(
        cls, path: str | PathLike[str], *, progress: Callable[[int, int], object] | None = None
    ) -> Directory:
        """Reads a folder or a JSON file; ``progress`` is told how many bytes were understood, of how many.

        Raises :class:`~leaver.DirectoryError` with everything that is wrong.
        """
        return cls._wrap(_core.Directory.read(path, progress))

    @classmethod
    def from_json(cls, text: str | bytes, *, name: str = "directory.json") -> Directory:
        """Reads a directory from JSON text."""
        return cls._wrap(_core.Directory.from_json(name, text.encode() if isinstance(text, str) else text))

    @classmethod
    def from_records(
        cls, users: Iterable[Mapping[str, object]], *, subscription: Mapping[str, object], **sections: Any
    ) -> Directory:
        """Makes a directory of records: ``users``, and as keywords whatever else a directory has.

        >>> import leaver
        >>> directory = leaver.Directory.from_records(
        ...     [{"id": "ECHOECHO", "person": "E1001", "employment": "staff"}],
        ...     subscription={"id": "acme", "edition": "enterprise", "time_zone": "Europe/Zurich"},
        ...     taken_at="2026-11-22T08:00:00Z", complete=True)
        >>> len(directory)
        1
        """
        content: dict[str, object] = {"subscription": dict(subscription)}
        content |= {key: plain(value, key) for key, value in sections.items()}
        content["users"] = [{key: plain(value, key) for key, value in user.items()} for user in users]
        return cls.from_json(json.dumps(content, ensure_ascii=False), name="records")

    @classmethod
    def from_arrow(
        cls, users: ArrowExportable, *, subscription: Mapping[str, object], **sections: Any
    ) -> Directory:
        """The same with the users of an Arrow table. Needs pyarrow."""
        import pyarrow  # type: ignore[import-untyped,import-not-found,unused-ignore]

        rows: list[dict[str, object]] = pyarrow.table(users).to_pylist()
        return cls.from_records(rows, subscription=subscription, **sections)

    def __len__(self) -> int:
        return len(self._handle)

    def __contains__(self, id: object) -> bool:
        return isinstance(id, str) and self._handle.has(id)

    def __repr__(self) -> str:
        return f"<Directory of {len(self)} users, taken at {self._handle.taken_at}>"

    @property
    def ids(self) -> list[str]:
        """The IDs of its users, in order."""
        return self._handle.ids()

    @property
    def complete(self) -> bool:
        """Whether it says that it is complete."""
        return self._handle.complete

    @property
    def taken_at(self) -> datetime:
        """When it was taken."""
        return datetime.fromisoformat(self._handle.taken_at)

    @property
    def time_zone(self) -> str:
        """The time zone of its subscription."""
        return self._handle.time_zone

    @property
    def digest(self) -> str:
        """The SHA-256 of its content, whatever the files look like."""
        return self._handle.digest

    @property
    def provides(self) -> list[str]:
        """The fields that it speaks for."""
        return self._handle.provides()

    def findings(self) -> tuple[Finding, ...]:
        """What somebody should look at."""
        return tuple(Finding._of(one) for one in json.loads(self._handle.findings()))
