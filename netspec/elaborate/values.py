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
    """The tensors that a wire, an argument or a block value carries, in a fixed order."""
    if isinstance(value, Value):
        yield value
    elif isinstance(value, tuple):
        for entry in value:
            yield from tensors(entry)
    elif isinstance(value, Partial | Closure):
        for name in sorted(value.wires):
            yield from tensors(value.wires[name])
        for entry in _seen(value).values():
            yield from tensors(entry)


def rebase(value: Any, moved: Mapping[Value, Value]) -> Any:
    """The same argument with other tensors in place of the ones that it carries."""
    if not moved:
        return value
    if isinstance(value, Value):
        return moved[value]
    if isinstance(value, tuple):
        return tuple(rebase(entry, moved) for entry in value)
    if isinstance(value, Partial | Closure):
        wires = {name: rebase(wire, moved) for name, wire in value.wires.items()}
        seen = {name: rebase(entry, moved) for name, entry in _seen(value).items()}
        environment = value.environment.extended(seen)
        if isinstance(value, Partial):
            return Partial(value.use, environment, wires)
        return Closure(value.step, environment, wires)
    return value


def key(value: Any) -> Hashable:
    """Equal for arguments that make equal instances (of equal inputs)."""
    if isinstance(value, Value):
        return value.type
    if isinstance(value, tuple):
        return tuple(map(key, value))
    if isinstance(value, Reference):
        return id(value.target)
    if isinstance(value, Partial | Closure):
        text = value.use if isinstance(value, Partial) else value.step
        wires = tuple((name, key(value.wires[name])) for name in sorted(value.wires))
        seen = tuple((name, key(entry)) for name, entry in _seen(value).items())
        return (id(text), wires, seen)
    return (type(value), value)


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
