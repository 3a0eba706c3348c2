"""Convolutions."""

from __future__ import annotations

from netspec.backends.torch.code import Argument, Module, Node, Operand
from netspec.backends.torch.lowering import (
    Lowering,
    Tensors,
    call,
    lowers,
    option,
    registered,
    value,
)
from netspec.backends.torch.ops.batch import per_axis, spatial_axes
from netspec.ops.conv import Conv


@lowers(Conv)
def conv(op: Conv, inputs: Tensors) -> Lowering:
    if op.padding == "causal":
        return _causal(op, inputs)
    padding = op.padding if isinstance(op.padding, str) else per_axis(op.padding)
    mode = option("padding_mode", op.padding_mode, "zeros")
    return registered(_module(op, inputs, option("padding", padding, 0), mode), fresh=True)


def _causal(op: Conv, inputs: Tensors) -> Lowering:
    """Pads only in front, so that no output sees what comes after it."""
    window = op.window(inputs)[0]
    mode = "constant" if op.padding_mode == "zeros" else op.padding_mode
    amount = value("pad", (window.before, 0))
    padded = call("F.pad", Operand(0), amount, option("mode", mode, "constant"))
    return Lowering(call(Module(), padded), _module(op, inputs), fresh=True)


def _module(op: Conv, inputs: Tensors, *padding: Argument) -> Node:
    return call(
        f"nn.Conv{spatial_axes(inputs)}d",
        value("in_channels", inputs[0].shape[0]),
        value("out_channels", op.out, "out"),
        value("kernel_size", per_axis(op.kernel), "kernel"),
        option("stride", per_axis(op.stride), 1),
        *padding,
        option("dilation", per_axis(op.dilation), 1),
        option("groups", op.groups, 1),
        option("bias", op.bias, True),
    )
