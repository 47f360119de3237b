"""For PySpark: directories that outgrow one machine.

The policy travels to the workers as its source and is checked once in each; rows are decided in Arrow batches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow  # type: ignore[import-untyped,import-not-found,unused-ignore]

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from leaver.policy import Policy

__all__ = ["SCHEMA", "decide"]

SCHEMA = (
    "user string, person string, outcome string, disposition string, access string, "
    "obligations array<struct<kind: string, text: string, id: string>>, rule string, reason string, ground string, "
    "after struct<at: timestamp, from: string, plus: string>, deadline struct<at: timestamp, from: string, plus: string>, "
    "approvals int, overruled array<struct<rule: string, action: string>>, "
    "vetoed array<struct<rule: string, action: string>>, "
    "hold struct<code: string, message: string, rule: string, axes: array<string>>, valid_until timestamp"
)
"""The columns of decisions, as Spark writes types."""


def decide(
    users: Any,
    policy: Policy,
    as_of: datetime | str,
    *,
    time_zone: str,
    **circumstances: Any,
) -> Any:
    """The decisions about the rows of a Spark frame. Circumstances are those of ``Policy.decide_arrow``.

    A bad row is a hold with its error in the row: it never fails the job.
    """

    def batches(found: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        for batch in found:
            table = pyarrow.Table.from_batches([batch])
            decided = policy.decide_arrow(table, as_of=as_of, time_zone=time_zone, **circumstances)
            yield from pyarrow.table(decided).to_batches()

    return users.mapInArrow(batches, SCHEMA)
