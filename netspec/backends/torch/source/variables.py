"""Names of the values in `forward`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence

from netspec.backends.torch.code import Call, ClassName, Node
from netspec.backends.torch.source.classes import Class
from netspec.backends.torch.source.names import (
    ITERATED,
    LOOP_VARIABLES,
    distinct,
    variable,
    without_number,
)
from netspec.backends.torch.source.steps import Step, references
from netspec.ops.base import names as op_names

INPUT, RESULT = "x", "out"


class Variables:
    """The variable that holds each value, while `forward` is written."""

    def __init__(self, cls: Class) -> None:
        self.names: dict[int, str] = {}
        self.preferred: dict[int, str] = {}
        self.reserved = {*LOOP_VARIABLES, *ITERATED}
        self.hints = _hints(cls.body.steps)
        self.operands = _operands(cls.body.steps, self.hints)
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
        preferred = self.preferred.get(value, self.operands.get(value))
        if preferred is not None and preferred not in kept:
            name = preferred
        elif free:
            name = INPUT if INPUT in free else free[0]
        else:
            name = distinct(self.hints.get(value, RESULT), kept | self.reserved)
        self.names[value] = name
        return name


def _operands(steps: tuple[Node, ...], hints: dict[int, str]) -> dict[int, str]:
    """The names of values that are merged with others and not used again."""
    uses = Counter(value for step in steps for value in references(step))
    merges = [step for step in steps if isinstance(step, Step) and len(step.inputs) > 1]
    merged = [value for step in merges for value in step.inputs if uses[value] == 1]
    return {value: hints[value] for value in merged if value in hints}


def _hints(steps: tuple[Node, ...]) -> dict[int, str]:
    """Names for the values of branches that end in a module with a telling name."""
    hints: dict[int, str] = {}
    kinds = set(op_names())
    for step in reversed(steps):
        if isinstance(step, Step) and len(step.outputs) == 1:
            name = _telling_name(step, kinds) or hints.get(step.outputs[0])
            if name:
                hints[step.outputs[0]] = name
                if len(step.inputs) == 1:
                    hints.setdefault(step.inputs[0], name)
    return hints


def _telling_name(step: Step, kinds: set[str]) -> str | None:
    """The module's name less its number among others, if it is not just that of its op or block."""
    stem = without_number(step.label.text)
    if not step.registered or stem in kinds or stem == _block(step) or not stem[:1].isalpha():
        return None
    return variable(re.sub(r"_\d+$", "", step.label.text))


def _block(step: Step) -> str | None:
    """The block that the step applies, if it is one."""
    function = step.module.function if isinstance(step.module, Call) else None
    return function.of.block if isinstance(function, ClassName) else None
