"""Users of all kinds, sensible and not, and what is asked about them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from leaver import Decision, Policy, Verdict

TODAY = date(2026, 11, 22)
AT = {"as_of": datetime(2026, 11, 22, 9, tzinfo=UTC), "time_zone": "Europe/Zurich", "complete": True}
ATTRIBUTES = {
    "notice_days": "integer",
    "bonus": "integer?",
    "projects": "list of text",
    "vip": "bool",
    "since": "date?",
    "site": {"one_of": ["zurich", "berlin"]},
    "badge": "text?",
}
FIVE = """
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
WIDE = """
/// Not in these countries.
fn country(user) { if user.country in ["DE", "FR"] { forbid("revoke") } }
/// The older ID.
fn older(user) { if user.superseded_by != () { revoke().keep_access() } }
/// Board.
fn board(user) { if user.has_left && ("board" in user.categories || user.vip) { review("board") } }
/// A project of the department.
fn project(user) { if user.has_left && `audit-${user.department ?? "none"}` in user.projects { review("audit") } }
/// Long notice.
fn notice(user) { if user.has_left && user.notice_days > 30 { detach().after(days(user.notice_days)) } }
/// Names.
fn called(user) { if (user.nickname ?? "").to_lower().contains("bot") { withdraw() } }
/// Groups.
fn groups(user) { if user.has_left && user.groups.len() > 2 { also(leave_groups_and_lists()) } }
/// Berlin.
fn berlin(user) { if user.site == "berlin" && user.since != () && user.since < date("2020-01-01") { withdraw() } }
/// Badges.
fn badge(user) { if user.badge != () && user.badge == "grün" && (user.bonus ?? 0) > 9000000000 { withdraw() } }
/// Everybody.
fn everybody(user) { if user.has_left { revoke().or_else(detach()) } }
"""


def of(decision: Decision) -> Verdict:
    """What a decision comes to."""
    hold = decision.hold
    rule = decision.rule if decision.rule is not None or hold is None else hold.rule
    return Verdict(decision.outcome, decision.disposition, decision.access, rule, None if hold is None else hold.code)


def told(ask) -> tuple:
    """What comes out: a value, or an exception with all that it says."""
    try:
        return ("value", ask())
    except RecursionError as error:
        return ("raised", type(error))
    except Exception as error:
        return ("raised", type(error), str(error), [str(one) for one in getattr(error, "diagnostics", ())])


class Policies:
    """A policy, and a decider by it."""

    def __init__(self, text: str, attributes: dict[str, object] | None = None, **at: object) -> None:
        self.at = AT | at
        self.policy = Policy.compile(text, attributes=attributes)
        self.decider = self.policy.decider(**self.at)

    def agree(self, user: object) -> tuple:
        expected = told(lambda: of(self.decider.decide(user)))
        found = told(lambda: self.decider.verdict(user))
        assert found == expected, user
        assert told(lambda: self.decider.verdicts([user])[0]) == expected
        return found


SOMEBODY = {"id": "ECHOECHO", "person": "E1", "employment": "staff", "edition": "enterprise", "legal_hold": False}
LEFT = SOMEBODY | {"last_day": "2026-11-20", "last_seen": None}


class Text(str):
    def __str__(self) -> str:
        return "somebody else"


class Day(date):
    def toordinal(self) -> int:
        return 1

    def isoformat(self) -> str:
        return "2026-11-20"


class Number(int):
    pass


class Record(dict):
    def items(self):
        return (SOMEBODY | {"employment": "partner", "last_day": "2020-01-01"}).items()


class Loud(str):
    """A key that does what keys should not."""

    __slots__ = ("of",)
    of: dict

    def __hash__(self) -> int:
        self.of.clear()
        return super().__hash__()

    def __eq__(self, other: object) -> bool:
        self.of.clear()
        return super().__eq__(other)


days = st.dates(TODAY - timedelta(days=200), TODAY + timedelta(days=60))
ODD = [
    None,
    "",
    True,
    False,
    0,
    -1,
    2**63 - 1,
    2**63,
    -(2**63),
    -(2**63) - 1,
    10**30,
    0.5,
    float("nan"),
    "staff",
    Text("staff"),
    "ECHOECHO",
    "echoecho",
    "ECHOECH0 ",
    "ＥCHOECHO",
    "*SUPPORT",
    "CH",
    "ch",
    "grün",
    "\ud800",
    "a\0b",
    "x" * 4_096,
    "ü" * 4_096,
    "x" * 4_097,
    "2026-11-20",
    "2026-11-22",
    "2026-02-29",
    "2024-02-29",
    "0000-01-01",
    "0001-01-01",
    "9999-12-31",
    "2026-13-01",
    "2026-1-01",
    "２026-11-20",
    "2026-11-20T09:00:00Z",
    "2026-11-20T09:00:00",
    date(2026, 11, 20),
    date.min,
    date.max,
    Day(2030, 1, 1),
    datetime(2026, 11, 20, 9, tzinfo=UTC),
    datetime(2026, 11, 20, 9),
    [],
    (),
    ["board"],
    ("board", "board"),
    ["board", ""],
    ["board", None],
    ["board", 3],
    ["\ud800"],
    [Text("board")],
    ["audit-none", "audit-sales"],
    ["g"] * 1_024,
    ["g"] * 1_025,
    ["x" * 5_000],
    {"board"},
    frozenset(["board", "x"]),
    {"a": 1},
    [["board"]],
    b"board",
    object(),
]
odd = st.sampled_from(ODD)


def mostly(good: st.SearchStrategy) -> st.SearchStrategy:
    return st.integers(0, 15).flatmap(lambda chance: odd if chance == 0 else good)


built_in = {
    "person": st.sampled_from(["E1", "E2", "É3"]),
    "employment": st.sampled_from(["staff", "contractor", "temporary", "partner", "service"]),
    "last_day": st.one_of(st.none(), days, days.map(date.isoformat), st.sampled_from([TODAY + timedelta(days=n) for n in (-1, 0, 1)])),
    "leaves_at": st.one_of(
        st.none(),
        st.sampled_from(["2026-11-22T08:59:59Z", "2026-11-22T10:00:00+01:00", datetime(2026, 11, 22, 9, tzinfo=UTC), "2026-11-22T09:00:01Z"]),
    ),
    "has_left": st.booleans(),
    "departure": st.one_of(st.none(), st.sampled_from(["voluntary", "retired"])),
    "first_day": st.one_of(st.none(), days),
    "created": st.one_of(st.none(), days),
    "last_seen": st.one_of(st.none(), days, days.map(date.isoformat)),
    "department": st.one_of(st.none(), st.sampled_from(["sales", "it"])),
    "job_title": st.one_of(st.none(), st.text(max_size=5)),
    "country": st.one_of(st.none(), st.sampled_from(["CH", "DE"])),
    "nickname": st.one_of(st.none(), st.sampled_from(["Bot", "İ", "Mia"])),
    "credential": st.just("c1"),
    "credential_kind": st.sampled_from(["single", "multi", "none"]),
    "superseded_by": st.one_of(st.none(), st.sampled_from(["MIAMIA01", "ECHOECHO"])),
    "edition": st.sampled_from(["enterprise", "basic"]),
    "categories": st.lists(st.sampled_from(["board", "trainer"]), max_size=3),
    "groups": st.one_of(st.lists(st.sampled_from(["g1", "g2"]), max_size=20), st.lists(st.text(max_size=3), max_size=3).map(tuple)),
    "lists": st.just([]),
    "mdm_managed": st.booleans(),
    "legal_hold": st.booleans(),
    "administrator": st.booleans(),
    "x-note": st.one_of(st.none(), st.text(), st.integers(), st.booleans()),
}
own = {
    "notice_days": st.integers(0, 90),
    "bonus": st.one_of(st.none(), st.integers()),
    "projects": st.lists(st.sampled_from(["audit-sales", "audit-none", "x"]), max_size=20),
    "vip": st.booleans(),
    "since": st.one_of(st.none(), days, st.sampled_from(["2019-12-31", "2020-01-01", date(2020, 1, 1), date(2019, 12, 31)])),
    "site": st.sampled_from(["zurich", "berlin"]),
    "badge": st.one_of(st.none(), st.sampled_from(["grün", "blau"])),
}
strange_keys = st.sampled_from(
    ["employmet", "x-other", "x-PassWord", "x-pässword", "password", "pwd", "", "\ud800", 3, None, True, 1.5, ("id",), Text("x-a")]
)


def users(fields: dict[str, st.SearchStrategy]) -> st.SearchStrategy:
    """Most are whole, some lack a field, some have a value that makes no sense, a few a key that makes none."""
    known = {key: mostly(good) for key, good in fields.items()}
    always = {"id": mostly(st.sampled_from(["ECHOECHO", "MIAMIA01", "*SYSTEM1"]))}
    often = {key: known.pop(key) for key in ("person", "employment", "last_day")}
    plain = st.fixed_dictionaries(always | often, optional=known)
    whole = st.fixed_dictionaries({"id": st.just("ECHOECHO")} | fields)
    extra = st.one_of(st.just({}), st.just({}), st.dictionaries(strange_keys, odd, max_size=1))
    return st.one_of(whole, st.tuples(plain, extra).map(lambda parts: parts[0] | parts[1]))
