"""A text that is not YAML, as far as its parser came: the tokens, and what stands open there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any

import yaml

from netspec.diagnostics import Source, Span, SpecError, fault

_STARTS = {yaml.BlockSequenceStartToken: "list", yaml.BlockMappingStartToken: "mapping"}


@dataclass
class Structure:
    """A block list or mapping: its column, its first line, the keys so far."""

    kind: str
    column: int
    line: int
    keys: list[str] = field(default_factory=list)
    compact: bool = False
    """Whether it is a list in the column of its key, whose end has no token."""


class BrokenText:
    """A text and where its parser stopped; lines and columns count from 0."""

    def __init__(self, source: Source, error: Any, loader: Any) -> None:
        self.source, self.lines, self.loader = source, source.lines, loader
        self.problem, self.context = str(error.problem), str(error.context or "")
        self.mark = (error.problem_mark.line, error.problem_mark.column)
        begin = error.context_mark
        self.begin = (begin.line, begin.column) if begin is not None else self.mark

    @cached_property
    def tokens(self) -> list[Any]:
        """The tokens before the mark."""
        found = []
        try:
            for token in yaml.scan(self.source.text, Loader=self.loader):
                if place(token) >= self.mark and not isinstance(token, yaml.BlockEndToken):
                    break
                found.append(token)
        except yaml.YAMLError:
            pass
        return found

    @cached_property
    def structures(self) -> list[Structure]:
        """The lists and mappings that stand open at the mark, and those that end there."""
        stack: list[Structure] = []
        ended: list[Structure] = []
        for before, token in pairwise(self.tokens):
            line, column = place(token)
            if type(token) in _STARTS:
                stack.append(Structure(_STARTS[type(token)], column, line))
            elif not stack:
                continue
            elif isinstance(token, yaml.BlockEntryToken) and stack[-1].kind != "list":
                stack.append(Structure("list", column, line, compact=True))
            elif isinstance(token, yaml.KeyToken) and stack[-1].compact:
                if column == stack[-1].column:
                    stack.pop()
            elif isinstance(token, yaml.BlockEndToken):
                closed = _take_ended(stack)
                ended += closed if line == self.mark[0] else []
            elif isinstance(before, yaml.KeyToken) and column == stack[-1].column:
                stack[-1].keys.append(getattr(token, "value", ""))
        return stack + ended

    @property
    def bracket(self) -> tuple[int, int] | None:
        """The last bracket before the mark that is not closed."""
        stack = []
        for token in self.tokens:
            if isinstance(token, yaml.FlowMappingStartToken | yaml.FlowSequenceStartToken):
                stack.append(place(token))
            elif isinstance(token, yaml.FlowMappingEndToken | yaml.FlowSequenceEndToken):
                del stack[-1:]
        return stack[-1] if stack else None

    @property
    def scalar(self) -> Any:
        """The last scalar before the mark."""
        return next((t for t in reversed(self.tokens) if isinstance(t, yaml.ScalarToken)), None)

    @property
    def suspects(self) -> Iterator[int]:
        """The lines where what the parser was at begins, and where it stopped."""
        yield from (line for line in dict.fromkeys((self.begin[0], self.mark[0])) if self[line])

    def __getitem__(self, line: int) -> str:
        return self.lines[line] if line < len(self.lines) else ""

    def indentation(self, line: int) -> int:
        return len(self[line]) - len(self[line].lstrip(" "))

    def fault(
        self, message: str, line: int, column: int, hint: str | None = None, width: int = 1
    ) -> SpecError:
        span = Span(self.source, line + 1, column + 1, line + 1, column + 1 + width)
        return fault("NS101", message, span, hint=hint)


def _take_ended(stack: list[Structure]) -> list[Structure]:
    """What one more end of a block ends, taken off the stack."""
    first = next((k for k in reversed(range(len(stack))) if not stack[k].compact), 0)
    ended = stack[first:]
    del stack[first:]
    return ended


def place(token: Any) -> tuple[int, int]:
    return token.start_mark.line, token.start_mark.column
