"""Arguments bound: evaluated, and checked against the op or block that takes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from netspec.diagnostics import Note, Span, SpecError, fault
from netspec.elaborate.arguments import Formula, Supplied, ready_default
from netspec.elaborate.asserts import require_of_block
from netspec.elaborate.context import with_notes
from netspec.elaborate.environment import Environment, set_by
from netspec.elaborate.refused import refused, shown_value, whole_hint
from netspec.elaborate.signatures import missing, without
from netspec.elaborate.values import Closure, Partial, Reference
from netspec.ops.base import Op
from netspec.program import Argument
from netspec.syntax.spec import Block, Parameter
from netspec.syntax.steps import Use


def bind_op(
    target: type[Op], use: Use, supplied: Sequence[Supplied], operands: Sequence[str] = ()
) -> tuple[Op, dict[str, Argument]]:
    """The op with its arguments evaluated and validated; raises `SpecError`. `operands` are the
    names of its inputs, if `from` gives them some.
    """
    arguments, spans = _evaluate(supplied)
    for name, argument in arguments.items():
        if isinstance(argument.value, Formula):
            arguments[name] = replace(argument, value=argument.value.over(operands))
    values = {name: _whole(argument.value) for name, argument in arguments.items()}
    try:
        op = target(**values)
        _settle(op, values)
        return op, arguments
    except ValidationError as error:
        around = {p.parameter: given.environment for given in supplied for p in given.arguments}
        raise refused(error, target, use, arguments, spans, around) from None


def _evaluate(supplied: Iterable[Supplied]) -> tuple[dict[str, Argument], dict[str, Span]]:
    arguments: dict[str, Argument] = {}
    spans: dict[str, Span] = {}
    faults: list[SpecError] = []
    for given in supplied:
        for prepared in given.arguments:
            try:
                value = prepared.ready.evaluate(given.environment, given.wires)
            except SpecError as error:
                faults.append(_with_settings(error, prepared.ready.text, given.environment))
                continue
            arguments[prepared.parameter] = Argument(value, prepared.ready.text, prepared.span)
            spans[prepared.parameter] = prepared.span
    if faults:
        raise SpecError(each for error in faults for each in error.diagnostics)
    return arguments, spans


def _whole(value: Any) -> Any:
    """A float that is a whole number as an int: floats accept ints, sizes refuse floats."""
    if isinstance(value, tuple):
        return tuple(map(_whole, value))
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _settle(op: Op, values: Mapping[str, Any]) -> None:
    """A size that is followed (`netspec.sizes`) is one number where pydantic made it one."""
    kept = {id(value) for value in op.__dict__.values()}
    pending = [value for value in values.values() if id(value) not in kept]
    while pending:
        value = pending.pop()
        if isinstance(value, tuple):
            pending += value
        elif isinstance(value, int):
            int(value)


def _with_settings(error: SpecError, text: str | None, environment: Environment) -> SpecError:
    """A calculation that fails (NS111), with the lines where what it speaks of is set."""
    failed = {each.code for each in error.diagnostics} == {"NS111"}
    return with_notes(error, set_by(text or "", environment)) if failed else error


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
    if lacking := missing(block, given):
        raise without(lacking, block, use_span)
    arguments: dict[str, Argument] = {}
    for name, parameter in block.parameters.items():
        argument = given.get(name) or _default(parameter, block, use_span, environment)
        value = checked(
            argument.value, parameter, spans.get(name, parameter.span), argument.expression
        )
        arguments[name] = Argument(value, argument.expression, argument.span)
        environment[name] = value
    require_of_block(block, use_span, environment)
    return arguments


def _default(
    parameter: Parameter, block: Block, use_span: Span, environment: Environment
) -> Argument:
    try:
        return default(parameter, block.name, use_span, environment)
    except SpecError as error:
        note = Note(f"in `{block.name}`, used here", use_span)
        raise SpecError(replace(d, notes=(*d.notes, note)) for d in error.diagnostics) from None


def default(parameter: Parameter, owner: str, use_span: Span, environment: Environment) -> Argument:
    """The default of a parameter that is not given; raises `SpecError` (NS203) if it has none."""
    if parameter.default is None:
        hint = f"a default beside it, or `--set {parameter.name}=..`"
        raise fault("NS203", f"`{owner}` needs `{parameter.name}`", use_span, hint=hint)
    prepared = ready_default(parameter)
    if prepared.use is not None or prepared.step is not None:
        environment = environment.extended({})  # a block keeps the names of this moment
    return Argument(prepared.evaluate(environment, {}), prepared.text, parameter.span)


def checked(value: Any, parameter: Parameter, span: Span, text: str | None = None) -> Any:
    """The value, which `text` gave, if it is of the parameter's type; whole floats become ints."""
    kind = "block" if parameter.takes_block else parameter.kind
    if kind is None:
        return value
    if kind == "int":
        value = _whole(value)
    is_stray_bool = isinstance(value, bool) and kind in ("int", "float")
    if is_stray_bool or not isinstance(value, _PYTHON_TYPES[kind]):
        article = "an" if kind == "int" else "a"
        gives = f": `{text}` gives {shown_value(value)}" if text else f", not {shown_value(value)}"
        message = f"`{parameter.name}` takes {article} {kind}{gives}"
        code = "NS305" if kind == "int" and isinstance(value, float) else "NS204"
        hint = whole_hint(text) if code == "NS305" else None
        raise fault(code, message, span, hint=hint)
    return value
