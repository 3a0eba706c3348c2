"""From a unit to the body of its class."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from itertools import count

from netspec.backends.torch.code import (
    Affine,
    Call,
    Label,
    Module,
    Node,
    Operand,
    Ordinal,
    Whens,
)
from netspec.backends.torch.lowering import Lowering
from netspec.backends.torch.source.again import built_differently
from netspec.backends.torch.source.construction import Chained, Constructed, constructor, label
from netspec.backends.torch.source.functional import functional
from netspec.backends.torch.source.listing import first_of
from netspec.backends.torch.source.rolling import Entry, Roller, Users
from netspec.backends.torch.source.sequential import sequential
from netspec.backends.torch.source.steps import Body, Carry, Repeat, Step, height, renamed, repeats
from netspec.backends.torch.source.ties import tied
from netspec.backends.torch.source.units import Item, Unit
from netspec.backends.torch.source.weights import with_weights
from netspec.backends.torch.tree import rewrite, walk
from netspec.program import Path, Value


def body_of(
    unit: Unit, made: Constructed, chained: Chained = sequential
) -> tuple[Body, dict[int, Value]]:
    """The unit's body, its loops rolled up again, and the value behind each number in it."""
    writer = _Writer(unit, made, chained)
    entries = [
        Entry(item.loops, writer.nodes(item), position) for position, item in enumerate(unit.items)
    ]
    inputs, outputs = writer.numbered(unit.inputs), writer.numbered(unit.outputs)
    values = {number: value for value, number in writer.numbers.items()}
    steps = Roller(writer.fresh, writer.users(), entries, values).rolled(entries)
    return renumbered(Body(inputs, tuple(steps), outputs), values)


class _Writer:
    """Makes steps of the items of one unit."""

    def __init__(self, unit: Unit, made: Constructed, chained: Chained) -> None:
        self.unit, self.made, self.chained = unit, made, chained
        self.numbers: dict[Value, int] = {}
        self.fresh: Iterator[int] = count()

    def numbered(self, values: tuple[Value, ...]) -> tuple[int, ...]:
        for value in values:
            if value not in self.numbers:
                self.numbers[value] = next(self.fresh)
        return tuple(self.numbers[value] for value in values)

    def users(self) -> Users:
        """The positions of the items that use each value; the unit's end uses its outputs."""
        users: Users = defaultdict(set)
        for position, item in enumerate(self.unit.items):
            for number in self.numbered(item.inputs):
                users[number].add(position)
        for number in self.numbered(self.unit.outputs):
            users[number].add(len(self.unit.items))
        return users

    def nodes(self, item: Item) -> list[Node]:
        """The item as steps; an op that hands its input on needs none."""
        if isinstance(item.target, Lowering) and item.target.form == Operand(0):
            self.numbers[item.outputs[0]] = self.numbered(item.inputs)[0]
            return []
        step = self.step(item)
        if item.again and step.registered:
            self.require_same_module(item)
        if item.count == 1:
            return [step]
        if item.count == 2 and not item.container:
            return self.twice(step, item)
        return [self.counted(step, item)]

    def step(self, item: Item) -> Step:
        step = Step(
            applied(len(item.inputs)),
            constructor(item, self.made, self.chained),
            True,
            label(item.name),
            item.container,
            item.group,
            self.numbered(item.inputs),
            self.numbered(item.outputs),
            item.note,
            item.kind,
            item.again,
            item.train_only,
            Whens(item.conditions),
            item.origin,
        )
        if isinstance(item.target, Unit) and self.made[item.target].by.gives_list:
            return replace(step, form=first_of(step.form)) if len(step.outputs) == 1 else step
        if not isinstance(item.target, Lowering):
            return step
        in_list = bool(item.container) and item.name.isdecimal()
        if item.weighting.ties and not in_list:
            form = self.functional(item, item.target)
            if form is not None:
                step = replace(step, form=form, module=None, registered=False)
                return _with_own_inputs(replace(step, fresh=item.target.fresh))
        if item.target.registered or not in_list or step.module is None:
            return _with_own_inputs(
                replace(
                    step,
                    form=self.form(item, item.target.form),
                    registered=item.target.registered,
                    in_place=item.target.in_place,
                    fresh=item.target.fresh,
                )
            )
        return step

    def form(self, item: Item, form: Node) -> Node:
        """The form of an op, with the weights that are other modules'."""
        return with_weights(form, self.ties(item)) if item.weighting.ties else form

    def functional(self, item: Item, op: Lowering) -> Node | None:
        """The form of an op all of whose weights are other modules', if it needs no module."""
        assert op.module is not None
        return functional(item, op.form, op.module, self.ties(item))

    def ties(self, item: Item) -> dict[str, Node]:
        return {key: tied(tie, self.unit) for key, tie in item.weighting.ties.items()}

    def twice(self, step: Step, item: Item) -> list[Node]:
        """Two applications in a row, which read better one by one."""
        between = (next(self.fresh),)
        second = replace(step, inputs=between, again=step.again or item.recurrent)
        if not item.recurrent:
            stem, number = _numbered_label(step)
            second = replace(second, label=Label((*stem, Ordinal(number.value + 1))))
        return [replace(step, outputs=between), second]

    def counted(self, step: Step, item: Item) -> Repeat:
        """One step done several times, each on the result of the one before."""
        inside, after = next(self.fresh), next(self.fresh)
        level = height(step)
        once = replace(step, inputs=(inside,), outputs=(after,))
        if not item.recurrent:
            stem, number = _numbered_label(step)
            once = replace(once, label=Label((*stem, Affine(number, Ordinal(1), level))))
        carry = Carry(step.inputs[0], inside, after, step.outputs[0])
        return Repeat(repeats(item.count), (once,), (carry,), level)

    @cached_property
    def makers(self) -> dict[Path, Item]:
        """The items that make the modules, by the paths of these."""
        items = [item for item in self.unit.items if not item.again]
        return {path: item for item in items for path in item.paths}

    def require_same_module(self, item: Item) -> None:
        """Raise `SpecError` (NS604) if the item needs another module than the one that is there."""
        maker = self.makers[item.place]
        if constructor(item, self.made) != constructor(maker, self.made):
            name = ".".join((*self.unit.prefix, *item.place))
            raise built_differently(name, maker, item)


def _with_own_inputs(step: Step) -> Step:
    """The step less inputs of which only the size counts."""
    used = sorted({operand.index for operand in walk(step.form, Operand)})
    if len(used) == len(step.inputs):
        return step

    def renumbered(node: Node) -> Node | None:
        return Operand(used.index(node.index)) if isinstance(node, Operand) else None

    inputs = tuple(step.inputs[index] for index in used)
    return replace(step, form=rewrite(step.form, renumbered), inputs=inputs)


def _numbered_label(step: Step) -> tuple[tuple[str | Node, ...], Ordinal]:
    *stem, number = step.label.parts
    assert isinstance(number, Ordinal)
    return tuple(stem), number


def applied(inputs: int) -> Node:
    """The registered module, applied to that many inputs."""
    return Call(Module(), tuple(Operand(k) for k in range(inputs)))


def renumbered(body: Body, values: dict[int, Value]) -> tuple[Body, dict[int, Value]]:
    """The body with its values numbered in the order of the code."""
    order: dict[int, int] = {}

    def number(old: int) -> int:
        return order.setdefault(old, len(order))

    inputs = tuple(map(number, body.inputs))
    steps = tuple(renamed(step, number, number) for step in body.steps)
    outputs = tuple(map(number, body.outputs))
    known = {new: values[old] for old, new in order.items() if old in values}
    return Body(inputs, steps, outputs), known
