"""Values that an op's arguments cannot have: what pydantic found, in terms of the language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import groupby
from typing import Any

from pydantic import ValidationError

from netspec.diagnostics import Span, SpecError, fault
from netspec.elaborate.environment import Environment, set_by
from netspec.elaborate.signatures import missing, parameters, without
from netspec.elaborate.values import BlockValue
from netspec.ops.base import Op
from netspec.program import Argument
from netspec.syntax.arithmetic import FUNCTIONS
from netspec.syntax.expression import shown
from netspec.syntax.nodes import Sequence
from netspec.syntax.steps import Use

_ABOUT_WHOLE_NUMBERS = frozenset({"int_type", "int_from_float", "value_error"})
_WANTED = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "`true` or `false`",
    "string_type": "a word",
    "tuple_type": "a list",
    "finite_number": "a finite number",
    "greater_than": "more than {gt}",
    "greater_than_equal": "at least {ge}",
    "less_than": "less than {lt}",
    "less_than_equal": "at most {le}",
}
"""What an argument must be, by the type of the problem."""


def refused(
    error: ValidationError,
    target: type[Op],
    use: Use,
    arguments: Mapping[str, Argument],
    spans: Mapping[str, Span],
    around: Mapping[str, Environment],
) -> SpecError:
    """The faults of arguments that are missing or that the op refuses; `around` are the names that
    each sees.
    """
    faults = []
    if lacking := missing(target, arguments):
        faults.append(without(lacking, target, use.span))
    problems = [each for each in error.errors() if each["type"] != "missing"]
    for name, those in groupby(problems, lambda each: str(each["loc"][0]) if each["loc"] else ""):
        argument = arguments.get(name, Argument(None))
        one = _refused(name, list(those), target, argument, spans.get(name, use.span))
        notes = set_by(argument.expression or "", around[name]) if name in around else []
        order = _order(target) if isinstance(use.arguments, Sequence) else None
        faults.append(
            SpecError(replace(d, notes=tuple(notes), hint=d.hint or order) for d in one.diagnostics)
        )
    return SpecError(each for one in faults for each in one.diagnostics)


def _order(target: type[Op]) -> str:
    """What the entries of a list of arguments mean."""
    return f"the arguments in their order: {', '.join(f'`{each}`' for each in parameters(target))}"


def _refused(
    name: str, problems: list[Any], target: type[Op], argument: Argument, span: Span
) -> SpecError:
    value, text = argument.value, argument.expression
    gives = f"`{text}` gives {shown_value(value)}" if text else f"it is {shown_value(value)}"
    what, types = f"`{name}` of `{target.name}`", {problem["type"] for problem in problems}
    if isinstance(value, BlockValue):
        hint = f"`{text}` is a step of its own: `- {text}`" if text else None
        if text in FUNCTIONS:
            hint = f"`{text}(...)` is a function of expressions"
        return fault("NS204", f"{what} is a value, not a block", span, hint=hint)
    if _has_fraction(value) and types & _ABOUT_WHOLE_NUMBERS:
        hint = whole_hint(text)
        what = "a channel count" if name == "out" else what
        return fault("NS305", f"{what} must be a whole number: {gives}", span, hint=hint)
    if name == "out" and "greater_than" in types:
        hint = f"`max(1, {text})` is never less" if text and "//" in text else None
        return fault("NS307", f"{what} must be a positive number: {gives}", span, hint=hint)
    reason = " or ".join(dict.fromkeys(map(_reason, problems)))
    return fault("NS204", f"{what} {reason}: {gives}", span, hint=_hint(name, value, text))


def whole_hint(text: str | None) -> str:
    """What makes a whole number of an expression."""
    if text is None:
        return "sizes and counts are whole numbers"
    if whole := _whole_division(text):
        return f"`{whole}` rounds down"
    return f"`round({text})` or `floor({text})`"


def _whole_division(text: str) -> str | None:
    """The expression with `//` in place of `/`, if it has one."""
    whole = "//".join(part.replace("/", "//") for part in text.split("//"))
    return whole if whole != text else None


def _reason(problem: Any) -> str:
    """What the argument must be."""
    context = problem.get("ctx", {})
    if problem["type"] in _WANTED:
        return f"must be {_WANTED[problem['type']].format(**context)}"
    if problem["type"] == "literal_error":
        return f"must be {str(context['expected']).replace(chr(39), '`')}"
    reason = str(problem["msg"]).removeprefix("Value error, ").replace("Input should", "must")
    return reason[:1].lower() + reason[1:]


def _hint(name: str, value: Any, text: str | None) -> str | None:
    """What was probably meant by a value of the wrong kind."""
    if name == "eps" and isinstance(value, int) and value > 0:
        return "channels and features follow from the input: no number of them is given"
    if isinstance(value, tuple) and text and text.replace(",", "").isdigit():
        return f"a number has no commas: `{text.replace(',', '')}`"
    if isinstance(value, tuple) and name == "out" and _are_numbers(value):
        return f"a loop makes a step of each: `for: {{width: {shown(value)}}}`"
    if isinstance(value, str) and value.replace(".", "").isdigit():
        return f"a number stands without quotes: {value}"
    if name == "p" and isinstance(value, int) and 1 < value < 100:
        return f"a probability: `{value / 100:g}`"
    return None


def _are_numbers(values: Iterable[Any]) -> bool:
    return all(isinstance(each, int | float) for each in values)


def _has_fraction(value: Any) -> bool:
    entries = value if isinstance(value, tuple) else (value,)
    return any(isinstance(entry, float) for entry in entries)


def shown_value(value: Any) -> str:
    return "a block" if isinstance(value, BlockValue) else shown(value)
