"""An independent model of Acme's policy, in plain Python, decides as leaver does about random users."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import leaver

TODAY = date(2026, 11, 22)
ATTRIBUTES = {
    "notice_days": "integer",
    "projects": "list of text",
    "vip": "bool",
    "site": {"one_of": ["zurich", "berlin", "lyon", "remote"]},
}


def model(user: dict) -> tuple[str | None, str, str]:
    """The rule that decides, what happens to the ID, and what happens to the access."""
    left = user["last_day"] is not None and user["last_day"] < TODAY
    employment, departure = user["employment"], user["departure"]
    dismissed = left and departure == "involuntary"
    vetoes = set()
    if user["legal_hold"]:
        vetoes |= {"detach", "revoke"}
    if dismissed and user["country"] in ("DE", "FR"):
        vetoes.add("revoke")
    if user["credential_kind"] == "multi" and not user["mdm_managed"]:
        vetoes.add("detach")

    def first_allowed(*ways: str) -> tuple[str, str]:
        for way in ways:
            if way not in vetoes:
                return way, "withdraw"
        return "hold", "withdraw"

    held = ("hold", "hold")
    last_sign = user["last_seen"] or user["created"]
    rules = [
        ("administrator_leaves", left and user["administrator"], lambda: held),
        ("deceased", departure == "deceased", lambda: held),
        ("audit_is_open", left and f"audit-{user['department'] or 'none'}" in user["projects"], lambda: held),
        (
            "forgotten_service_account",
            employment == "service" and last_sign is not None and (TODAY - last_sign).days > 90,
            lambda: held,
        ),
        (
            "older_id",
            user["superseded_by"] is not None and not left,
            lambda: ("hold" if "revoke" in vetoes else "revoke", "keep"),
        ),
        ("board_leaves", left and (user["vip"] or "board" in user["categories"]), lambda: first_allowed("revoke", "detach")),
        ("dismissed", dismissed and employment == "staff", lambda: first_allowed("revoke", "detach")),
        (
            "staff_leave",
            left and employment == "staff",
            lambda: first_allowed("detach") if departure == "retired" else first_allowed("revoke", "detach"),
        ),
        ("externals_leave", left and employment in ("contractor", "partner"), lambda: first_allowed("detach")),
        ("temporary_leave", left and employment == "temporary", lambda: ("keep", "withdraw")),
        ("service_ends", left and employment == "service", lambda: first_allowed("revoke")),
        ("works_council_phones", "works-council" in user["categories"], lambda: ("keep", "keep")),
        (
            "berlin_moves_to_mdm",
            user["site"] == "berlin" and employment == "staff" and user["credential_kind"] == "single",
            lambda: ("keep", "migrate"),
        ),
    ]
    for name, applies, answer in rules:
        if applies:
            return name, *answer()
    return None, "keep", "keep"


maybe = st.one_of
days = st.dates(TODAY - timedelta(days=200), TODAY + timedelta(days=60))
users = st.fixed_dictionaries(
    {
        "id": st.just("ECHOECHO"),
        "person": st.just("E1"),
        "edition": st.just("enterprise"),
        "employment": st.sampled_from(["staff", "contractor", "temporary", "partner", "service"]),
        "last_day": maybe(st.none(), days, st.sampled_from([TODAY - timedelta(days=1), TODAY, TODAY + timedelta(days=1)])),
        "leaves_at": st.none(),
        "first_day": st.none(),
        "departure": maybe(st.none(), st.sampled_from(["voluntary", "involuntary", "contract_end", "retired", "deceased"])),
        "created": maybe(st.none(), days),
        "last_seen": maybe(st.none(), days),
        "department": maybe(st.none(), st.sampled_from(["sales", "it"])),
        "country": maybe(st.none(), st.sampled_from(["CH", "DE", "FR"])),
        "credential": st.just("c1"),
        "credential_kind": st.sampled_from(["single", "multi"]),
        "superseded_by": maybe(st.none(), st.just("MIAMIA01")),
        "categories": st.lists(st.sampled_from(["board", "works-council", "trainer"]), max_size=2, unique=True),
        "groups": st.just([]),
        "lists": st.just([]),
        "mdm_managed": st.booleans(),
        "legal_hold": st.booleans(),
        "administrator": st.booleans(),
        "notice_days": st.integers(0, 90),
        "projects": st.lists(st.sampled_from(["audit-sales", "audit-none", "x"]), max_size=2, unique=True),
        "vip": st.booleans(),
        "site": st.sampled_from(["zurich", "berlin"]),
    }
)


@pytest.fixture(scope="module")
def policy(root, acme_policy) -> leaver.Policy:
    return acme_policy


AT = {"as_of": "2026-11-22T09:00:00Z", "time_zone": "Europe/Zurich", "complete": True}


@settings(max_examples=1_500, deadline=None)
@given(user=users)
def test_the_model_decides_alike(policy, user):
    decision = policy.decide(user, **AT)
    rule, disposition, access = model(user)
    found = decision.rule or (decision.hold.rule if decision.hold else None)
    assert (found, decision.disposition, decision.access) == (rule, disposition, access), decision


@settings(max_examples=60, deadline=None)
@given(batch=st.lists(users, min_size=1, max_size=12))
def test_columns_decide_as_records(policy, batch):
    import pyarrow

    rows = [user | {"id": f"U{at:07}"} for at, user in enumerate(batch)]
    one_by_one = [policy.decide(user, **AT) for user in rows]
    kinds = {key: pyarrow.date32() for key in ("last_day", "first_day", "created", "last_seen")}
    kinds |= {key: pyarrow.list_(pyarrow.string()) for key in ("categories", "groups", "lists", "projects")}
    kinds |= {key: pyarrow.bool_() for key in ("mdm_managed", "legal_hold", "administrator", "vip")}
    kinds |= {"notice_days": pyarrow.int64(), "leaves_at": pyarrow.timestamp("us", tz="UTC")}
    schema = pyarrow.schema([(key, kinds.get(key, pyarrow.string())) for key in rows[0]])
    table = pyarrow.table(policy.decide_arrow(pyarrow.Table.from_pylist(rows, schema), **AT)).to_pylist()
    for decision, row in zip(one_by_one, table, strict=True):
        for key in ("user", "person", "outcome", "disposition", "access", "rule", "reason", "ground", "approvals"):
            assert row[key] == getattr(decision, key), key
        assert (row["hold"] is None) == (decision.hold is None)
        assert [one["kind"] for one in row["obligations"]] == [
            {"Notify": "notify", "LeaveGroupsAndLists": "leave_groups_and_lists", "ReplaceWith": "replace_with", "Restrict": "restrict"}[
                type(one).__name__
            ]
            for one in decision.obligations
        ]
        assert row["valid_until"] == decision.valid_until
    assert list(policy.decide_many(iter(rows), **AT)) == one_by_one
