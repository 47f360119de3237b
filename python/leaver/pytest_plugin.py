"""Collects tests of policies (``acme.test.json`` beside ``acme.rhai``) as items of pytest."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SUFFIX = ".test.json"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds ``leaver_directory``: the directory whose attributes and time zone hold for tests of policies."""
    parser.addini("leaver_directory", "directory for tests of leaver policies, seen from rootdir", default="")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Takes files of tests that have a policy beside them."""
    if not file_path.name.endswith(SUFFIX):
        return None
    policy = file_path.with_name(file_path.name.removesuffix(SUFFIX) + ".rhai")
    if not policy.is_file():
        return None
    file: PolicyTests = PolicyTests.from_parent(parent, path=file_path)
    file.policy = policy
    return file


class PolicyTests(pytest.File):
    """A file of tests of a policy."""

    policy: Path

    def collect(self) -> Iterator[pytest.Item]:
        """Runs all of them at once, and gives one item for each."""
        command = [sys.executable, "-m", "leaver", "test", str(self.policy), str(self.path), "--format", "json"]
        if directory := str(self.config.getini("leaver_directory")):
            command += ["--directory", str(self.config.rootpath / directory)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        try:
            report = json.loads(done.stdout)
        except json.JSONDecodeError:
            raise self.CollectError(done.stderr.strip()) from None
        for test in report["tests"]:
            yield self._item(test["name"], test)
        for promise in report.get("invariants", []):
            yield self._item(promise["name"], promise | {"passed": promise["proof"] == "holds"})

    def _item(self, name: str, told: dict[str, Any]) -> PolicyTest:
        item: PolicyTest = PolicyTest.from_parent(self, name=name)
        item.told = told
        return item


class PolicyFailure(Exception):
    """A test of a policy that failed."""


class PolicyTest(pytest.Item):
    """One test of a policy."""

    told: dict[str, Any]

    def runtest(self) -> None:
        """Says what was found."""
        if not self.told["passed"]:
            raise PolicyFailure(self.told)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What differs."""
        if not isinstance(excinfo.value, PolicyFailure):
            return super().repr_failure(excinfo, style)
        told = self.told
        lines = [f"{told['file']}:{told['line']}: {told['name']}"]
        lines += [json.dumps(found, ensure_ascii=False) for found in told.get("mismatches", [])]
        if "witness" in told:
            lines.append("refuted by " + json.dumps(told["witness"], ensure_ascii=False))
        return "\n".join(lines)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the test is."""
        return self.path, int(self.told["line"]) - 1, self.name
