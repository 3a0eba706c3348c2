"""Steps that apply one op: arguments that fit what flows, in one of the ways to write them."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from netspec.ops.base import Op, ShapeError, find
from tests.random_programs.arguments import MAPS, NORMS, POINTWISE, SHAPES, VECTORS, Arguments
from tests.random_programs.expressions import literal, number
from tests.random_programs.pen import Pen
from tests.random_programs.scope import Flow, Scope, small
from tests.random_programs.text import Node


def op_step(pen: Pen, scope: Scope) -> Node:
    """Any op of one tensor that the flow fits."""
    assert scope.single
    if not scope.floating:
        return _whole_numbers(pen, scope)
    families = [POINTWISE, NORMS, *([MAPS] if scope.rank > 1 else []), SHAPES]
    families += [VECTORS] if scope.rank in (1, 2) else []
    family = pen.choose(families)
    name = pen.choose(list(family))
    step = use(pen, scope, name, family[name](pen, scope))
    return step if step is not None else pen.choose(["relu", "sigmoid", "bn"])


def _whole_numbers(pen: Pen, scope: Scope) -> Node:
    if all(len(x.shape) < 3 for x in scope.tensors):
        count, dim = literal(scope, pen.integer(4, 9)), number(pen, scope, 1, 8)
        step = use(pen, scope, "embedding", {"count": count, "dim": dim})
        if step is not None:
            return step
    return "identity"


def use(pen: Pen, scope: Scope, name: str, arguments: Arguments) -> Node | None:
    """The step, with the flow moved on; None where the op does not take what flows."""
    flows = applied(scope, name, arguments)
    if flows is None or not all(map(small, flows)):
        return None
    step = written(pen, name, arguments)
    scope.flows = flows
    return step


def applied(scope: Scope, name: str, arguments: Arguments) -> list[Flow] | None:
    """What flows behind the op in each world; None where it does not take the flow."""
    if name == "formula":
        name, arguments = "sum", {}
    ops = settled(scope, name, arguments)
    if ops is None:
        return None
    try:
        return [_outputs(op, flow) for op, flow in zip(ops, scope.flows, strict=True)]
    except ShapeError:
        return None


def settled(scope: Scope, name: str, arguments: Arguments) -> list[Op] | None:
    """The op in each world; None where it has no such arguments."""
    cls = find(name)
    assert cls is not None
    given = scope.home.defaults.get(name, {})
    try:
        return [
            cls(**{**given, **{key: _settled(arg.values[k]) for key, arg in arguments.items()}})
            for k in range(len(scope.worlds))
        ]
    except ValidationError:
        return None


def _settled(value: Any) -> Any:
    return tuple(map(_settled, value)) if isinstance(value, list | tuple) else value


def _outputs(op: Op, flow: Flow) -> Flow:
    fewest, most = op.arity
    if len(flow) < fewest or (most is not None and len(flow) > most):
        raise ShapeError("NS306", "another number of tensors")
    if not op.integers and any("float" not in x.dtype for x in flow):
        raise ShapeError("NS301", "whole numbers")
    outputs = op.infer(flow)
    return outputs[: len(outputs) - len(op.extras)]


def written(pen: Pen, head: str, arguments: Arguments) -> Node:
    """By name, by position, or a single one by itself."""
    cls = find(head)
    order = list(cls.arguments()) if cls and "." not in head else []
    given = {key: arg.node for key, arg in arguments.items()}
    if not given:
        return head
    in_front = order[: len(given)] == list(given)
    lists = isinstance(given.get(order[0] if order else ""), list | dict)
    if in_front and len(given) == 1 and (not lists or order[0] in ("shape", "order")):
        return {head: pen.choose([next(iter(given.values())), given])}
    if in_front and order[0] not in ("shape", "order") and not lists and pen.chance(30):
        return {head: list(given.values())}
    return {head: given}
