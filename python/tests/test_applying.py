"""Plans carried out from Python: the same records as the program, connectors of one's own, and everything that interrupts."""

from __future__ import annotations

import json
import pickle
import subprocess
from datetime import datetime, timedelta

import pytest

import leaver
from leaver import Ability, Effect, IdSight, Sight, StepState

AT = datetime.fromisoformat("2026-11-22T09:00:00Z")
END = datetime.fromisoformat("2027-03-01T12:00:00Z")
POLICY = """
/// Staff lose the ID.
fn staff(user) { if user.has_left && user.employment == "staff" { revoke() } }
/// Contractors keep it.
fn contractors(user) { if user.has_left && user.employment == "contractor" { detach() } }
"""
NO_APPROVALS = "approvals = 0\n" + "".join(
    f"[{one}]\nmax_count = 1000\nmax_percent = 100\n" for one in ("irreversible", "withdraw", "reversible")
)


def company(**more) -> leaver.Directory:
    users = [
        {"id": "ECHOECHO", "person": "E1", "employment": "staff", "last_day": "2026-11-20", "credential": "c1"},
        {"id": "MIAMIA01", "person": "E2", "employment": "contractor", "last_day": "2026-11-20", "credential": "c2"},
    ]
    return leaver.Directory.from_records(
        more.get("users", users),
        subscription={"id": "acme", "edition": "enterprise", "time_zone": "UTC"},
        taken_at="2026-11-22T08:00:00Z",
        complete=True,
        credentials=[{"id": "c1", "kind": "single"}, {"id": "c2", "kind": "single"}],
        administrators=[{"name": name, "kind": "full"} for name in ("mia", "noah", "lena")],
    )


@pytest.fixture
def directory():
    return company()


@pytest.fixture
def policy(directory):
    return leaver.Policy.compile(POLICY, directory=directory)


@pytest.fixture
def plan(policy, directory):
    return policy.plan(directory, actor="mia", as_of=AT, guards=NO_APPROVALS)


def to_the_end(journal, plan, connector, **more) -> leaver.Run:
    now = AT
    for _ in range(1_000):
        run = journal.run(plan, connector, now=now, **more)
        match run.ended:
            case leaver.RunEnd.WAITING:
                assert run.next is not None and run.next > now
                now = run.next
            case leaver.RunEnd.STOPPED_AFTER_FAILURES:
                now += timedelta(minutes=1)
            case _:
                return run
    pytest.fail("it goes on for ever")


def test_the_records_are_those_of_the_program(root, program, tmp_path):
    """The company of the examples: plan, two approvals, and everything carried out, from both."""

    def leave(*arguments: str) -> str:
        done = subprocess.run([*program, *arguments], capture_output=True, text=True, cwd=root)
        assert done.returncode == 0, done.stderr
        return done.stdout

    directory = leaver.Directory.read(root / "examples/acme")
    keys = {name: leaver.SecretKey.generate() for name in ("noah", "root")}
    lines = "".join(f'{name} = "{key.public}"\n' for name, key in keys.items())
    (tmp_path / "approvers.toml").write_text("[approvers]\n" + lines)
    policy = leaver.Policy.load(root / "examples/acme/policy.rhai", directory=directory)
    plan = policy.plan(
        directory,
        actor="mia",
        as_of=AT,
        guards=root / "examples/acme/guards.toml",
        approvers=tmp_path / "approvers.toml",
    )
    (tmp_path / "plan.json").write_text(plan.to_json() + "\n")
    approvals = []
    for name, key in keys.items():
        approvals.append(leaver.approve(plan, name, key, now=AT))
        (tmp_path / f"{name}.approval").write_text(approvals[-1])
        key.write(tmp_path / f"{name}.key")
        again = ["--name", name, "--key", str(tmp_path / f"{name}.key"), "--as-of", "2026-11-22T09:00:00Z"]
        assert leave("approve", str(tmp_path / "plan.json"), *again).strip() == approvals[-1]
        with pytest.raises(FileExistsError):
            key.write(tmp_path / f"{name}.key")
        assert leaver.SecretKey.read(tmp_path / f"{name}.key") == key
    leave(
        *("apply", str(tmp_path / "plan.json"), "--connector", "simulator", "--directory", "examples/acme"),
        *("--approvers", str(tmp_path / "approvers.toml"), "--journal", str(tmp_path / "rust.journal")),
        *("--approval", str(tmp_path / "noah.approval"), "--approval", str(tmp_path / "root.approval")),
        *("--as-of", "2026-11-22T09:00:00Z", "--until", "2027-03-01T12:00:00Z"),
    )
    simulator = leaver.Simulator(directory)
    with leaver.Journal(tmp_path / "python.journal", now=AT) as journal:
        asked = {"directory": directory, "approvers": tmp_path / "approvers.toml", "now": AT}
        with pytest.raises(leaver.ApplyRefused, match="A0209"):
            journal.accept(plan, **asked)
        records_before = len(list(journal))
    (tmp_path / "python.journal").unlink()
    with leaver.Journal(tmp_path / "python.journal", now=AT) as journal:
        assert records_before == 2
        assert journal.accept(plan, approvals=approvals, **asked)
        assert not journal.accept(plan, now=AT)
        run = to_the_end(journal, plan, simulator)
        assert run.ended is leaver.RunEnd.FINISHED
        assert journal.plans == (plan.digest,)
        states = {one.state for one in journal.status(plan, connector=simulator, now=END)}
        assert states == {StepState.CONFIRMED}
    exported = [leave("audit", "export", str(tmp_path / f"{name}.journal")) for name in ("rust", "python")]
    assert exported[0] == exported[1] and exported[0].count("\n") > 300
    print(f"\n{exported[0].count(chr(10))} records of a history: the same bytes from Python and from the program")
    seen = simulator.view(END)
    assert any(not user["abilities"]["reads"] for user in seen["users"])


class Platform:
    """A connector of one's own over a set of what was done; what happens is told by a script of surprises."""

    name = "own"

    def __init__(self, surprises=()):
        self.done: dict[int, int] = {}
        self.surprises = list(surprises)
        self.sight: dict[int, Sight] = {}

    def ability(self, kind):
        return None if kind == "notify" else Ability(readable=True)

    def observe(self, step, now):
        if step.number in self.sight:
            return self.sight[step.number]
        effect = Effect.DONE if step.number in self.done else Effect.NOT_DONE
        credential = step.target if step.kind == "withdraw" else None
        return Sight(effect=effect, id=IdSight.ACTIVE, credential_known=True, credential=credential)

    def perform(self, step, key, now):
        assert len(key) == 64 and now.tzinfo is not None
        surprise = self.surprises.pop(0) if self.surprises else leaver.Applied()
        if surprise == "lost" or isinstance(surprise, (leaver.Applied, leaver.Pending)):
            self.done[step.number] = self.done.get(step.number, 0) + 1
        if surprise == "lost":
            raise TimeoutError("no reply, and a secret")
        if isinstance(surprise, BaseException):
            raise surprise
        return surprise


def open_plan(tmp_path, plan):
    journal = leaver.Journal(tmp_path / "own.journal", now=AT)
    with pytest.raises(leaver.ApplyRefused, match="A0209"):
        journal.accept(plan, now=AT)
    with pytest.raises(leaver.ApplyRefused, match="A0109"):
        journal.accept(plan, guards="approvals = 1", now=AT)
    journal.accept(plan, guards=NO_APPROVALS, now=AT)
    return journal


def test_a_connector_of_ones_own(tmp_path, plan):
    platform = Platform([leaver.Failed("busy", retryable=True), "lost", leaver.Pending(AT + timedelta(hours=24))])
    told = []
    with open_plan(tmp_path, plan) as journal:
        run = to_the_end(journal, plan, platform, progress=lambda step, state: told.append((step.number, state)))
        assert run.ended is leaver.RunEnd.FINISHED and run.count(StepState.DONE) == len(plan) == 4
        records = [json.dumps(one) for one in journal]
    # Whatever was lost was looked at, and nothing was done twice.
    assert set(platform.done) == {1, 2, 3, 4} and set(platform.done.values()) == {1}
    assert any("the connector raised TimeoutError" in one for one in records)
    assert not any("secret" in one for one in records)
    assert told and all(isinstance(state, StepState) for _, state in told)


def test_what_a_connector_raises_is_never_a_failure_to_be_repeated_blindly(tmp_path, plan):
    class Blind(Platform):
        def ability(self, kind):
            return Ability()

    platform = Blind([leaver.Applied(), leaver.Applied(), "lost"])
    with open_plan(tmp_path, plan) as journal:
        run = to_the_end(journal, plan, platform)
        assert run.ended is leaver.RunEnd.HELD and run.count(StepState.HELD) == 1
        (held,) = [one for one in journal.status(plan, now=AT) if one.state is StepState.HELD]
        assert held.kind == "revoke"
        lena = {"by": "lena", "directory": company()}
        with pytest.raises(leaver.ApplyRefused, match="A0008"):
            journal.resolve(plan, [1], done=True, note="looked", now=END, **lena)
        journal.resolve(plan, [held.step], done=True, note="not in the list", now=END, **lena)
        assert journal.run(plan, platform, now=END).ended is leaver.RunEnd.FINISHED
    assert set(platform.done.values()) == {1}


@pytest.mark.parametrize("surprise", [KeyboardInterrupt(), SystemExit(3)])
def test_an_interrupt_stops_after_the_step_and_the_same_call_goes_on(tmp_path, plan, surprise):
    platform = Platform([leaver.Applied(), surprise])
    with open_plan(tmp_path, plan) as journal:
        with pytest.raises(type(surprise)):
            to_the_end(journal, plan, platform)
        assert to_the_end(journal, plan, platform).ended is leaver.RunEnd.FINISHED
    assert set(platform.done.values()) == {1}


def test_progress_stops_a_run(tmp_path, plan):
    platform = Platform()
    with open_plan(tmp_path, plan) as journal:
        run = journal.run(plan, platform, now=AT, progress=lambda step, state: False)
        assert run.ended is leaver.RunEnd.CANCELLED and len(platform.done) == 1

        def broken(step, state):
            raise LookupError(step.number)

        with pytest.raises(LookupError):
            journal.run(plan, platform, now=AT, progress=broken)
        assert len(platform.done) == 2

        def again(step, state):
            journal.run(plan, platform, now=AT)

        with pytest.raises(ValueError, match="at work already"):
            journal.run(plan, platform, now=AT, progress=again)


def test_a_clock_of_ones_own(tmp_path, plan):
    platform = Platform()
    asked = []

    def clock():
        asked.append(AT + timedelta(seconds=len(asked)))
        return asked[-1]

    with open_plan(tmp_path, plan) as journal:
        journal.run(plan, platform, now=clock)
        assert len(asked) > 4

        def broken():
            raise OSError("no clock")

        with pytest.raises(OSError, match="no clock"):
            journal.run(plan, platform, now=broken)
        with pytest.raises(TypeError, match="time zone"):
            journal.run(plan, platform, now=datetime(2026, 11, 22))


def test_a_newer_directory_stops_who_is_back(tmp_path, plan, policy):
    back = [
        {"id": "ECHOECHO", "person": "E1", "employment": "staff", "credential": "c1"},
        {"id": "MIAMIA01", "person": "E2", "employment": "contractor", "last_day": "2026-11-20", "credential": "c2"},
    ]
    platform = Platform()
    with open_plan(tmp_path, plan) as journal:
        run = to_the_end(journal, plan, platform, policy=policy, directory=company(users=back))
        assert run.count(StepState.STOPPED) == 2 and run.count(StepState.DONE) == 2
        other = leaver.Policy.compile("/// Nobody.\nfn nobody(user) { if user.administrator { review(\"x\") } }")
        with pytest.raises(leaver.ApplyRefused, match="A0105"):
            journal.run(plan, platform, now=AT, policy=other, directory=company())


def test_what_people_do_is_reported(tmp_path, plan, directory):
    with open_plan(tmp_path, plan) as journal:
        assert "the trash can beside each of these credentials" in journal.checklist(plan, now=AT)
        journal.report(plan, [1, 2], by="noah", directory=directory, now=AT)
        assert '"Revoke ID"' in journal.checklist(plan, now=AT)
        with pytest.raises(leaver.ApplyRefused) as refused:
            journal.report(plan, [4], by="noah", directory=directory, now=AT)
        assert refused.value.reasons[0][0] == "A0007"
        assert pickle.loads(pickle.dumps(refused.value)).reasons == refused.value.reasons
        with pytest.raises(ValueError, match="no administrator"):
            journal.report(plan, [3], by="nobody", directory=directory, now=AT)


def test_what_is_no_journal_and_no_plan(tmp_path, plan):
    (tmp_path / "text").write_text("not a journal at all")
    with pytest.raises(leaver.JournalError) as refused:
        leaver.Journal(tmp_path / "text")
    assert refused.value.code == "A0004"
    assert pickle.loads(pickle.dumps(refused.value)).code == "A0004"
    with open_plan(tmp_path, plan) as journal:
        with pytest.raises(leaver.JournalError) as refused:
            leaver.Journal(tmp_path / "own.journal")
        assert refused.value.code == "A0002"
        with pytest.raises(leaver.DirectoryError, match="L0102"):
            journal.accept("{}", now=AT)
        altered = plan.to_json().replace("ECHOECHO", "ECHOECHA")
        with pytest.raises(leaver.DirectoryError, match="L0103"):
            journal.accept(altered, now=AT)
        with pytest.raises(ValueError, match="no class"):
            journal.accept(plan, allow={"everything": 3}, now=AT)
        with pytest.raises(ValueError, match="owns the plan"):
            leaver.approve(plan, "mia", leaver.SecretKey.generate(), now=AT)
    with pytest.raises(ValueError, match="closed"):
        list(journal)
    assert "leaver-secret-key" not in repr(leaver.SecretKey.generate())
