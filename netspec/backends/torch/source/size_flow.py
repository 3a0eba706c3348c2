"""Which numbers of a body a size follows from: the width that an earlier layer was given, that of
the input, or several side by side.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice, product
from typing import NamedTuple

from netspec.backends.torch.code import (
    ABSENT,
    ClassName,
    Conditional,
    Infix,
    Name,
    Node,
    Option,
    Parameter,
    Slot,
    same,
)
from netspec.backends.torch.source.expressions import evaluated
from netspec.backends.torch.source.parameters import Parameters
from netspec.backends.torch.source.steps import Body, Join, Step, When
from netspec.backends.torch.tree import rewrite, walk

INPUT = -1
"""The size of the first input."""


class Either(NamedTuple):
    """A size that is one or the other, by the condition in a slot."""

    condition: int
    then: tuple[int | Either, ...]
    otherwise: tuple[int | Either, ...]


Widths = tuple["int | Either", ...]
"""The positions of the slots that a size is the sum of."""
MOST_COMBINATIONS = 1000
MAKING = frozenset({"out_channels", "out_features"})
"""What makes a size."""
KEEPING = frozenset({"normalisation", "activation", "stochastic", "pooling", "merge", "arithmetic"})
"""Groups of ops that may leave the size of a tensor as it is."""


def entering(body: Body) -> Mapping[int, Widths]:
    """For the slots of layers, by their positions, the size of what goes into the layer: as far as
    one layer after the other tells.
    """
    flow = _Flow()
    if body.inputs:
        flow.sizes[body.inputs[0]] = (INPUT,)
    flow.through(body.steps)
    return flow.found


class _Flow:
    """What made the size of each value; nothing if that is not known."""

    def __init__(self) -> None:
        self.sizes: dict[int, Widths] = {}
        self.found: dict[int, Widths] = {}
        self.position = 0

    def through(self, nodes: Iterable[Node]) -> None:
        for node in nodes:
            if isinstance(node, Step):
                self.step(node)
            elif isinstance(node, When):
                at = self.position
                self.skip(node.condition)
                self.through((*node.then, *node.otherwise))
                for join in node.joins:
                    self.sizes[join.result] = self.joined(at, join)
            else:
                self.skip(node)

    def skip(self, tree: Node) -> None:
        self.position += sum(1 for _ in walk(tree, Slot))

    def joined(self, condition: int, join: Join) -> Widths:
        """What the sides follow from."""
        then, otherwise = (self.sizes.get(side, ()) for side in (join.then, join.otherwise))
        if then == otherwise or not (then and otherwise):
            return then if then == otherwise else ()
        return (Either(condition, then, otherwise),)

    def step(self, step: Step) -> None:
        """A layer, or several in a row."""
        now = self.merged(step)
        opaque = next(walk(step, ClassName, Option), None) is not None
        made = False
        for slot in walk(step, Slot):
            if now and not opaque:
                self.found[self.position] = now
            if slot.name in MAKING:
                now, made = (self.position,), True
            self.position += 1
        known = made or (step.group in KEEPING)
        self.sizes |= dict.fromkeys(step.outputs, now if known and not opaque else ())

    def merged(self, step: Step) -> Widths:
        """What goes into the layer: one beside the other, or all of one size."""
        sizes = [self.sizes.get(value, ()) for value in step.inputs]
        if _concatenates(step):
            return tuple(width for size in sizes for width in size) if all(sizes) else ()
        return next((size for size in sizes if size), ())


def _concatenates(step: Step) -> bool:
    """Whether it puts channels side by side."""
    along = [slot.value for slot in walk(step.form, Slot) if slot.name == "dim"]
    return Name("torch.cat") in walk(step.form, Name) and along == [1]


def size_of(widths: Widths, solved: Mapping[int, Node], parameters: Parameters) -> Node | None:
    """The code for a size, given that for the slots; None where it is not known."""
    terms = [_term(width, solved, parameters) for width in widths]
    known = tuple(term for term in terms if term is not None)
    if not known or len(known) < len(terms):
        return None
    return known[0] if len(known) == 1 else Infix("+", known)


def _term(width: int | Either, solved: Mapping[int, Node], parameters: Parameters) -> Node | None:
    if isinstance(width, int):
        return parameters.input_size() if width == INPUT else solved.get(width)
    then = size_of(width.then, solved, parameters)
    otherwise = size_of(width.otherwise, solved, parameters)
    if then is None or otherwise is None or width.condition not in solved:
        return None
    either = Conditional(solved[width.condition], then, otherwise)
    return next((one for one in (then, otherwise) if agree(either, one, parameters)), either)


def as_it_flows(
    size: Node | None, found: Node, slots: Sequence[Slot], prefix: str, parameters: Parameters
) -> Node:
    """The size in place of what was found for it, if that is not the same for all arguments; one
    that depends on a condition is a variable.
    """
    column = tuple(slot.value for slot in slots)
    if size is None or not parameters.gives(size, column):
        return found
    if found is not size and agree(size, found, parameters):
        return found
    if next(walk(size, Conditional), None) is None:
        return size
    name = slots[0].name
    return parameters.local(prefix + name if name in parameters.columns else name, size, column)


def agree(one: Node, other: Node, parameters: Parameters) -> bool:
    """Whether two expressions have one value for whatever arguments appear together or apart."""
    one, other = _spelled_out(one, parameters), _spelled_out(other, parameters)
    names = list(dict.fromkeys(node.name for node in walk((one, other), Parameter)))
    columns = [dict.fromkeys(parameters.columns[name]) for name in names]
    values = [[value for value in column if value is not ABSENT] for column in columns]
    for row in islice(product(*values), MOST_COMBINATIONS):
        given = dict(zip(names, row, strict=True))
        if not same(_value(one, given), _value(other, given)):
            return False
    return True


def _spelled_out(node: Node, parameters: Parameters) -> Node:
    """The expression with no variables of the constructor in it."""

    def definition(part: Node) -> Node | None:
        local = parameters.locals.get(part.name) if isinstance(part, Parameter) else None
        return local and _spelled_out(local, parameters)

    return rewrite(node, definition)


def _value(node: Node, given: Mapping[str, object]) -> object:
    def of_parameter(node: Node) -> object:
        assert isinstance(node, Parameter)
        return given[node.name]

    try:
        return evaluated(node, of_parameter)
    except (ArithmeticError, LookupError, TypeError):
        return None
