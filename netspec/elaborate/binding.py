"""Arguments bound: evaluated, and checked against the op or block that takes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from netspec.diagnostics import Note, Report, Span, SpecError, fault
from netspec.elaborate.arguments import Formula, Supplied, ready_default
from netspec.elaborate.environment import Environment
from netspec.elaborate.values import BlockValue, Closure, Partial, Reference
from netspec.ops.base import Op
from netspec.program import Argument
from netspec.syntax.expression import shown
from netspec.syntax.spec import Assert, Block, Parameter
from netspec.syntax.steps import Use


def bind_op(
    target: type[Op], use: Use, supplied: Iterable[Supplied], operands: Sequence[str] = ()
) -> tuple[Op, dict[str, Argument]]:
    """The op with its arguments evaluated and validated; raises `SpecError`. `operands` are the
    names of its inputs, if `from` gives them some.
    """
    arguments, spans = _evaluate(supplied)
    for name, argument in arguments.items():
        if isinstance(argument.value, Formula):
            arguments[name] = Argument(argument.value.over(operands), argument.expression)
    values = {name: _whole(argument.value) for name, argument in arguments.items()}
    try:
        return target(**values), arguments
    except ValidationError as error:
        report = Report()
        for problem in error.errors():
            report.add(_explain(problem, target, use, arguments, spans))
        report.raise_if_any()
        raise


def _evaluate(supplied: Iterable[Supplied]) -> tuple[dict[str, Argument], dict[str, Span]]:
    arguments: dict[str, Argument] = {}
    spans: dict[str, Span] = {}
    for given in supplied:
        for prepared in given.arguments:
            value = prepared.ready.evaluate(given.environment, given.wires)
            arguments[prepared.parameter] = Argument(value, prepared.ready.text)
            spans[prepared.parameter] = prepared.span
    return arguments, spans


def _whole(value: Any) -> Any:
    """A float that is a whole number as an int: floats accept ints, sizes refuse floats."""
    if isinstance(value, tuple):
        return tuple(map(_whole, value))
    return int(value) if isinstance(value, float) and value.is_integer() else value


_ABOUT_WHOLE_NUMBERS = frozenset({"int_type", "int_from_float", "value_error"})


def _explain(
    problem: Any, target: type[Op], use: Use, arguments: dict[str, Argument], spans: dict[str, Span]
) -> SpecError:
    name = str(problem["loc"][0]) if problem["loc"] else ""
    if problem["type"] == "missing":
        return fault("NS203", f"`{target.name}` needs `{name}`", use.span)
    value, span = arguments[name].value if name in arguments else None, spans.get(name, use.span)
    text = arguments[name].expression if name in arguments else None
    gives = f"`{text}` gives {_shown(value)}" if text else f"it is {_shown(value)}"
    if isinstance(value, BlockValue):
        message = f"`{name}` of `{target.name}` is a value, not a block"
        return fault("NS204", message, span)
    if _has_fraction(value) and problem["type"] in _ABOUT_WHOLE_NUMBERS:
        hint = "use `//`, `floor` or `round`"
        what = "a channel count" if name == "out" else f"`{name}` of `{target.name}`"
        return fault("NS305", f"{what} must be a whole number: {gives}", span, hint=hint)
    if name == "out" and problem["type"] == "greater_than":
        return fault("NS307", f"`out` of `{target.name}` must be a positive number: {gives}", span)
    reason = problem["msg"].removeprefix("Value error, ").replace("Input should", "must")
    reason = reason[:1].lower() + reason[1:]
    return fault("NS204", f"`{name}` of `{target.name}` {reason}: {gives}", span)


def _has_fraction(value: Any) -> bool:
    entries = value if isinstance(value, tuple) else (value,)
    return any(isinstance(entry, float) for entry in entries)


def _shown(value: Any) -> str:
    return "a block" if isinstance(value, BlockValue) else shown(value)


_PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "int": (int,),
    "float": (int, float),
    "bool": (bool,),
    "str": (str,),
    "list": (tuple,),
    "block": (Reference, Partial, Closure),
}


def bind_block(
    block: Block, use_span: Span, supplied: Iterable[Supplied], environment: Environment
) -> dict[str, Argument]:
    """Every parameter of the block: given, or its default; raises `SpecError`.

    `environment` is the callee's, its `in_*` those of the block's input; the values are added to it
    one after the other, so that a default sees the parameters before it.
    """
    given, spans = _evaluate(supplied)
    arguments: dict[str, Argument] = {}
    for name, parameter in block.parameters.items():
        argument = given.get(name) or _default(parameter, block, use_span, environment)
        value = checked(argument.value, parameter, spans.get(name, parameter.span))
        arguments[name] = Argument(value, argument.expression)
        environment[name] = value
    require_asserts(block.asserts, use_span, environment)
    return arguments


def _default(
    parameter: Parameter, block: Block, use_span: Span, environment: Environment
) -> Argument:
    try:
        return default(parameter, block.name, use_span, environment)
    except SpecError as error:
        if parameter.default is None:
            raise
        note = Note(f"in `{block.name}`, used here", use_span)
        raise SpecError(replace(d, notes=(*d.notes, note)) for d in error.diagnostics) from None


def require_asserts(asserts: Iterable[Assert], span: Span, environment: Environment) -> None:
    """Raise `SpecError` (NS504) at `span` for the asserts that do not hold there."""
    report = Report()
    for each in asserts:
        with report.collecting():
            if each.that.evaluate(environment) is not True:
                parts = [
                    p if isinstance(p, str) else shown(p.evaluate(environment))
                    for p in each.otherwise.parts
                ]
                notes = [Note(f"it asserts `{each.that.text}`", each.that.span)]
                report.add(fault("NS504", "".join(parts), span, notes=notes))
    report.raise_if_any()


def default(parameter: Parameter, owner: str, use_span: Span, environment: Environment) -> Argument:
    """The default of a parameter that is not given; raises `SpecError` (NS203) if it has none."""
    if parameter.default is None:
        raise fault("NS203", f"`{owner}` needs `{parameter.name}`", use_span)
    prepared = ready_default(parameter)
    if prepared.use is not None or prepared.step is not None:
        environment = environment.extended({})  # a block keeps the names of this moment
    return Argument(prepared.evaluate(environment, {}), prepared.text)


def checked(value: Any, parameter: Parameter, span: Span) -> Any:
    """The value if it is of the parameter's type; whole floats become ints."""
    kind = "block" if parameter.takes_block else parameter.kind
    if kind is None:
        return value
    if kind == "int":
        value = _whole(value)
    is_stray_bool = isinstance(value, bool) and kind in ("int", "float")
    if is_stray_bool or not isinstance(value, _PYTHON_TYPES[kind]):
        article = "an" if kind == "int" else "a"
        message = f"`{parameter.name}` takes {article} {kind}, not {_shown(value)}"
        code = "NS305" if kind == "int" and isinstance(value, float) else "NS204"
        hint = "use `//`, `floor` or `round`" if code == "NS305" else None
        raise fault(code, message, span, hint=hint)
    return value
