"""Lowerings of calls, their numbers with the spec's expressions for them."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from netspec.backends.torch.code import Node, Slot
from netspec.backends.torch.lowering import Lowering, find
from netspec.backends.torch.source.units import Scope
from netspec.backends.torch.tree import rewrite
from netspec.diagnostics import Report, SpecError, fault
from netspec.ops.base import Op
from netspec.program import Call, Program, Value
from netspec.tensor import Tensor


def scope_of(call: Call, names: Scope, params: Mapping[str, Any]) -> Scope:
    """What an expression in the call's arguments may speak of."""
    return ChainMap(_shape_names(call), dict(names), dict(params))


def _shape_names(call: Call) -> dict[str, Any]:
    shape = call.inputs[0].type.shape if call.inputs else ()
    names: dict[str, Any] = {"in_shape": shape}
    if shape:
        names |= {"in_channels": shape[0], "in_features": shape[-1]}
    if len(shape) == 3:
        names |= {"in_height": shape[1], "in_width": shape[2]}
    return names


def require_lowerings(program: Program) -> None:
    """Raise `SpecError` (NS602) with every use of an op that has no lowering."""
    report = Report()
    for instance in program.instances():
        for call in instance.calls:
            if isinstance(call.target, Op) and find(type(call.target)) is None:
                report.add(_no_lowering(call.target, call))
    report.raise_if_any()


def _no_lowering(op: Op, call: Call) -> SpecError:
    hint = "register one with `netspec.backends.torch.lowers`"
    return fault("NS602", f"the op `{op.name}` has no lowering to torch", call.span, hint=hint)


def lowered(op: Op, call: Call, scope: Scope) -> Lowering:
    """The op's lowering, with its extra outputs if the call has them."""
    lower = find(type(op))
    assert lower is not None, "the emitter requires one"
    lowering = lower(op, _inputs(call))
    if lowering.extras is not None and extra_outputs(op, call):
        lowering = lowering.extras

    def located(node: Node) -> Node | None:
        return in_scope(node, call, scope) if isinstance(node, Slot) else None

    form, module = rewrite(lowering.form, located), rewrite(lowering.module, located)
    return replace(lowering, form=form, module=module)


def extra_outputs(op: Op, call: Call) -> dict[Value, str]:
    """The extra outputs that the call has, and the op's names for them."""
    main = len(op.infer(_inputs(call))) - len(op.extras) if op.extras else len(call.outputs)
    return dict(zip(call.outputs[main:], op.extras, strict=False))


def _inputs(call: Call) -> tuple[Tensor, ...]:
    return tuple(value.type for value in call.inputs)


def in_scope(slot: Slot, call: Call, scope: Scope) -> Slot:
    """The slot with the spec's expression for it and the names that the expression sees."""
    argument = call.arguments.get(slot.given) if slot.given else None
    if argument is None:
        return Slot(slot.value, slot.name, None, None, scope)
    variables = {name: value for loop in call.loops for name, value in loop.variables.items()}
    return Slot(slot.value, slot.name, slot.given, argument.expression, scope, variables)
