"""What becomes one class: a block instance, or a named part of one that is no plain chain.

A unit's items are ops, other units, and chains (`nn.Sequential`), each at its place in the module
tree of the unit.
"""

from __future__ import annotations

from collections import ChainMap, Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from typing import Any

from netspec.backends.torch.code import Node, Slot, rewrite
from netspec.backends.torch.lowering import Lowering, find
from netspec.backends.torch.source.names import fits_container, without_number
from netspec.diagnostics import fault
from netspec.ops.base import Op
from netspec.program import Argument, Call, Instance, Loop, Path, Program, Value

WHOLE = ""
"""The name of the one item of a unit that is itself an `nn.Sequential`."""

Scope = Mapping[str, Any]
Values = tuple[Value, ...]


@dataclass(eq=False)
class Chain:
    """Items in a row, each the only use of the one before: an `nn.Sequential`."""

    items: list[Item]


@dataclass(eq=False)
class Item:
    """A call at `container + (name,)`; it has `call` and `scope` unless it is made of several."""

    target: Lowering | Unit | Chain
    stem: str
    first: int | None
    inputs: Values
    outputs: Values
    loops: tuple[Loop, ...]
    count: int = 1
    call: Call | None = None
    scope: Scope = field(default_factory=dict)
    container: Path = ()

    @property
    def name(self) -> str:
        """The name of the first application."""
        return self.stem if self.first is None else f"{self.stem}{self.first}"

    @property
    def note(self) -> str | None:
        """The spec's remark on the step."""
        return self.call.note if self.call else None

    @property
    def group(self) -> str:
        """The family of the op, or `block`."""
        target = self.call.target if self.call else None
        return target.group if isinstance(target, Op) else "block"

    @property
    def in_sequence(self) -> bool:
        """Whether an `nn.Sequential` may hold it."""
        if len(self.inputs) != 1 or len(self.outputs) != 1 or self.container:
            return False
        if not fits_container(self.name):
            return False
        return not isinstance(self.target, Lowering) or self.target.in_sequence


@dataclass(eq=False)
class Unit:
    """A body of items with everything settled; `height` is above that of every unit in it."""

    block: str
    arguments: Mapping[str, Argument]
    inputs: Values
    items: list[Item]
    outputs: Values
    about: str | None = None

    @property
    def units(self) -> Iterator[Unit]:
        """The units that the items apply."""
        return _units_in(self.items)


def _units_in(items: Iterable[Item]) -> Iterator[Unit]:
    for item in items:
        if isinstance(item.target, Unit):
            yield item.target
        elif isinstance(item.target, Chain):
            yield from _units_in(item.target.items)


def units(program: Program) -> list[Unit]:
    """The program as units, callees before callers, the root last."""
    made: dict[Instance, Unit] = {}
    for instance in program.instances():
        made[instance] = _Builder(instance, made, program.params).unit()
    ordered: dict[int, Unit] = {}
    for unit in made.values():
        _collect(unit, ordered)
    return list(ordered.values())


def _collect(unit: Unit, ordered: dict[int, Unit]) -> None:
    """Add the unit, and before it those that were outlined of it."""
    for callee in unit.units:
        if id(callee) not in ordered:
            _collect(callee, ordered)
    ordered.setdefault(id(unit), unit)


class _Builder:
    """Makes the unit of one instance."""

    def __init__(
        self, instance: Instance, made: Mapping[Instance, Unit], params: Mapping[str, Any]
    ) -> None:
        self.instance, self.made = instance, made
        self.names: Scope = {name: a.value for name, a in instance.arguments.items()}
        self.params = params
        self.scattered = _scattered(instance.calls)
        self.uses = Counter(value for call in instance.calls for value in call.inputs)
        self.uses.update(instance.outputs)

    def unit(self) -> Unit:
        instance = self.instance
        inputs, outputs = instance.inputs, instance.outputs
        items = self.items(instance.calls, 0)
        if self.is_numbered_chain(items):
            items = [_whole(Chain(items), WHOLE, items, inputs, outputs)]
        return Unit(instance.block, instance.arguments, inputs, items, outputs, instance.about)

    def is_numbered_chain(self, items: list[Item]) -> bool:
        """Whether the body is 0, 1, 2, .. in a row, as in `nn.Sequential`."""
        instance = self.instance
        return (
            bool(items)
            and all(item.stem == "" for item in items)
            and items[0].inputs == instance.inputs
            and items[-1].outputs == instance.outputs
            and self.is_chain(items)
        )

    def items(self, calls: Sequence[Call], depth: int) -> list[Item]:
        """The calls as items, at the given depth of the module tree."""
        result: list[Item] = []
        for level, run in groupby(calls, lambda call: _level(call, depth)):
            if level is None:
                result += map(self.item, run)
            else:
                result += self.level(level, list(run), depth)
        return result

    def item(self, call: Call) -> Item:
        scope = ChainMap(_shape_names(call), dict(self.names), dict(self.params))
        target = (
            self.made[call.target]
            if isinstance(call.target, Instance)
            else _lowered(call.target, call, scope)
        )
        stem, first = call.place.stem, call.place.first
        loops, count = call.loops, call.count
        return Item(target, stem, first, call.inputs, call.outputs, loops, count, call, scope)

    def level(self, name: str, calls: list[Call], depth: int) -> list[Item]:
        """The calls below one name: a chain, a list or dictionary of modules, or a unit."""
        items = self.items(calls, depth + 1)
        scattered = (*calls[0].place.group[:depth], name) in self.scattered
        if not scattered and self.is_chain(items):
            inputs, outputs = items[0].inputs, items[-1].outputs
            return [_whole(Chain(items), name, items, inputs, outputs)]
        if scattered or all(key.isdecimal() for key in _keys(items)):
            for item in items:
                item.container = (name, *item.container)
            return items
        return [self.outlined(name, items)]

    def is_chain(self, items: list[Item]) -> bool:
        linked = all(
            b.inputs == a.outputs and self.uses[a.outputs[0]] == 1 for a, b in pairwise(items)
        )
        return linked and all(item.in_sequence for item in items)

    def outlined(self, name: str, items: list[Item]) -> Item:
        """The items as a unit of their own."""
        made = {value for item in items for value in item.outputs}
        used = Counter(value for item in items for value in item.inputs)
        inputs = tuple(value for value in used if value not in made)
        outputs = tuple(
            value for item in items for value in item.outputs if self.uses[value] > used[value]
        )
        outputs = outputs or items[-1].outputs
        block = f"{self.instance.block}.{without_number(name)}"
        unit = Unit(block, self.instance.arguments, inputs, items, outputs)
        return _whole(unit, name, items, inputs, outputs)


def _level(call: Call, depth: int) -> str | None:
    return call.place.group[depth] if len(call.place.group) > depth else None


def _whole(
    target: Chain | Unit, name: str, items: list[Item], inputs: Values, outputs: Values
) -> Item:
    """Several items as a single one of that name."""
    return Item(target, name, None, inputs, outputs, _common([item.loops for item in items]))


def _common(all_loops: list[tuple[Loop, ...]]) -> tuple[Loop, ...]:
    """The iterations that all are in."""
    together = zip(*all_loops, strict=False)
    return tuple(loops[0] for loops in together if len(set(loops)) == 1)


def _scattered(calls: Iterable[Call]) -> set[Path]:
    """The levels whose calls have others in between."""
    seen: set[Path] = set()
    scattered: set[Path] = set()
    previous: set[Path] = set()
    for call in calls:
        group = call.place.group
        levels = {group[:depth] for depth in range(1, len(group) + 1)}
        scattered |= (levels & seen) - previous
        seen |= levels
        previous = levels
    return scattered


def _keys(items: Iterable[Item]) -> Iterator[str]:
    """The names that the items take up in their level; merges have none that counts."""
    for item in items:
        if item.container:
            yield item.container[0]
        elif not isinstance(item.target, Lowering) or item.target.module is not None:
            yield item.name


def _shape_names(call: Call) -> dict[str, Any]:
    """What an expression in the call's arguments may say of its input."""
    shape = call.inputs[0].type.shape if call.inputs else ()
    names: dict[str, Any] = {"in_shape": shape}
    if shape:
        names |= {"in_channels": shape[0], "in_features": shape[-1]}
    if len(shape) == 3:
        names |= {"in_height": shape[1], "in_width": shape[2]}
    return names


def _lowered(op: Op, call: Call, scope: Scope) -> Lowering:
    """The op's lowering, its slots with the spec's expressions; without one, NS602 is raised."""
    lower = find(type(op))
    if lower is None:
        hint = "register one with `netspec.backends.torch.lowers`"
        raise fault("NS602", f"the op `{op.name}` has no lowering to torch", call.span, hint=hint)
    lowering = lower(op, tuple(value.type for value in call.inputs))

    def located(node: Node) -> Node | None:
        return in_scope(node, call, scope) if isinstance(node, Slot) else None

    form, module = rewrite(lowering.form, located), rewrite(lowering.module, located)
    return Lowering(form, module, lowering.helper)


def in_scope(slot: Slot, call: Call, scope: Scope) -> Slot:
    """The slot with the spec's expression for it and the names that the expression sees."""
    argument = call.arguments.get(slot.given) if slot.given else None
    if argument is None:
        return Slot(slot.value, slot.name, None, None, scope)
    return Slot(slot.value, slot.name, slot.given, argument.expression, scope)
