"""What a decision costs from Python, beside a plain Python function over the same mapping. Build the package optimised first:

    maturin develop --release && python benches/decide.py

Every answer is compared first; then rounds are interleaved, and medians of time of the processor printed.
"""

from __future__ import annotations

import random
import statistics
import time
from datetime import date, timedelta

import leaver

TODAY = date(2026, 11, 22)
POLICY = """
/// Legal hold.
fn held(user) { if user.legal_hold { review("legal hold") } }
/// Staff lose the ID.
fn staff(user) { if user.has_left && user.employment == "staff" && user.edition == "enterprise" { revoke() } }
/// Externals keep it.
fn externals(user) { if user.has_left && user.employment in ["contractor", "partner"] { detach() } }
/// Everybody else loses access.
fn others(user) { if user.has_left { withdraw() } }
/// A service nobody has seen.
fn unseen(user) { if !user.has_left && user.employment == "service" && user.last_seen != () && days_since(user.last_seen) > 90 { review("unseen") } }
"""
AT = {"as_of": "2026-11-22T09:00:00Z", "time_zone": "UTC", "complete": True}


def by_hand(user: dict) -> str:
    """The five rules as somebody would write them."""
    last_day = user["last_day"]
    left = last_day is not None and last_day < "2026-11-22"
    if user["legal_hold"]:
        return "hold"
    if left and user["employment"] == "staff" and user["edition"] == "enterprise":
        return "revoke"
    if left and user["employment"] in ("contractor", "partner"):
        return "detach"
    if left:
        return "keep"
    if user["employment"] == "service" and user["last_seen"] is not None and user["last_seen"] < "2026-08-24":
        return "hold"
    return "keep"


def people(count: int) -> list[dict]:
    chance = random.Random(7)

    def day(least: int, most: int) -> str:
        return (TODAY + timedelta(days=chance.randint(least, most))).isoformat()

    return [
        {
            "id": f"U{n:07}",
            "person": f"E{n}",
            "employment": chance.choice(["staff", "contractor", "temporary", "partner", "service"]),
            "department": f"d{chance.randrange(20)}",
            "edition": "enterprise",
            "last_day": None if chance.random() < 0.6 else day(-60, 60),
            "last_seen": None if chance.random() < 0.1 else day(-200, 0),
            "legal_hold": chance.random() < 0.05,
        }
        for n in range(count)
    ]


def measure(work, count: int) -> float:
    began = time.process_time_ns()
    work()
    return (time.process_time_ns() - began) / count


def main() -> None:
    import polars

    policy = leaver.Policy.compile(POLICY)
    users = people(20_000)
    frame = polars.DataFrame(users)
    expected = [by_hand(user) for user in users]
    assert [str(one.disposition) for one in policy.decide_many(users, **AT)] == expected
    assert polars.DataFrame(policy.decide_arrow(frame, **AT))["disposition"].to_list() == expected
    rows = {
        "plain function over a dict": lambda: [by_hand(user) for user in users],
        "policy.decide_many of dicts": lambda: list(policy.decide_many(users, **AT)),
        "policy.decide_arrow, whole decisions": lambda: polars.DataFrame(policy.decide_arrow(frame, **AT)),
    }
    found: dict[str, list[float]] = {name: [] for name in rows}
    for _ in range(7):
        for name, work in rows.items():
            found[name].append(measure(work, len(users)))
    base = statistics.median(found["plain function over a dict"])
    print("| from Python, five rules | ns per user | × plain function |\n|---|---|---|")
    for name, times in found.items():
        print(f"| {name} | {statistics.median(times):,.0f} | {statistics.median(times) / base:.2f} |")


if __name__ == "__main__":
    main()
