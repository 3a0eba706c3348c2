"""Pieces of Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

NOTICE = (
    "<!-- Written by docs/generate.py: change the generator or what it reads, not this file. -->"
)


def page(title: str, *parts: str) -> str:
    """A whole generated page."""
    return "\n\n".join([NOTICE, f"# {title}", *parts]) + "\n"


def table(header: Sequence[str], rows: Iterable[Sequence[str]], alignment: str = "") -> str:
    """A table; `alignment` has `l` or `r` for each column (all left without it)."""
    rule = [" --- " if side == "l" else " ---: " for side in alignment or "l" * len(header)]
    lines = [[f" {cell.replace('|', chr(92) + '|')} " for cell in row] for row in [header, *rows]]
    return "\n".join("|" + "|".join(line) + "|" for line in [lines[0], rule, *lines[1:]])


def fenced(language: str, text: str) -> str:
    """A block of code."""
    return f"```{language}\n{text.rstrip()}\n```"


def code(text: object) -> str:
    """A span of code."""
    return f"`{text}`"
