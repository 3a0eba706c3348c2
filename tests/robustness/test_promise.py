"""What SECURITY.md promises: to check, count, expand and draw a spec runs no code of the spec's."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

SPEC = """netspec: 1
name: net
about: "__import__('os').system('true')"
use: {parts: parts.yaml}
params: {width: "8 if 1 < 2 else 4", word: "'import os'"}
input: [3, 8, 8]
body:
  - conv: {out: "[width for i in range(3)][-1]", kernel: 1}
    name: "step{1 + 1}"
    when: word != 'x'
  - parts.unit: 8
  - formula: x * sigmoid(x) + width
    from: {x: _}
claims:
  - {params: "32 + 1", source: eval}
"""
PARTS = "netspec: 1\nblocks:\n  unit: {params: {n: int}, body: [conv: n, relu]}\n"
COMMANDS = {
    "check": ["check", "net.yaml"],
    "a fault": ["check", "net.yaml", "--set", "width=__import__('os')"],
    "stats": ["stats", "net.yaml", "--format", "json"],
    "verify": ["verify", "net.yaml"],
    "expand": ["expand", "net.yaml"],
    "draw": ["draw", "net.yaml", "-o", "net.dot"],
    "a picture": ["draw", "net.yaml", "-o", "net.svg"],
    "source": ["build", "net.yaml", "--target", "torch", "-o", "out"],
}


def events_of(command: list[str], folder: Path) -> list[tuple[str, list[str]]]:
    """What the command does, as Python's audit hooks see it, once all that it needs is imported."""
    (folder / "net.yaml").write_text(SPEC)
    (folder / "parts.yaml").write_text(PARTS)
    done = subprocess.run(
        [sys.executable, "-m", "tests.robustness.audited", *command],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={"PYTHONPATH": str(Path.cwd()), "PATH": "/usr/bin:/bin", "HOME": str(folder)},
    )
    assert done.returncode == 0, done.stderr
    return [(event, given) for event, given in json.loads(done.stderr.splitlines()[-1])["events"]]


@pytest.mark.parametrize("command", COMMANDS)
def test_no_code_of_the_spec_runs(command: str, tmp_path: Path) -> None:
    events = events_of(COMMANDS[command], tmp_path)
    assert [given for event, given in events if event == "open" and "net.yaml" in given[0]]
    for event, given in events:
        match event:
            case "ast.parse" | "os.rename" | "os.mkdir" | "os.remove":
                pass  # a tree is no code; outputs are written beside their place and renamed
            case "open":
                assert _is_allowed(given[0].strip("'"), tmp_path), given
            case _:
                pytest.fail(f"{event} {given}")


def _is_allowed(path: str, folder: Path) -> bool:
    """Files of the spec's folder and of the standard library, a nameless one for the picture."""
    library, unnamed = str(Path.cwd() / "netspec" / "std"), {"/dev/null", tempfile.gettempdir()}
    inside = (folder / path).is_relative_to(folder)
    return inside or path.isdecimal() or path.startswith(library) or path in unnamed
