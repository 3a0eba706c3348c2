"""Programs to units: which calls stand alone, in an `nn.Sequential`, a list or a class."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import groupby, pairwise
from typing import Any

from netspec.backends.torch.lowering import Lowering
from netspec.backends.torch.source.joining import joined
from netspec.backends.torch.source.kinds import Kind
from netspec.backends.torch.source.levels import Level, Levels
from netspec.backends.torch.source.located import lowered, scope_of
from netspec.backends.torch.source.names import distinct, without_number
from netspec.backends.torch.source.units import WHOLE, Chain, Item, Scope, Unit, Values
from netspec.diagnostics import SpecError, fault
from netspec.ops.base import Op
from netspec.program import Call, Instance, Loop, Path, Program, Value, Weighting


def unit_of_each(program: Program, made: Mapping[Instance, Unit]) -> dict[Instance, Unit]:
    """The units of the program's instances, less what is `made` already."""
    result = {**made}
    for instance in program.instances():
        if instance not in result:
            result[instance] = _Builder(instance, result, program.params).unit()
    return result


def ordered(made: Mapping[Instance, Unit]) -> list[Unit]:
    """The units with those that were outlined of them, callees before callers, the root last."""
    found: dict[int, Unit] = {}
    for unit in made.values():
        _collect(unit, found)
    return list(found.values())


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
        self.uses = Counter(value for call in instance.calls for value in call.inputs)
        self.uses.update(instance.outputs)
        self.calls, self.recurrent = joined(instance.calls, self.uses)
        self.levels = Levels(self.calls, self.uses)

    @cached_property
    def makers(self) -> dict[Path, Call]:
        """The calls that make the modules, by their paths."""
        calls = [call for call in self.calls if not call.weighting.again]
        return {path: call for call in calls for path in call.paths}

    def unit(self) -> Unit:
        instance = self.instance
        inputs, outputs = instance.inputs, instance.outputs
        items = self.items(self.calls, ())
        if self.is_numbered_chain(items):
            items = [_whole(Chain(items), WHOLE, items, inputs, outputs)]
        _check_containers(items)
        return Unit(
            instance.block,
            instance,
            inputs,
            items,
            outputs,
            instance.about,
            params=self.params,
        )

    def is_numbered_chain(self, items: list[Item]) -> bool:
        """Whether the body is 0, 1, 2, .. in a row, as in `nn.Sequential`."""
        instance = self.instance
        return (
            bool(items)
            and all(item.stem == "" for item in items)
            and items[0].inputs == instance.inputs
            and items[-1].outputs == instance.outputs
            and _is_chain(items, instance.outputs)
        )

    def items(self, calls: Sequence[Call], prefix: Path) -> list[Item]:
        """The calls as items of the level at a path."""
        result: list[Item] = []
        for name, run in groupby(calls, lambda call: _child(call, prefix)):
            if name is None:
                result += map(self.item, run)
            else:
                result += self.level((*prefix, name), list(run))
        return result

    def item(self, call: Call) -> Item:
        scope = scope_of(call, self.names, self.params)
        stem, first = call.place.stem, call.place.first
        item = Item(self.made_of(call, scope), stem, first, call.inputs, call.outputs, call.loops)
        item.count, item.call, item.scope, item.train_only = (
            call.count,
            call,
            scope,
            call.train_only,
        )
        item.weighting, item.recurrent = call.weighting, call in self.recurrent
        if call.weighting.again:
            item.weighting = self.makers[call.place.path()].weighting
            item.again = True
        return item

    def made_of(self, call: Call, scope: Scope) -> Any:
        """What the call applies."""
        if isinstance(call.target, Instance):
            return self.made[call.target]
        return lowered(call.target, call, scope)

    # ------------------------------------------------------------------------------------- levels

    def level(self, path: Path, calls: list[Call]) -> list[Item]:
        """The calls below one name: chains, a list or dictionary of modules, or units; one chain or
        unit for each time that the level is applied.
        """
        level = self.levels.at(path)
        size = level.size if level else len(calls)
        rows = [calls[start : start + size] for start in range(0, len(calls), size)]
        made = [self.items(row, path) for row in rows]
        if level and _is_chain(made[0], _level_outputs(level, rows[0])):
            return [
                _level(Chain(items), path, items, items[0].inputs, items[-1].outputs)
                for items in made
            ]
        if level is None or (_is_list(made[0]) and not path[-1].isdecimal()):
            return _contained(path[-1], [item for row in made for item in row])
        if not _has_state(made[0]):
            return [item for row in made for item in _spelled_out(path[-1], row)]
        return [
            self.outlined(path, items, _level_outputs(level, row))
            for items, row in zip(made, rows, strict=True)
        ]

    def outlined(self, path: Path, items: list[Item], outputs: Values) -> Item:
        """The items as a unit of their own."""
        _check_containers(items)
        made = {value for item in items for value in item.outputs}
        used = dict.fromkeys(value for item in items for value in item.inputs)
        inputs = tuple(value for value in used if value not in made)
        outputs = outputs or items[-1].outputs
        _name_stateless(items)
        block = f"{self.instance.block}.{_named(path)}"
        unit = Unit(block, self.instance, inputs, items, outputs, prefix=path, params=self.params)
        whole = _level(unit, path, items, inputs, outputs)
        _settle_again(items)
        return whole


def _named(path: Path) -> str:
    """What the level at a path is called: iterations of a named loop all the same."""
    name = next((name for name in reversed(path) if not name.isdecimal()), path[-1])
    return without_number(name)


def _name_stateless(items: list[Item]) -> None:
    """Call ops without modules that are numbered after what they are, where no number in a list
    follows theirs: no key needs it.
    """
    names = {item.name for item in items}
    for k, item in enumerate(items):
        op = item.call.target if item.call else None
        listed = [i for i in items[k + 1 :] if i.container == item.container and _has_state([i])]
        numbered = item.name.isdecimal() and not (item.container and listed)
        if isinstance(op, Op) and not _has_state([item]) and numbered and item.count == 1:
            item.stem, item.first = distinct(op.name, names), None
            names.add(item.stem)


def _settle_again(items: list[Item]) -> None:
    """In a unit of their own, the first items at their places make the modules."""
    seen: set[Path] = set()
    for item in items:
        item.again = item.place in seen
        seen.update(item.paths)


def _child(call: Call, prefix: Path) -> str | None:
    """The level below the prefix that the call is in."""
    group = call.place.group
    return group[len(prefix)] if len(group) > len(prefix) else None


def _level_outputs(level: Level, row: Sequence[Call]) -> Values:
    """The outputs of a level that are used outside of it, in this row of its calls."""
    return tuple(row[call].outputs[position] for call, position in level.outputs)


def _is_chain(items: list[Item], outputs: Collection[Value]) -> bool:
    """Whether the items stand in a row, and only the last one's output is one of the outputs."""
    inside = Counter(value for item in items for value in item.inputs)
    linked = all(
        b.inputs == a.outputs and inside[a.outputs[0]] == 1 and a.outputs[0] not in outputs
        for a, b in pairwise(items)
    )
    distinct = len({item.name for item in items}) == len(items)
    return linked and distinct and all(item.in_sequence for item in items)


def _is_list(items: list[Item]) -> bool:
    """Whether the items that have a name are numbered, and one kind of list can hold them."""
    named = [item for item in items if item.container or item.has_name]
    kinds = {Kind.MODULE if item.container else item.kind for item in named}
    numbered = all(item.place[0].isdecimal() for item in named)
    return numbered and (kinds <= {Kind.MODULE} or kinds == {Kind.PARAMETER})


def _contained(name: str, items: list[Item]) -> list[Item]:
    """The items in a list or dictionary of that name."""
    for item in items:
        item.container = (name, *item.container)
    return items


def _spelled_out(name: str, items: list[Item]) -> list[Item]:
    """The items of a level that needs no class; the merge at its end has the name of the level."""
    *others, last = items
    if last.has_name:
        return _contained(name, items)
    last.stem, last.first = name, None
    return [*_contained(name, others), last]


def _has_state(items: list[Item]) -> bool:
    """Whether a class of the items would have modules."""
    return any(not isinstance(i.target, Lowering) or i.target.registered for i in items)


def _whole(
    target: Chain | Unit, name: str, items: list[Item], inputs: Values, outputs: Values
) -> Item:
    """Several items as a single one of that name."""
    item = Item(target, name, None, inputs, outputs, _common([item.loops for item in items]))
    item.again = all(item.again for item in items)
    item.train_only = all(item.train_only for item in items)
    return item


def _level(
    target: Chain | Unit, path: Path, items: list[Item], inputs: Values, outputs: Values
) -> Item:
    """The items of a level as one; if all are constant, it is."""
    level = _whole(target, path[-1], items, inputs, outputs)
    if all(item.weighting.fixed for item in items):
        level.weighting = Weighting(fixed=True)
        for item in items:
            item.weighting = replace(item.weighting, fixed=False)
    return level


def _common(all_loops: list[tuple[Loop, ...]]) -> tuple[Loop, ...]:
    """The iterations that all are in."""
    together = zip(*all_loops, strict=False)
    return tuple(loops[0] for loops in together if len(set(loops)) == 1)


def _check_containers(items: Iterable[Item]) -> None:
    """Raise `SpecError` (NS605) where no list or dictionary of PyTorch can hold a tensor."""
    held: defaultdict[Path, set[Kind]] = defaultdict(set)
    for item in items:
        if item.has_name:
            held[item.container].add(item.kind)
        for depth in range(1, len(item.container)):
            held[item.container[:depth]].add(Kind.MODULE)
    for item in items:
        if item.container and item.kind is not Kind.MODULE and held[item.container] != PARAMETERS:
            raise _no_container(item)


PARAMETERS = {Kind.PARAMETER}


def _no_container(item: Item) -> SpecError:
    assert item.call is not None
    what = "a constant" if item.kind is Kind.BUFFER else "this parameter"
    name = ".".join(item.container)
    message = f"{what} would stand in the list `{name}` of PyTorch, which cannot hold it"
    hint = "a `name` outside of loops and of other names, or a block around it, makes room"
    return fault("NS605", message, item.call.span, hint=hint)
