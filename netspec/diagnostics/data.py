"""What a fault is: its code, what it says, where, how it came about and what would mend it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from pathlib import Path

from netspec.diagnostics.codes import CODES


@dataclass(frozen=True)
class Source:
    """A text and the name under which messages show it."""

    name: str
    text: str = field(repr=False)
    path: Path | None = field(default=None, compare=False)
    """The file that it was read from."""

    @cached_property
    def lines(self) -> list[str]:
        """Its lines as YAML breaks them (YAML 1.1, 5.4)."""
        return re.split(r"\r\n|[\n\r\x85\u2028\u2029]", self.text)

    @property
    def is_a_word(self) -> bool:
        """Whether it is a line of the call, as a value of `--set` is: its name is place enough."""
        return self.path is None and len(self.lines) == 1


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a source; lines and columns count from 1, the end is exclusive."""

    source: Source
    line: int
    column: int
    end_line: int
    end_column: int

    @classmethod
    def of_line(cls, source: Source, line: int) -> Span:
        """A whole line, less its indentation."""
        text = source.lines[line - 1] if line <= len(source.lines) else ""
        start = len(text) - len(text.lstrip()) + 1
        return cls(source, line, start, line, max(len(text), start) + 1)

    def __str__(self) -> str:
        if self.source.is_a_word:
            return self.source.name
        return f"{self.source.name}:{self.line}:{self.column}"

    @property
    def file(self) -> Path | None:
        """The file that it stands in, from the working directory where it is below that; None for
        a part of the call.
        """
        path = self.source.path
        if path is None:
            return None
        path, here = Path(os.path.abspath(path)), Path.cwd()
        return path.relative_to(here) if path.is_relative_to(here) else path


@dataclass(frozen=True, slots=True)
class Note:
    """A related place: the producer of an operand, a block on the chain that led to the fault."""

    message: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One fault. `code` is stable and listed in `CODES`."""

    code: str
    message: str
    span: Span | None = None
    notes: tuple[Note, ...] = ()
    hint: str | None = None

    def __post_init__(self) -> None:
        assert self.code in CODES, self.code

    def counted_notes(self) -> Iterator[tuple[Note, int]]:
        """The notes, each with how often it stands there in a row."""
        for note, run in groupby(self.notes):
            yield note, sum(1 for _ in run)
