"""Pictures: what comes out, the same each time, and without noise."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import netspec
from netspec.backends.graphviz import render

DOT = "digraph { a -> b }"
IMPORT = "from netspec.backends.graphviz import render; "


@pytest.mark.parametrize(
    ("format", "start"), [("svg", b"<?xml"), ("png", b"\x89PNG"), ("pdf", b"%PDF")]
)
def test_formats(format: str, start: bytes) -> None:
    assert render(DOT, format).startswith(start)


def test_svg_has_no_version() -> None:
    assert b"graphviz version" not in render(DOT, "svg")


def test_pdf_has_no_date_of_today() -> None:
    year = str(time.gmtime().tm_year).encode()
    assert b"/CreationDate (D:1970" in render(DOT, "pdf")
    assert b"D:" + year not in render(DOT, "pdf")


@pytest.mark.parametrize("format", ["svg", "png", "pdf"])
def test_same_bytes_in_another_process(format: str) -> None:
    text = netspec.load("resnet18").dot()
    command = f"import sys; sys.stdout.buffer.write(render(sys.stdin.read(), {format!r}))"
    assert _python(IMPORT + command, text).stdout == render(text, format)


def test_is_silent() -> None:
    """Fontconfig speaks on the file descriptor itself, the first time in a process."""
    run = _python(IMPORT + f"render({DOT!r}, 'svg')")
    assert run.stderr == b""


def test_goes_on_without_standard_error() -> None:
    command = f"import os; os.close(2); render({DOT!r}, 'svg'); print('drawn')"
    assert _python(IMPORT + command).stdout == b"drawn\n"


def test_missing_pygraphviz_is_a_diagnostic(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    with pytest.raises(netspec.SpecError, match=r"NS005.*pygraphviz"):
        render(DOT, "svg")


def test_dot_text_needs_no_pygraphviz() -> None:
    without = "import sys; sys.modules['pygraphviz'] = None; "
    command = "import netspec; print(netspec.load('lenet5').dot())"
    assert _python(without + command).stdout.startswith(b"digraph")


def _python(command: str, text: str = "") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-c", command],
        input=text.encode(),
        env={**os.environ, "PYTHONUTF8": "1"},
        cwd=Path(netspec.__file__).parents[1],
        capture_output=True,
        check=True,
    )
