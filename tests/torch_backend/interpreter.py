"""Programs run as they stand, without the emitter: every op by torch functions written out here.

Weights are taken from a state dict by their keys.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial, reduce
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from netspec.ops.base import Op
from netspec.ops.formula import ACTIVATIONS
from netspec.program import Call, Instance, Path, Program, Tie
from netspec.syntax.formula import ELEMENTARY, operands
from netspec.tensor import Tensor as TypeOf
from tests.torch_backend import sampling

State = Mapping[str, Tensor]


def run(program: Program, state: State, *inputs: Tensor) -> list[Tensor]:
    """The program's outputs in eval mode."""
    return _instance(program.root, state, inputs, ())


def _instance(
    instance: Instance, state: State, inputs: Sequence[Tensor], prefix: Path
) -> list[Tensor]:
    known = dict(zip(instance.inputs, inputs, strict=True))
    ties: dict[Path, Mapping[str, Tie]] = {}
    for call in instance.calls:
        given: Sequence[Tensor] = [known[value] for value in call.inputs]
        for path in call.paths:
            ties.setdefault(path, call.weighting.ties)
            here = {key: _tied(tie, state, prefix) for key, tie in ties[path].items()}
            given = _applied(call, state, given, (*prefix, *path), here)
        known.update(zip(call.outputs, given, strict=True))
    return [known[value] for value in instance.outputs]


def _tied(tie: Tie, state: State, prefix: Path) -> Tensor:
    weight = state[".".join((*prefix, *tie.path, tie.weight))]
    return weight.T if tie.transposed else weight


def _applied(
    call: Call, state: State, given: Sequence[Tensor], path: Path, tied: State
) -> Sequence[Tensor]:
    if isinstance(call.target, Instance):
        return _instance(call.target, state, given, path)
    inputs = tuple(value.type for value in call.inputs)
    weights = {
        name: tied[name] if name in tied else state[".".join((*path, name) if name else path)]
        for name in call.target.weights(inputs)
    }
    outputs = OPS[call.target.name](call.target, weights, *given)
    return [*outputs][: len(call.outputs)] if isinstance(outputs, tuple) else [outputs]


def _conv(op: Any, w: State, x: Tensor) -> Tensor:
    padding = op.padding
    if op.padding == "causal":
        (dilation,) = _per_axis(op.dilation, 1)
        x, padding = F.pad(x, (dilation * (w["weight"].shape[-1] - 1), 0)), 0
    if op.padding_mode != "zeros":
        sides = [end for ends in reversed(_borders(op, w["weight"])) for end in ends]
        x, padding = F.pad(x, sides, mode=op.padding_mode), 0
    function: Any = (F.conv1d, F.conv2d, F.conv3d)[x.dim() - 3]
    result: Tensor = function(
        x, w["weight"], w.get("bias"), op.stride, padding, op.dilation, op.groups
    )
    return result


def _borders(op: Any, weight: Tensor) -> list[tuple[int, int]]:
    """The padding before and after each axis."""
    kernel = weight.shape[2:]
    if op.padding != "same":
        return [(p, p) for p in _per_axis(op.padding, len(kernel))]
    spare = [d * (k - 1) for d, k in zip(_per_axis(op.dilation, len(kernel)), kernel, strict=True)]
    return [(more // 2, more - more // 2) for more in spare]


def _conv_transpose(op: Any, w: State, x: Tensor) -> Tensor:
    """Each input element adds the kernel, times itself, to the output: the gradient of a conv."""
    (output,) = op.infer((TypeOf(tuple(x.shape[1:])),))
    function: Any = (F.conv1d, F.conv2d, F.conv3d)[x.dim() - 3]
    wide = torch.zeros(len(x), *output.shape, dtype=x.dtype, requires_grad=True)
    narrow = function(wide, w["weight"], None, op.stride, op.padding, op.dilation, op.groups)
    for axis in range(2, x.dim()):  # a dilated kernel leaves room for one more at the end
        narrow = narrow.narrow(axis, 0, x.shape[axis])
    (result,) = torch.autograd.grad(narrow, wide, x, create_graph=True)
    return result + _per_channel(w["bias"], result) if "bias" in w else result


def _upsample(op: Any, w: State, x: Tensor) -> Tensor:
    if op.mode == "nearest" and op.size is None:
        for axis, factor in enumerate(_per_axis(op.factor, x.dim() - 2), 2):
            x = x.repeat_interleave(factor, axis)
        return x
    (output,) = op.infer((TypeOf(tuple(x.shape[1:])),))
    return F.interpolate(x, size=output.shape[1:], mode=op.mode)


def _pixel_shuffle(op: Any, w: State, x: Tensor) -> Tensor:
    n, channels, height, width = x.shape
    split = x.reshape(n, channels // op.by**2, op.by, op.by, height, width)
    return split.permute(0, 1, 4, 2, 5, 3).reshape(n, -1, height * op.by, width * op.by)


def _subsample(op: Any, w: State, x: Tensor) -> Tensor:
    for axis, step in enumerate(_per_axis(op.by, x.dim() - 2), 2):
        x = x.index_select(axis, torch.arange(0, x.shape[axis], step))
    return x


def _pad(op: Any, w: State, x: Tensor) -> Tensor:
    for axis, (before, after) in enumerate(op.borders(x.dim() - 2), 2):
        n = x.shape[axis]
        at = torch.arange(-before, n + after)
        inside = {
            "circular": at % n,
            "reflect": (n - 1) - ((n - 1) - at.abs()).abs(),
        }.get(op.mode, at.clamp(0, n - 1))
        y = x.index_select(axis, inside)
        kept = ((at >= 0) & (at < n)).reshape(-1, *[1] * (x.dim() - 1 - axis))
        x = y * kept if op.mode == "zeros" else y
    return x


def _pad_channels(op: Any, w: State, x: Tensor) -> Tensor:
    missing = torch.zeros(len(x), op.to - x.shape[1], *x.shape[2:], dtype=x.dtype)
    return torch.cat((x, missing), 1)


def _crop_to(op: Any, w: State, x: Tensor, reference: Tensor) -> Tensor:
    for axis in range(2, x.dim()):
        length = reference.shape[axis]
        x = x.narrow(axis, (x.shape[axis] - length) // 2, length)
    return x


def _lerp(op: Op, w: State, *xs: Tensor) -> Tensor:
    rank = max(x.dim() for x in xs)
    x, h, t = (x.reshape(*x.shape, *[1] * (rank - x.dim())) for x in xs)
    return x + t * (h - x)


def _matmul(op: Any, w: State, x: Tensor, y: Tensor) -> Tensor:
    second = "...mk" if op.transpose else "...km"
    return torch.einsum(f"...nk,{second}->...nm", x, y)


def _glu(op: Any, w: State, x: Tensor) -> Tensor:
    a, b = x.chunk(2, _from_batch(op.axis))
    return a / (1 + torch.exp(-b))


def _maxout(op: Any, w: State, x: Tensor) -> Tensor:
    return reduce(torch.maximum, [x[:, k :: op.pieces] for k in range(op.pieces)])


def _attention(op: Any, w: State, x: Tensor) -> Tensor:
    projected = F.linear(x, w["in_proj_weight"], w["in_proj_bias"])
    heads = projected.reshape(*x.shape[:2], 3, op.heads, -1).permute(2, 0, 3, 1, 4)
    joined = _scaled_dot_product(op, w, *heads).transpose(1, 2).flatten(2)
    return F.linear(joined, w["out_proj.weight"], w["out_proj.bias"])


def _softmax(x: Tensor, axis: int) -> Tensor:
    powers = (x - x.amax(axis, keepdim=True)).exp()
    return powers / powers.sum(axis, keepdim=True)


def _scaled_dot_product(op: Op, w: State, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    scores = torch.einsum("...td,...sd->...ts", q, k) / q.shape[-1] ** 0.5
    return torch.einsum("...ts,...se->...te", _softmax(scores, -1), v)


def _reshape(op: Any, w: State, x: Tensor) -> Tensor:
    return x.reshape(len(x), *op.shape)


def _permute(op: Any, w: State, x: Tensor) -> Tensor:
    letters = "abcd"[: x.dim() - 1]
    return torch.einsum(f"n{letters}->n{''.join(letters[axis] for axis in op.order)}", x)


def _select(op: Any, w: State, x: Tensor) -> Tensor:
    moved = x.movedim(_from_batch(op.axis), 0)
    if isinstance(op.at, int):
        return moved[op.at]
    return moved[list(op.at)].movedim(0, _from_batch(op.axis))


def _channel_shuffle(op: Any, w: State, x: Tensor) -> Tensor:
    per_group = x.shape[1] // op.groups
    order = [g * per_group + k for k in range(per_group) for g in range(op.groups)]
    return x[:, order]


def _per_axis(size: int | tuple[int, ...], axes: int) -> tuple[int, ...]:
    return (size,) * axes if isinstance(size, int) else size


def _bn(op: Any, w: State, x: Tensor) -> Tensor:
    mean, var = _per_channel(w["running_mean"], x), _per_channel(w["running_var"], x)
    return _affine((x - mean) / torch.sqrt(var + op.eps), w)


def _ln(op: Any, w: State, x: Tensor) -> Tensor:
    last = x.movedim(1, -1) if op.axis == 0 else x
    var, mean = torch.var_mean(last, -1, correction=0, keepdim=True)
    scaled = (last - mean) / torch.sqrt(var + op.eps) * w["weight"] + w["bias"]
    return scaled.movedim(-1, 1) if op.axis == 0 else scaled


def _gn(op: Any, w: State, x: Tensor) -> Tensor:
    grouped = x.reshape(len(x), op.groups, -1)
    var, mean = torch.var_mean(grouped, -1, correction=0, keepdim=True)
    return _affine(((grouped - mean) / torch.sqrt(var + op.eps)).reshape(x.shape), w)


def _instance_norm(op: Any, w: State, x: Tensor) -> Tensor:
    var, mean = torch.var_mean(x, tuple(range(2, x.dim())), correction=0, keepdim=True)
    return _affine((x - mean) / torch.sqrt(var + op.eps), w)


def _rms_norm(op: Any, w: State, x: Tensor) -> Tensor:
    return x / torch.sqrt((x * x).mean(-1, keepdim=True) + op.eps) * w["weight"]


def _affine(x: Tensor, w: State) -> Tensor:
    if "weight" not in w:
        return x
    scaled = x * _per_channel(w["weight"], x)
    return scaled + _per_channel(w["bias"], x) if "bias" in w else scaled


def _per_channel(weight: Tensor, x: Tensor) -> Tensor:
    return weight.reshape(-1, *[1] * (x.dim() - 2))


def _lrn(op: Any, w: State, x: Tensor) -> Tensor:
    squares = F.pad((x * x).movedim(1, -1), (op.size // 2, (op.size - 1) // 2))
    total: Tensor = squares.unfold(-1, op.size, 1).sum(-1).movedim(-1, 1)
    divisor: Tensor = (op.k + op.alpha / op.size * total) ** op.beta
    return x / divisor


def _pool(functions: tuple[Any, Any, Any], *names: str) -> Callable[..., Tensor]:
    def apply(op: Any, w: State, x: Tensor) -> Tensor:
        arguments = [getattr(op, name) for name in names]
        result: Tensor = functions[x.dim() - 3](x, *arguments)
        return result

    return apply


def _global(reduction: Callable[..., Tensor]) -> Callable[..., Tensor]:
    def apply(op: Any, w: State, x: Tensor) -> Tensor:
        return reduction(x, tuple(range(2, x.dim())), keepdim=op.keep)

    return apply


def _merge(function: Callable[[Tensor, Tensor], Tensor]) -> Callable[..., Tensor]:
    def apply(op: Op, w: State, *xs: Tensor) -> Tensor:
        rank = max(x.dim() for x in xs)
        return reduce(function, [x.reshape(*x.shape, *[1] * (rank - x.dim())) for x in xs])

    return apply


def _split(op: Any, w: State, x: Tensor) -> tuple[Tensor, ...]:
    axis = _from_batch(op.axis)
    sizes = op.sizes or [x.shape[axis] // op.pieces] * op.pieces
    starts = [sum(sizes[:k]) for k in range(len(sizes))]
    return tuple(x.narrow(axis, at, size) for at, size in zip(starts, sizes, strict=True))


def _formula(op: Any, w: State, *xs: Tensor) -> Tensor:
    """The text of the formula, with the ops for its functions."""
    rank = max(x.dim() for x in xs)
    names = {operand.name: xs[operand.index] for operand in operands(op.expr)}
    known: dict[str, Any] = {
        name: x.reshape(*x.shape, *[1] * (rank - x.dim())) for name, x in names.items()
    }
    known |= {name: getattr(torch, name) for name in ELEMENTARY}
    known |= {name: partial(OPS[name], cls(), {}) for name, cls in ACTIVATIONS.items()}
    known["max"] = lambda *ys: reduce(lambda a, b: torch.where(a > b, a, b), ys)
    known["min"] = lambda *ys: reduce(lambda a, b: torch.where(a < b, a, b), ys)
    result: Tensor = eval(str(op.expr), {}, known)
    return result


def _mean(op: Op, w: State, *xs: Tensor) -> Tensor:
    return _merge(torch.add)(op, w, *xs) / len(xs)


def _from_batch(axis: int) -> int:
    return axis + 1 if axis >= 0 else axis


OPS: dict[str, Callable[..., Tensor | tuple[Tensor, ...]]] = {
    "conv": _conv,
    "linear": lambda op, w, x: F.linear(x, w["weight"], w.get("bias")),
    "bn": _bn,
    "ln": _ln,
    "gn": _gn,
    "lrn": _lrn,
    "relu": lambda op, w, x: x.clamp(min=0),
    "relu6": lambda op, w, x: x.clamp(0, 6),
    "leaky_relu": lambda op, w, x: torch.where(x > 0, x, op.slope * x),
    "prelu": lambda op, w, x: torch.where(x > 0, x, _per_channel(w["weight"], x) * x),
    "elu": lambda op, w, x: torch.where(x > 0, x, op.alpha * torch.expm1(x)),
    "selu": lambda op, w, x: F.selu(x),
    "gelu": lambda op, w, x: x / 2 * (1 + torch.erf(x / 2**0.5)),
    "silu": lambda op, w, x: x / (1 + torch.exp(-x)),
    "mish": lambda op, w, x: x * torch.tanh(torch.log1p(torch.exp(x))),
    "sigmoid": lambda op, w, x: 1 / (1 + torch.exp(-x)),
    "tanh": lambda op, w, x: 1 - 2 / (torch.exp(2 * x) + 1),
    "softplus": lambda op, w, x: x.clamp(min=0) + torch.log1p(torch.exp(-x.abs())),
    "hard_sigmoid": lambda op, w, x: (x + 3).clamp(0, 6) / 6,
    "hard_swish": lambda op, w, x: x * (x + 3).clamp(0, 6) / 6,
    "softmax": lambda op, w, x: _softmax(x, _from_batch(op.axis)),
    "log_softmax": lambda op, w, x: x - torch.logsumexp(x, _from_batch(op.axis), keepdim=True),
    "max_pool": sampling.max_pool,
    "max_unpool": sampling.max_unpool,
    "grid_sample": sampling.grid_sample,
    "avg_pool": _pool(
        (F.avg_pool1d, F.avg_pool2d, F.avg_pool3d),
        *("kernel", "stride", "padding", "ceil", "count_pad"),
    ),
    "adaptive_avg_pool": _pool(
        (F.adaptive_avg_pool1d, F.adaptive_avg_pool2d, F.adaptive_avg_pool3d), "size"
    ),
    "adaptive_max_pool": sampling.adaptive_max_pool,
    "global_avg_pool": _global(torch.mean),
    "global_max_pool": _global(torch.amax),
    "concat": lambda op, w, *xs: torch.cat(xs, _from_batch(op.axis)),
    "sum": _merge(torch.add),
    "mul": _merge(torch.mul),
    "max": _merge(torch.maximum),
    "min": _merge(torch.minimum),
    "mean": _mean,
    "sub": _merge(torch.sub),
    "div": _merge(torch.div),
    "flatten": lambda op, w, x: x.reshape(len(x), -1),
    "dropout": lambda op, w, x: x,
    "dropout_channels": lambda op, w, x: x,
    "lerp": _lerp,
    "stack": lambda op, w, *xs: torch.cat(
        [x.unsqueeze(_from_batch(op.axis)) for x in xs], _from_batch(op.axis)
    ),
    "matmul": _matmul,
    "glu": _glu,
    "maxout": _maxout,
    "rbf": lambda op, w, x: torch.stack([((x - c) ** 2).sum(-1) for c in w["weight"]], -1),
    "attention": _attention,
    "scaled_dot_product": _scaled_dot_product,
    "embedding": lambda op, w, x: w["weight"][x],
    "bilinear": lambda op, w, x, y: (
        torch.einsum("...i,jik,...k->...j", x, w["weight"], y) + w.get("bias", torch.zeros(()))
    ),
    "shift": lambda op, w, x: x + op.by,
    "square": lambda op, w, x: x * x,
    "sqrt": lambda op, w, x: x**0.5,
    "affine": lambda op, w, x: _affine(x, w),
    "hadamard": lambda op, w, x: x * w["weight"],
    "instance_norm": _instance_norm,
    "rms_norm": _rms_norm,
    "drop_path": lambda op, w, x: x,
    "reshape": _reshape,
    "permute": _permute,
    "select": _select,
    "channel_shuffle": _channel_shuffle,
    "conv_transpose": _conv_transpose,
    "upsample": _upsample,
    "pixel_shuffle": _pixel_shuffle,
    "subsample": _subsample,
    "pad": _pad,
    "pad_channels": _pad_channels,
    "crop": lambda op, w, x: x[
        :, :, op.top : x.shape[2] - op.bottom, op.left : x.shape[3] - op.right
    ],
    "crop_to": _crop_to,
    "scale": lambda op, w, x: op.by * x,
    "split": _split,
    "unstack": lambda op, w, x: tuple(x.movedim(_from_batch(op.axis), 0)),
    "parameter": lambda op, w, *xs: torch.cat([w[""]] * len(xs[0])),
    "drop_join": _mean,
    "formula": _formula,
}
