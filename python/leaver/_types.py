"""Protocols of arguments."""

from __future__ import annotations

from typing import Protocol

__all__ = ["ArrowExportable"]


class ArrowExportable(Protocol):
    """Whatever speaks Arrow's PyCapsule interface: tables of pyarrow, polars, pandas, duckdb."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The stream."""
        ...
