"""Transposed convolutions."""

from __future__ import annotations

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
from netspec.ops.conv_transpose import ConvTranspose


@lowers(ConvTranspose)
def conv_transpose(op: ConvTranspose, inputs: Tensors) -> Lowering:
    return registered(
        call(
            f"nn.ConvTranspose{spatial_axes(inputs)}d",
            value("in_channels", inputs[0].shape[0]),
            value("out_channels", op.out, "out"),
            value("kernel_size", per_axis(op.kernel), "kernel"),
            option("stride", per_axis(op.stride), 1),
            option("padding", per_axis(op.padding), 0),
            option("output_padding", per_axis(op.output_padding), 0),
            option("groups", op.groups, 1),
            option("bias", op.bias, True),
            option("dilation", per_axis(op.dilation), 1),
        )
    )
