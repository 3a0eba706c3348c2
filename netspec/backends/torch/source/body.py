"""From a unit to the body of its class."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import count

from netspec.backends.torch.code import (
    Affine,
    Argument,
    Call,
    ClassName,
    Label,
    Module,
    Node,
    Operand,
    Ordinal,
    Slot,
)
from netspec.backends.torch.lowering import Lowering
from netspec.backends.torch.source.classes import Made
from netspec.backends.torch.source.rolling import Entry, Roller, Users
from netspec.backends.torch.source.sequential import Entry as Sequenced
from netspec.backends.torch.source.sequential import sequential
from netspec.backends.torch.source.steps import Body, Carry, Repeat, Step, height, renamed, repeats
from netspec.backends.torch.source.units import Chain, Item, Unit, in_scope
from netspec.program import Value

Constructed = Mapping[Unit, Made]


def body_of(unit: Unit, made: Constructed) -> tuple[Body, dict[int, Value]]:
    """The unit's body, its loops rolled up again, and the value behind each number in it."""
    writer = _Writer(made)
    entries = [
        Entry(item.loops, writer.nodes(item), position) for position, item in enumerate(unit.items)
    ]
    inputs, outputs = writer.numbered(unit.inputs), writer.numbered(unit.outputs)
    steps = Roller(writer.fresh, writer.users(unit)).rolled(entries)
    values = {number: value for value, number in writer.numbers.items()}
    return _renumbered(Body(inputs, tuple(steps), outputs), values)


class _Writer:
    """Makes steps of the items of one unit."""

    def __init__(self, made: Constructed) -> None:
        self.made = made
        self.numbers: dict[Value, int] = {}
        self.fresh: Iterator[int] = count()

    def numbered(self, values: tuple[Value, ...]) -> tuple[int, ...]:
        for value in values:
            if value not in self.numbers:
                self.numbers[value] = next(self.fresh)
        return tuple(self.numbers[value] for value in values)

    def users(self, unit: Unit) -> Users:
        """The positions of the items that use each value; the unit's end uses its outputs."""
        users: Users = defaultdict(set)
        for position, item in enumerate(unit.items):
            for number in self.numbered(item.inputs):
                users[number].add(position)
        for number in self.numbered(unit.outputs):
            users[number].add(len(unit.items))
        return users

    def nodes(self, item: Item) -> list[Node]:
        """The item as steps; an op that hands its input on needs none."""
        if isinstance(item.target, Lowering) and item.target.form == Operand(0):
            self.numbers[item.outputs[0]] = self.numbered(item.inputs)[0]
            return []
        step = self.step(item)
        if item.count == 1:
            return [step]
        if item.count == 2 and not item.container:
            return self.twice(step)
        return [self.counted(step, item.count)]

    def step(self, item: Item) -> Step:
        step = Step(
            applied(len(item.inputs)),
            constructor(item, self.made),
            True,
            label(item),
            item.container,
            item.group,
            self.numbered(item.inputs),
            self.numbered(item.outputs),
            item.note,
        )
        if not isinstance(item.target, Lowering):
            return step
        in_list = bool(item.container) and item.name.isdecimal()
        if item.target.registered or not in_list or step.module is None:
            step = replace(step, form=item.target.form, registered=item.target.registered)
        return step

    def twice(self, step: Step) -> list[Node]:
        """Two applications in a row, which read better one by one."""
        between = (next(self.fresh),)
        stem, number = _numbered_label(step)
        second = Label((*stem, Ordinal(number.value + 1)))
        return [replace(step, outputs=between), replace(step, label=second, inputs=between)]

    def counted(self, step: Step, times: int) -> Repeat:
        """One step done several times, each on the result of the one before."""
        inside, after = next(self.fresh), next(self.fresh)
        level = height(step)
        stem, number = _numbered_label(step)
        name = Label((*stem, Affine(number, Ordinal(1), level)))
        once = replace(step, label=name, inputs=(inside,), outputs=(after,))
        carry = Carry(step.inputs[0], inside, after, step.outputs[0])
        return Repeat(repeats(times), (once,), (carry,), level)


def _numbered_label(step: Step) -> tuple[tuple[str | Node, ...], Ordinal]:
    *stem, number = step.label.parts
    assert isinstance(number, Ordinal)
    return tuple(stem), number


def applied(inputs: int) -> Node:
    """The registered module, applied to that many inputs."""
    return Call(Module(), tuple(Operand(k) for k in range(inputs)))


def constructor(item: Item, made: Constructed) -> Node | None:
    """The expression that constructs the item's module; None where torch has no such module."""
    if isinstance(item.target, Lowering):
        return item.target.module
    if isinstance(item.target, Unit):
        return _construction(item, made[item.target])
    return sequential(list(_entries(item.target, made)))


def _entries(chain: Chain, made: Constructed) -> Iterator[Sequenced]:
    for item in chain.items:
        module = constructor(item, made)
        assert module is not None
        yield Sequenced(label(item), module, item.count, item.note)


def _construction(item: Item, made: Made) -> Node:
    arguments = []
    for parameter in made.by.parameters:
        slot = Slot(made.arguments[parameter.name], parameter.name, parameter.name)
        located = in_scope(slot, item.call, item.scope) if item.call else slot
        keyword = parameter.name if parameter.has_default else None
        arguments.append(Argument(located, keyword, parameter.default))
    return Call(ClassName(made.by), tuple(arguments))


def label(item: Item) -> Label:
    """The item's name, split into text and numbers."""
    parts = re.split(r"(0|[1-9][0-9]*)", item.name)
    return Label(tuple(Ordinal(int(p)) if p.isdecimal() else p for p in parts if p))


def _renumbered(body: Body, values: dict[int, Value]) -> tuple[Body, dict[int, Value]]:
    """The body with its values numbered in the order of the code."""
    order: dict[int, int] = {}

    def number(old: int) -> int:
        return order.setdefault(old, len(order))

    inputs = tuple(map(number, body.inputs))
    steps = tuple(renamed(step, number, number) for step in body.steps)
    outputs = tuple(map(number, body.outputs))
    known = {new: values[old] for old, new in order.items() if old in values}
    return Body(inputs, steps, outputs), known
