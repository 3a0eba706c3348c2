"""Branches: lists, mappings, generated ones, with and without a merge."""

from __future__ import annotations

from dataclasses import replace

from netspec.tensor import Tensor
from tests.random_programs.expressions import condition, exactly, number
from tests.random_programs.fitting import fitted
from tests.random_programs.loops import Iterations, iterations
from tests.random_programs.merges import fitting_merge
from tests.random_programs.ops import use
from tests.random_programs.pen import Pen
from tests.random_programs.scope import Flow, Scope, in_a_row, modified, wire_of
from tests.random_programs.steps import kind, sequence, step
from tests.random_programs.text import Node

ELEMENTWISE = ("sum", "mean", "max", "mul", "min", "drop_join")


@kind(4)
def branches(pen: Pen, scope: Scope) -> Node | None:
    """Paths of one type, or for a concatenation of one size, merged."""
    if not scope.floating:
        return None
    concat = pen.chance(40) and scope.rank > 1
    wanted, paths, flows = list(scope.tensors), list[Node](), list[list[Flow]]()
    if pen.chance(30):
        first = scope.beside()
        steps = sequence(pen, first, 2)
        steps += fitted(pen, first, first.tensors if first.single and first.floating else wanted)
        wanted = list(first.tensors)
        paths, flows = [in_a_row(steps)], [first.flows]
    for _ in range(pen.integer(1, 2)):
        path = scope.beside()
        goal = _other_channels(pen, scope, wanted) if concat else wanted
        paths.append(_path(pen, path, goal))
        flows.append(path.flows)
    if wanted == scope.tensors and pen.chance(60):
        node, yielded = _shortcut(pen, scope)
        paths.append(node)
        flows.append(yielded)
    return _merged(pen, scope, paths, flows, ("concat",) if concat else ELEMENTWISE)


def _path(pen: Pen, path: Scope, goal: list[Tensor]) -> Node:
    steps = sequence(pen, path, 2) if pen.chance(70) else []
    steps += fitted(pen, path, goal)
    return in_a_row(steps or ["identity"])


def _other_channels(pen: Pen, scope: Scope, wanted: list[Tensor]) -> list[Tensor]:
    more = pen.integer(1, 5)
    return [x._replace(shape=(more, *x.shape[1:])) for x in wanted]


def _shortcut(pen: Pen, scope: Scope) -> tuple[Node, list[Flow]]:
    """An identity, or one that is there or not."""
    if pen.chance(30):
        when = condition(pen, scope)
        there = [() if gone else flow for gone, flow in zip(when.values, scope.flows, strict=True)]
        return modified("nothing", when=when.node), there
    return "identity", list(scope.flows)


def _merged(
    pen: Pen, scope: Scope, paths: list[Node], flows: list[list[Flow]], merges: tuple[str, ...]
) -> Node | None:
    together = [sum(parts, ()) for parts in zip(*flows, strict=True)]
    inner = replace(scope, flows=together)
    if pen.chance(15) and all(len(flow) < 5 for flow in together):
        scope.flows = together
        return {"branches": _keyed(pen, scope, paths, flows)}
    merge = fitting_merge(pen, inner, merges)
    if merge is None:
        return None
    scope.flows = inner.flows
    return {"branches": _keyed(pen, scope, paths, flows), "merge": merge}


def _keyed(pen: Pen, scope: Scope, paths: list[Node], flows: list[list[Flow]]) -> Node:
    """The paths as a list, or as a mapping whose keys are names."""
    if not pen.chance(30):
        return paths
    names = [pen.name("branch_") for _ in paths]
    for name, yielded in zip(names, flows, strict=True):
        scope.names[name] = [wire_of(flow) for flow in yielded]
    return dict(zip(names, paths, strict=True))


@kind(1)
def gate(pen: Pen, scope: Scope) -> Node | None:
    """A factor or summand per channel."""
    if scope.rank < 3 or not scope.floating:
        return None
    squeeze = pen.choose([["global_avg_pool"], [{"global_max_pool": True}], ["global_max_pool"]])
    width = exactly(pen, scope, [x.shape[0] for x in scope.tensors])
    layers = [{"linear": width.node}, "sigmoid"] if isinstance(squeeze[0], str) else ["sigmoid"]
    return {"branches": ["identity", [*squeeze, *layers]], "merge": pen.choose(["mul", "sum", "max"])}


@kind(1)
def transformer(pen: Pen, scope: Scope) -> Node | None:
    """A map sampled on a grid that an affine map moves."""
    if scope.rank not in (3, 4):
        return None
    entries = 6 if scope.rank == 3 else 12
    theta = ["global_avg_pool", {"linear": entries}, "tanh"]
    shaped = [*theta, {"reshape": [scope.rank - 1, scope.rank]}]
    return {"branches": ["identity", pen.choose([theta, shaped])], "merge": "grid_sample"}


@kind(1)
def halves(pen: Pen, scope: Scope) -> Node | None:
    """A tensor in parts, of which the first or all go on."""
    options = [("unstack", {}), ("split", {})]
    name, given = pen.choose(options)
    first = use(pen, scope, name, given)
    if first is None or len(scope.flows[0]) > 4:
        return None
    return first


@kind(2)
def generated(pen: Pen, scope: Scope) -> Node | None:
    """A path for each iteration of a loop, on the same input."""
    plan = iterations(pen, scope, least=1)
    if plan is None or not scope.floating:
        return None
    inner = plan.inside(scope)
    made = step(pen, inner) if pen.chance(60) else sequence(pen, inner, 2)
    concat = pen.chance(50) and scope.rank > 1
    wanted = plan.inside(scope).tensors
    if concat:
        out = number(pen, inner, 1, 4)
        pairs = zip(wanted, out.values, strict=True)
        wanted = [x._replace(shape=(count, *x.shape[1:])) for x, count in pairs]
    more = fitted(pen, inner, wanted)
    body = in_a_row([*(made if isinstance(made, list) else [made]), *more])
    together = plan.together(inner.flows)
    plan.collect(scope, inner)
    gathered = replace(scope, flows=together)
    merge = fitting_merge(pen, gathered, ("concat",) if concat else ELEMENTWISE)
    if merge is None:
        return None
    scope.flows = gathered.flows
    return {"branches": _looped(plan, body), "merge": merge}


def _looped(plan: Iterations, body: Node) -> Node:
    return modified(body, **plan.modifiers)
