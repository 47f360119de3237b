"""Values, errors, and what is refused."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle
import subprocess
import sys
import threading
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

import leaver
from leaver import Access, Decision, Disposition, HoldCode, Outcome

STAFF = '/// Staff.\nfn staff(user) { if user.has_left && user.employment == "staff" { revoke() } }'
SOMEBODY = {"id": "ECHOECHO", "person": "E1", "employment": "staff", "last_day": date(2026, 11, 20), "edition": "enterprise"}
AT = {"as_of": datetime(2026, 11, 22, 9, tzinfo=UTC), "time_zone": "Europe/Zurich", "complete": True}


@pytest.fixture(scope="module")
def policy() -> leaver.Policy:
    return leaver.Policy.compile(STAFF)


def test_a_decision_is_a_frozen_value(policy):
    decision = policy.decide(SOMEBODY, **AT)
    again = policy.decide(dict(SOMEBODY), **AT)
    assert decision == again and hash(decision) == hash(again) and len({decision, again}) == 1
    with pytest.raises(AttributeError):
        decision.rule = "other"
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(decision, protocol)) == decision
    assert copy.deepcopy(decision) == decision
    match decision:
        case Decision(outcome=Outcome.ACT, disposition=Disposition.REVOKE, access=Access.WITHDRAW, rule=rule):
            assert rule == "staff"
        case _:
            pytest.fail("it does not match")


def test_a_decision_that_was_read_back_cannot_be_explained(policy):
    decision = policy.decide(SOMEBODY, **AT)
    assert "staff (policy.rhai:2)" in str(decision.explain())
    assert decision.counterfactual()[0].changes[0].field == "employment"
    with pytest.raises(KeyError, match="no such rule"):
        decision.why_not("nobody")
    with pytest.raises(ValueError, match="ask the policy again"):
        pickle.loads(pickle.dumps(decision)).explain()


def test_an_explanation_is_a_frozen_value(policy):
    decision = policy.decide(SOMEBODY, **AT)
    why, why_not, changes = decision.explain(), decision.why_not("staff"), decision.counterfactual()
    for value in (why, why_not, changes[0]):
        again = pickle.loads(pickle.dumps(value))
        assert again == value and hash(again) == hash(value) and copy.deepcopy(value) == value
        with pytest.raises(AttributeError):
            setattr(value, dataclasses.fields(value)[0].name, None)
    match why.rules:
        case (leaver.RuleExplanation(rule="staff", part=leaver.Part.DECIDES, answer=leaver.SaysAction(verb=verb), clauses=clauses),):
            assert verb is leaver.Verb.REVOKE
            assert [(one.text, one.value, one.taken) for one in clauses] == [
                ('user.has_left && user.employment == "staff"', True, leaver.Taken.THEN)
            ]
            assert clauses[0].clauses[1].reads == (leaver.Read("employment", leaver.ReadState.KNOWN, "staff"),)
        case _:
            pytest.fail("it does not match")
    assert why_not.answered and why_not.part is leaver.Part.DECIDES and why_not.overruled_by is None
    assert str(changes[0]).startswith('employment were "')


def test_instants_need_a_time_zone(policy):
    with pytest.raises(TypeError, match="datetime.UTC"):
        policy.decide(SOMEBODY, **(AT | {"as_of": datetime(2026, 11, 22, 9)}))
    with pytest.raises(TypeError, match="leaves_at"):
        policy.decide(SOMEBODY | {"leaves_at": datetime(2026, 11, 20, 9)}, **AT)
    tokyo = datetime(2026, 11, 22, 18, tzinfo=timezone(timedelta(hours=9)))
    assert policy.decide(SOMEBODY, **(AT | {"as_of": tokyo})) == policy.decide(SOMEBODY, **AT)


def test_times_of_a_decision_are_datetimes():
    text = """/// Later.
    fn later(user) { if user.has_left { revoke().after(days(1)).within(hours(60)) } }"""
    decision = leaver.Policy.compile(text).decide(SOMEBODY, **AT)
    assert decision.after == datetime(2026, 11, 21, 23, tzinfo=UTC)
    assert decision.deadline == datetime(2026, 11, 23, 11, tzinfo=UTC)
    text = """/// A week after it was told.
    fn later(user) { if user.superseded_by != () { revoke().keep_access().notify("Soon.").after(weeks(1)) } }"""
    somebody = {"id": "ECHOECHO", "person": "E1", "employment": "staff", "last_day": None, "superseded_by": "MIAMIA01"}
    decision = leaver.Policy.compile(text).decide(somebody | {"edition": "enterprise"}, **AT)
    assert decision.after == leaver.AfterNotice(days=7, hours=0) and decision.after.least == timedelta(days=7)
    assert decision.obligations == (leaver.Notify("Soon."),)
    assert Decision.from_json(decision.to_json()) == decision


def test_what_is_not_known_is_held(policy):
    decision = policy.decide({"id": "ECHOECHO", "person": "E1", "employment": "staff"}, **AT)
    assert decision.outcome is Outcome.HOLD and decision.hold is not None
    assert decision.hold.code is HoldCode.MISSING_FACT
    decision = policy.decide(SOMEBODY, **(AT | {"complete": False}))
    assert decision.hold.code is HoldCode.INCOMPLETE_DIRECTORY


def test_a_policy_with_mistakes_says_all_of_them():
    with pytest.raises(leaver.PolicyError) as caught:
        leaver.Policy.compile("/// A.\nfn a(user) { user.employmet; user.other }")
    error = caught.value
    assert isinstance(error, ValueError) and isinstance(error, leaver.LeaverError)
    assert [found.code for found in error.diagnostics if found.severity == "error"] == ["P0102", "P0102"]
    assert (error.diagnostics[0].line, error.diagnostics[0].help) == (2, "did you mean `employment`?")
    assert "P0102" in str(error)
    read_back = pickle.loads(pickle.dumps(error))
    assert (str(read_back), read_back.diagnostics) == (str(error), error.diagnostics)


@pytest.mark.parametrize(
    ("user", "code"),
    [
        ({"id": "echoecho"}, "D0402"),
        ({"id": "ECHOECHO", "last_day": "tomorrow"}, "D0406"),
        ({"id": "ECHOECHO", "employmet": "staff"}, "D0203"),
        ({"id": "ECHOECHO", "groups": "g1"}, "D0401"),
        ({}, "D0201"),
    ],
)
def test_a_user_that_makes_no_sense_is_refused(policy, user, code):
    with pytest.raises(leaver.DirectoryError) as caught:
        policy.decide(user, **AT)
    assert caught.value.diagnostics, code
    assert all(found.code.startswith("D") for found in caught.value.diagnostics)


def test_circumstances_that_make_no_sense_are_refused(policy, acme):
    with pytest.raises(ValueError, match="time_zone is required"):
        policy.decide(SOMEBODY, as_of="2026-11-22T09:00:00Z")
    with pytest.raises(ValueError, match="as_of is no instant"):
        policy.decide(SOMEBODY, as_of="today", time_zone="UTC")
    with pytest.raises(ValueError, match="time_zone"):
        policy.decide(SOMEBODY, as_of="2026-11-22T09:00:00Z", time_zone="Mars/Olympus")
    with pytest.raises(ValueError, match="other attributes"):
        policy.decide("LEFTYEST", as_of="2026-11-22T09:00:00Z", directory=acme)
    with pytest.raises(TypeError):
        leaver.Policy()
    with pytest.raises(TypeError):
        leaver.Directory()
    with pytest.raises(TypeError, match="Arrow stream"):
        policy.decide_arrow([1, 2], **AT)


def test_a_directory_is_read_whole_or_not_at_all(root, tmp_path, acme):
    assert len(acme) == 256 and "LEFTYEST" in acme and "NOBODY00" not in acme and 7 not in acme
    assert acme.complete and acme.time_zone == "Europe/Zurich" and acme.taken_at.tzinfo is not None
    (tmp_path / "bad.json").write_text('{"subscription": {"id": "acme"}}')
    with pytest.raises(leaver.DirectoryError) as caught:
        leaver.Directory.read(tmp_path / "bad.json")
    assert len(caught.value.diagnostics) >= 2
    with pytest.raises(leaver.DirectoryError):
        leaver.Directory.read(tmp_path / "nowhere")
    told = []
    leaver.Directory.read(root / "examples/acme", progress=lambda done, total: told.append((done, total)))
    assert told and told[-1][0] == told[-1][1]

    told.clear()

    def stop(done, total):
        told.append(done)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        leaver.Directory.read(root / "examples/acme", progress=stop)
    assert len(told) == 1  # it ends at once, not after the other files


def test_many_are_decided_one_by_one(acme, acme_policy):
    at = {"as_of": "2026-11-22T09:00:00Z"}
    told = []
    many = list(acme_policy.decide_many(acme, progress=lambda done, total: told.append((done, total)), **at))
    assert told == [(256, 256)]
    one_by_one = [acme_policy.decide(id, directory=acme, **at) for id in acme.ids]
    assert many == one_by_one
    assert "legal_hold" in next(one for one in many if one.user == "HOLDSTAF").explain().text


def test_a_policy_is_shared_between_threads_and_pickled(acme, acme_policy):
    again = pickle.loads(pickle.dumps(acme_policy))
    assert again == acme_policy and hash(again) == hash(acme_policy) and again.rules == acme_policy.rules
    at = {"as_of": "2026-11-22T09:00:00Z"}
    expected = [one.to_json() for one in acme_policy.decide_many(acme, **at)]
    found = {}

    def work(number):
        found[number] = [one.to_json() for one in again.decide_many(acme, **at)]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(found[number] == expected for number in range(8))


def test_a_plan_is_read_like_a_list_of_steps(root, acme, acme_policy):
    guards = root / "examples/acme/guards.toml"
    plan = acme_policy.plan(acme, actor="mia", as_of="2026-11-22T09:00:00Z", guards=guards)
    assert len(list(plan)) == len(plan) == 232 and [step.number for step in plan] == list(range(1, 233))
    assert plan.approvals_needed == 2 and plan.expires_at > plan.as_of
    assert pickle.loads(pickle.dumps(plan)) == plan
    assert "cannot be undone" in plan._repr_html_()
    gone = next(user for user in plan.users if user.user == "GONENOW1")
    assert gone.status == "planned" and isinstance(gone.reads_until, datetime)
    assert gone.decision == acme_policy.decide("GONENOW1", as_of="2026-11-22T09:00:00Z", directory=acme)
    assert plan.to_arrow().num_rows == 232
    nothing = acme_policy.plan(acme, actor="mia", as_of="2026-11-22T09:00:00Z", guards=guards, open_plans=[plan])
    assert len(nothing) == 0
    with pytest.raises(leaver.PlanRefused) as caught:
        acme_policy.plan(acme, actor="partner-view", as_of="2026-11-22T09:00:00Z", guards=guards)
    assert caught.value.refusals[0]["code"] == "L0310"
    assert pickle.loads(pickle.dumps(caught.value)).refusals == caught.value.refusals
    with pytest.raises(leaver.DirectoryError) as wrong:
        acme_policy.plan(acme, actor="mia", as_of="2026-11-22T09:00:00Z", guards="[irreversibel]\n")
    assert wrong.value.diagnostics[0].code == "L0003"

    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        acme_policy.plan(acme, actor="mia", as_of="2026-11-22T09:00:00Z", guards=guards, progress=stop)


def test_the_digest_is_verified_without_leaver(root, acme, acme_policy):
    import hashlib

    plan = acme_policy.plan(acme, actor="mia", as_of="2026-11-22T09:00:00Z", guards=root / "examples/acme/guards.toml")
    content = json.loads(plan.to_json())
    said = content.pop("digest")
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert hashlib.sha256(canonical.encode()).hexdigest() == said == plan.digest


def test_importing_is_quick_and_brings_no_data_frames():
    code = "import sys, leaver; print(sorted({'pyarrow', 'polars', 'pandas', 'pyspark'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_every_public_name_has_a_docstring():
    import inspect

    for name in leaver.__all__:
        value = getattr(leaver, name)
        if inspect.isclass(value) or inspect.isfunction(value):
            assert value.__doc__, name
        if inspect.isclass(value):
            for member, what in inspect.getmembers(value):
                if not member.startswith("_") and (inspect.isfunction(what) or isinstance(what, property)):
                    assert what.__doc__, f"{name}.{member}"


def test_a_plan_is_made_of_values(acme, acme_policy, root):
    plan = acme_policy.plan(acme, actor="mia", as_of="2026-11-22T09:00:00Z", guards=root / "examples/acme/guards.toml")
    assert plan._rebuilt() == plan.to_json()
    assert plan.made.actor == "mia" and plan.made.as_of == plan.as_of
    assert [step for batch in plan.batches for step in batch.steps] == list(plan)
    values = [*plan.batches, *plan.users, *plan.hazards, *plan.findings, *plan.guards, plan.made, plan.licences]
    assert len(set(values)) > 250 and pickle.loads(pickle.dumps(values)) == values
    kinds = {type(step.details) for step in plan}
    assert {leaver.Message, leaver.Configuration, type(None)} <= kinds
    assert any(str(step.details).startswith("Your last day") for step in plan)
    # What this plan has not.
    plain = json.loads(plan.to_json())
    plain["batches"][0]["steps"][0]["with"] = {"id": "MIAMIA01"}
    said = {
        "purpose": "leaver resolution 1",
        "subscription": "acme",
        "user": "HOLDSTAF",
        "hold": "vetoed",
        "disposition": "detach",
        "access": None,
        "note": "asked legal",
        "resolver": "noah",
        "at": "2026-11-21T09:00:00Z",
        "until": "2026-12-21T09:00:00.5Z",
    }
    plain["resolutions"] = [{"resolution": said, "signature": "c2ln"}]
    other = leaver.Plan(json.dumps(plain, ensure_ascii=False, separators=(",", ":"), sort_keys=True))
    assert other._rebuilt() == other.to_json()
    assert next(iter(other)).details == leaver.Joins("MIAMIA01")
    assert other.resolutions[0].hold is HoldCode.VETOED and other.resolutions[0].until.microsecond == 500_000


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "this is no plan: Expecting value"),
        ('{"batches": [', "this is no plan: "),
        ("[]", "it has no 'approvals_needed'"),
        ("{}", "it has no 'approvals_needed'"),
        ('{"refusals": []}', "this plan was refused"),
    ],
)
def test_what_is_no_plan_is_refused(text, message):
    with pytest.raises(ValueError, match=message):
        leaver.Plan(text)


@pytest.mark.parametrize(
    "change",
    [
        lambda plain: plain.pop("hold"),
        lambda plain: plain.update(outcome="perhaps"),
        lambda plain: plain.update(valid_until=7),
        lambda plain: plain.update(obligations=[{"kind": "dance"}]),
        lambda plain: plain.update(after={"from": "notify", "plus": "soon"}),
        lambda plain: plain.update(overruled=None),
    ],
)
def test_what_is_no_decision_is_refused(policy, change):
    plain = json.loads(policy.decide(SOMEBODY, **AT).to_json())
    change(plain)
    with pytest.raises(ValueError, match=r"this is no decision: .*; give what Decision.to_json\(\) wrote"):
        Decision.from_json(json.dumps(plain))
    for text in ("", "[]", "7", "null", "\x00"):
        with pytest.raises(ValueError, match="this is no decision"):
            Decision.from_json(text)


def test_what_other_plans_did_is_counted(acme: leaver.Directory, acme_policy: leaver.Policy) -> None:
    def planned(**more: object) -> leaver.Plan:
        return acme_policy.plan(acme, actor="mia", as_of=AT["as_of"], **more)

    free = planned(simulation=True)
    # Whoever has steps in another plan gets none in this one.
    busy = next(user.user for user in free.users if user.steps)
    digest = "0" * 64
    other = planned(simulation=True, open_work={busy: digest})
    assert [(user.open_in, user.steps) for user in other.users if user.user == busy] == [(digest, ())]
    assert digest not in free.to_json()
    guards = "approvals = 0\n[irreversible]\nmax_count = 100\nmax_percent = 100\n"
    with pytest.raises(leaver.PlanRefused, match="withdraw"):
        planned(guards=guards, recent=leaver.Recent(withdraw=2**32 - 1))
    for arguments, told in (
        ({"guards": guards, "simulation": True}, "give guards or simulation, not both"),
        ({"open_work": {"echoecho": digest}}, "open_work: echoecho: "),
        ({"open_work": {busy: "0"}}, f"open_work: {busy}: "),
    ):
        with pytest.raises(ValueError, match=told):
            planned(**arguments)
    for arguments, told in (
        ({"recent": {"withdraw": 1}}, "a leaver.Recent, such as"),
        ({"open_work": [busy]}, "open_work has the digest of a plan for each ID"),
        ({"open_work": {busy: 3}}, "open_work has the digest of a plan for each ID"),
        ({"simulation": "yes"}, "simulation is True or False"),
        ({"guards": 3}, "settings are a text in TOML or a path, not int"),
    ):
        with pytest.raises(TypeError, match=told):
            planned(**arguments)
    for kind in ("3", 1.5, True, None):
        with pytest.raises(TypeError, match="irreversible is a number of users, not"):
            leaver.Recent(irreversible=kind)
    for wrong in (-1, 2**32):
        with pytest.raises(ValueError, match="irreversible is"):
            leaver.Recent(irreversible=wrong)


def test_settings_of_a_file_are_read_to_the_byte(acme, acme_policy, tmp_path):
    place = tmp_path / "guards.toml"
    place.write_bytes(b"approvals = 0\r\rwrong = 1\r\n")
    found = []
    for guards in (place, place.read_bytes().decode()):
        with pytest.raises(leaver.DirectoryError) as refused:
            acme_policy.plan(acme, actor="mia", as_of=AT["as_of"], guards=guards)
        found.append(refused.value.diagnostics)
    assert found[0] == found[1]
