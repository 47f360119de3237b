"""leaver decides what happens to people's messaging IDs when they leave, says why, plans it, and never guesses."""

from __future__ import annotations

from leaver._core import __version__, verify_history
from leaver.directory import Directory
from leaver.errors import DirectoryError, InternalError, LeaverError, LimitError, PlanRefused, PolicyError
from leaver.model import (
    Access,
    AfterNotice,
    Axis,
    Decision,
    Diagnostic,
    Disposition,
    Ground,
    Hold,
    HoldCode,
    LeaveGroupsAndLists,
    Notify,
    Obligation,
    Outcome,
    Overruled,
    ReplaceWith,
    Restrict,
    Rule,
    Severity,
    User,
    Vetoed,
)
from leaver.plan import Plan, PlannedUser, Step
from leaver.policy import Policy

__all__ = [
    "Access",
    "AfterNotice",
    "Axis",
    "Decision",
    "Diagnostic",
    "Directory",
    "DirectoryError",
    "Disposition",
    "Ground",
    "Hold",
    "HoldCode",
    "InternalError",
    "LeaveGroupsAndLists",
    "LeaverError",
    "LimitError",
    "Notify",
    "Obligation",
    "Outcome",
    "Overruled",
    "Plan",
    "PlanRefused",
    "PlannedUser",
    "Policy",
    "PolicyError",
    "ReplaceWith",
    "Restrict",
    "Rule",
    "Severity",
    "Step",
    "User",
    "Vetoed",
    "__version__",
    "verify_history",
]
