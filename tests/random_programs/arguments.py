"""Arguments of ops that fit what flows, in the families from which steps are drawn."""

from __future__ import annotations

from collections.abc import Callable
from math import gcd

from tests.random_programs.expressions import Arg, condition, exactly, literal, number
from tests.random_programs.pen import Pen
from tests.random_programs.scope import Scope

Arguments = dict[str, Arg]
Proposal = Callable[[Pen, Scope], Arguments]


def _some(pen: Pen, percent: int, **options: Callable[[], Arg]) -> Arguments:
    """Each of the arguments, that often."""
    return {name: make() for name, make in options.items() if pen.chance(percent)}


def _sizes(pen: Pen, scope: Scope, low: int, high: int) -> Arg:
    """A number for all spatial axes, or one for each."""
    if scope.rank < 2 or not pen.chance(20):
        return number(pen, scope, low, high)
    return literal(scope, [pen.integer(low, high) for _ in range(scope.rank - 1)])


def _conv(pen: Pen, scope: Scope) -> Arguments:
    groups = _groups(pen, scope)
    multiple = pen.integer(1, 2)
    out = exactly(pen, scope, [multiple * count for count in groups.values])
    given = {"out": number(pen, scope, 1, 12) if groups.node == 1 else out}
    given |= _some(pen, 60, kernel=lambda: _sizes(pen, scope, 1, 3))
    given |= _some(pen, 25, stride=lambda: _sizes(pen, scope, 1, 2))
    given |= _some(pen, 50, padding=lambda: _padding(pen, scope))
    given |= _some(pen, 15, dilation=lambda: _sizes(pen, scope, 1, 2))
    given |= {"groups": groups} if groups.node != 1 else {}
    given |= _some(pen, 25, bias=lambda: condition(pen, scope))
    return given | _some(pen, 20, padding_mode=lambda: _mode(pen, scope))


def _mode(pen: Pen, scope: Scope) -> Arg:
    """How borders are filled: a word, or a variable that holds one."""
    words = [name for name, value in scope.worlds[0].items() if isinstance(value, str)]
    if words and pen.chance(70):
        return Arg(words[0], [world[words[0]] for world in scope.worlds])
    return literal(scope, pen.choose(["reflect", "replicate", "circular", "zeros"]))


def _padding(pen: Pen, scope: Scope) -> Arg:
    if pen.chance(25):
        return literal(scope, "causal" if scope.rank == 2 and pen.chance(50) else "same")
    return _sizes(pen, scope, 0, 2)


def _groups(pen: Pen, scope: Scope) -> Arg:
    channels = [x.shape[0] for x in scope.tensors]
    if pen.chance(15):
        return Arg("in_channels", channels)
    if pen.chance(20):
        return literal(scope, pen.choose(_divisors(gcd(*channels))))
    return literal(scope, 1)


def _divisors(number: int) -> list[int]:
    return [k for k in range(1, number + 1) if number % k == 0]


def _conv_transpose(pen: Pen, scope: Scope) -> Arguments:
    given = {"out": number(pen, scope, 1, 8)}
    given |= _some(pen, 40, kernel=lambda: _sizes(pen, scope, 1, 3))
    given |= _some(pen, 40, stride=lambda: _sizes(pen, scope, 1, 2))
    given |= _some(pen, 25, padding=lambda: _sizes(pen, scope, 0, 1))
    given |= _some(pen, 15, output_padding=lambda: literal(scope, 1))
    given |= _some(pen, 15, dilation=lambda: literal(scope, 2))
    given |= _some(pen, 20, bias=lambda: condition(pen, scope))
    return given


def _linear(pen: Pen, scope: Scope) -> Arguments:
    out = {"out": number(pen, scope, 1, 12)}
    return out | _some(pen, 25, bias=lambda: condition(pen, scope))


def _channel_groups(pen: Pen, scope: Scope) -> Arguments:
    channels = gcd(*[x.shape[0] for x in scope.tensors])
    return {"groups": literal(scope, pen.choose(_divisors(channels)))}


def _pool(pen: Pen, scope: Scope) -> Arguments:
    given = _some(pen, 60, kernel=lambda: _sizes(pen, scope, 1, 3))
    given |= _some(pen, 50, stride=lambda: _sizes(pen, scope, 1, 2))
    given |= _some(pen, 25, padding=lambda: literal(scope, 1))
    return given | _some(pen, 25, ceil=lambda: condition(pen, scope))


def _avg_pool(pen: Pen, scope: Scope) -> Arguments:
    return _pool(pen, scope) | _some(pen, 20, count_pad=lambda: condition(pen, scope))


def _max_pool(pen: Pen, scope: Scope) -> Arguments:
    return _pool(pen, scope) | _some(pen, 15, dilation=lambda: _sizes(pen, scope, 1, 2))


def _keep(pen: Pen, scope: Scope) -> Arguments:
    return _some(pen, 30, keep=lambda: condition(pen, scope))


def _size(pen: Pen, scope: Scope) -> Arguments:
    return _some(pen, 70, size=lambda: _sizes(pen, scope, 1, 4))


def _reshape(pen: Pen, scope: Scope) -> Arguments:
    elements = scope.tensors[0].elements
    if any(x.elements != elements for x in scope.tensors):
        return {"shape": literal(scope, [-1])}
    first = pen.choose(_divisors(elements))
    second = pen.choose(_divisors(elements // first))
    shapes = [[first, -1], [elements], [first, second, elements // first // second], [-1, first]]
    return {"shape": literal(scope, pen.choose(shapes))}


def _permute(pen: Pen, scope: Scope) -> Arguments:
    order = list(range(scope.rank))
    for k in range(len(order) - 1):
        other = pen.integer(k, len(order) - 1)
        order[k], order[other] = order[other], order[k]
    return {"order": literal(scope, order)}


def any_axis(pen: Pen, scope: Scope) -> Arg:
    return literal(scope, pen.integer(-scope.rank, max(scope.rank - 1, 0)))


def _maybe_axis(pen: Pen, scope: Scope) -> Arguments:
    return _some(pen, 50, axis=lambda: any_axis(pen, scope))


def _select(pen: Pen, scope: Scope) -> Arguments:
    several = [pen.integer(-1, 1) for _ in range(pen.integer(1, 3))]
    at = number(pen, scope, 0, 1) if pen.chance(50) else literal(scope, several)
    return {"at": at} | _maybe_axis(pen, scope)


def _pad(pen: Pen, scope: Scope) -> Arguments:
    if scope.rank > 1 and pen.chance(40):
        ends = [[pen.integer(0, 1), pen.integer(0, 2)] for _ in range(scope.rank - 1)]
        by = literal(scope, [pen.choose([end, end[0]]) for end in ends])
    else:
        by = number(pen, scope, 0, 2)
    modes = ("zeros", "reflect", "replicate", "circular")
    return {"by": by} | _some(pen, 50, mode=lambda: literal(scope, pen.choose(modes)))


def _pad_channels(pen: Pen, scope: Scope) -> Arguments:
    most = max(x.shape[0] for x in scope.tensors)
    return {"to": number(pen, scope, most, most + 3)}


def _crop(pen: Pen, scope: Scope) -> Arguments:
    sides = ("top", "left", "bottom", "right")
    return {side: number(pen, scope, 0, 2) for side in sides if pen.chance(50)}


def _upsample(pen: Pen, scope: Scope) -> Arguments:
    given = {"by": _sizes(pen, scope, 1, 2)} if pen.chance(50) else {}
    given |= {"size": _sizes(pen, scope, 1, 9)} if not given and pen.chance(60) else {}
    smooth = {2: ("linear",), 3: ("bilinear", "bicubic"), 4: ("trilinear",)}.get(scope.rank, ())
    modes = ("nearest", "nearest-exact", *smooth)
    return given | _some(pen, 50, mode=lambda: literal(scope, pen.choose(modes)))


def _by(pen: Pen, scope: Scope) -> Arguments:
    return {"by": number(pen, scope, 1, 2)}


def _probability(pen: Pen, scope: Scope) -> Arguments:
    return {"p": literal(scope, pen.choose([0.0, 0.25, 0.5]))}


def _factor(pen: Pen, scope: Scope) -> Arguments:
    return {"by": literal(scope, pen.choose([0.5, -0.25, 1.5]))}


def _formula(pen: Pen, scope: Scope) -> Arguments:
    return {"expr": literal(scope, pen.choose(FORMULAS))}


def _none(pen: Pen, scope: Scope) -> Arguments:
    return {}


def _affine(pen: Pen, scope: Scope) -> Arguments:
    return _some(pen, 40, affine=lambda: condition(pen, scope))


def _bias(pen: Pen, scope: Scope) -> Arguments:
    return _some(pen, 40, bias=lambda: condition(pen, scope))


def _layer_norm(pen: Pen, scope: Scope) -> Arguments:
    return _some(pen, 40, axis=lambda: literal(scope, pen.choose([-1, 0])))


def _lrn(pen: Pen, scope: Scope) -> Arguments:
    return _some(pen, 60, size=lambda: number(pen, scope, 1, 4))


def _slope(pen: Pen, scope: Scope) -> Arguments:
    return _some(pen, 60, slope=lambda: literal(scope, 0.2))


def _alpha(pen: Pen, scope: Scope) -> Arguments:
    return _some(pen, 60, alpha=lambda: literal(scope, 0.7))


def _per_channel(pen: Pen, scope: Scope) -> Arguments:
    return _some(pen, 60, per_channel=lambda: condition(pen, scope))


def _pieces(pen: Pen, scope: Scope) -> Arguments:
    return {"pieces": literal(scope, pen.choose(_divisors(gcd(*_channels(scope)))))}


def _heads(pen: Pen, scope: Scope) -> Arguments:
    return {"heads": literal(scope, pen.choose(_divisors(gcd(*_features(scope)))))}


def _channels(scope: Scope) -> list[int]:
    return [x.shape[0] for x in scope.tensors]


def _features(scope: Scope) -> list[int]:
    return [x.shape[-1] for x in scope.tensors]


FORMULAS = (
    *("1.7159 * tanh(2 / 3 * x)", "x * sigmoid(1.5 * x)", "max(x, 0.1 * x) - 1"),
    *("exp(-abs(x)) + x / (in_channels + 1)", "sin(x) ** 2 + cos(x) / 2", "min(relu(x), 3)"),
)
POINTWISE: dict[str, Proposal] = {
    **dict.fromkeys("relu relu6 selu gelu silu mish sigmoid tanh softplus".split(), _none),
    **dict.fromkeys(["hard_sigmoid", "hard_swish", "hadamard"], _none),
    **{"leaky_relu": _slope, "elu": _alpha, "prelu": _per_channel, "formula": _formula},
    **{"scale": _factor, "shift": _factor, "softmax": _maybe_axis, "log_softmax": _maybe_axis},
    **{"dropout": _probability, "drop_path": _probability, "affine": _bias},
}
NORMS: dict[str, Proposal] = {
    **{"bn": _affine, "ln": _layer_norm, "gn": _channel_groups, "instance_norm": _affine},
    **{"rms_norm": _none, "lrn": _lrn},
}
MAPS: dict[str, Proposal] = {
    **{"conv": _conv, "max_pool": _max_pool, "avg_pool": _avg_pool, "global_avg_pool": _keep},
    **{"global_max_pool": _keep, "adaptive_avg_pool": _size, "adaptive_max_pool": _size},
    **{"conv_transpose": _conv_transpose, "pad": _pad, "crop": _crop, "upsample": _upsample},
    **{"pixel_shuffle": _by, "subsample": _by, "channel_shuffle": _channel_groups},
    **{"dropout_channels": _probability},
}
VECTORS: dict[str, Proposal] = {
    **{"linear": _linear, "rbf": _linear, "attention": _heads, "glu": _maybe_axis},
}
VECTORS["rbf"] = lambda pen, scope: {"out": number(pen, scope, 1, 8)}
SHAPES: dict[str, Proposal] = {
    **{"flatten": _none, "identity": _none, "reshape": _reshape, "permute": _permute},
    **{"select": _select, "pad_channels": _pad_channels, "maxout": _pieces, "glu": _maybe_axis},
}
