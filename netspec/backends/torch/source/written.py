"""What an emitted file was made of, as far as the file says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from netspec.diagnostics import Span
from netspec.program import Program
from netspec.syntax.decisions import Decisions

Number = int | float
Numbers = Mapping[str, Number]


@dataclass(frozen=True)
class Written:
    """A spec by its name (`resnet.yaml@resnet50`), a hash of all that it says, the values that it
    was given from outside as words of the command line, and its folder.

    `numbers` are the params that are given by a number; `program_with` is the program with other
    ones, and what was decided on the way to it; it raises `SpecError` where the spec does not take
    them.
    """

    name: str
    digest: str
    given: tuple[str, ...]
    folder: Path
    numbers: Numbers
    program_with: Callable[[Numbers], tuple[Program, Decisions]]

    def place(self, span: Span) -> tuple[str, int]:
        """The path of the file from the folder of the spec, or as messages show it, and the line.

        Names are the same on every machine.
        """
        path = span.source.path
        path = path.resolve() if path else None
        if path is None or not path.is_relative_to(self.folder):
            return span.source.name, span.line
        return path.relative_to(self.folder).as_posix(), span.line
