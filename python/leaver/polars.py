"""For polars: ``leaver.polars.decide(frame, policy, …)``, and the namespace ``leaver`` of frames and lazy frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars

from leaver.policy import Policy

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["decide"]


def decide(
    users: polars.DataFrame,
    policy: Policy,
    *,
    as_of: datetime | str,
    time_zone: str,
    **circumstances: Any,
) -> polars.DataFrame:
    """The decisions about the rows of a frame, in their order. Circumstances are those of ``Policy.decide_arrow``."""
    stream = policy.decide_arrow(users, as_of=as_of, time_zone=time_zone, **circumstances)
    return polars.DataFrame(stream)


@polars.api.register_dataframe_namespace("leaver")
class _Frame:
    def __init__(self, users: polars.DataFrame) -> None:
        self._users = users

    def decide(self, policy: Policy, *, as_of: datetime | str, time_zone: str, **circumstances: Any) -> polars.DataFrame:
        """The decisions about the rows of this frame."""
        return decide(self._users, policy, as_of=as_of, time_zone=time_zone, **circumstances)


@polars.api.register_lazyframe_namespace("leaver")
class _LazyFrame:
    def __init__(self, users: polars.LazyFrame) -> None:
        self._users = users

    def decide(self, policy: Policy, *, as_of: datetime | str, time_zone: str, **circumstances: Any) -> polars.LazyFrame:
        """The decisions about the rows of this frame, when they are collected."""
        nobody = polars.DataFrame({"id": []}, schema={"id": polars.String})
        schema = decide(nobody, policy, as_of=as_of, time_zone=time_zone, **circumstances).schema
        return self._users.map_batches(
            lambda users: decide(users, policy, as_of=as_of, time_zone=time_zone, **circumstances), schema=schema
        )
