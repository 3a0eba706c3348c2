"""Expressions that have no variable yet, and what may be put around them.

They are nested as long as they stay readable: a weighted layer with the normalisation and
activation around it, a merge of simple calls.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from netspec.backends.torch.code import Label, Node, Origin, Starred, origin_of
from netspec.backends.torch.source.steps import Step
from netspec.backends.torch.tree import walk

LIGHT = frozenset({"normalisation", "activation", "stochastic", "arithmetic"})
HEAVY = frozenset({"convolution", "linear", "block"})
"""Groups of ops; the others (pooling, shape) stand alone."""


COLLECTED = "collected"


class Shape(Enum):
    """What an expression consists of."""

    LIGHT = auto()
    """Normalisations and activations: a weighted layer may follow, as in pre-activation."""
    OPEN = auto()
    """A weighted layer or a merge, then normalisations and activations: more may follow."""
    CLOSED = auto()
    """Complete: only a merge is put around it, if it is a single call."""


@dataclass(frozen=True)
class Pending:
    """The value of `step`, as an expression of the values that it reads."""

    step: Step
    expression: Node
    reads: tuple[int, ...]
    shape: Shape
    calls: int
    notes: tuple[str, ...]
    origin: Origin
    blocks: bool = False
    """Whether it is blocks in a row, and nothing else."""

    @property
    def value(self) -> int:
        return self.step.outputs[0]

    def may_be_inside(self, step: Step) -> bool:
        """Whether the step's expression reads well around this one."""
        if self.step.group == COLLECTED:
            return next(walk(step.form, Starred), None) is None
        if len(step.inputs) > 1:
            row = self.blocks and self.calls == len(step.inputs) == 2
            return self.calls == 1 or row
        if step.group in LIGHT:
            return self.shape is not Shape.CLOSED
        merge = len(self.step.inputs) > 1 and self.calls == 1
        return step.group in HEAVY and (merge or self.shape is Shape.LIGHT)


def pending(step: Step, expression: Node, inner: Sequence[Pending]) -> Pending:
    """The step's expression, with the inner ones in it."""
    inside = {p.value for p in inner}
    reads = [value for p in inner for value in p.reads]
    reads += [value for value in step.inputs if value not in inside]
    notes = [note for p in inner for note in p.notes] + ([step.note] if step.note else [])
    calls = 1 + sum(p.calls for p in inner)
    blocks = step.group == "block" and all(p.blocks for p in inner)
    origin = origin_of([*(p.origin for p in inner), step.origin])
    shape = _shape(step, inner)
    return Pending(step, expression, tuple(reads), shape, calls, tuple(notes), origin, blocks)


def listed(value: int, items: Node, each: Pending) -> Pending:
    """A list of what a loop makes, by the expression for one of them."""
    step = Step(items, None, False, Label(()), (), COLLECTED, each.reads, (value,))
    return Pending(step, items, each.reads, Shape.CLOSED, 1, each.notes, each.origin)


def _shape(step: Step, inner: Sequence[Pending]) -> Shape:
    if len(step.inputs) > 1:
        return Shape.OPEN
    if step.group in LIGHT:
        return inner[0].shape if inner else Shape.LIGHT
    return Shape.OPEN if step.group in HEAVY and not inner else Shape.CLOSED
