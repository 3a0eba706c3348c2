"""The table: op → PyTorch."""

from __future__ import annotations

from functools import reduce

from netspec.backends.torch.code import (
    Argument,
    Attribute,
    Infix,
    Module,
    Name,
    Node,
    Operand,
    Subscript,
)
from netspec.backends.torch.lowering import (
    Lowering,
    Tensors,
    call,
    constant,
    infix,
    lowers,
    operands,
    option,
    registered,
    stateless,
    value,
)
from netspec.ops.activation import (
    ELU,
    GELU,
    SELU,
    HardSigmoid,
    HardSwish,
    LeakyReLU,
    LogSoftmax,
    Mish,
    PReLU,
    ReLU,
    ReLU6,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Tanh,
)
from netspec.ops.arithmetic import Scale
from netspec.ops.base import Op
from netspec.ops.conv import Conv
from netspec.ops.linear import Linear
from netspec.ops.merge import Concat, Div, Max, Mean, Min, Mul, Nothing, Sub, Sum
from netspec.ops.norm import BatchNorm, GroupNorm, LayerNorm, LocalResponseNorm
from netspec.ops.pool import (
    AdaptiveAvgPool,
    AdaptiveMaxPool,
    AvgPool,
    GlobalAvgPool,
    GlobalMaxPool,
    MaxPool,
)
from netspec.ops.shape import Flatten, Identity
from netspec.ops.stochastic import Dropout, DropoutChannels

NEVER_CALLED: frozenset[type[Op]] = frozenset({Identity, Nothing})
"""Ops that only steer values; no call of a program has them."""

X = Operand(0)


def axes(inputs: Tensors) -> int:
    """The number of spatial axes of the first input."""
    return len(inputs[0].shape) - 1


def dim(axis: int) -> int:
    """An axis of a sample as an axis of a batch."""
    return axis + 1 if axis >= 0 else axis


def per_axis(sizes: int | tuple[int, ...]) -> int | tuple[int, ...]:
    """One number where all axes have the same."""
    return sizes[0] if isinstance(sizes, tuple) and len(set(sizes)) == 1 else sizes


# ----------------------------------------------------------------------------------------- weights


@lowers(Conv)
def conv(op: Conv, inputs: Tensors) -> Lowering:
    if op.padding == "causal":
        return _causal(op, inputs)
    padding = op.padding if isinstance(op.padding, str) else per_axis(op.padding)
    return registered(
        _convolution(
            op,
            inputs,
            option("padding", padding, 0),
            option("padding_mode", op.padding_mode, "zeros"),
        )
    )


def _causal(op: Conv, inputs: Tensors) -> Lowering:
    """Pads only in front, so that no output sees what comes after it."""
    kernel, dilation = per_axis(op.kernel), per_axis(op.dilation)
    assert isinstance(kernel, int) and isinstance(dilation, int)
    mode = "constant" if op.padding_mode == "zeros" else op.padding_mode
    before = (dilation * (kernel - 1), 0)
    padded = call("F.pad", X, value("pad", before), option("mode", mode, "constant"))
    return Lowering(call(Module(), padded), _convolution(op, inputs))


def _convolution(op: Conv, inputs: Tensors, *padding: Argument) -> Node:
    return call(
        f"nn.Conv{axes(inputs)}d",
        value("in_channels", inputs[0].shape[0]),
        value("out_channels", op.out, "out"),
        value("kernel_size", per_axis(op.kernel), "kernel"),
        option("stride", per_axis(op.stride), 1),
        *padding[:1],
        option("dilation", per_axis(op.dilation), 1),
        option("groups", op.groups, 1),
        option("bias", op.bias, True),
        *padding[1:],
    )


@lowers(Linear)
def linear(op: Linear, inputs: Tensors) -> Lowering:
    return registered(
        call(
            "nn.Linear",
            value("in_features", inputs[0].shape[-1]),
            value("out_features", op.out, "out"),
            option("bias", op.bias, True),
        )
    )


# ----------------------------------------------------------------------------------- normalisation


@lowers(BatchNorm)
def batch_norm(op: BatchNorm, inputs: Tensors) -> Lowering:
    return registered(
        call(
            f"nn.BatchNorm{max(1, axes(inputs))}d",
            value("num_features", inputs[0].shape[0]),
            option("eps", op.eps, 1e-5),
            option("momentum", op.momentum, 0.1),
            option("affine", op.affine, True),
        )
    )


@lowers(LayerNorm)
def layer_norm(op: LayerNorm, inputs: Tensors) -> Lowering:
    over_channels = op.axis == 0 and axes(inputs) > 0
    features = value("normalized_shape", inputs[0].shape[0 if over_channels else -1])
    eps = option("eps", op.eps, 1e-5)
    if over_channels:
        return registered(call("ChannelNorm", features, eps), CHANNEL_NORM)
    return registered(call("nn.LayerNorm", features, eps))


CHANNEL_NORM = '''
class ChannelNorm(nn.LayerNorm):
    """Layer normalisation over the channels at each position."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)
'''


@lowers(GroupNorm)
def group_norm(op: GroupNorm, inputs: Tensors) -> Lowering:
    return registered(
        call(
            "nn.GroupNorm",
            value("num_groups", op.groups, "groups"),
            value("num_channels", inputs[0].shape[0]),
            option("eps", op.eps, 1e-5),
        )
    )


@lowers(LocalResponseNorm)
def local_response_norm(op: LocalResponseNorm, inputs: Tensors) -> Lowering:
    return stateless(
        "F.local_response_norm",
        "nn.LocalResponseNorm",
        value("size", op.size, "size"),
        option("alpha", op.alpha, 1e-4),
        option("beta", op.beta, 0.75),
        option("k", op.k, 1.0),
    )


# ------------------------------------------------------------------------------------- activations


@lowers(ReLU)
def relu(op: ReLU, inputs: Tensors) -> Lowering:
    return stateless("F.relu", "nn.ReLU")


@lowers(ReLU6)
def relu6(op: ReLU6, inputs: Tensors) -> Lowering:
    return stateless("F.relu6", "nn.ReLU6")


@lowers(LeakyReLU)
def leaky_relu(op: LeakyReLU, inputs: Tensors) -> Lowering:
    slope = option("negative_slope", op.slope, 0.01, "slope")
    return stateless("F.leaky_relu", "nn.LeakyReLU", slope)


@lowers(PReLU)
def prelu(op: PReLU, inputs: Tensors) -> Lowering:
    slopes = inputs[0].shape[0] if op.per_channel else 1
    return registered(call("nn.PReLU", option("num_parameters", slopes, 1, "per_channel")))


@lowers(ELU)
def elu(op: ELU, inputs: Tensors) -> Lowering:
    return stateless("F.elu", "nn.ELU", option("alpha", op.alpha, 1.0))


@lowers(SELU)
def selu(op: SELU, inputs: Tensors) -> Lowering:
    return stateless("F.selu", "nn.SELU")


@lowers(GELU)
def gelu(op: GELU, inputs: Tensors) -> Lowering:
    return stateless("F.gelu", "nn.GELU")


@lowers(SiLU)
def silu(op: SiLU, inputs: Tensors) -> Lowering:
    return stateless("F.silu", "nn.SiLU")


@lowers(Mish)
def mish(op: Mish, inputs: Tensors) -> Lowering:
    return stateless("F.mish", "nn.Mish")


@lowers(Sigmoid)
def sigmoid(op: Sigmoid, inputs: Tensors) -> Lowering:
    return stateless("torch.sigmoid", "nn.Sigmoid")


@lowers(Tanh)
def tanh(op: Tanh, inputs: Tensors) -> Lowering:
    return stateless("torch.tanh", "nn.Tanh")


@lowers(Softplus)
def softplus(op: Softplus, inputs: Tensors) -> Lowering:
    return stateless("F.softplus", "nn.Softplus")


@lowers(HardSigmoid)
def hard_sigmoid(op: HardSigmoid, inputs: Tensors) -> Lowering:
    return stateless("F.hardsigmoid", "nn.Hardsigmoid")


@lowers(HardSwish)
def hard_swish(op: HardSwish, inputs: Tensors) -> Lowering:
    return stateless("F.hardswish", "nn.Hardswish")


@lowers(Softmax)
def softmax(op: Softmax, inputs: Tensors) -> Lowering:
    return stateless("torch.softmax", "nn.Softmax", value("dim", dim(op.axis)))


@lowers(LogSoftmax)
def log_softmax(op: LogSoftmax, inputs: Tensors) -> Lowering:
    return stateless("torch.log_softmax", "nn.LogSoftmax", value("dim", dim(op.axis)))


# ----------------------------------------------------------------------------------------- pooling


@lowers(MaxPool)
def max_pool(op: MaxPool, inputs: Tensors) -> Lowering:
    return _pool(
        op,
        f"max_pool{axes(inputs)}d",
        f"nn.MaxPool{axes(inputs)}d",
        option("dilation", per_axis(op.dilation), 1),
        option("ceil_mode", op.ceil, False, "ceil"),
    )


@lowers(AvgPool)
def avg_pool(op: AvgPool, inputs: Tensors) -> Lowering:
    return _pool(
        op,
        f"avg_pool{axes(inputs)}d",
        f"nn.AvgPool{axes(inputs)}d",
        option("ceil_mode", op.ceil, False, "ceil"),
        option("count_include_pad", op.count_pad, True, "count_pad"),
    )


def _pool(op: MaxPool | AvgPool, function: str, module: str, *options: Argument) -> Lowering:
    """Torch's default stride is the kernel, too."""
    kernel = per_axis(op.kernel)
    stride = kernel if op.stride is None else per_axis(op.stride)
    return stateless(
        f"F.{function}",
        module,
        value("kernel_size", kernel, "kernel"),
        *([option("stride", stride, None)] if stride != kernel else []),
        option("padding", per_axis(op.padding), 0),
        *options,
    )


@lowers(AdaptiveAvgPool)
def adaptive_avg_pool(op: AdaptiveAvgPool, inputs: Tensors) -> Lowering:
    return _adaptive(op, "avg_pool", "AvgPool", inputs)


@lowers(AdaptiveMaxPool)
def adaptive_max_pool(op: AdaptiveMaxPool, inputs: Tensors) -> Lowering:
    return _adaptive(op, "max_pool", "MaxPool", inputs)


def _adaptive(
    op: AdaptiveAvgPool | AdaptiveMaxPool, function: str, module: str, inputs: Tensors
) -> Lowering:
    return stateless(
        f"F.adaptive_{function}{axes(inputs)}d",
        f"nn.Adaptive{module}{axes(inputs)}d",
        value("output_size", per_axis(op.size), "size"),
    )


@lowers(GlobalAvgPool)
def global_avg_pool(op: GlobalAvgPool, inputs: Tensors) -> Lowering:
    return _global(op, "mean", "AvgPool", inputs)


@lowers(GlobalMaxPool)
def global_max_pool(op: GlobalMaxPool, inputs: Tensors) -> Lowering:
    return _global(op, "amax", "MaxPool", inputs)


def _global(
    op: GlobalAvgPool | GlobalMaxPool, method: str, module: str, inputs: Tensors
) -> Lowering:
    spatial = constant(tuple(range(2, 2 + axes(inputs))))
    kept = option("keepdim", op.keep, False, "keep")
    pool = call(f"nn.Adaptive{module}{axes(inputs)}d", constant(1))
    module_form = pool if op.keep else call("nn.Sequential", pool, call("nn.Flatten"))
    return Lowering(call(Attribute(X, method), spatial, kept), module_form)


# ------------------------------------------------------------------------------------------ merges


@lowers(Concat)
def concat(op: Concat, inputs: Tensors) -> Lowering:
    return Lowering(call("torch.cat", operands(inputs), value("dim", dim(op.axis))))


@lowers(Sum)
def add(op: Sum, inputs: Tensors) -> Lowering:
    return Lowering(infix("+", *broadcast(inputs)))


@lowers(Mul)
def multiply(op: Mul, inputs: Tensors) -> Lowering:
    return Lowering(infix("*", *broadcast(inputs)))


@lowers(Mean)
def mean(op: Mean, inputs: Tensors) -> Lowering:
    return Lowering(Infix("/", (infix("+", *broadcast(inputs)), constant(len(inputs)))))


@lowers(Sub)
def subtract(op: Sub, inputs: Tensors) -> Lowering:
    return Lowering(infix("-", *broadcast(inputs)))


@lowers(Div)
def divide(op: Div, inputs: Tensors) -> Lowering:
    return Lowering(infix("/", *broadcast(inputs)))


@lowers(Max)
def maximum(op: Max, inputs: Tensors) -> Lowering:
    return Lowering(_nested("torch.maximum", inputs))


@lowers(Min)
def minimum(op: Min, inputs: Tensors) -> Lowering:
    return Lowering(_nested("torch.minimum", inputs))


def _nested(function: str, inputs: Tensors) -> Node:
    return reduce(lambda a, b: call(function, a, b), broadcast(inputs))


def broadcast(inputs: Tensors) -> list[Node]:
    """The operands; those that are one value per channel get axes to match the widest."""
    rank = max(len(x.shape) for x in inputs)
    return [
        Operand(k) if len(x.shape) == rank else Subscript(Operand(k), _new_axes(rank - 1))
        for k, x in enumerate(inputs)
    ]


def _new_axes(count: int) -> Name:
    return Name(", ".join([":", ":", *["None"] * count]))


# --------------------------------------------------------------------- shape, stochastic, arithmetic


@lowers(Flatten)
def flatten(op: Flatten, inputs: Tensors) -> Lowering:
    return Lowering(call("torch.flatten", X, constant(1)), call("nn.Flatten"))


@lowers(Dropout)
def dropout(op: Dropout, inputs: Tensors) -> Lowering:
    return registered(call("nn.Dropout", option("p", op.p, 0.5)))


@lowers(DropoutChannels)
def dropout_channels(op: DropoutChannels, inputs: Tensors) -> Lowering:
    return registered(call(f"nn.Dropout{axes(inputs)}d", option("p", op.p, 0.5)))


@lowers(Scale)
def scale(op: Scale, inputs: Tensors) -> Lowering:
    by = value("by", op.by, "by")
    return Lowering(infix("*", by.value, X), call("Scale", by), SCALE)


SCALE = '''
class Scale(nn.Module):
    """The input times a constant."""

    def __init__(self, by: float) -> None:
        super().__init__()
        self.by = by

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.by * x
'''
