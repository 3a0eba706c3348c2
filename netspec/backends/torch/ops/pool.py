"""Pooling."""

from __future__ import annotations

from dataclasses import replace

from netspec.backends.torch.code import Argument, Attribute, Call, Operand
from netspec.backends.torch.lowering import (
    Lowering,
    Tensors,
    call,
    constant,
    lowers,
    option,
    stateless,
    value,
)
from netspec.backends.torch.ops.batch import per_axis, spatial_axes
from netspec.ops.pool import (
    AdaptiveAvgPool,
    AdaptiveMaxPool,
    AvgPool,
    GlobalAvgPool,
    GlobalMaxPool,
    MaxPool,
)


@lowers(MaxPool)
def max_pool(op: MaxPool, inputs: Tensors) -> Lowering:
    pool = _pool(
        op,
        f"max_pool{spatial_axes(inputs)}d",
        f"nn.MaxPool{spatial_axes(inputs)}d",
        option("dilation", per_axis(op.dilation), 1),
        option("ceil_mode", op.ceil, False, "ceil"),
    )
    return _with_indices(pool)


def _with_indices(pool: Lowering) -> Lowering:
    """A pool that may also give the positions of what it takes."""
    assert isinstance(pool.form, Call)
    given = Argument(constant(True), "return_indices")
    return replace(pool, extras=Lowering(Call(pool.form.function, (*pool.form.arguments, given))))


@lowers(AvgPool)
def avg_pool(op: AvgPool, inputs: Tensors) -> Lowering:
    return _pool(
        op,
        f"avg_pool{spatial_axes(inputs)}d",
        f"nn.AvgPool{spatial_axes(inputs)}d",
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
    return _with_indices(_adaptive(op, "max_pool", "MaxPool", inputs))


def _adaptive(
    op: AdaptiveAvgPool | AdaptiveMaxPool, function: str, module: str, inputs: Tensors
) -> Lowering:
    return stateless(
        f"F.adaptive_{function}{spatial_axes(inputs)}d",
        f"nn.Adaptive{module}{spatial_axes(inputs)}d",
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
    spatial = constant(tuple(range(2, 2 + spatial_axes(inputs))))
    kept = option("keepdim", op.keep, False, "keep")
    pool = call(f"nn.Adaptive{module}{spatial_axes(inputs)}d", constant(1))
    module_form = pool if op.keep else call("nn.Sequential", pool, call("nn.Flatten"))
    return Lowering(call(Attribute(Operand(0), method), spatial, kept), module_form)
