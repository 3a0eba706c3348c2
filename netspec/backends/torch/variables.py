"""Names of the values in `forward`."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from netspec.backends.torch.classes import Class
from netspec.backends.torch.code import Call, ClassName, Node
from netspec.backends.torch.names import distinct, variable, without_number
from netspec.backends.torch.resolve import LETTERS
from netspec.backends.torch.steps import Repeat, Step, definitions
from netspec.ops.base import names as op_names

INPUT, RESULT, ITERATED = "x", "out", ("block", "layer")


class Variables:
    """The variable that holds each value, while `forward` is written."""

    def __init__(self, cls: Class) -> None:
        self.names: dict[int, str] = {}
        self.preferred: dict[int, str] = {}
        self.reserved = {*LETTERS, *ITERATED, "self"}
        self.hints = _hints(cls.body.steps)
        inputs = cls.body.inputs
        for number in inputs:
            given = cls.values[number].name
            name = variable(given) if given else INPUT
            self.names[number] = distinct(name, set(self.names.values()))

    def of(self, values: Collection[int]) -> set[str]:
        """The variables that hold these values."""
        return {self.names[value] for value in values if value in self.names}

    def assign(self, value: int, reads: Sequence[int], live: Collection[int]) -> str:
        """Give the value a variable: one that it replaces, or a new one. `live` are kept."""
        kept = self.of(live)
        free = [self.names[read] for read in reads if self.names[read] not in kept]
        preferred = self.preferred.get(value)
        if preferred is not None and preferred not in kept:
            name = preferred
        elif free:
            name = INPUT if INPUT in free else free[0]
        else:
            name = distinct(self.hints.get(value, RESULT), kept | self.reserved)
        self.names[value] = name
        return name


def _hints(steps: tuple[Node, ...]) -> dict[int, str]:
    """Names for the values of branches that end in a module with a name of its own."""
    hints: dict[int, str] = {}
    for step in reversed(steps):
        if not isinstance(step, Step) or len(step.outputs) != 1:
            continue
        own = _own_name(step)
        if own and step.outputs[0] not in hints:
            hints[step.outputs[0]] = own
        if len(step.inputs) == 1 and step.outputs[0] in hints:
            hints.setdefault(step.inputs[0], hints[step.outputs[0]])
    return hints


def _own_name(step: Step) -> str | None:
    """The module's name, if it says more than what kind of module it is."""
    stem = without_number(step.label.text)
    kinds = {*op_names()}
    if isinstance(step.module, Call) and isinstance(step.module.function, ClassName):
        kinds.add(step.module.function.of.block)
    telling = step.registered and stem not in kinds and re.search("[a-z]", stem)
    return variable(re.sub(r"_\d+$", "", step.label.text)) if telling else None
