"""The example scripts, as somebody runs them."""

from __future__ import annotations

import json
import subprocess
import sys


def run(root, *arguments):
    return subprocess.run(
        [sys.executable, *map(str, arguments)], capture_output=True, text=True, cwd=root, check=False, timeout=120
    )


def test_the_nightly_script(root, tmp_path):
    acme = ["examples/acme/policy.rhai", "examples/acme"]
    at = ["--as-of", "2026-11-22T09:00:00+00:00", "-o", tmp_path / "plan.json"]
    done = run(root, "examples/nightly.py", *acme, "--actor", "mia", *at)
    assert done.returncode == 1, done.stderr
    assert "look: HOLDSTAF (vetoed)" in done.stdout
    assert done.stdout.splitlines()[-2:][0] == "75 act, 16 hold, 165 keep"
    assert "232 steps, 2 approvals needed" in done.stdout
    assert json.loads((tmp_path / "plan.json").read_text())["made"]["actor"] == "mia"
    refused = run(root, "examples/nightly.py", *acme, "--actor", "partner-view", *at)
    assert refused.returncode == 3 and "refused [L0310]" in refused.stderr
    broken = run(root, "examples/nightly.py", "examples/mistakes/policy.rhai", "examples/acme", "--actor", "mia", *at)
    assert broken.returncode == 1 and "error[P0102]" in broken.stderr


def test_the_picture(root, tmp_path):
    to = tmp_path / "exposure.png"
    done = run(root, "examples/exposure.py", "examples/acme/policy.rhai", "examples/acme", "mia", to)
    assert done.returncode == 0, done.stderr
    assert to.read_bytes().startswith(b"\x89PNG") and to.stat().st_size > 20_000
