"""Where sizes come from: the way of an axis back through ops and blocks, to the op that made it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from netspec.elaborate.context import Around
from netspec.ops.base import Op
from netspec.ops.merge import Concat, Stack
from netspec.ops.parameter import Parameter
from netspec.ops.shape import Permute
from netspec.program import Call, Instance, Value

MOST_STAGES = 1_000
"""How far back a way is followed."""


@dataclass(slots=True)
class Trail:
    """Where one stands on the way back: the calls of blocks entered, and how many bodies were left
    since the one where the way began.
    """

    around: Around
    entered: list[Call] = field(default_factory=list)
    left: int = 0

    def made(self, value: Value) -> Value:
        """The same tensor as the op that made it gives it, or as an input of the network."""
        while True:
            call = value.producer
            if call is not None:
                if isinstance(call.target, Op):
                    return value
                self.entered.append(call)
                value = call.target.outputs[value.index]
            elif self.entered:
                call = self.entered.pop()
                assert isinstance(call.target, Instance)
                value = call.inputs[call.target.inputs.index(value)]
            elif value in self.around.outer:
                self.left += 1
                value = self.around.outer[value]
            else:
                return value


class Stage(NamedTuple):
    """An op on the way of an axis: it makes `size` of `before` (None: of no axis of its inputs).
    `through` are the calls of the blocks that it stands in, the outermost first; `outside` says
    how many bodies it stands outside of, counted from the one where the way began.
    """

    call: Call
    axis: int
    size: int
    before: int | None
    through: tuple[Call, ...]
    outside: int

    @property
    def here(self) -> bool:
        """Whether it stands in the body where the way began."""
        return not self.through and not self.outside

    @property
    def op(self) -> Op:
        assert isinstance(self.call.target, Op)
        return self.call.target

    @property
    def argument(self) -> str | None:
        """The argument that states the size, if one does."""
        axis, argument = self.op.states
        rank = len(self.call.outputs[0].type.shape)
        return argument if argument and self.axis == axis % rank else None

    @property
    def expression(self) -> str | None:
        """The expression that gave the argument which states the size."""
        given = self.call.arguments.get(self.argument or "")
        return None if given is None else given.expression


@dataclass(frozen=True)
class Way:
    """The way of one axis of a tensor, the nearest stage first; `source` is the network's input
    where it leads to one.
    """

    value: Value
    axis: int
    stages: tuple[Stage, ...]
    source: Value | None

    @property
    def size(self) -> int:
        return self.value.type.shape[self.axis]

    @cached_property
    def maker(self) -> Stage | None:
        """The op behind which the size stays what it is."""
        return next((stage for stage in self.stages if stage.before != stage.size), None)

    @cached_property
    def stated(self) -> Stage | None:
        """The last op that states the size by an argument, if nothing has changed it since."""
        for stage in self.stages:
            if stage.argument is not None:
                return stage
            if stage is self.maker:
                break
        return None

    @property
    def to_maker(self) -> list[Stage]:
        """The stages back to where the size was made."""
        until = len(self.stages) if self.maker is None else self.stages.index(self.maker) + 1
        return list(self.stages[:until])

    @property
    def told(self) -> list[Stage]:
        """The op that states the size, and the first to make it."""
        stages = (self.stated or self.maker, self.maker)
        return list(dict.fromkeys(stage for stage in stages if stage is not None))

    @property
    def changes(self) -> list[Stage]:
        """The stages that change the size, the nearest first."""
        return [stage for stage in self.stages if stage.before != stage.size]


def way(value: Value, axis: int, around: Around) -> Way:
    """The way of an axis, through blocks both ways."""
    trail, start = Trail(around), axis
    stages: list[Stage] = []
    now = trail.made(value)
    while now.producer is not None and len(stages) < MOST_STAGES:
        call, size = now.producer, now.type.shape[axis]
        found = _source(call, now, axis)
        before = None if found is None else found[0].type.shape[found[1]]
        stages.append(Stage(call, axis, size, before, tuple(trail.entered), trail.left))
        if found is None:
            break
        now, axis = trail.made(found[0]), found[1]
    return Way(value, start, tuple(stages), None if now.producer else now)


def _source(call: Call, value: Value, axis: int) -> tuple[Value, int] | None:
    """The axis of an input that an axis of an op's output goes back to, by its place."""
    op, rank = call.target, len(value.type.shape)
    assert isinstance(op, Op)
    if isinstance(op, Permute):
        return call.inputs[0], op.order[axis]
    if isinstance(op, Parameter):
        return None
    if isinstance(op, Concat | Stack) and axis == op.axis % rank:
        return None
    alike = [each for each in call.inputs if len(each.type.shape) == rank]
    kept = [each for each in alike if each.type.shape[axis] == value.type.shape[axis]]
    if alike:
        return oldest(kept or alike), axis
    first = call.inputs[0] if call.inputs else None
    pooled = first is not None and axis == 0 and first.type.shape[0] == value.type.shape[0]
    return (first, 0) if first is not None and pooled else None


def oldest(values: Sequence[Value]) -> Value:
    """The one that stands first in the text of its body, in the earliest iteration: of a residual
    sum the way that changes nothing.
    """
    return min(values, key=_age)


def _age(value: Value) -> tuple[int, ...]:
    call = value.producer
    if call is None:
        return ()
    return (*(loop.iteration for loop in call.loops), call.span.line, call.span.column)
