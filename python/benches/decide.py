"""What an answer costs from Python, beside a plain Python function over the same mapping. Build the package optimised first:

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
EMPLOYMENTS = ["staff", "contractor", "temporary", "partner", "service"]
COUNTRIES = [f"{first}{second}" for first in "ABCDE" for second in "EHORTZ"]
AT = {"as_of": "2026-11-22T09:00:00Z", "time_zone": "UTC", "complete": True}
USERS = 20_000
ROUNDS = 9

# Each rule: its condition in a policy and in Python, and what happens to the ID. The first that holds decides.
FIVE = [
    ("user.legal_hold", 'user["legal_hold"]', "hold"),
    (
        'user.has_left && user.employment == "staff" && user.edition == "enterprise"',
        'left and user["employment"] == "staff" and user["edition"] == "enterprise"',
        "revoke",
    ),
    (
        'user.has_left && user.employment in ["contractor", "partner"]',
        'left and user["employment"] in ("contractor", "partner")',
        "detach",
    ),
    ("user.has_left", "left", "keep"),
    (
        'user.employment == "service" && user.last_seen != () && days_since(user.last_seen) > 90',
        'user["employment"] == "service" and user["last_seen"] is not None and user["last_seen"] < "2026-08-24"',
        "hold",
    ),
]
ANSWERS = {"hold": 'review("look")', "revoke": "revoke()", "detach": "detach()", "keep": "withdraw()", "stay": "keep()"}
FIELDS = ("employment", "department", "country", "edition", "last_seen", "legal_hold", "groups")


def hundred() -> list[tuple[str, str, str]]:
    """The same five, and after the first 95 that look at five facts each."""
    chance = random.Random(100)
    conjunctions = []
    for _ in range(95):
        department, country = f"d{chance.randrange(20)}", chance.choice(COUNTRIES)
        employment, groups, unseen = chance.choice(EMPLOYMENTS), chance.randrange(6), chance.randrange(200)
        conjunctions.append(
            (
                f'user.department in ["{department}"] && user.country in ["{country}"] && user.last_seen != () '
                f'&& days_since(user.last_seen) > {unseen} && user.employment == "{employment}" && user.groups.len() >= {groups}',
                f'user["department"] == "{department}" and user["country"] == "{country}" and user["last_seen"] is not None '
                f'and user["last_seen"] < "{TODAY - timedelta(days=unseen)}" and user["employment"] == "{employment}" '
                f'and len(user["groups"]) >= {groups}',
                chance.choice(["hold", "keep", "stay"]),
            )
        )
    return FIVE[:1] + conjunctions + FIVE[1:]


def policy(rules: list[tuple[str, str, str]]) -> leaver.Policy:
    texts = [f"/// Rule {at}.\nfn rule_{at}(user) {{ if {ours} {{ {ANSWERS[answer]} }} }}\n" for at, (ours, _, answer) in enumerate(rules)]
    return leaver.Policy.compile("".join(texts))


def by_hand(rules: list[tuple[str, str, str]], *fields: str):
    """The rules as somebody would write them in Python, who perhaps looks some facts up once for all rules."""
    lines = ["def plain(user):", '    last_day = user["last_day"]', '    left = last_day is not None and last_day < "2026-11-22"']
    lines += [f'    {field} = user["{field}"]' for field in fields]
    for _, plain, answer in rules:
        for field in fields:
            plain = plain.replace(f'user["{field}"]', field)
        lines += [f"    if {plain}:", f'        return "{answer}"']
    names: dict = {}
    exec("\n".join([*lines, '    return "stay"']), names)
    return names["plain"]


def people(count: int) -> list[dict]:
    chance = random.Random(7)

    def day(least: int, most: int) -> str:
        return (TODAY + timedelta(days=chance.randint(least, most))).isoformat()

    return [
        {
            "id": f"U{n:07}",
            "person": f"E{n}",
            "employment": chance.choice(EMPLOYMENTS),
            "department": f"d{chance.randrange(20)}",
            "edition": "enterprise",
            "last_day": None if chance.random() < 0.6 else day(-60, 60),
            "last_seen": None if chance.random() < 0.1 else day(-200, 0),
            "legal_hold": chance.random() < 0.05,
        }
        for n in range(count)
    ]


def with_more(users: list[dict]) -> list[dict]:
    """The same people with what only a hundred rules look at."""
    chance = random.Random(8)
    groups = [f"g{n}" for n in range(40)]
    return [user | {"country": chance.choice(COUNTRIES), "groups": chance.sample(groups, chance.randrange(6))} for user in users]


def measure(work, count: int) -> float:
    began = time.process_time_ns()
    work()
    return (time.process_time_ns() - began) / count


def word(verdict: leaver.Verdict | leaver.Decision) -> str:
    """What a plain function answers."""
    if verdict.disposition == "keep" and verdict.access == "keep":
        return "stay"
    return str(verdict.disposition)


def compare(rules: list[tuple[str, str, str]], users: list[dict]) -> None:
    import polars

    asked, plain = policy(rules), by_hand(rules)
    once = by_hand(rules, *(field for field in FIELDS if field in users[0]))
    decider = asked.decider(**AT)
    frame = polars.DataFrame(users)
    expected = [plain(user) for user in users]
    assert [once(user) for user in users] == expected
    assert [word(one) for one in asked.decide_many(users, **AT)] == expected
    assert [word(decider.verdict(user)) for user in users] == expected
    assert [word(one) for one in decider.verdicts(users)] == expected
    columns = polars.DataFrame(asked.decide_arrow(frame, **AT))
    ids = columns["disposition"].to_list()
    assert ["keep" if word == "stay" else word for word in expected] == ids
    rows = {
        "plain function over a dict": lambda: [plain(user) for user in users],
        "plain function that looks each fact up once": lambda: [once(user) for user in users],
        "`decider.verdict` of a dict": lambda: [decider.verdict(user) for user in users],
        "`decider.verdicts` of dicts": lambda: decider.verdicts(users),
        "`policy.decide_many` of dicts": lambda: list(asked.decide_many(users, **AT)),
        "`policy.decide_arrow`, whole decisions": lambda: polars.DataFrame(asked.decide_arrow(frame, **AT)),
    }
    found: dict[str, list[float]] = {name: [] for name in rows}
    for _ in range(ROUNDS):
        for name, work in rows.items():
            found[name].append(measure(work, len(users)))
    base = found["plain function over a dict"]
    print(f"\n| from Python, {len(rules)} rules | ns per user | × plain function |\n|---|---|---|")
    for name, times in found.items():
        ratio = statistics.median(one / plain for one, plain in zip(times, base, strict=True))
        print(f"| {name} | {statistics.median(times):,.0f} | {ratio:.3g} |")


def main() -> None:
    users = people(USERS)
    compare(FIVE, users)
    compare(hundred(), with_more(users))


if __name__ == "__main__":
    main()
