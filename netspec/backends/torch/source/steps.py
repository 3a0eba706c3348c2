"""The body of a class: steps on numbered values, and repeated steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from netspec.backends.torch.code import (
    NO_WHENS,
    NOWHERE,
    Generator,
    Label,
    Node,
    Origin,
    Slot,
    Whens,
)
from netspec.backends.torch.source.kinds import Kind
from netspec.backends.torch.tree import walk


@dataclass(frozen=True, slots=True)
class Step(Node):
    """`outputs = form(inputs)`, with a module at `container + (label,)` if it is registered.

    `in_place` is the form that may overwrite its operand where that is `fresh`. A step that is not
    registered but has a `module` may be given one. The module of a step that
    applies it `again` is that of an earlier step at the same place.
    """

    form: Node
    module: Node | None
    registered: bool
    label: Label
    container: tuple[str, ...]
    group: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    note: str | None = None
    kind: Kind = Kind.MODULE
    again: bool = False
    train_only: bool = False
    whens: Whens = NO_WHENS
    origin: Origin = field(default=NOWHERE, compare=False)
    in_place: Node | None = None
    fresh: bool = False

    @property
    def registers(self) -> bool:
        """Whether `__init__` makes the module for this step."""
        return self.registered and not self.again


@dataclass(frozen=True, slots=True)
class Carry(Node):
    """A value that one iteration hands to the next.

    Iterations know it as `inside` and leave it as `after`; it comes in as `before` and goes out as
    `result`.
    """

    before: int
    inside: int
    after: int
    result: int


@dataclass(frozen=True, slots=True)
class Collected(Node):
    """A value of each iteration, `inside` of it, that all together are the list `result`."""

    inside: int
    result: int


@dataclass(frozen=True, slots=True)
class Repeat(Node):
    """Steps that are done `count` times."""

    count: Node
    steps: tuple[Node, ...]
    carries: tuple[Carry, ...]
    height: int
    collected: tuple[Collected, ...] = ()


@dataclass(frozen=True, slots=True)
class Each(Node):
    """Modules that differ, one for each iteration; generators stand for several."""

    modules: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Join(Node):
    """A value that is one or the other, by the way that was taken."""

    then: int
    otherwise: int
    result: int


@dataclass(frozen=True, slots=True)
class When(Node):
    """Steps that are done under a condition, and those that are done where it does not hold.

    What they make leaves by the joins. `name` says what the condition is about.
    """

    condition: Node
    then: tuple[Node, ...]
    otherwise: tuple[Node, ...]
    joins: tuple[Join, ...]
    name: str


@dataclass(frozen=True, slots=True)
class Body(Node):
    """The whole of `forward`; `__init__` follows from the registered steps."""

    inputs: tuple[int, ...]
    steps: tuple[Node, ...]
    outputs: tuple[int, ...]


REPEATS = "repeats"


def repeats(count: int) -> Slot:
    """How often something is repeated, as a number that may differ between instances."""
    return Slot(count, REPEATS)


def height(tree: object) -> int:
    """The height that a loop around the tree has."""
    return 1 + max((loop.height for loop in walk(tree, Repeat, Generator)), default=-1)


def all_steps(steps: tuple[Node, ...]) -> Iterator[Step]:
    """Every step, those of repeats too."""
    return walk(steps, Step)


def references(node: Node) -> Iterator[int]:
    """The values that a step or repeat reads, its own inner ones too."""
    if isinstance(node, Step):
        yield from node.inputs
    elif isinstance(node, Repeat):
        yield from (carry.before for carry in node.carries)
        for step in node.steps:
            yield from references(step)
        yield from (carry.after for carry in node.carries)
        yield from (each.inside for each in node.collected)
    elif isinstance(node, When):
        for step in (*node.then, *node.otherwise):
            yield from references(step)
        yield from (value for join in node.joins for value in (join.then, join.otherwise))


def definitions(node: Node) -> Iterator[int]:
    """The values that a step or repeat makes, its own inner ones too."""
    if isinstance(node, Step):
        yield from node.outputs
    elif isinstance(node, Repeat):
        yield from (carry.inside for carry in node.carries)
        for step in node.steps:
            yield from definitions(step)
        yield from (carry.result for carry in node.carries)
        yield from (each.result for each in node.collected)
    elif isinstance(node, When):
        for step in (*node.then, *node.otherwise):
            yield from definitions(step)
        yield from (join.result for join in node.joins)


Rename = Callable[[int], int]


def renamed(node: Node, reference: Rename, definition: Rename) -> Node:
    """The node with other value numbers; called in the orders of `references`, `definitions`."""
    if isinstance(node, Step):
        inputs, outputs = map(reference, node.inputs), map(definition, node.outputs)
        return replace(node, inputs=tuple(inputs), outputs=tuple(outputs))
    if isinstance(node, Repeat):
        before = [reference(carry.before) for carry in node.carries]
        inside = [definition(carry.inside) for carry in node.carries]
        steps = tuple(renamed(step, reference, definition) for step in node.steps)
        after = [reference(carry.after) for carry in node.carries]
        each = [reference(each.inside) for each in node.collected]
        results = [definition(carry.result) for carry in node.carries]
        lists = [definition(each.result) for each in node.collected]
        carries = tuple(map(Carry, before, inside, after, results))
        collected = tuple(map(Collected, each, lists))
        return replace(node, steps=steps, carries=carries, collected=collected)
    return node
