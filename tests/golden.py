"""Expected files: what was read once and found good; `pytest --update-goldens` rewrites them."""

from __future__ import annotations

from difflib import unified_diff
from itertools import islice
from pathlib import Path

SHOWN = 60
"""The most lines of a difference."""


class Golden:
    """Holds content against a file, byte by byte."""

    def __init__(self, update: bool) -> None:
        self.update = update

    def __call__(self, content: bytes, path: Path) -> None:
        if self.update:
            path.write_bytes(content)
        expected = path.read_bytes() if path.exists() else b""
        assert content == expected, _difference(path.name, expected, content)


def _difference(name: str, expected: bytes, content: bytes) -> str:
    before, after = (text.decode().splitlines() for text in (expected, content))
    lines = unified_diff(before, after, f"{name}, expected", f"{name}, found", n=1, lineterm="")
    return "\n".join(["`pytest --update-goldens` accepts this:", *islice(lines, SHOWN)])
