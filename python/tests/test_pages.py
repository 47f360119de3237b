"""What the pages show of Python runs as it stands."""

from __future__ import annotations

import re

import pytest

PAGES = ["python/README.md", "docs/python.md"]


@pytest.mark.parametrize("page", PAGES)
def test_the_examples_run(root, page, monkeypatch, capsys):
    monkeypatch.chdir(root)
    blocks = re.findall(r"```python\n(.*?)```", (root / page).read_text(), flags=re.S)
    assert blocks, page
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, page, "exec"), names)
    assert capsys.readouterr().out


def test_the_readme_says_what_it_prints(root, capsys):
    text = (root / "python/README.md").read_text()
    (block,) = re.findall(r"```python\n(.*?)```", text, flags=re.S)
    exec(compile(block, "README.md", "exec"), {})
    printed = capsys.readouterr().out
    assert printed.startswith("revoke withdraw because: Staff lose the ID: it belongs to the company.\n")
