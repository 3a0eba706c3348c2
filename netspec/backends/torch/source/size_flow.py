"""Which number of a body a size follows from: the width that an earlier layer was given, or that of
the input.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from netspec.backends.torch.code import ClassName, Node, Option, Slot
from netspec.backends.torch.source.columns import SIZES
from netspec.backends.torch.source.steps import Body, Join, Repeat, Step, When
from netspec.backends.torch.tree import walk
from netspec.program import Value

INPUT = -1
"""The size of the first input."""
Follows = Mapping[int, int]
"""For slots that are sizes, by their positions, the position of the slot that they follow from."""
WIDTHS = frozenset({"out_channels", "out_features"})
"""What makes a size."""
KEEPING = frozenset({"normalisation", "activation", "stochastic", "pooling", "merge"})
"""Groups of ops that may leave the size of a tensor as it is."""


def followed(body: Body, values: Mapping[int, Value]) -> Follows:
    """What the sizes in the body follow from, as far as one layer after the other tells."""
    flow = _Flow(values)
    if body.inputs:
        flow.sizes[body.inputs[0]] = INPUT
    flow.through(body.steps)
    return flow.found


class _Flow:
    """The slot that made the size of each value."""

    def __init__(self, values: Mapping[int, Value]) -> None:
        self.values = values
        self.sizes: dict[int, int | None] = {}
        self.found: dict[int, int] = {}
        self.position = 0

    def through(self, nodes: Iterable[Node]) -> None:
        for node in nodes:
            if isinstance(node, Step):
                self.step(node)
            elif isinstance(node, When):
                self.skip(node.condition)
                self.through((*node.then, *node.otherwise))
                for join in node.joins:
                    self.sizes[join.result] = self.joined(join)
            elif isinstance(node, Repeat):
                self.skip(node)

    def skip(self, tree: object) -> None:
        self.position += sum(1 for _ in walk(tree, Slot))

    def joined(self, join: Join) -> int | None:
        """The slot that both sides follow from."""
        sides = {self.sizes.get(join.then), self.sizes.get(join.otherwise)}
        return sides.pop() if len(sides) == 1 else None

    def step(self, step: Step) -> None:
        """A layer, or several in a row."""
        now = self.of_first(step.inputs)
        entry = now
        opaque = next(walk(step, ClassName, Option), None) is not None
        for slot in walk(step, Slot):
            if opaque:
                now = None
            elif slot.name in WIDTHS:
                now = self.position
            elif slot.name in SIZES and now is not None:
                self.found[self.position] = now
            self.position += 1
        if now == entry and not self.keeps(step):
            now = None
        self.sizes |= dict.fromkeys(step.outputs, now)

    def of_first(self, inputs: Sequence[int]) -> int | None:
        """What the sizes of the inputs follow from, the first of which it is known of."""
        known = [self.sizes.get(value) for value in inputs]
        return next((size for size in known if size is not None), None)

    def keeps(self, step: Step) -> bool:
        """Whether what comes out has the channels of what goes in."""
        shapes = [
            self.values[value].type.shape[0]
            for value in (*step.inputs, *step.outputs)
            if value in self.values
        ]
        return step.group in KEEPING and len(set(shapes)) == 1
