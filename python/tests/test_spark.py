"""PySpark on a cluster of two executor processes on this machine decides as this process does."""

from __future__ import annotations

import shutil
import sys

import pytest

import leaver

pytestmark = pytest.mark.spark

POLICY = '/// Staff.\nfn staff(user) { if user.has_left && user.employment == "staff" { revoke() } }'
AT = {"time_zone": "Europe/Zurich", "complete": True, "edition": "enterprise"}


@pytest.mark.filterwarnings("default")
def test_two_executors_decide_as_one_process(monkeypatch):
    if shutil.which("java") is None:
        pytest.skip("java is not there")
    import pyarrow
    from pyspark.sql import SparkSession

    import leaver.spark

    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    spark = (
        SparkSession.builder.master("local-cluster[2,1,1024]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", "500")
        .config("spark.sql.session.timeZone", "UTC")
        .getOrCreate()
    )
    try:
        rows = [
            (f"U{n:07}" if n % 100 else "no id", f"E{n}", "staff" if n % 2 else "partner", "2026-11-20" if n % 3 else None)
            for n in range(20_000)
        ]
        users = spark.createDataFrame(rows, "id string, person string, employment string, last_day string").repartition(4)
        policy = leaver.Policy.compile(POLICY)

        def processes(batches):
            import os

            import pyarrow

            for _ in batches:
                pass
            yield pyarrow.RecordBatch.from_pydict({"worker": [os.getpid()], "executor": [os.getppid()]})

        pids = users.mapInArrow(processes, "worker long, executor long").collect()
        decided = leaver.spark.decide(users, policy, "2026-11-22T09:00:00Z", **AT)
        found = sorted((row.person or "", row.outcome, row.disposition, row.access, row.rule) for row in decided.collect())
        held = [row for row in decided.collect() if row.hold is not None]
    finally:
        spark.stop()
    workers, executors = {row.worker for row in pids}, {row.executor for row in pids}
    assert len(executors) >= 2 and len(workers) >= 2, (workers, executors)
    table = pyarrow.table(
        {name: [row[at] for row in rows] for at, name in enumerate(("id", "person", "employment", "last_day"))}
    )
    local = pyarrow.table(policy.decide_arrow(table, as_of="2026-11-22T09:00:00Z", **AT)).to_pylist()
    expected = sorted((row["person"] or "", row["outcome"], row["disposition"], row["access"], row["rule"]) for row in local)
    assert found == expected
    assert len(held) == 200 and all(row.hold.code == "invalid_record" for row in held)
    print(f"spark: {len(rows)} users by {len(executors)} executors, workers {sorted(workers)}, equal to this process")
