"""Steps: what a body is a list of. Arguments stay nodes: what they mean is the callee's to say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from netspec.diagnostics import Span
from netspec.syntax.expression import Expression
from netspec.syntax.nodes import Node, Scalar, Sequence

MODIFIERS = frozenset(
    "name from repeat for index when again share tie fixed init merge note do branches".split()
)
WORD = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)?")
IDENTIFIER = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True, eq=False)
class Use:
    """An op or block by name, with its arguments as written (None where there are none)."""

    head: str
    span: Span
    arguments: Node | None = None

    @property
    def base(self) -> str:
        """What an unnamed step is called after: the head without its prefix."""
        return self.head.rpartition(".")[2]


@dataclass(frozen=True, eq=False)
class Branches:
    """Paths that all take the value so far; `named` ones carry their name in the step."""

    paths: tuple[Step, ...]
    merge: Use | None
    span: Span


@dataclass(frozen=True, eq=False)
class Repetition:
    """`repeat` (with `count`) or `for` (with `lists`), and `index`, the other name of `i`."""

    count: Expression | None
    lists: dict[str, Expression | Node]
    index: str | None
    span: Span

    @cached_property
    def variables(self) -> frozenset[str]:
        own = {"i", "first", "last", *self.lists}
        return frozenset(own | {self.index} if self.index else own)


@dataclass(frozen=True, eq=False)
class Template:
    """A text with expressions in braces: `layer{stage + 1}`."""

    parts: tuple[str | Expression, ...]
    span: Span

    @cached_property
    def names(self) -> frozenset[str]:
        """The names that its expressions mention."""
        return frozenset().union(*(p.names for p in self.parts if isinstance(p, Expression)))

    @cached_property
    def literal(self) -> str | None:
        """The name itself where it has no braces."""
        first = self.parts[0]
        return first if isinstance(first, str) and len(self.parts) == 1 else None


@dataclass(frozen=True, eq=False)
class Again:
    """The step of that name in the same body, once more with the same weights."""

    name: Template
    span: Span


@dataclass(frozen=True, eq=False)
class Unread:
    """What could not be read: it is reported, and nothing can be said of what depends on it."""


@dataclass(frozen=True, eq=False)
class Origin:
    """A `from`: one expression over tensors, or one for each operand, by its name."""

    expression: Expression | None
    operands: dict[str, Expression]

    @property
    def span(self) -> Span:
        """Where it begins."""
        return self.expressions[0].span

    @property
    def expressions(self) -> tuple[Expression, ...]:
        return tuple(self.operands.values()) if self.expression is None else (self.expression,)


@dataclass(frozen=True, eq=False)
class Weights:
    """What a step says of its weights: modifiers `share`, `fixed`, `init` and `tie`. The last two
    are by the weight's key in the step's module.
    """

    share: Span | None = None
    fixed: bool = False
    init: tuple[tuple[Scalar, Node], ...] = ()
    ties: tuple[tuple[Scalar, Template], ...] = ()


@dataclass(frozen=True, eq=False)
class Step:
    """One step with its modifiers. `body` is a use, branches, a tuple of steps in a row, or a step
    done before.
    """

    body: Use | Branches | tuple[Step, ...] | Again | Unread
    span: Span
    name: Template | None = None
    origin: Origin | None = None
    loop: Repetition | None = None
    when: Expression | None = None
    weights: Weights = Weights()
    note: str | None = None
    stray: tuple[Scalar, ...] = ()
    """Keys beside it that are no modifiers: a fault, whose hint needs to know what it applies."""
    nodes: tuple[Node, ...] = field(default=(), repr=False)

    @cached_property
    def identifiers(self) -> frozenset[str]:
        """Every word in the step's text: a superset of the names that it can depend on."""
        return frozenset().union(*map(identifiers, self.nodes))


def every_step(steps: Iterable[Step]) -> Iterator[Step]:
    """The steps of a body at every depth of sequences and branches, each before those in it."""
    for step in steps:
        yield step
        if isinstance(step.body, Branches):
            yield from every_step(step.body.paths)
        elif isinstance(step.body, tuple):
            yield from every_step(step.body)


def step_names(steps: Iterable[Step]) -> frozenset[str]:
    """The names of steps in a body; one with expressions in it as its beginning and `*`."""
    found: set[str] = set()
    for name in [step.name for step in every_step(steps) if step.name is not None]:
        first = name.parts[0]
        found.add(name.literal or (f"{first}*" if isinstance(first, str) else "*"))
    return frozenset(found)


def identifiers(node: Node) -> frozenset[str]:
    """Every word in a node's text, keys and values."""
    if isinstance(node, Scalar):
        return frozenset(IDENTIFIER.findall(node.text))
    if isinstance(node, Sequence):
        return frozenset().union(*map(identifiers, node.items))
    return frozenset().union(*(identifiers(k) | identifiers(v) for k, v in node))


def wired(node: Node) -> frozenset[str]:
    """Every word that stands in a `from` somewhere in the node."""
    if isinstance(node, Scalar):
        return frozenset()
    if isinstance(node, Sequence):
        return frozenset().union(*map(wired, node.items))
    own = [identifiers(value) for key, value in node if key.text == "from"]
    return frozenset().union(*own, *(wired(value) for _, value in node))
