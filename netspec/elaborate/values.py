"""Blocks as values: what a block parameter is given, and what that takes along from its place."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from netspec.ops.base import Op
from netspec.program import Value
from netspec.syntax.spec import Block
from netspec.syntax.steps import Step, Use, identifiers

if TYPE_CHECKING:
    from netspec.elaborate.environment import Environment

Wires = Mapping[str, Any]
"""Step names to their values: a `Value`, or a tuple of wires."""


@dataclass(frozen=True, eq=False)
class Reference:
    """A block or op by its name."""

    name: str
    target: Block | type[Op]

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, eq=False)
class Partial:
    """A block or op with some arguments given; they are evaluated where it is applied."""

    use: Use
    environment: Environment
    wires: Wires

    def __str__(self) -> str:
        return self.use.head


@dataclass(frozen=True, eq=False)
class Closure:
    """An inline body with the names around the place where it is written."""

    step: Step
    environment: Environment
    wires: Wires

    def __str__(self) -> str:
        return "an inline body"


BlockValue = Reference | Partial | Closure


def tensors(value: Any) -> Iterator[Value]:
    """The tensors that a wire, an argument or a block value carries, in a fixed order; of a block
    value that stands in several places those of the first.
    """
    yield from _tensors(value, set())


def _tensors(value: Any, visited: set[int]) -> Iterator[Value]:
    if isinstance(value, Value):
        yield value
    elif isinstance(value, tuple):
        for entry in value:
            yield from _tensors(entry, visited)
    elif isinstance(value, Partial | Closure) and id(value) not in visited:
        visited.add(id(value))
        for name in sorted(value.wires):
            yield from _tensors(value.wires[name], visited)
        for entry in _seen(value).values():
            yield from _tensors(entry, visited)


def rebase(value: Any, moved: Mapping[Value, Value]) -> Any:
    """The same argument with other tensors in place of the ones that it carries."""
    return _rebase(value, moved, {}) if moved else value


def _rebase(value: Any, moved: Mapping[Value, Value], made: dict[int, Any]) -> Any:
    if isinstance(value, Value):
        return moved[value]
    if isinstance(value, tuple):
        return tuple(_rebase(entry, moved, made) for entry in value)
    if isinstance(value, Partial | Closure):
        if id(value) not in made:
            made[id(value)] = _rebased(value, moved, made)
        return made[id(value)]
    return value


def _rebased(
    value: Partial | Closure, moved: Mapping[Value, Value], made: dict[int, Any]
) -> Partial | Closure:
    wires = {name: _rebase(wire, moved, made) for name, wire in value.wires.items()}
    seen = {name: _rebase(entry, moved, made) for name, entry in _seen(value).items()}
    environment = value.environment.extended(seen)
    if isinstance(value, Partial):
        return Partial(value.use, environment, wires)
    return Closure(value.step, environment, wires)


class Keys:
    """Equal keys for arguments that make equal instances (of equal inputs). A block value is worked
    out once, and stands for a number in those that carry it.
    """

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {}
        self._known: dict[Partial | Closure, int] = {}

    def of(self, value: Any) -> Hashable:
        if isinstance(value, Value):
            return value.type
        if isinstance(value, tuple):
            return tuple([self.of(entry) for entry in value])
        if isinstance(value, Reference):
            return (Reference, id(value.target))
        if isinstance(value, Partial | Closure):
            if value not in self._known:
                parts = self._parts(value)
                self._known[value] = self._numbers.setdefault(parts, len(self._numbers))
            return (Closure, self._known[value])
        return (type(value), value)

    def _parts(self, value: Partial | Closure) -> Hashable:
        text = value.use if isinstance(value, Partial) else value.step
        wires = tuple((name, self.of(value.wires[name])) for name in sorted(value.wires))
        seen = tuple((name, self.of(entry)) for name, entry in _seen(value).items())
        return (id(text), wires, seen)


def _seen(value: Partial | Closure) -> dict[str, Any]:
    """The variables that the value's text can depend on."""
    words: frozenset[str]
    if isinstance(value, Closure):
        words = value.step.identifiers
    elif value.use.arguments is None:
        words = frozenset({value.use.head})
    else:
        words = identifiers(value.use.arguments) | {value.use.head}
    environment = value.environment
    return {name: environment[name] for name in sorted(words) if name in environment}
