"""What all tests share."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

import leaver

ROOT = Path(__file__).resolve().parents[2]
AS_OF = "2026-11-22T09:00:00Z"

pytest_plugins = ["pytester"]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def acme() -> leaver.Directory:
    return leaver.Directory.read(ROOT / "examples/acme")


@pytest.fixture(scope="session")
def acme_policy(acme: leaver.Directory) -> leaver.Policy:
    return leaver.Policy.load(ROOT / "examples/acme/policy.rhai", directory=acme)


@pytest.fixture(scope="session")
def program() -> list[str]:
    """The `leaver` program built from Rust; LEAVER_PROGRAM names it."""
    named = os.environ.get("LEAVER_PROGRAM")
    if named is None:
        target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
        named = str(target / "debug" / "leaver")
    done = subprocess.run([named, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"leaver {leaver.__version__}\n"
    return [named, "--quiet"]
