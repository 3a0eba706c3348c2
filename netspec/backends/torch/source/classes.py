"""Emitted classes: what they are called, what their constructors take, what they do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from netspec.backends.torch.code import REQUIRED, Node
from netspec.backends.torch.source.filling import Fill, Starts
from netspec.backends.torch.source.steps import Body
from netspec.backends.torch.source.units import Unit
from netspec.program import Value


@dataclass(frozen=True)
class ConstructorParameter:
    """A parameter of `__init__`, its type as written, and its default if it has one. Of a part of a
    block it may be what the `expression` says there.
    """

    name: str
    annotation: str
    default: Any = REQUIRED
    expression: str | None = None

    @property
    def has_default(self) -> bool:
        return self.default is not REQUIRED


@dataclass(frozen=True)
class Results:
    """The named tuple that the network returns; the `late` ones are there in training only."""

    title: str
    names: tuple[str, ...]
    late: frozenset[str]

    @property
    def alone(self) -> bool:
        """Whether there is one output out of training, which is then returned as it is."""
        return len(self.names) - len(self.late) == 1


class Part(NamedTuple):
    """Modules of the network whose weights start in a way of their own, each with what fills them:
    the one at a place, or children of all modules of an emitted class.
    """

    at: Node
    of: Class | None
    children: Mapping[str, tuple[Fill, ...]]


class Initial(NamedTuple):
    """How the weights of the network's modules start, by their class; and the parts, after that."""

    starts: Starts
    parts: tuple[Part, ...]


@dataclass(eq=False)
class Class:
    """One class, for units of one block.

    `locals` are variables of the constructor that follow from its parameters, `fallbacks` what some
    of these are if they are None. `body` has no slots
    any more; `values` are those of the first member, by their number in it. The network's class
    alone may have `results`, what it says of the weights of all its modules, `initial`, and a
    `prologue`: the first statements of its `forward`.
    """

    members: list[Unit]
    parameters: list[ConstructorParameter]
    locals: dict[str, Node]
    body: Body
    values: dict[int, Value]
    name: str = ""
    results: Results | None = None
    gives_list: bool = False
    fallbacks: Mapping[str, Node] = field(default_factory=dict)
    initial: Initial | None = None
    prologue: tuple[str, ...] = ()

    @property
    def block(self) -> str:
        return self.members[0].block


class Made(NamedTuple):
    """The class of a unit, and the arguments that construct it."""

    by: Class
    arguments: Mapping[str, Any]
