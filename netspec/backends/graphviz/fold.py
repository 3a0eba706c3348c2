"""Folding: the calls of a body as levels and repeats, and blocks of one structure as one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby, pairwise

from netspec.backends.graphviz.units import is_unit, ops_of
from netspec.ops.base import Op
from netspec.program import Call, Instance, Value

MANY_BRANCHES = 5

Versions = tuple[tuple[Call, ...], ...]
"""The calls that are drawn as one: of each version of a block those of each iteration."""


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """A call as it is drawn, `times` in a row (a number for each that it stands for)."""

    versions: Versions
    times: tuple[int, ...]

    @property
    def calls(self) -> tuple[Call, ...]:
        return tuple(chain.from_iterable(self.versions))

    @property
    def first(self) -> Call:
        return self.versions[0][0]


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """A named level of the module tree."""

    name: str
    items: list[Item]


@dataclass(frozen=True, slots=True, eq=False)
class Fold:
    """The body of a loop whose iterations differ only in numbers."""

    times: tuple[int, ...]
    items: list[Item]
    parallel: bool = False
    """Whether the iterations are branches, not one after the other."""


Item = Leaf | Level | Fold


def leaves(items: Iterable[Item]) -> Iterator[Leaf]:
    for item in items:
        if isinstance(item, Leaf):
            yield item
        else:
            yield from leaves(item.items)


def folds(items: Iterable[Item]) -> Iterator[Fold]:
    """Those that stand in no other."""
    for item in items:
        if isinstance(item, Fold):
            yield item
        elif isinstance(item, Level):
            yield from folds(item.items)


class Folder:
    """Folds the bodies of one program, every instance once."""

    def __init__(self) -> None:
        self._bodies: dict[int, list[Item]] = {}
        self._kinds: dict[tuple[object, ...], int] = {}
        self._kind_of: dict[int, int] = {}

    def body(self, instance: Instance) -> list[Item]:
        if id(instance) not in self._bodies:
            self._bodies[id(instance)] = self._items(instance.calls, 0, 0)
        return self._bodies[id(instance)]

    def kind(self, instance: Instance) -> int:
        """Instances of one kind have one structure: they differ in numbers and names only."""
        if id(instance) not in self._kind_of:
            shown = [type(op.target) for op in ops_of(instance)] if is_unit(instance) else []
            signature = (instance.block, tuple(shown), *self._signature(self.body(instance)))
            self._kind_of[id(instance)] = self._kinds.setdefault(signature, len(self._kinds))
        return self._kind_of[id(instance)]

    def _items(self, calls: Sequence[Call], level: int, loop: int) -> list[Item]:
        """Of the level and the loop that begin at a call, the one that holds more is outside."""
        items: list[Item] = []
        start = 0
        while start < len(calls):
            in_level = _run(calls, start, lambda call: call.place.group[level : level + 1])
            in_loop = _run(calls, start, lambda call: _keys(call)[loop : loop + 1])
            inner = calls[start : start + max(in_level, in_loop, 1)]
            start += len(inner)
            if in_loop > in_level:
                items += self._folded(inner, level, loop)
            elif in_level:
                name = inner[0].place.group[level]
                items.append(Level(name, self._items(inner, level + 1, loop)))
            else:
                items.append(Leaf((tuple(inner),), (inner[0].count,)))
        return items

    def _folded(self, calls: Sequence[Call], level: int, loop: int) -> list[Item]:
        by_iteration = groupby(calls, key=lambda call: call.loops[loop].iteration)
        iterations = [list(inner) for _, inner in by_iteration]
        bodies = [self._items(inner, level, loop + 1) for inner in iterations]
        follows = [_follows(after, before) for before, after in pairwise(iterations)]
        if any(follows) and not all(follows):
            return [item for body in bodies for item in body]
        drawn = _in_a_row if any(follows) else _in_parallel
        items: list[Item] = []
        for _, alike in groupby(bodies, key=lambda body: (self._signature(body), _sizes(body))):
            items += drawn(list(alike))
        return items

    def _signature(self, items: Sequence[Item]) -> tuple[object, ...]:
        """What is called and how it is wired, up to numbers and names."""
        at = {id(call): k for k, leaf in enumerate(leaves(items)) for call in leaf.calls}
        return tuple(self._form(item, at) for item in items)

    def _form(self, item: Item, at: dict[int, int]) -> tuple[object, ...]:
        if isinstance(item, Leaf):
            sources = {at.get(id(value.producer), -1) for value in item.first.inputs}
            return (self._target(item.first.target), item.first.train_only, *sorted(sources))
        kind = (type(item), isinstance(item, Fold) and item.parallel)
        return (*kind, *(self._form(each, at) for each in item.items))

    def _target(self, target: Op | Instance) -> object:
        return type(target) if isinstance(target, Op) else (target.block, self.kind(target))


def _keys(call: Call) -> tuple[int, ...]:
    return tuple(mark.key for mark in call.loops)


def _run(calls: Sequence[Call], start: int, key: Callable[[Call], Sequence[object]]) -> int:
    """How many calls from `start` on share the (non-empty) key of the first."""
    first = key(calls[start])
    if not first:
        return 0
    ends = (k for k in range(start + 1, len(calls)) if key(calls[k]) != first)
    return next(ends, len(calls)) - start


def _sizes(items: Iterable[Item]) -> list[object]:
    """Counts, and the resolutions that a body works at: another resolution is another stage."""
    return [
        (call.count, [_resolution(value) for value in (*call.inputs, *call.outputs)])
        for leaf in leaves(items)
        for call in leaf.calls
    ]


def _resolution(value: Value) -> tuple[int, ...]:
    """Spatial sizes; of a vector its width."""
    return value.type.shape[1:] or value.type.shape


def _follows(after: Sequence[Call], before: Sequence[Call]) -> bool:
    """Whether an iteration takes what the one before made; generated branches do not."""
    made = {value for call in before for value in call.outputs}
    return any(value in made for call in after for value in call.inputs)


def _in_a_row(iterations: Sequence[list[Item]]) -> list[Item]:
    """Iterations of one signature, drawn once."""
    if len(iterations) == 1:
        return iterations[0]
    items = overlay(iterations, _end_to_end)
    if len(items) == 1 and isinstance(items[0], Leaf):
        return [Leaf(items[0].versions, (sum(items[0].times),))]
    return [Fold((len(iterations),), items)]


def _in_parallel(branches: Sequence[list[Item]]) -> list[Item]:
    """Branches of one signature; many are drawn once."""
    if len(branches) < MANY_BRANCHES:
        return list(chain.from_iterable(branches))
    return [Fold((len(branches),), overlay(branches, _end_to_end), parallel=True)]


Join = Callable[[Sequence[Versions]], Versions]


def overlay(bodies: Sequence[Sequence[Item]], join: Join) -> list[Item]:
    """One body that stands for several of one signature."""
    return [_overlaid(items, join) for items in zip(*bodies, strict=True)]


def _overlaid(items: Sequence[Item], join: Join) -> Item:
    match items[0]:
        case Leaf():
            alike = [item for item in items if isinstance(item, Leaf)]
            return Leaf(join([leaf.versions for leaf in alike]), _times(alike))
        case Fold():
            folds = [item for item in items if isinstance(item, Fold)]
            inner = overlay([fold.items for fold in folds], join)
            return Fold(_times(folds), inner, folds[0].parallel)
        case Level(name=name):
            levels = [item for item in items if isinstance(item, Level)]
            return Level(name, overlay([level.items for level in levels], join))


def _times(items: Iterable[Leaf | Fold]) -> tuple[int, ...]:
    return tuple(chain.from_iterable(item.times for item in items))


def _end_to_end(iterations: Sequence[Versions]) -> Versions:
    """Iterations of one version."""
    return (tuple(chain.from_iterable(only for (only,) in iterations)),)


def side_by_side(versions: Sequence[Versions]) -> Versions:
    """Versions of one block."""
    return tuple(chain.from_iterable(versions))
