"""Uses of the standard library's blocks."""

from __future__ import annotations

from collections.abc import Callable

from tests.random_programs.arguments import Arguments
from tests.random_programs.contracts import Contract, block_value
from tests.random_programs.expressions import literal, number
from tests.random_programs.pen import Pen
from tests.random_programs.scope import Scope, small
from tests.random_programs.steps import kind
from tests.random_programs.text import Node

Use = Callable[[Pen, Scope], Node]
ACTIVATIONS: tuple[Node, ...] = ("relu", "tanh", {"leaky_relu": 0.2}, "identity")


@kind(12)
def standard(pen: Pen, scope: Scope) -> Node | None:
    """A use of a block of the standard library on maps."""
    if scope.rank < 3 or not scope.floating:
        return None
    before = list(scope.flows)
    made = pen.choose(BLOCKS)(pen, scope)
    if not all(map(small, scope.flows)):
        scope.flows = before
        return None
    return made


def _given(arguments: Arguments) -> dict[str, Node]:
    return {name: arg.node for name, arg in arguments.items()}


def _becomes(scope: Scope, channels: list[int], strides: list[int]) -> None:
    """The flow with so many channels, and every stride-th element of each axis."""
    scope.flows = [
        (x._replace(shape=(count, *(-(-size // stride) for size in x.shape[1:]))),)
        for x, count, stride in zip(scope.tensors, channels, strides, strict=True)
    ]


def _out_and_stride(pen: Pen, scope: Scope, multiple: int = 1) -> Arguments:
    out = number(pen, scope, 1, 6)
    if multiple > 1:
        out = literal(scope, multiple * pen.integer(1, 3))
    stride = number(pen, scope, 1, 2) if pen.chance(50) else literal(scope, 1)
    return {"out": out, "stride": stride}


def _strided(head: str) -> Use:
    def draw(pen: Pen, scope: Scope) -> Node:
        given = _out_and_stride(pen, scope)
        _becomes(scope, given["out"].values, given["stride"].values)
        return {head: _given(given)}

    return draw


def _conv_bn_act(pen: Pen, scope: Scope) -> Node:
    given = _out_and_stride(pen, scope) | {"kernel": literal(scope, pen.choose([1, 3]))}
    _becomes(scope, given["out"].values, given["stride"].values)
    return {"conv_bn_act": {**_given(given), "act": pen.choose(ACTIVATIONS)}}


def _bottleneck(pen: Pen, scope: Scope) -> Node:
    width, stride = number(pen, scope, 1, 4), number(pen, scope, 1, 2)
    given = {"width": width.node, "stride": stride.node, "expansion": 2}
    _becomes(scope, [2 * w for w in width.values], stride.values)
    return {"bottleneck": given}


def _depthwise(pen: Pen, scope: Scope) -> Node:
    multiplier = number(pen, scope, 1, 2)
    channels = [x.shape[0] * m for x, m in zip(scope.tensors, multiplier.values, strict=True)]
    _becomes(scope, channels, [1] * len(channels))
    return {"depthwise": {"multiplier": multiplier.node}}


def _same(pen: Pen, scope: Scope, s: int = 0) -> Node | None:
    """A block that keeps what flows; None where that differs between the worlds."""
    if any(x != scope.tensors[0] for x in scope.tensors):
        return None
    x = scope.tensors[0]
    return block_value(pen, scope, Contract({s: x}, {s: x}), s)


def _wrapped(head: str, **more: Node) -> Use:
    """A block around a body that keeps its input's type."""

    def draw(pen: Pen, scope: Scope) -> Node:
        body = _same(pen, scope)
        return {head: {"body" if "fractal" not in head else "layer": body or "bn", **more}}

    return draw


def _dense(pen: Pen, scope: Scope) -> Node:
    layers, growth = number(pen, scope, 0, 3), pen.integer(1, 3)
    pairs = zip(scope.tensors, layers.values, strict=True)
    channels = [x.shape[0] + n * growth for x, n in pairs]
    _becomes(scope, channels, [1] * len(channels))
    layer: Node = pen.choose([["bn", "relu", {"conv": growth}], {"conv": {"out": growth}}])
    return {"dense": {"layers": layers.node, "layer": layer}}


def _fractal(pen: Pen, scope: Scope) -> Node:
    join = pen.choose([None, {"drop_join": {"p": 0.15}}, {"mean": {"flatten": False}}])
    given = {"columns": number(pen, scope, 1, 3).node, "layer": _same(pen, scope) or "bn"}
    return {"fractal": given | ({"join": join} if join else {})}


def _highway(pen: Pen, scope: Scope) -> Node:
    layer = {"conv": {"out": "in_channels", "kernel": 3, "padding": 1, "bias": True}}
    given: dict[str, Node] = {"layer": layer}
    given |= {"coupled": False} if pen.chance(40) else {}
    return {"highway": given | ({"bias": -1} if pen.chance(40) else {})}


def _inception(pen: Pen, scope: Scope) -> Node:
    numbers = [number(pen, scope, 1, 3) for _ in range(6)]
    columns = [numbers[k].values for k in (0, 2, 4, 5)]
    channels = [sum(row) for row in zip(*columns, strict=True)]
    _becomes(scope, channels, [1] * len(channels))
    return {"inception": [arg.node for arg in numbers]}


def _inverted(pen: Pen, scope: Scope) -> Node:
    given = _out_and_stride(pen, scope) | {"expansion": literal(scope, pen.choose([1, 2]))}
    _becomes(scope, given["out"].values, given["stride"].values)
    return {"inverted_residual": _given(given)}


def _excite(pen: Pen, scope: Scope) -> Node:
    least = min(x.shape[0] for x in scope.tensors)
    return {"squeeze_excite": pen.integer(1, least)}


def _separable(pen: Pen, scope: Scope) -> Node:
    given = _out_and_stride(pen, scope)
    _becomes(scope, given["out"].values, given["stride"].values)
    return {"separable_conv": _given(given)}


def _shuffle(pen: Pen, scope: Scope) -> Node:
    if all(x.shape[0] % 2 == 0 for x in scope.tensors) and pen.chance(50):
        return "shuffle_unit"
    out = literal(scope, 2 * pen.integer(1, 4))
    _becomes(scope, out.values, [2] * len(scope.worlds))
    return {"shuffle_unit": {"out": out.node, "stride": 2}}


def _padded(pen: Pen, scope: Scope) -> Node:
    most = max(x.shape[0] for x in scope.tensors)
    given = {"out": number(pen, scope, most, most + 3), "stride": number(pen, scope, 1, 2)}
    _becomes(scope, given["out"].values, given["stride"].values)
    return {"zero_padded": _given(given)}


def _levels(pen: Pen, scope: Scope) -> Node:
    widths = [pen.integer(1, 4) for _ in range(pen.integer(1, 2))]
    count, halved = len(scope.worlds), widths[0] != widths[-1]
    _becomes(scope, [widths[-1]] * count, [1 + halved] * count)
    parts: Node = pen.choose([[], [1], [2]])
    given = {"widths": widths, "parts": parts, "body": "projection"}
    return {"residual_of_residual": given}


BLOCKS: tuple[Use, ...] = (
    *(_conv_bn_act, _dense, _bottleneck, _depthwise, _fractal, _highway, _inception, _inverted),
    *(_strided("projection"), _strided("preactivation"), _separable, _excite, _shuffle, _padded),
    *(
        _wrapped("residual"),
        _wrapped("poly", order=3),
        _wrapped("mpoly"),
        _wrapped("k_way", ways=3),
    ),
    *(_wrapped("stochastic_depth", p=0.2), _levels),
)
