"""The pages are as docs/generate.py would write them, lead to each other and say what holds."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import netspec
from netspec.cli import COMMANDS, main
from tests.docs.pages import DOCS, PAGES, ROOT, fences, prose

LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
NUMBER = re.compile(r"\b\d{1,3}(?:,\d{3})+\b")
WRITTEN_BY_HAND = [DOCS / name for name in ("numbers.md", "commands.md")]


def test_nothing_is_stale() -> None:
    command = [sys.executable, "docs/generate.py", "--check"]
    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")


def test_a_stale_page_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ...
