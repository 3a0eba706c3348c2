"""Which numbers of a body a size follows from: the width that an earlier layer was given, that of
the input, or several side by side.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from netspec.backends.torch.code import ClassName, Name, Node, Option, Slot
from netspec.backends.torch.source.steps import Body, Join, Step, When
from netspec.backends.torch.tree import walk

INPUT = -1
"""The size of the first input."""
Widths = tuple[int, ...]
"""The positions of the slots that a size is the sum of."""
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
                self.skip(node.condition)
                self.through((*node.then, *node.otherwise))
                for join in node.joins:
                    self.sizes[join.result] = self.joined(join)
            else:
                self.skip(node)

    def skip(self, tree: Node) -> None:
        self.position += sum(1 for _ in walk(tree, Slot))

    def joined(self, join: Join) -> Widths:
        """What both sides follow from."""
        sides = {self.sizes.get(join.then, ()), self.sizes.get(join.otherwise, ())}
        return sides.pop() if len(sides) == 1 else ()

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
