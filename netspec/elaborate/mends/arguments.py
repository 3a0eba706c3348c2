"""Other arguments for an op, tried: beside it, or at the use of the block that hands them on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from netspec.diagnostics import Span
from netspec.elaborate.mends.shape_fault import Fault
from netspec.elaborate.origins import chain_of
from netspec.elaborate.ways import Stage
from netspec.program import Argument, Instance


def mended_at(fault: Fault, stage: Stage, given: Mapping[str, str]) -> str | None:
    """Where these arguments of an op would make the spec check. One argument that blocks hand on
    is for the outermost use to give; a number does not take the place of an expression.
    """
    head, span, arguments = stage.op.name, stage.call.span, given
    if len(given) == 1:
        ((name, text),) = given.items()
        head, span, name, written = _outermost(fault, stage, name)
        if written is not None and (text.isdigit() or span is not stage.call.span):
            return None
        arguments = {name: text}
    if not fault.trials.with_arguments({span: arguments}):
        return None
    told = ", ".join(f"{name}: {text}" for name, text in arguments.items())
    return f"`{told}` for the {fault.named(head, span)}"


def _outermost(fault: Fault, stage: Stage, name: str) -> tuple[str, Span, str, str | None]:
    """The use that gives an argument which blocks hand on as it is: what is used, where, the
    argument's name there and the expression that it is given.
    """
    head, span, argument = stage.op.name, stage.call.span, stage.call.arguments.get(name)
    for block, used, arguments in _uses(fault, stage):
        word = argument.expression if argument is not None else None
        if word is None or word not in arguments:
            break
        head, span, name, argument = block, used, word, arguments[word]
    return head, span, name, argument.expression if argument is not None else None


def _uses(fault: Fault, stage: Stage) -> Iterator[tuple[str, Span, Mapping[str, Argument]]]:
    """The uses of the blocks around an op, the innermost first."""
    for call in reversed(stage.through):
        assert isinstance(call.target, Instance)
        yield call.target.block, call.span, call.arguments
    for link in chain_of(fault.body.frame, stage.outside):
        if link.block:
            yield link.block, link.span, link.arguments


def texts(fault: Fault, stage: Stage, beside: Stage | None, size: int) -> Iterator[str]:
    """How a size may be written as an argument of an op: as for another op of the same body, by a
    parameter of its block, as a number, by its input.
    """
    if beside is not None and beside.expression and _same_body(stage, beside):
        yield beside.expression
    around = next((arguments for _, _, arguments in _uses(fault, stage)), {})
    yield from (name for name, each in around.items() if each.value == size)
    yield str(size)
    yield "in_channels"


def values_called(fault: Fault, value: int) -> list[str]:
    """The parameters and loop variables around a fault that have this value."""
    found: dict[str, Any] = {}
    for link in fault.body.frame or ():
        found.update(link.arguments)
        if link.block:
            break
    found = {name: getattr(each, "value", each) for name, each in found.items()}
    return [n for n, each in found.items() if each is not True and each == value and n != "i"]


def _same_body(stage: Stage, other: Stage) -> bool:
    return (stage.through, stage.outside) == (other.through, other.outside)
