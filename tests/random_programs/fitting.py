"""Steps that bring what flows to wanted types: how a loop, a sum, a block get what they need."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from netspec.tensor import Tensor
from tests.random_programs.arguments import Arguments
from tests.random_programs.expressions import exactly, literal
from tests.random_programs.ops import applied, written
from tests.random_programs.pen import Pen
from tests.random_programs.scope import Flow, Scope, modified
from tests.random_programs.text import Node


def fitted(pen: Pen, scope: Scope, wanted: Sequence[Tensor]) -> list[Node]:
    """Steps after which one tensor flows, in each world of the wanted type."""
    steps = [] if scope.single else [one_of_several(pen, scope)]
    if not scope.floating and any("float" in x.dtype for x in scope.tensors):
        steps.append(_step(pen, scope, "parameter", {"shape": literal(scope, [3, 2])}))
    elif not scope.floating:
        size = {"count": literal(scope, 4), "dim": literal(scope, 2)}
        steps.append(_step(pen, scope, "embedding", size))
    if scope.tensors == list(wanted):
        return steps
    ranks = {len(x.shape) for x in [*scope.tensors, *wanted]}
    if ranks <= {2} or ranks == {3} or ranks == {4}:
        return steps + _as_map(pen, scope, wanted)
    return steps + _as_vector(pen, scope, wanted)


def one_of_several(pen: Pen, scope: Scope) -> Node:
    """A step that goes on with one tensor of those that flow."""
    at = pen.integer(0, min(map(len, scope.flows)) - 1) if len(scope.flows[0]) > 1 else 0
    if all(len(flow) > 1 for flow in scope.flows):
        scope.flows = [(flow[at],) for flow in scope.flows]
        return modified("identity", from_=f"_[{at}]")
    several = exactly(pen, scope, [len(flow) > 1 for flow in scope.flows])
    scope.flows = [flow[:1] for flow in scope.flows]
    return modified("identity", from_=f"_[0] if {several.node} else _")


def _as_map(pen: Pen, scope: Scope, wanted: Sequence[Tensor]) -> list[Node]:
    steps = []
    if any(x.shape[0] != y.shape[0] for x, y in zip(scope.tensors, wanted, strict=True)):
        out = {"out": exactly(pen, scope, [x.shape[0] for x in wanted])}
        if pen.chance(20) and all(min(x.shape[1:]) > 1 for x in scope.tensors):
            out |= {"kernel": literal(scope, 3), "padding": literal(scope, 1)}
        steps.append(_step(pen, scope, "conv", out))
    if scope.tensors != list(wanted):
        size = exactly(pen, scope, [x.shape[1:] for x in wanted])
        name = pen.choose(["adaptive_avg_pool", "upsample", "adaptive_max_pool"])
        steps.append(_step(pen, scope, name, {"size": size}))
    return steps


def _as_vector(pen: Pen, scope: Scope, wanted: Sequence[Tensor]) -> list[Node]:
    steps = []
    if scope.rank > 1 and pen.chance(50):
        steps.append(_step(pen, scope, "global_avg_pool", {}))
    elif scope.rank != 1:
        steps.append(_step(pen, scope, "flatten", {}))
    if any(x.elements != y.elements for x, y in zip(scope.tensors, wanted, strict=True)):
        out = exactly(pen, scope, [prod(x.shape) for x in wanted])
        steps.append(_step(pen, scope, "linear", {"out": out}))
    if scope.tensors != list(wanted):
        shape = exactly(pen, scope, [x.shape for x in wanted])
        steps.append(_step(pen, scope, "reshape", {"shape": shape}))
    return steps


def _step(pen: Pen, scope: Scope, name: str, arguments: Arguments) -> Node:
    flows = applied(scope, name, arguments)
    assert flows is not None, (name, arguments, scope.flows)
    scope.flows = flows
    return written(pen, name, arguments)


def fitted_all(pen: Pen, scope: Scope, wanted: Sequence[Flow]) -> list[Node]:
    """Steps after which as many tensors flow as wanted, of the wanted types."""
    if list(scope.flows) == list(wanted):
        return []
    if all(len(flow) == 1 for flow in wanted):
        return fitted(pen, scope, [flow[0] for flow in wanted])
    paths = []
    for k in range(len(wanted[0])):
        path = scope.beside()
        steps = fitted(pen, path, [flow[k] for flow in wanted])
        paths.append(steps or "identity")
    scope.flows = list(wanted)
    return [{"branches": paths}]
