"""Folding: the calls of a body as levels and repeats, and blocks of one structure as one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby

from netspec.ops.base import Op
from netspec.program import Call, Instance, Value

Versions = tuple[tuple[Call, ...], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """A call as it is drawn: the calls that it stands for, by version of the block and iteration.

    `times` lists how often in a row it is applied.
    """

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
    """Iterations of a loop that differ only in numbers; `times` lists how many there are."""

    times: tuple[int, ...]
    items: list[Item]


Item = Leaf | Level | Fold


def leaves(items: Iterable[Item]) -> Iterator[Leaf]:
    for item in items:
        if isinstance(item, Leaf):
            yield item
        else:
            yield from leaves(item.items)


class Folder:
    """Folds the bodies of one program; every instance once."""

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
            signature = (instance.block, *self._signature(self.body(instance)))
            self._kind_of[id(instance)] = self._kinds.setdefault(signature, len(self._kinds))
        return self._kind_of[id(instance)]

    def _items(self, calls: Sequence[Call], level: int, loop: int) -> list[Item]:
        """Of the level and the loop that begin here, the one that holds more calls is outside."""
        items: list[Item] = []
        while calls:
            in_level = _run(calls, lambda call: call.place.group[level : level + 1])
            in_loop = _run(calls, lambda call: [mark.key for mark in call.loops[loop : loop + 1]])
            size = max(in_level, in_loop, 1)
            inner, calls = calls[:size], calls[size:]
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
        bodies = [self._items(list(inner), level, loop + 1) for _, inner in by_iteration]
        items: list[Item] = []
        for _, alike in groupby(bodies, key=lambda body: (self._signature(body), _sizes(body))):
            items += _in_a_row(list(alike))
        return items

    def _signature(self, items: Sequence[Item]) -> tuple[object, ...]:
        """What is called and how it is wired, up to numbers and names."""
        position = {
            id(call): at for at, leaf in enumerate(leaves(items)) for call in leaf.calls
        }
        return tuple(self._form(item, position) for item in items)

    def _form(self, item: Item, position: dict[int, int]) -> tuple[object, ...]:
        if isinstance(item, Leaf):
            sources = {position.get(id(value.producer), -1) for value in item.first.inputs}
            return (self._target(item.first.target), *sorted(sources))
        inner = [self._form(each, position) for each in item.items]
        return (type(item), *inner)

    def _target(self, target: Op | Instance) -> object:
        return type(target) if isinstance(target, Op) else (target.block, self.kind(target))


def _in_a_row(iterations: Sequence[list[Item]]) -> list[Item]:
    """Iterations of one signature, drawn once."""
    if len(iterations) == 1:
        return iterations[0]
    items = overlay(iterations, _end_to_end)
    if len(items) == 1 and isinstance(items[0], Leaf):
        return [Leaf(items[0].versions, (sum(items[0].times),))]
    return [Fold((len(iterations),), items)]


def overlay(
    bodies: Sequence[list[Item]], join: Callable[[Sequence[Versions]], Versions]
) -> list[Item]:
    """One body that stands for several of one signature."""
    return [_overlaid(items, join) for items in zip(*bodies, strict=True)]


def _overlaid(items: Sequence[Item], join: Callable[[Sequence[Versions]], Versions]) -> Item:
    first = items[0]
    if isinstance(first, Level):
        return Level(first.name, overlay([item.items for item in items], join))
    times = tuple(chain.from_iterable(item.times for item in items))
    if isinstance(first, Leaf):
        return Leaf(join([item.versions for item in items]), times)
    return Fold(times, overlay([item.items for item in items], join))


def _end_to_end(iterations: Sequence[Versions]) -> Versions:
    """Iterations of the one version."""
    return (tuple(chain.from_iterable(only for (only,) in iterations)),)


def side_by_side(versions: Sequence[Versions]) -> Versions:
    """Versions of one block."""
    return tuple(chain.from_iterable(versions))


def _run(calls: Sequence[Call], key: Callable[[Call], Sequence[object]]) -> int:
    """How many calls from here on share a (non-empty) key."""
    first = key(calls[0])
    return next((k for k, call in enumerate(calls) if key(call) != first), len(calls)) if first else 0


def _sizes(items: Iterable[Item]) -> list[object]:
    """The resolutions that a body works at: iterations at different ones are different stages."""
    return [
        (call.count, [_resolution(value) for value in (*call.inputs, *call.outputs)])
        for leaf in leaves(items)
        for call in leaf.calls
    ]


def _resolution(value: Value) -> tuple[int, ...]:
    """Spatial sizes; of a vector the width."""
    return value.type.shape[1:] or value.type.shape
