"""Columns of real libraries in and out."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from datetime import date

import pytest

import leaver

POLICY = '/// Staff.\nfn staff(user) { if user.has_left && user.employment == "staff" { revoke().notify("Bye") } }'
AT = {"as_of": "2026-11-22T09:00:00Z", "time_zone": "Europe/Zurich", "complete": True, "edition": "enterprise"}
ROWS = [
    {"id": "ECHOECHO", "person": "E1", "employment": "staff", "last_day": date(2026, 11, 20)},
    {"id": "no id", "person": "E2", "employment": "staff", "last_day": None},
    {"id": "MIAMIA01", "person": "E3", "employment": "partner", "last_day": None},
]


@pytest.fixture(scope="module")
def policy() -> leaver.Policy:
    return leaver.Policy.compile(POLICY)


def check(rows: list[dict]) -> None:
    assert [row["disposition"] for row in rows] == ["revoke", "hold", "keep"]
    assert rows[0]["obligations"] == [{"kind": "notify", "text": "Bye", "id": None}]
    assert rows[1]["hold"]["code"] == "invalid_record" and "D0402" in rows[1]["hold"]["message"]


def test_pyarrow(policy):
    import pyarrow

    table = pyarrow.Table.from_pylist(ROWS)
    check(pyarrow.table(policy.decide_arrow(table, **AT)).to_pylist())
    check(pyarrow.table(policy.decide_arrow(table, dictionaries=True, **AT)).to_pylist())
    reader = pyarrow.RecordBatchReader.from_stream(policy.decide_arrow(table.to_reader(max_chunksize=1), **AT))
    assert [batch.num_rows for batch in reader] == [1, 1, 1]
    stream = policy.decide_arrow(table, **AT)
    pyarrow.table(stream)
    with pytest.raises(ValueError, match="read already"):
        pyarrow.table(stream)
    with pytest.raises(leaver.DirectoryError, match="employmet"):
        policy.decide_arrow(table.rename_columns(["id", "person", "employmet", "last_day"]), **AT)


def test_polars(policy):
    import polars

    import leaver.polars

    frame = polars.DataFrame(ROWS)
    check(frame.leaver.decide(policy, **AT).to_dicts())
    check(frame.lazy().leaver.decide(policy, **AT).collect().to_dicts())
    words = frame.with_columns(polars.col("employment").cast(polars.Categorical))
    check(leaver.polars.decide(words, policy, **AT).to_dicts())


def test_pandas(policy):
    import pandas
    import polars

    check(polars.DataFrame(policy.decide_arrow(pandas.DataFrame(ROWS), **AT)).to_dicts())


def test_duckdb(policy):
    import duckdb
    import pyarrow

    users = pyarrow.Table.from_pylist(ROWS)
    relation = duckdb.sql("select * from users")
    decided = pyarrow.table(policy.decide_arrow(relation, **AT))
    assert duckdb.sql("select count(*) from decided where disposition = 'revoke'").fetchall() == [(1,)]
    check(decided.to_pylist())


def test_tests_of_policies_are_items(pytester):
    pytester.makefile(
        ".rhai", acme='/// Staff.\nfn staff(user) { if user.has_left && user.employment == "staff" { revoke() } }\n'
    )
    pytester.makefile(
        ".test.json",
        acme=textwrap.dedent("""
        [{"name": "staff lose it", "as_of": "2026-11-22T09:00:00Z",
          "user": {"employment": "staff", "last_day": "2026-11-20"}, "expect": {"disposition": "revoke"}},
         {"name": "partners, too", "as_of": "2026-11-22T09:00:00Z",
          "user": {"employment": "partner", "last_day": "2026-11-20"}, "expect": {"disposition": "revoke"}},
         {"always": "user.employment == \\"partner\\"", "never": "revoke"}]"""),
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["*partners, too*", "*disposition*"])


def test_ctrl_c_ends_long_work_at_once(tmp_path):
    script = tmp_path / "long.py"
    script.write_text(
        textwrap.dedent("""
        import os, signal, threading, time, leaver
        policy = leaver.Policy.compile("/// All.\\nfn everybody(user) { if user.has_left { revoke() } }")
        users = [{"id": f"U{n:07}", "person": "E", "employment": "staff", "last_day": None} for n in range(200_000)]
        directory = leaver.Directory.from_records(
            users, subscription={"id": "a", "edition": "enterprise", "time_zone": "UTC"},
            taken_at="2026-11-22T08:00:00Z", complete=True)
        threading.Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
        began = time.monotonic()
        try:
            for _ in range(1_000):
                for decision in policy.decide_many(directory, as_of="2026-11-22T09:00:00Z"):
                    pass
        except KeyboardInterrupt:
            print("stopped", time.monotonic() - began < 3)
        """)
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout == "stopped True\n"
