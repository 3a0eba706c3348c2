"""What becomes one class: a block instance, or a part of one that has a name and is no plain chain.

A unit's items are ops, other units, and chains (`nn.Sequential`), each at its place in the module
tree of the unit.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from typing import Any

from netspec.backends.torch.code import Slot, rewrite
from netspec.backends.torch.lowering import Lowering, find
from netspec.backends.torch.names import is_module_attribute, without_number
from netspec.diagnostics import fault
from netspec.ops.base import Op
from netspec.program import Argument, Call, Instance, Loop, Path, Program, Value


@dataclass(eq=False)
class Chain:
    """Items in a row, each the only use of the one before: an `nn.Sequential`."""

    items: list[Item]


@dataclass(eq=False)
class Item:
    """A call of a unit: the path `container + (name,)`, numbered from `first` if applied `count` times."""

    target: Lowering | Unit | Chain
    stem: str
    first: int | None
    container: Path
    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]
    count: int = 1
    loops: tuple[Loop, ...] = ()
    kind: str = "block"
    note: str | None = None
    scope: Mapping[str, Any] = field(default_factory=dict)
    arguments: Mapping[str, Argument] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.stem if self.first is None else f"{self.stem}{self.first}"

    @property
    def names(self) -> Iterator[str]:
        """The name of each application."""
        if self.first is None:
            yield self.stem
        else:
            yield from (f"{self.stem}{self.first + k}" for k in range(self.count))

    @property
    def in_sequence(self) -> bool:
        """Whether an `nn.Sequential` may hold it."""
        if len(self.inputs) != 1 or len(self.outputs) != 1 or self.container:
            return False
        return not isinstance(self.target, Lowering) or self.target.in_sequence


@dataclass(eq=False)
class Unit:
    """A body of items with everything settled; `height` is above that of every unit in it."""

    block: str
    arguments: Mapping[str, Argument]
    inputs: tuple[Value, ...]
    items: list[Item]
    outputs: tuple[Value, ...]
    about: str | None = None
    height: int = 0

    def __post_init__(self) -> None:
        self.height = 1 + max((u.height for u in _units_in(self.items)), default=-1)


def _units_in(items: Iterable[Item]) -> Iterator[Unit]:
    for item in items:
        if isinstance(item.target, Unit):
            yield item.target
        elif isinstance(item.target, Chain):
            yield from _units_in(item.target.items)


def units(program: Program) -> list[Unit]:
    """The program as units, callees before callers, the root last."""
    made: dict[int, Unit] = {}
    for instance in program.instances():
        made[id(instance)] = _Builder(instance, made, program.params).unit()
    ordered: dict[int, Unit] = {}
    for unit in made.values():
        _collect(unit, ordered)
    return list(ordered.values())


def _collect(unit: Unit, ordered: dict[int, Unit]) -> None:
    for callee in _units_in(unit.items):
        if id(callee) not in ordered:
            _collect(callee, ordered)
    ordered[id(unit)] = unit


class _Builder:
    """Makes the unit of one instance."""

    def __init__(
        self, instance: Instance, made: Mapping[int, Unit], params: Mapping[str, Any]
    ) -> None:
        self.instance, self.made = instance, made
        self.names = {name: a.value for name, a in instance.arguments.items()}
        self.params = params
        self.scattered = _scattered(instance.calls)
        self.users = _users(instance)

    def unit(self) -> Unit:
        instance = self.instance
        return Unit(
            instance.block,
            instance.arguments,
            instance.inputs,
            self.items(instance.calls, 0),
            instance.outputs,
            instance.about,
        )

    def items(self, calls: Sequence[Call], depth: int) -> list[Item]:
        """The calls as items, their places taken from the given depth of the module tree on."""
        result: list[Item] = []
        for level, run in groupby(calls, lambda call: _level(call, depth)):
            if level is None:
                result += [self.item(call) for call in run]
            else:
                result += self.level(level, list(run), depth)
        return result

    def item(self, call: Call) -> Item:
        scope = ChainMap(_shape_names(call), self.names, dict(self.params))
        target: Lowering | Unit
        if isinstance(call.target, Instance):
            target, kind = self.made[id(call.target)], "block"
        else:
            target, kind = _lowered(call.target, call, scope), call.target.group
        return Item(
            target,
            call.place.stem,
            call.place.first,
            (),
            call.inputs,
            call.outputs,
            call.count,
            call.loops,
            kind,
            call.note,
            scope,
            call.arguments,
        )

    def level(self, name: str, calls: list[Call], depth: int) -> list[Item]:
        """The calls below one name: a chain, a list or dictionary of modules, or a unit."""
        items = self.items(calls, depth + 1)
        scattered = (*calls[0].place.group[:depth], name) in self.scattered
        if not scattered and self.is_chain(items):
            return [self.whole(Chain(items), name, items, items[0].inputs, items[-1].outputs)]
        if scattered or all(n.isdecimal() for item in items for n in _registered_names(item)):
            for item in items:
                item.container = (name, *item.container)
            return items
        return [self.outlined(name, items)]

    def whole(
        self,
        target: Chain | Unit,
        name: str,
        items: list[Item],
        inputs: tuple[Value, ...],
        outputs: tuple[Value, ...],
    ) -> Item:
        """Several items as a single one of that name."""
        loops = _common_prefix([item.loops for item in items])
        return Item(target, name, None, (), inputs, outputs, 1, loops)

    def is_chain(self, items: list[Item]) -> bool:
        names = [name for item in items for name in (item.stem, item.name)]
        if any(is_module_attribute(name) for name in names) or not all(
            item.in_sequence for item in items
        ):
            return False
        return all(
            b.inputs == a.outputs and self.users[id(a.outputs[0])] == 1 for a, b in pairwise(items)
        )

    def outlined(self, name: str, items: list[Item]) -> Item:
        made = {id(value) for item in items for value in item.outputs}
        used = {id(v): v for item in items for v in item.inputs if id(v) not in made}
        inner = _count_uses(items)
        outputs = tuple(
            value
            for item in items
            for value in item.outputs
            if self.users[id(value)] > inner.get(id(value), 0)
        )
        inputs = tuple(used.values())
        block = f"{self.instance.block}.{without_number(name)}"
        unit = Unit(block, self.instance.arguments, inputs, items, outputs)
        return self.whole(unit, name, items, inputs, outputs)


def _level(call: Call, depth: int) -> str | None:
    return call.place.group[depth] if len(call.place.group) > depth else None


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


def _users(instance: Instance) -> dict[int, int]:
    """How often each value is used, by id."""
    users = _count_uses(instance.calls)
    for value in instance.outputs:
        users[id(value)] = users.get(id(value), 0) + 1
    return _Zero(users)


class _Zero(dict[int, int]):
    def __missing__(self, key: int) -> int:
        return 0


def _count_uses(calls: Iterable[Call | Item]) -> dict[int, int]:
    uses: dict[int, int] = {}
    for call in calls:
        for value in call.inputs:
            uses[id(value)] = uses.get(id(value), 0) + 1
    return uses


def _shape_names(call: Call) -> dict[str, Any]:
    """What an expression in the call's arguments may say of its input."""
    if not call.inputs:
        return {}
    shape = call.inputs[0].type.shape
    names: dict[str, Any] = {"in_shape": shape}
    if shape:
        names |= {"in_channels": shape[0], "in_features": shape[-1]}
    if len(shape) == 3:
        names |= {"in_height": shape[1], "in_width": shape[2]}
    return names


def _lowered(op: Op, call: Call, scope: Mapping[str, Any]) -> Lowering:
    lower = find(type(op))
    if lower is None:
        raise fault("NS602", f"the op `{op.name}` has no lowering to torch", call.span)
    lowering = lower(op, tuple(value.type for value in call.inputs))

    def located(node: Any) -> Any:
        return located_slot(node, call.arguments, scope) if isinstance(node, Slot) else None

    return Lowering(
        rewrite(lowering.form, located), rewrite(lowering.module, located), lowering.helper
    )


def located_slot(
    slot: Slot, arguments: Mapping[str, Argument], scope: Mapping[str, Any]
) -> Slot:
    """The slot with the spec's expression for it and the names that the expression sees."""
    argument = arguments.get(slot.given) if slot.given else None
    expression = argument.expression if argument else None
    return Slot(slot.value, slot.name, slot.given, expression, scope)


def _registered_names(item: Item) -> Iterator[str]:
    """The names in the module tree that the item takes up, its merges left out."""
    if item.container:
        yield item.container[0]
    elif not isinstance(item.target, Lowering) or item.target.module is not None:
        yield from (item.stem,) if item.stem else (item.name,)


def _common_prefix(all_loops: list[tuple[Loop, ...]]) -> tuple[Loop, ...]:
    shortest = min(all_loops, key=len)
    for depth in range(len(shortest)):
        if any(loops[depth] != shortest[depth] for loops in all_loops):
            return shortest[:depth]
    return shortest
