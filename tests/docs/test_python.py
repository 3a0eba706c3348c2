"""The Python examples of the docs do what they show, each page in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, ROOT, fences, write_files

WITH_EXAMPLES = [
    page for page in PAGES if any(fence.text.startswith(">>>") for fence in fences(page))
]


@pytest.mark.parametrize("page", WITH_EXAMPLES, ids=lambda page: page.name)
def test_examples_print_what_they_show(page: Path, tmp_path: Path) -> None:
    examples = [fence.text for fence in fences(page) if fence.text.startswith(">>>")]
    write_files(page, tmp_path)
    (tmp_path / page.name).write_text("\n".join(examples))
    run = subprocess.run(
        [sys.executable, "-m", "doctest", page.name],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout
