"""Short answers: whatever a mapping holds, a verdict is what the whole decision comes to, and raises what that raises."""

from __future__ import annotations

import copy
import json
import pickle
import threading
from collections import OrderedDict, UserDict
from datetime import date
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from verdicts import (
    AT,
    ATTRIBUTES,
    FIVE,
    LEFT,
    ODD,
    SOMEBODY,
    WIDE,
    Day,
    Loud,
    Policies,
    Record,
    Text,
    built_in,
    of,
    own,
    told,
    users,
)

import leaver
from leaver import Access, Decider, Disposition, HoldCode, Outcome, Policy, Verdict


@pytest.fixture(scope="module")
def five() -> Policies:
    return Policies(FIVE)


@pytest.fixture(scope="module")
def wide() -> Policies:
    return Policies(WIDE, ATTRIBUTES, edition="enterprise")


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
    assert "staff" in str(five.decider.decide(LEFT).explain())


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
