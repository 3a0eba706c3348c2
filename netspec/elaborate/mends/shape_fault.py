"""A shape fault as mends see it: the op, its inputs, and the ways that led to their sizes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from netspec.diagnostics import Span
from netspec.elaborate.context import Around, Site
from netspec.elaborate.mends.trial import Trials
from netspec.elaborate.ways import Stage, Way, way
from netspec.ops.base import Op, ShapeError, Tensors, Window
from netspec.ops.checks import Mismatch
from netspec.program import Call, Value

if TYPE_CHECKING:
    from netspec.elaborate.body import Body

MOST_CALLS = 1_000
"""How many calls are looked at in search of the tensor that branches start from."""


@dataclass(frozen=True)
class Fault:
    """An op that does not take its inputs, at its site in a body."""

    op: Op
    error: ShapeError
    flow: Sequence[Value]
    site: Site
    body: Body
    trials: Trials

    @property
    def span(self) -> Span:
        return self.site.use.span

    @property
    def around(self) -> Around:
        return self.body.elaborator.around

    def way(self, operand: int, axis: int) -> Way:
        return way(self.flow[operand], axis, self.around)

    def at(self, stage: Stage) -> str:
        """An op and its place, for the reader of the line of the fault."""
        return f"the {self.named(stage.op.name, stage.call.span)}"

    def named(self, head: str, span: Span) -> str:
        """A use by its head and place; with its column where the line has more like it."""
        line = span.source.lines[span.line - 1]
        column = f", column {span.column}" if len(re.findall(rf"\b{head}\b", line)) > 1 else ""
        return f"`{head}` at {self.where(span)}{column if span.source == self.span.source else ''}"

    def where(self, span: Span) -> str:
        return f"line {span.line}" if span.source == self.span.source else str(span)

    def input_name(self, value: Value) -> str | None:
        """What an input of the network is called by those that give it another shape."""
        only = len(self.trials.file.inputs) == 1
        return None if only else value.name

    def sides(self) -> list[tuple[int, int]]:
        """Which operand might be made like which other: the odd one of several, either of two."""
        error = self.mismatch
        either = [(error.wrong, error.right), (error.right, error.wrong)]
        return either[:1] if len(self.flow) > 2 else either

    @property
    def mismatch(self) -> Mismatch:
        """The error, of operands that differ."""
        assert isinstance(self.error, Mismatch)
        return self.error


def window_of(stage: Stage) -> Window | None:
    """The window of a stage along its axis, if it has one."""
    windows = stage.op.window(tuple([value.type for value in stage.call.inputs]))
    return windows[stage.axis - 1] if windows and 0 < stage.axis <= len(windows) else None


def stride(stage: Stage) -> int:
    """The stride of a stage along its axis."""
    window = window_of(stage)
    return 1 if window is None else window.stride


def fits(op: Op, inputs: Tensors) -> bool:
    try:
        op.infer(inputs)
    except ShapeError:
        return False
    return True


def calls_before(value: Value) -> set[Call]:
    """The calls of its body that a tensor is computed by, the nearest `MOST_CALLS`."""
    pending, found = [value], set[Call]()
    while pending and len(found) < MOST_CALLS:
        call = pending.pop().producer
        if call is not None and call not in found:
            found.add(call)
            pending += call.inputs
    return found
