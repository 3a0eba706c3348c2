"""What becomes one class: a block instance, or a named part of one that is no plain chain.

A unit's items are ops, other units, and chains (`nn.Sequential`), each at its place in the module
tree of the unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any

from netspec.backends.torch.code import Origin, origin_of
from netspec.backends.torch.lowering import Lowering
from netspec.backends.torch.source.kinds import Kind
from netspec.backends.torch.source.names import fits_container
from netspec.ops.base import Op
from netspec.program import PLAIN, Argument, Call, Instance, Loop, Path, Value, Weighting

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
    """A call at `container + (name,)`; it has `call` and `scope` unless it is made of several.

    `again`: an earlier item at the same place made the module. `recurrent`: each of several
    applications has the same weights.
    """

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
    weighting: Weighting = PLAIN
    again: bool = False
    recurrent: bool = False
    train_only: bool = False

    @property
    def name(self) -> str:
        """The name of the first application."""
        return self.stem if self.first is None else f"{self.stem}{self.first}"

    @property
    def place(self) -> Path:
        """The path of the first application in the unit."""
        return (*self.container, self.name)

    @property
    def paths(self) -> Iterator[Path]:
        """The path of each application in the unit."""
        if self.recurrent or self.first is None:
            return repeat(self.place, self.count)
        return ((*self.container, f"{self.stem}{self.first + k}") for k in range(self.count))

    @property
    def origin(self) -> Origin:
        """Where its step is written, or the steps that it is made of."""
        if self.call is not None:
            return Origin(frozenset({self.call.span}), self.loops)
        assert not isinstance(self.target, Lowering)
        return origin_of(item.origin for item in self.target.items)

    @property
    def note(self) -> str | None:
        """The spec's remark on the step."""
        return self.call.note if self.call else None

    @property
    def conditions(self) -> tuple[str, ...]:
        """The `when`s that all of it stands under."""
        if self.call is not None or isinstance(self.target, Lowering):
            return self.call.conditions if self.call else ()
        chains = [item.conditions for item in self.target.items]
        return tuple(same[0] for same in zip(*chains, strict=False) if len(set(same)) == 1)

    @property
    def group(self) -> str:
        """The family of the op, or `block`."""
        target = self.call.target if self.call else None
        return target.group if isinstance(target, Op) else "block"

    @property
    def has_name(self) -> bool:
        """Whether it takes up a name in its level; merges have none that counts."""
        return not isinstance(self.target, Lowering) or self.target.module is not None

    @property
    def kind(self) -> Kind:
        """What stands at its place."""
        if isinstance(self.target, Lowering) and self.target.bare:
            return Kind.BUFFER if self.weighting.fixed else Kind.PARAMETER
        return Kind.MODULE

    @property
    def in_sequence(self) -> bool:
        """Whether an `nn.Sequential` may hold it."""
        if len(self.inputs) != 1 or len(self.outputs) != 1 or self.container:
            return False
        if not fits_container(self.name) or self.weighting.ties or self.recurrent:
            return False
        return not isinstance(self.target, Lowering) or self.target.in_sequence


@dataclass(eq=False)
class Unit:
    """A body of items with everything settled, at the path `prefix` of its instance. `params` are
    those of the program's file.
    """

    block: str
    instance: Instance
    inputs: Values
    items: list[Item]
    outputs: Values
    about: str | None = None
    prefix: Path = ()
    params: Scope = field(default_factory=dict)

    @property
    def origin(self) -> Origin:
        """Where the block is written, or the steps of the named part."""
        if not self.prefix:
            return Origin(frozenset({self.instance.span}))
        return origin_of(item.origin for item in self.items)

    @property
    def arguments(self) -> Mapping[str, Argument]:
        """The parameters of the block that it stands in."""
        return self.instance.arguments

    @property
    def units(self) -> Iterator[Unit]:
        """The units that the items apply."""
        return _units_in(self.items)

    @property
    def chained(self) -> Iterator[Unit]:
        """Those of them that stand in an `nn.Sequential`."""
        return _units_in(item for item in self.items if isinstance(item.target, Chain))


def _units_in(items: Iterable[Item]) -> Iterator[Unit]:
    for item in items:
        if isinstance(item.target, Unit):
            yield item.target
        elif isinstance(item.target, Chain):
            yield from _units_in(item.target.items)


def lowerings(items: Iterable[Item]) -> Iterator[tuple[Item, Lowering]]:
    """The items that are ops with their lowerings, those in chains too."""
    for item in items:
        if isinstance(item.target, Chain):
            yield from lowerings(item.target.items)
        elif isinstance(item.target, Lowering):
            yield item, item.target
