"""Prose of a spec in the comments and docstrings of a file."""

from __future__ import annotations

import re
import textwrap

WIDTH = 88
COMMENT_WIDTH = 64
"""Short enough for any indentation."""

_PRAGMA = re.compile(r"(?i)(fmt|isort|mypy|noqa|pragma|pylint|pyright|ruff|type|yapf)\b|!")


def wrapped(text: str, before: str = "", margin: str = "", width: int = WIDTH) -> list[str]:
    """Prose in lines; it can neither end a docstring nor escape a character."""
    words = text.replace("\\", "/").replace('"', "'").split()
    prose = "".join(c for c in " ".join(words) if c.isprintable())
    return textwrap.wrap(
        prose,
        width,
        initial_indent=before or margin,
        subsequent_indent=margin,
        break_long_words=False,
        break_on_hyphens=False,
    )


def comment_lines(note: str) -> list[str]:
    """A remark as the lines of a comment, which no tool takes for an instruction."""
    prose = f"Note: {note}" if _PRAGMA.match(note.strip()) else note
    return wrapped(prose, width=COMMENT_WIDTH)
