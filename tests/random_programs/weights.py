"""Steps that say something of their weights: again, share, tie, fixed, init."""

from __future__ import annotations

import re
from typing import Any

from netspec.ops.base import Weight, find
from netspec.tensor import Tensor
from tests.random_programs.arguments import Arguments
from tests.random_programs.expressions import literal
from tests.random_programs.fitting import fitted, fitted_all
from tests.random_programs.ops import applied, op_step, settled, use, written
from tests.random_programs.pen import Pen
from tests.random_programs.scope import Scope, in_a_row, modified, wire_of
from tests.random_programs.steps import kind
from tests.random_programs.text import Node, flow

SCHEMES: tuple[Node, ...] = (
    *(0, -2, 0.5, "zeros", "ones", {"normal": {"std": 0.01}}, {"uniform": {"a": -1, "b": 1}}),
    *({"constant": {"val": 0.3}}, {"trunc_normal": {"std": 0.2}}, "normal"),
)
MATRICES: tuple[Node, ...] = (
    *("orthogonal", "xavier_uniform", "kaiming_normal", {"kaiming_uniform": {"mode": "fan_out"}}),
    {"xavier_normal": {"gain": 0.5}},
)


@kind(8)
def weighted(pen: Pen, scope: Scope) -> Node | None:
    """An op whose weights are constants, start from something, or can be tied to by its name."""
    if not scope.floating or not 0 < scope.rank < 5:
        return None
    name = pen.choose(["linear", "bn", "affine"] if scope.rank < 3 else ["conv", "bn", "prelu"])
    given = {"out": literal(scope, pen.integer(1, 6))} if name in ("linear", "conv") else {}
    made, shapes = _with_weights(pen, scope, name, given)
    if made is None:
        return None
    made = modified(made, init=_inits(pen, shapes)) if pen.chance(50) else made
    if pen.chance(20):
        return modified(made, fixed=True)
    if not pen.chance(75):
        return made
    called = pen.name()
    scope.names[called] = [wire_of(after) for after in scope.flows]
    if scope.path is not None:
        for key, per_world in shapes.items():
            path = ".".join((*scope.path, called, key))
            scope.weights[path] = per_world
    return modified(made, name=called)


def _with_weights(
    pen: Pen, scope: Scope, name: str, given: Arguments
) -> tuple[Node | None, dict[str, list[tuple[int, ...]]]]:
    """The step, and the shapes of its trained weights, per world."""
    ops = settled(scope, name, given)
    cls, before = find(name), scope.flows
    made = use(pen, scope, name, given) if ops is not None else None
    if made is None or ops is None or cls is None:
        return None, {}
    weights: list[dict[str, Weight]] = [
        op.weights(flow) for op, flow in zip(ops, before, strict=True)
    ]
    keys = [key for key, weight in weights[0].items() if weight.trainable]
    return made, {key: [each[key].shape for each in weights] for key in keys}


def _inits(pen: Pen, shapes: dict[str, list[tuple[int, ...]]]) -> Node:
    chosen = [key for key in shapes if pen.chance(60)] or list(shapes)[:1]
    return {key: _init(pen, shapes[key]) for key in chosen}


def _init(pen: Pen, shapes: list[tuple[int, ...]]) -> Node:
    shape = shapes[0]
    if len(shape) == 1 and shape[0] < 7 and len({*shapes}) == 1 and pen.chance(30):
        return [pen.integer(-2, 2) for _ in range(shape[0])]
    options: list[Any] = [*SCHEMES, *(MATRICES if len(shape) > 1 else ())]
    options += ["eye"] if len(shape) == 2 else ["dirac"] if len(shape) > 2 else []
    return pen.choose(options)


@kind(2, needs=lambda scope: scope.path == () and not scope.loop)
def parameter(pen: Pen, scope: Scope) -> Node:
    """A learned tensor. PyTorch's lists hold none, so that it stands in no numbered group."""
    shape = [pen.integer(1, 6) for _ in range(pen.integer(1, 3))]
    return _step(pen, scope, "parameter", {"shape": literal(scope, shape)})


@kind(14, needs=lambda scope: scope.weights)
def tied(pen: Pen, scope: Scope) -> Node | None:
    """An op whose weight is that of a step before it."""
    if not scope.floating:
        return None
    path = pen.choose(list(scope.weights))
    shapes = scope.weights[path]
    shape = shapes[0]
    if len({*shapes}) != 1:
        return None
    if len(shape) == 1:
        return _scale(pen, scope, path, shape[0])
    out, features, *kernel = shape
    if not kernel:
        transposed = pen.chance(40)
        features, out = (out, features) if transposed else (features, out)
        steps = fitted(pen, scope, [Tensor((features,))] * len(scope.worlds))
        made = _step(pen, scope, "linear", {"out": literal(scope, out)})
        return in_a_row([*steps, modified(made, tie={"weight": path + ".T" * transposed})])
    x = Tensor((features, *(max(size, 3) for size in kernel)))
    steps = fitted(pen, scope, [x] * len(scope.worlds))
    given = {"out": literal(scope, out)}
    given |= {"kernel": literal(scope, kernel)} if {*kernel} != {1} else {}
    return in_a_row([*steps, modified(_step(pen, scope, "conv", given), tie={"weight": path})])


def _scale(pen: Pen, scope: Scope, path: str, channels: int) -> Node:
    wanted = [x._replace(shape=(channels, *x.shape[1:])) for x in scope.tensors]
    steps = fitted(pen, scope, wanted)
    key = pen.choose(["weight", "bias"])
    made = _step(pen, scope, pen.choose(["affine", "bn"]), {})
    return in_a_row([*steps, modified(made, tie={key: path})])


def _step(pen: Pen, scope: Scope, name: str, given: Arguments) -> Node:
    flows = applied(scope, name, given)
    assert flows is not None, (name, given, scope.flows)
    scope.flows = flows
    return written(pen, name, given)


@kind(7, needs=lambda scope: scope.played)
def again(pen: Pen, scope: Scope) -> Node | None:
    """A step before this one, once more, on what it was done on."""
    name = pen.choose(list(scope.played))
    before = scope.played[name]
    whole = any("int" in x.dtype for flow in before.inputs for x in flow)
    if whole or not scope.floating or len({*map(len, before.inputs)}) > 1:
        return None
    steps = fitted_all(pen, scope, before.inputs)
    scope.flows = list(before.outputs)
    made: dict[str, Node] = {"again": name}
    if before.inputs == before.outputs and pen.chance(40):
        made["repeat"] = pen.integer(1, 3)
    elif pen.chance(40):
        made["name"] = pen.name()
        scope.names[made["name"]] = [wire_of(flow) for flow in scope.flows]
    return in_a_row([*steps, made])


@kind(16, needs=lambda scope: scope.loop)
def shared(pen: Pen, scope: Scope) -> Node | None:
    """A step that all iterations of the nearest loop do with the same weights."""
    if not _alike(scope):
        return None
    inner = scope.beside()
    steps = [op_step(pen, inner) for _ in range(pen.integer(1, 2))]
    words = {*re.findall(r"\w+", flow(steps))}
    if words & scope.loop or not _alike(inner):
        return None
    scope.flows = inner.flows
    return modified(in_a_row(steps), share=True)


def _alike(scope: Scope) -> bool:
    """Whether the same flows in all iterations of the nearest loop."""
    seen: dict[tuple[Any, ...], Any] = {}
    for world, given in zip(scope.worlds, scope.flows, strict=True):
        outer = (world.get("_s"), *(world[key] for key in scope.keys[:-1]))
        if seen.setdefault(outer, given) != given:
            return False
    return True
