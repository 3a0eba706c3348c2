"""Names of the values in `forward`."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence

from netspec.backends.torch.code import Call, ClassName, Node
from netspec.backends.torch.source.classes import Class
from netspec.backends.torch.source.kinds import Kind
from netspec.backends.torch.source.located import extra_outputs
from netspec.backends.torch.source.names import (
    ITERATED,
    LOOP_VARIABLES,
    distinct,
    variable,
    without_number,
)
from netspec.backends.torch.source.steps import Collected, Step, references
from netspec.ops.base import Op
from netspec.ops.base import names as op_names

Span = tuple[int, int]
"""From the step that makes a value to the last one that uses it."""

INPUT, RESULT, SKIP = "x", "out", "skip"


class Variables:
    """The variable that holds each value, while `forward` is written."""

    def __init__(self, cls: Class) -> None:
        self.names: dict[int, str] = {}
        self.preferred: dict[int, str] = {}
        self.reserved = {*LOOP_VARIABLES, *ITERATED}
        self.hints = _hints(cls.body.steps) | _extra_names(cls)
        self.operands = _operands(cls.body.steps, self.hints)
        self.skips = _nested_skips(cls.body.steps)
        self.given: set[str] = set()
        """The inputs that have names of their own, and stay what they are."""
        for number in cls.body.inputs:
            given = cls.values[number].name or INPUT
            name = distinct(variable(given), set(self.names.values()))
            self.names[number] = name
            self.given |= {name} if given != INPUT else set()
        unnamed = len(cls.body.inputs) > len(self.given)
        self.fallback = RESULT if unnamed else INPUT

    def collect(self, collected: Collected) -> str:
        """Give a list a variable that nothing else is ever called."""
        one = self.hints.get(collected.inside, RESULT)
        taken = self.seen | self.reserved | self.given
        name = distinct(f"{one}s", taken)
        self.names[collected.result] = name
        self.given |= {name}
        return name

    def element(self, over: str, step: Step) -> str:
        """What a loop over a list calls the step's module: one of `self.cells` is a `cell`."""
        name = without_number(over.removeprefix("self."))
        if over == "self.children()":
            name = without_number(step.label.text)
        one = name[:-2] if name.endswith(("ches", "sses", "xes")) else name.removesuffix("s")
        taken = self.seen | self.reserved | self.given | {INPUT, RESULT}
        usual = [word for word in ITERATED if one.endswith(word)]
        if usual:
            return usual[0]
        if len(one) > 1 and one.isidentifier() and variable(one) == one and one not in taken:
            return one
        return "parameter" if step.kind is Kind.PARAMETER else "layer"

    @property
    def seen(self) -> set[str]:
        """The variables in use, and those that values may get."""
        return {*self.names.values(), *self.hints.values()}

    def of(self, values: Collection[int]) -> set[str]:
        """The variables that hold these values."""
        return {self.names[value] for value in values if value in self.names}

    def assign(self, value: int, reads: Sequence[int], live: Collection[int]) -> str:
        """Give the value a variable: one that it replaces, or a new one. `live` are kept."""
        kept = self.of(live)
        free = self.replaceable(value, reads, kept | self.given)
        preferred = self.preferred.get(value, self.operands.get(value))
        if preferred is not None and preferred not in kept | self.given:
            name = preferred
        elif value in self.skips:
            name = distinct(self.skips[value], kept | self.reserved | self.given)
        elif free:
            name = INPUT if INPUT in free else free[0]
        elif self.skips.keys() & {*reads} and INPUT not in kept | self.given:
            name = INPUT
        else:
            taken = kept | self.reserved | self.given
            fallback = RESULT if self.fallback in taken else self.fallback
            name = distinct(self.hints.get(value, fallback), taken)
        self.names[value] = name
        return name

    def replaceable(self, value: int, reads: Sequence[int], taken: Collection[str]) -> list[str]:
        """The variables of the `reads` that may hold the value instead: those that say nothing of
        what they hold, those of the same name, and a skip's if nothing else is read.
        """
        skipped = {*self.skips.values(), SKIP} if len({*reads}) == 1 else set()
        fitting = {INPUT, RESULT, self.hints.get(value), *skipped}
        names = [self.names[read] for read in reads]
        return [n for n in names if n not in taken and fitting & {n, without_number(n)}]


def _nested_skips(steps: tuple[Node, ...]) -> dict[int, str]:
    """The values that go on and are merged again later, around others that do, as in a U-Net; with
    their names.
    """
    kinds = set(op_names())
    names: dict[int, str] = {}
    spans: dict[int, tuple[int, int]] = {}
    uses: defaultdict[int, list[int]] = defaultdict(list)
    for position, step in enumerate(steps):
        for value in references(step):
            uses[value].append(position)
    for position, step in enumerate(steps):
        if isinstance(step, Step) and len(step.outputs) == 1:
            after = uses[step.outputs[0]]
            if len(after) > 1 and after[0] > position:
                spans[step.outputs[0]] = (position, after[-1])
                names[step.outputs[0]] = _telling_name(step, kinds) or SKIP
    return {value: names[value] for value, span in spans.items() if _is_nested(span, spans)}


def _is_nested(span: Span, spans: Mapping[int, Span]) -> bool:
    """Whether the span is in another, or another in it."""
    start, stop = span
    return any(
        (start < other and end < stop) or (other < start and stop < end)
        for other, end in spans.values()
    )


def _operands(steps: tuple[Node, ...], hints: dict[int, str]) -> dict[int, str]:
    """The names of values that are merged with others and not used again."""
    return {value: hints[value] for value in _merged(steps) if value in hints}


def _merged(steps: tuple[Node, ...]) -> list[int]:
    """The values that are merged with others and not used again."""
    uses = Counter(value for step in steps for value in references(step))
    merges = [step for step in steps if isinstance(step, Step) and len(step.inputs) > 1]
    return [value for step in merges for value in step.inputs if uses[value] == 1]


def _hints(steps: tuple[Node, ...]) -> dict[int, str]:
    """Names for the ends of branches that are the outputs of modules with telling names, and for
    what leads to them: outputs of modules of that name, and of ops without weights.
    """
    kinds, merged = set(op_names()), set(_merged(steps))
    uses = Counter(value for step in steps for value in references(step))
    changed = {value for step in steps if not isinstance(step, Step) for value in references(step)}
    hints: dict[int, str] = {}
    leading: dict[int, str] = {}
    for step in reversed(steps):
        if not isinstance(step, Step) or len(step.outputs) != 1:
            continue
        (value,) = step.outputs
        told, led = _telling_name(step, kinds), leading.get(value)
        ends = value in merged or uses[value] != 1
        if told and value not in changed and (ends or told == led):
            hints[value] = told
        elif led and not step.registered:
            hints[value] = led
        alone = len(step.inputs) == 1 and uses[step.inputs[0]] == 1
        if value in hints and alone and not step.train_only:
            leading[step.inputs[0]] = hints[value]
    return hints


def _extra_names(cls: Class) -> dict[int, str]:
    """Names for the extra outputs of ops, such as the indices of a pool, and for those that blocks
    have names for.
    """
    names: dict[int, str] = {}
    for number, value in cls.values.items():
        call = value.producer
        if call is None:
            continue
        if isinstance(call.target, Op):
            name = extra_outputs(call.target, call).get(value)
        else:
            name = dict(zip(call.outputs, call.target.output_names, strict=False)).get(value)
        names |= {number: variable(name)} if name else {}
    return names


def _telling_name(step: Step, kinds: set[str]) -> str | None:
    """The name of the module or merge less its number among others, if it is not just that of its
    op or block.
    """
    stem = without_number(step.label.text)
    if (
        not (step.registers or len(step.inputs) > 1)
        or stem in kinds
        or stem == _block(step)
        or not stem[:1].isalpha()
    ):
        return None
    return variable(re.sub(r"_\d+$", "", step.label.text))


def _block(step: Step) -> str | None:
    """The block that the step applies, if it is one."""
    function = step.module.function if isinstance(step.module, Call) else None
    return function.of.block if isinstance(function, ClassName) else None
