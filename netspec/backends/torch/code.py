"""Python code as data: lowerings describe it, the emitter compares, merges and prints it.

A `Slot` is a value that may differ between the instances that share a class; everything else is
their common skeleton.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from netspec.diagnostics import Span
from netspec.program import Loop


@dataclass(frozen=True, slots=True)
class Node:
    """A piece of code; its fields are nodes, tuples of them, or plain values."""


@dataclass(frozen=True, slots=True)
class Origin(Node):
    """The places in the spec that code comes from, and the iterations of its loops, which make no
    difference to what it is.
    """

    spans: frozenset[Span] = field(compare=False)
    loops: tuple[Loop, ...] = field(default=(), compare=False)


NOWHERE = Origin(frozenset())


def origin_of(parts: Iterable[Origin]) -> Origin:
    """Where code comes from that has these parts."""
    return Origin(frozenset().union(*(part.spans for part in parts)))


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A variable or a dotted name: `x`, `torch.cat`, `self.conv1`."""

    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Wording:
    """The slot that a literal was, with what the spec calls its value. It is no part of the code:
    all are equal.
    """

    slot: Slot | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Wording)

    def __hash__(self) -> int:
        return 0


UNNAMED = Wording()


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A Python literal: a number, a word, a truth value or a tuple of them."""

    value: Any
    wording: Wording = field(default=UNNAMED, repr=False)


@dataclass(frozen=True, slots=True)
class Parameter(Node):
    """A parameter of the constructor of the class being printed."""

    name: str


@dataclass(frozen=True, slots=True)
class Slot(Node):
    """A value of one instance, what torch calls it, and the argument in the spec that gives it.

    `expression` is the spec's text for that argument, `scope` holds the names in it, `variables`
    those that loops give. A value that follows from shapes is not given.
    """

    value: Hashable
    name: str
    given: str | None = None
    expression: str | None = field(default=None, compare=False)
    scope: Mapping[str, Any] | None = field(default=None, compare=False, repr=False)
    variables: Mapping[str, Any] | None = field(default=None, compare=False, repr=False)


class Absent(Enum):
    """The value of a slot in a part of the code that an instance does not have."""

    ABSENT = "absent"


ABSENT = Absent.ABSENT


class Whens(tuple[str, ...]):
    """The `when`s that something stands under. They are no part of its structure: all are equal."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Whens)

    def __hash__(self) -> int:
        return 0


NO_WHENS = Whens()


@dataclass(frozen=True, slots=True)
class Condition(Slot):
    """Whether one instance has a part of the code, which stands under these `when`s."""

    whens: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Under(Node):
    """A layer and the `when`s that it stands under; it is the layer as soon as these are known."""

    layer: Node
    whens: Whens


@dataclass(frozen=True, slots=True)
class Ordinal(Node):
    """A number in the name of a child: the 3 of `denselayer3`."""

    value: int


@dataclass(frozen=True, slots=True)
class Affine(Node):
    """`base + step * i`, where i counts the iterations of the enclosing loop of that height."""

    base: Node
    step: Node
    height: int


@dataclass(frozen=True, slots=True)
class Label(Node):
    """The name of a child, as text and `Ordinal`s."""

    parts: tuple[str | Node, ...]

    @property
    def text(self) -> str:
        """The name, its growing numbers left out."""
        known = [str(p.value) if isinstance(p, Ordinal) else p for p in self.parts]
        return "".join(part for part in known if isinstance(part, str))

    @property
    def grows(self) -> bool:
        """Whether the name depends on the iteration of a loop."""
        return any(isinstance(part, Affine) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Operand(Node):
    """The k-th input of the op."""

    index: int


@dataclass(frozen=True, slots=True)
class Module(Node):
    """The registered module of the op."""


@dataclass(frozen=True, slots=True)
class Sibling(Node):
    """What stands at `container + (label,)` in the class being printed: `self.encoder`."""

    container: tuple[str, ...]
    label: Label
    kind: Any


@dataclass(frozen=True, slots=True)
class ClassName(Node):
    """The name of an emitted class, which is known only when all classes are."""

    of: Any


REQUIRED = object()


@dataclass(frozen=True, slots=True)
class Argument(Node):
    """An argument of a call; one with a default is left out where it equals it."""

    value: Node
    keyword: str | None = None
    default: Any = REQUIRED

    @property
    def is_default(self) -> bool:
        return isinstance(self.value, Literal) and same(self.value.value, self.default)


@dataclass(frozen=True, slots=True)
class Call(Node):
    """`function(arguments)`."""

    function: Node
    arguments: tuple[Node, ...]
    origin: Origin = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Attribute(Node):
    """`value.name`."""

    value: Node
    name: str


@dataclass(frozen=True, slots=True)
class Subscript(Node):
    """`value[index]`."""

    value: Node
    index: Node


@dataclass(frozen=True, slots=True)
class Infix(Node):
    """Operands joined by one operator."""

    operator: str
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Negative(Node):
    """`-value`."""

    value: Node


@dataclass(frozen=True, slots=True)
class Not(Node):
    """`not value`."""

    value: Node


@dataclass(frozen=True, slots=True)
class Conditional(Node):
    """`then if condition else otherwise`."""

    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class List(Node):
    """`[items]`."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Starred(Node):
    """`*value`, among the items of a list or the arguments of a call."""

    value: Node


@dataclass(frozen=True, slots=True)
class Tuple(Node):
    """`(items)`."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Dict(Node):
    """`{key: value}`, of `Entry`s."""

    entries: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Started(Node):
    """A module with one of its weights, by its key, filled by `function(weight, *arguments)`. In a
    block a method, the `getter`, finds it: attributes of containers are of no known type.
    """

    module: Node
    weight: str
    function: Node
    arguments: tuple[Node, ...]
    getter: str = ""
    origin: Origin = NOWHERE


@dataclass(frozen=True, slots=True)
class Pair(Node):
    """`(label, value)`: an entry of an ordered dictionary."""

    label: Label
    value: Node


@dataclass(frozen=True, slots=True)
class Entry(Node):
    """A key with its value, in a dictionary: a `Pair` with its label spelled out."""

    key: Node
    value: Node


@dataclass(frozen=True, slots=True)
class Generator(Node):
    """`element for i in range(count)`; spread unless it is the only argument of its call."""

    element: Node
    count: Node
    height: int
    spread: bool = True


@dataclass(frozen=True, slots=True)
class Comprehension(Node):
    """`element for variable in over`: a `Generator` with its variable named."""

    element: Node
    variable: str
    over: Node
    spread: bool


@dataclass(frozen=True, slots=True)
class Option(Node):
    """Modules, or others in their place, of which the constructor makes those that it is told to:
    arguments of an `nn.Sequential`, or one module each.
    """

    condition: Node
    then: tuple[Node, ...]
    otherwise: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Noted(Node):
    """An argument with a comment above it."""

    note: str
    node: Node


@dataclass(frozen=True, slots=True)
class Own(Node):
    """An attribute of the module whose weight is filled: `in_channels`."""

    name: str


@dataclass(frozen=True, slots=True)
class Text(Node):
    """A string; parts that are nodes are interpolated."""

    parts: tuple[str | Node, ...]


def same(a: Any, b: Any) -> bool:
    """Equality that tells `True` from 1 and 1.0 from 1, in lists too."""
    return bool(typed(a) == typed(b))


def typed(value: Any) -> Any:
    """The value beside its type, as a key that tells `True` from 1 and 1.0 from 1."""
    return (type(value), tuple(map(typed, value)) if isinstance(value, tuple) else value)
