"""Short answers: whatever a mapping holds, a verdict is what the whole decision comes to, and raises what that raises."""

from __future__ import annotations

import copy
import json
import pickle
import threading
from collections import OrderedDict, UserDict
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import leaver
from leaver import Access, Decider, Decision, Disposition, HoldCode, Outcome, Policy, Verdict

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


@pytest.fixture(scope="module")
def five() -> Policies:
    return Policies(FIVE)


@pytest.fixture(scope="module")
def wide() -> Policies:
    return Policies(WIDE, ATTRIBUTES, edition="enterprise")


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
odd = st.sampled_from(
    [
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
)


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


@settings(max_examples=3_000, deadline=None)
@given(user=users({key: built_in[key] for key in list(built_in)[:3] + ["last_seen", "edition", "legal_hold", "categories", "x-note"]}))
def test_a_verdict_is_what_the_decision_comes_to(five, user):
    five.agree(user)


@settings(max_examples=3_000, deadline=None)
@given(user=users(built_in | own))
def test_so_it_is_with_attributes_vetoes_and_calculations(wide, user):
    wide.agree(user)


@settings(max_examples=400, deadline=None)
@given(user=users(built_in))
def test_so_it_is_where_less_is_known(user):
    for policies in LESS:
        policies.agree(user)


LESS = [Policies(FIVE, complete=False), Policies(FIVE, edition="basic"), Policies(FIVE, time_zone="Pacific/Auckland")]


@pytest.mark.parametrize("key", sorted(set(built_in) | set(own) | {"id"}))
def test_every_odd_value_of_every_field(wide, key):
    raised = 0
    for values in ([None, "", True, False, 3, 2**63, "x", "\ud800", "a\0b"], ODD):
        for value in values:
            whole = SOMEBODY | {"notice_days": 3, "projects": [], "vip": False, "site": "berlin", "last_day": "2026-11-20"}
            found = wide.agree(whole | {key: value})
            raised += found[0] == "raised"
    assert raised, "nothing was refused"


ODD = list(odd.elements)  # type: ignore[attr-defined]


def test_a_mapping_of_whatever_kind(five):
    for user in (
        LEFT,
        OrderedDict(LEFT),
        UserDict(LEFT),
        MappingProxyType(LEFT),
        {Text(key): value for key, value in LEFT.items()},
        {"".join(list(key)): value for key, value in LEFT.items()},
        json.loads(json.dumps(LEFT)),
        LEFT | {"last_day": date(2026, 11, 20)},
    ):
        assert five.agree(user)[1].rule == "staff"
    assert five.agree(Record(LEFT))[1].rule == "externals"
    for wrong in (None, 3, [], "ECHOECHO", "echo", "{}", '{"id": "ECHOECHO"}', b"{}", [("id", "ECHOECHO")], "\ud800", {}, object()):
        five.agree(wrong)


def test_what_is_plain_is_read_in_place(five, wide, monkeypatch):
    """No JSON is written: were it, this would raise."""
    many = {"categories": ["a"] * 10, "groups": tuple("b" * 900), "lists": ["c"] * 1_024}
    whole = LEFT | {"x-note": "n", "x-n": 3, "department": "Küche", "last_day": date(2026, 11, 20), "country": "CH"} | many
    own = {"notice_days": 3, "projects": ["p"], "vip": False, "site": "berlin", "since": "2019-12-31", "bonus": None, "badge": ""}
    expected = of(five.decider.decide(whole)), of(wide.decider.decide(whole | own))
    monkeypatch.setattr("leaver.directory.json.dumps", lambda *_, **__: pytest.fail("JSON was written"))
    assert (five.decider.verdict(whole), wide.decider.verdict(whole | own)) == expected
    made = {"".join(list(key)): value for key, value in whole.items()}
    assert five.decider.verdict(made) == expected[0]
    with pytest.raises(pytest.fail.Exception, match="JSON was written"):
        five.decider.verdict(whole | {"last_day": Day(2026, 11, 20)})


def test_the_edition_of_whoever_has_none():
    found = []
    for edition in (None, "basic", "enterprise"):
        policies = Policies(FIVE, edition=edition)
        without = {key: value for key, value in LEFT.items() if key != "edition"}
        several = [policies.agree(user)[1] for user in (without, without | {"edition": None}, without | {"edition": ""})]
        assert several[0] is several[1] is several[2]
        assert policies.agree(LEFT)[1].rule == "staff"
        found.append((several[0].hold, several[0].rule))
    assert found == [(HoldCode.MISSING_FACT, "staff"), (None, "others"), (None, "staff")]


def test_more_attributes_than_are_read_in_place():
    for count in (38, 39, 256):
        names = [f"a{n}" for n in range(count)]
        text = f"/// One.\nfn one(user) {{ if user.has_left && user.{names[-1]} {{ revoke() }} }}"
        policies = Policies(text, dict.fromkeys(names, "bool"), edition="enterprise")
        for value in (True, False):
            found = policies.agree(LEFT | {"categories": ["a"] * 20} | dict.fromkeys(names, value))
            assert found[1].disposition == ("revoke" if value else "keep")


def test_keys_that_change_the_mapping(five):
    for at in range(4):
        user: dict = {}
        items = list(LEFT.items())
        key = Loud("department")
        key.of = {}
        items.insert(at, (key, "sales"))
        user.update(items)
        key.of = user
        told(lambda: five.decider.verdict(user))
        told(lambda: five.decider.decide(user))


def test_values_that_change_the_mapping(five):
    user: dict = {}

    class Clearing(dict):
        def items(self):
            user.clear()
            return super().items()

    user.update(LEFT | {"categories": Clearing()})
    assert told(lambda: five.decider.verdict(user)) == told(lambda: five.decider.decide(LEFT | {"categories": Clearing()}))


def test_a_verdict_is_a_frozen_value(five):
    verdict = five.decider.verdict(LEFT)
    assert verdict == Verdict(Outcome.ACT, Disposition.REVOKE, Access.WITHDRAW, "staff", None)
    assert verdict is five.decider.verdict(dict(LEFT)) is five.decider.verdicts([LEFT, LEFT])[1]
    assert isinstance(verdict.outcome, Outcome) and isinstance(verdict.access, Access)
    with pytest.raises(AttributeError):
        verdict.rule = "other"
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(verdict, protocol))
        assert again == verdict and hash(again) == hash(verdict)
    assert copy.deepcopy(verdict) == verdict
    match five.decider.verdict(LEFT | {"legal_hold": True}):
        case Verdict(outcome=Outcome.HOLD, rule="held", hold=HoldCode.REVIEW):
            pass
        case other:
            pytest.fail(str(other))
    assert five.decider.verdict({"id": "ECHOECHO"}).hold is HoldCode.UNMATCHED


def test_a_decider_is_made_by_a_policy(five):
    for arguments in ((), (3,), (five.decider,)):
        with pytest.raises(TypeError):
            Decider(*arguments)
    with pytest.raises(ValueError, match="time_zone"):
        five.policy.decider(as_of="2026-11-22T09:00:00Z")
    with pytest.raises(TypeError):
        five.decider.verdict()
    assert five.decider.decide(LEFT) == five.policy.decide(LEFT, **AT)
    assert "staff" in five.decider.decide(LEFT).explain()


def test_many_verdicts_end_with_what_one_raises(five):
    assert five.decider.verdicts(iter([])) == []
    assert five.decider.verdicts(user for user in [LEFT, SOMEBODY]) == [five.decider.verdict(LEFT), five.decider.verdict(SOMEBODY)]
    with pytest.raises(leaver.DirectoryError, match="D0402"):
        five.decider.verdicts([LEFT, {"id": "no"}])
    with pytest.raises(TypeError):
        five.decider.verdicts(3)

    def failing():
        yield LEFT
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        five.decider.verdicts(failing())
    users = [LEFT, SOMEBODY]

    def growing():
        for _ in range(5_000):
            yield from users

    assert len(five.decider.verdicts(growing())) == 10_000


def test_too_little_patience_is_an_error_and_no_verdict():
    text = """/// Slow.
    fn slow(user) {
        let found = 0;
        for one in user.categories { for other in user.categories { if one.contains(other) { found += 1; } } }
        if found > 9 { withdraw() }
    }"""
    decider = Policy.compile(text).decider(**AT, patience=0.000_001)
    user = LEFT | {"categories": [str(n) for n in range(300)]}
    expected = told(lambda: of(decider.decide(user)))
    assert expected[1] is leaver.LimitError
    assert told(lambda: decider.verdict(user)) == expected == told(lambda: decider.verdicts([user]))


def test_threads_get_the_same_verdicts(five, wide):
    users = [LEFT | {"id": f"U{n:07}", "employment": word, "legal_hold": n % 3 == 0} for n, word in enumerate(["staff", "partner", "service"] * 7)]
    own = {"notice_days": 3, "projects": ["audit-none"], "vip": False, "site": "berlin", "country": "DE"}
    fresh = five.policy.decider(**AT), wide.policy.decider(**wide.at)
    expected = [(five.decider.verdict(user), wide.decider.verdict(user | own)) for user in users]
    wrong: list[object] = []

    def ask() -> None:
        try:
            for _ in range(60):
                found = [(fresh[0].verdict(user), fresh[1].verdict(user | own)) for user in users]
                if found != expected:
                    wrong.append(found)
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert len({id(verdict) for _ in range(3) for verdict in fresh[0].verdicts(users)}) == len({one for one, _ in expected})



def test_verdicts_about_the_corpus_are_its_decisions(root):
    cases = users = given = 0
    for case in sorted((root / "tests/cases").iterdir()):
        source = next((one for one in (case / "policy", case / "policy.rhai") if one.exists()), None)
        place = next((one for one in (case / "directory", case / "directory.json") if one.exists()), None)
        if source is None or place is None:
            continue
        as_of = json.loads((case / "case.json").read_text())["as_of"]
        directory = leaver.Directory.read(place)
        policy = leaver.Policy.load(source, directory=directory)
        decider = policy.decider(as_of=as_of, directory=directory)
        decisions = list(policy.decide_many(directory, as_of=as_of))
        assert decider.verdicts(directory.ids) == [of(one) for one in decisions], case.name
        cases += 1
        users += len(decisions)
        if place.suffix != ".json":
            continue
        for user in json.loads(place.read_text())["users"]:
            expected = told(lambda user=user: of(decider.decide(user)))
            assert told(lambda user=user: decider.verdict(user)) == expected, case.name
            given += expected[0] == "value"
    print(f"{cases} cases: verdicts about {users} users of directories and {given} records are the decisions")
    assert cases >= 250 and users >= 500 and given >= 300


def test_a_superseding_id_is_looked_up_in_the_directory():
    text = "/// The older ID.\nfn older(user) { if user.superseded_by != () { revoke().keep_access() } }"
    staff = {"person": "E1", "employment": "staff", "last_day": None}
    directory = leaver.Directory.from_records(
        [{"id": "MIAMIA01"} | staff, {"id": "ECHOECHO", "superseded_by": "MIAMIA01"} | staff],
        subscription={"id": "acme", "edition": "enterprise", "time_zone": "Europe/Zurich"},
        taken_at="2026-11-22T08:00:00Z",
        complete=True,
    )
    decider = Policy.compile(text, directory=directory).decider(as_of="2026-11-22T09:00:00Z", directory=directory)
    found = set()
    for by in (None, "MIAMIA01", "NOBODY00", "ECHOECHO"):
        user = {"id": "ECHOECHO", "superseded_by": by} | staff
        expected = told(lambda user=user: of(decider.decide(user)))
        assert told(lambda user=user: decider.verdict(user)) == expected
        found.add(expected[:2])
    assert len(found) == 4
    assert decider.verdict("ECHOECHO") == of(decider.decide("ECHOECHO"))
    with pytest.raises(KeyError, match="NOBODY00"):
        decider.verdict("NOBODY00")
