"""Programs run as they stand, without the emitter: every op by torch functions written out here.

Weights are taken from a state dict by their keys.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from netspec.ops.base import Op
from netspec.program import Call, Instance, Path, Program

State = Mapping[str, Tensor]


def run(program: Program, state: State, *inputs: Tensor) -> list[Tensor]:
    """The program's outputs in eval mode."""
    return _instance(program.root, state, inputs, ())


def _instance(
    instance: Instance, state: State, inputs: Sequence[Tensor], prefix: Path
) -> list[Tensor]:
    known = dict(zip(instance.inputs, inputs, strict=True))
    for call in instance.calls:
        given: Sequence[Tensor] = [known[value] for value in call.inputs]
        for path in call.paths:
            given = _applied(call, state, given, (*prefix, *path))
        known.update(zip(call.outputs, given, strict=True))
    return [known[value] for value in instance.outputs]


def _applied(call: Call, state: State, given: Sequence[Tensor], path: Path) -> Sequence[Tensor]:
    if isinstance(call.target, Instance):
        return _instance(call.target, state, given, path)
    inputs = tuple(value.type for value in call.inputs)
    weights = {name: state[".".join((*path, name))] for name in call.target.weights(inputs)}
    return [OPS[call.target.name](call.target, weights, *given)]


def _conv(op: Any, w: State, x: Tensor) -> Tensor:
    padding = op.padding
    if op.padding == "causal":
        x, padding = F.pad(x, (op.dilation * (w["weight"].shape[-1] - 1), 0)), 0
    if op.padding_mode != "zeros":
        sides = [p for p in reversed(_per_axis(padding, x.dim() - 2)) for _ in range(2)]
        x, padding = F.pad(x, sides, mode=op.padding_mode), 0
    function: Any = (F.conv1d, F.conv2d, F.conv3d)[x.dim() - 3]
    result: Tensor = function(
        x, w["weight"], w.get("bias"), op.stride, padding, op.dilation, op.groups
    )
    return result


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


def _affine(x: Tensor, w: State) -> Tensor:
    if "weight" not in w:
        return x
    return x * _per_channel(w["weight"], x) + _per_channel(w["bias"], x)


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


def _mean(op: Op, w: State, *xs: Tensor) -> Tensor:
    return _merge(torch.add)(op, w, *xs) / len(xs)


def _from_batch(axis: int) -> int:
    return axis + 1 if axis >= 0 else axis


OPS: dict[str, Callable[..., Tensor]] = {
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
    "tanh": lambda op, w, x: (torch.exp(2 * x) - 1) / (torch.exp(2 * x) + 1),
    "softplus": lambda op, w, x: torch.log1p(torch.exp(x)),
    "hard_sigmoid": lambda op, w, x: (x + 3).clamp(0, 6) / 6,
    "hard_swish": lambda op, w, x: x * (x + 3).clamp(0, 6) / 6,
    "softmax": lambda op, w, x: x.exp() / x.exp().sum(_from_batch(op.axis), keepdim=True),
    "log_softmax": lambda op, w, x: x - x.exp().sum(_from_batch(op.axis), keepdim=True).log(),
    "max_pool": _pool(
        (F.max_pool1d, F.max_pool2d, F.max_pool3d),
        *("kernel", "stride", "padding", "dilation", "ceil"),
    ),
    "avg_pool": _pool(
        (F.avg_pool1d, F.avg_pool2d, F.avg_pool3d),
        *("kernel", "stride", "padding", "ceil", "count_pad"),
    ),
    "adaptive_avg_pool": _pool(
        (F.adaptive_avg_pool1d, F.adaptive_avg_pool2d, F.adaptive_avg_pool3d), "size"
    ),
    "adaptive_max_pool": _pool(
        (F.adaptive_max_pool1d, F.adaptive_max_pool2d, F.adaptive_max_pool3d), "size"
    ),
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
    "scale": lambda op, w, x: op.by * x,
}
