"""A picture of a plan: who leaves when, and until when each of them can still read, write and be seen.

    python examples/exposure.py examples/acme/policy.rhai examples/acme mia exposure.png

Needs matplotlib. In a notebook, `picture(plan)` gives the figure.
"""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

from matplotlib import pyplot
from matplotlib.figure import Figure

import leaver

COLOURS = {"reads_until": "#b3261e", "listed_until": "#9aa5b1"}
NAMES = {"reads_until": "can read new messages", "listed_until": "is seen as one of us"}


def hours(until: datetime | str, start: datetime, end: datetime) -> float:
    """How many hours of the picture a window takes."""
    if until == "ended":
        return 0.0
    last = end if isinstance(until, str) else min(until, end)
    return max((last - start) / timedelta(hours=1), 0.0)


def picture(plan: leaver.Plan, days: int = 4) -> Figure:
    """The windows of everybody with steps, longest first."""
    start = plan.as_of
    end = start + timedelta(days=days)
    leaving = [user for user in plan.users if user.decision.disposition in ("revoke", "detach") and user.steps]
    leaving.sort(key=lambda user: (hours(user.reads_until, start, end), hours(user.listed_until, start, end), user.user))
    figure, axes = pyplot.subplots(figsize=(10, 1.5 + 0.16 * len(leaving)), layout="constrained")
    rows = range(len(leaving))
    for window, height in (("listed_until", 0.8), ("reads_until", 0.45)):
        widths = [hours(getattr(user, window), start, end) for user in leaving]
        axes.barh(rows, widths, height=height, color=COLOURS[window], label=NAMES[window])
    axes.set_yticks(rows, [f"{user.user}  {user.decision.disposition}" for user in leaving], fontsize=6, family="monospace")
    axes.set_xlabel(f"hours after {start:%d %B %Y %H:%M} UTC, at worst; bars at the edge go on")
    axes.set_xlim(0, days * 24)
    axes.set_title(f"Plan of {plan.actor}: {len(leaving)} people leave")
    axes.legend(loc="lower right")
    return figure


def main(policy: str, folder: str, actor: str, output: str, as_of: str = "2026-11-22T09:00:00Z") -> None:
    directory = leaver.Directory.read(folder)
    checked = leaver.Policy.load(policy, directory=directory)
    plan = checked.plan(directory, actor=actor, as_of=as_of, guards=Path(folder) / "guards.toml")
    picture(plan).savefig(output, dpi=120)
    print(f"{output}: {len(plan)} steps")


if __name__ == "__main__":
    main(*sys.argv[1:])
