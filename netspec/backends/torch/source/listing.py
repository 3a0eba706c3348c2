"""Blocks that contain themselves and give now one tensor, now several: they give lists.

FractalNet's fractals are such: one whose join is part of the join around it gives its columns.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from netspec.backends.torch.code import (
    Call,
    ClassName,
    Infix,
    Label,
    List,
    Literal,
    Node,
    Operand,
    Starred,
    Subscript,
)
from netspec.backends.torch.source.classes import Class
from netspec.backends.torch.source.options import Different
from netspec.backends.torch.source.steps import Body, Step, references
from netspec.backends.torch.source.units import Unit
from netspec.backends.torch.tree import rewrite, walk


def listed(bodies: Mapping[Unit, Body], cls: Class) -> dict[Unit, Body]:
    """The bodies of the class, which contain it, so that all give a list of tensors; raises
    `Different` where they do not add to one list.
    """
    steps = [step for body in bodies.values() for step in walk(body, Step) if _is_of(step, cls)]
    opened = {step.label for step in steps if len(step.outputs) > 1}
    return {unit: _Listing(body, cls, opened).body() for unit, body in bodies.items()}


def _is_of(step: Step, cls: Class) -> bool:
    return isinstance(step.module, Call) and step.module.function == ClassName(cls)


class _Listing:
    """Writes one body anew."""

    def __init__(self, body: Body, cls: Class, opened: set[Label]) -> None:
        self.before = body
        self.steps: list[Step] = []
        for step in body.steps:
            if not isinstance(step, Step):
                raise Different
            whole = _is_of(step, cls) and step.label not in opened
            self.steps.append(replace(step, form=first_of(step.form)) if whole else step)
        self.opened = [s for s in self.steps if _is_of(s, cls) and s.label in opened]
        self.uses = Counter(value for step in self.steps for value in references(step))
        self.uses.update(body.outputs)

    def body(self) -> Body:
        if len(self.opened) > 1:
            raise Different
        outputs = self.before.outputs
        if self.opened:
            outputs = self.extended(self.opened[0])
        if len(outputs) != 1:
            raise Different
        if not self.opened or outputs[0] not in self.opened[0].outputs:
            self.wrap(outputs[0])
        return replace(self.before, steps=tuple(self.steps), outputs=outputs)

    def extended(self, opened: Step) -> tuple[int, ...]:
        """Add what the opened part gives to the list of what stands before it where they are used;
        the outputs are returned.
        """
        columns = opened.outputs
        users = [step for step in self.steps if set(columns) & set(step.inputs)]
        inputs = users[0].inputs if users else self.before.outputs
        start = inputs[: -len(columns)]
        if len(users) > 1 or inputs != (*start, *columns) or len(start) != 1:
            raise Different
        if any(self.uses[value] != 1 for value in columns):
            raise Different
        self.wrap(start[0])
        sum_ = Infix("+", (Operand(len(opened.inputs)), opened.form))
        after = replace(opened, form=sum_, inputs=(*opened.inputs, *start), outputs=columns[:1])
        self.change(opened, after)
        if not users:
            return columns[:1]
        form = _spread(users[0].form, len(inputs))
        self.change(users[0], replace(users[0], form=form, inputs=columns[:1]))
        return self.before.outputs

    def wrap(self, value: int) -> None:
        """Make a value, which is used once, a list of one."""
        made_by = [step for step in self.steps if step.outputs == (value,)]
        if len(made_by) != 1 or self.uses[value] != 1:
            raise Different
        self.change(made_by[0], replace(made_by[0], form=List((made_by[0].form,))))

    def change(self, step: Step, into: Step) -> None:
        self.steps[self.steps.index(step)] = into


def first_of(form: Node) -> Node:
    """The one tensor of a list."""
    return Subscript(form, Literal(0))


def _spread(form: Node, count: int) -> Node:
    """The form with one list in place of so many operands; raises `Different` if it has them in
    other places than one after the other.
    """
    operands = tuple(Operand(k) for k in range(count))
    found = 0

    def replaced(node: Node) -> Node | None:
        nonlocal found
        parts: Iterable[Node] = ()
        if isinstance(node, Call):
            parts = node.arguments
        elif isinstance(node, List):
            parts = node.items
        parts = tuple(parts)
        if parts[:count] != operands:
            return None
        found += 1
        spread = (Starred(Operand(0)), *parts[count:])
        return Call(node.function, spread) if isinstance(node, Call) else List(spread)

    result = rewrite(form, replaced)
    if found != 1 or len(list(walk(result, Operand))) != 1:
        raise Different
    return result
