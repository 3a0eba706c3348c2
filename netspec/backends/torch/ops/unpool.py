"""Pooling undone."""

from __future__ import annotations

from netspec.backends.torch.code import Operand
from netspec.backends.torch.lowering import Lowering, Tensors, call, lowers, option, value
from netspec.backends.torch.ops.batch import each_axis, spatial_axes
from netspec.ops.unpool import MaxUnpool


@lowers(MaxUnpool)
def max_unpool(op: MaxUnpool, inputs: Tensors) -> Lowering:
    """Torch's default stride is the kernel, too; its sizes are one per axis, as this function
    has it. Another size than it
    would take is stated.
    """
    axes = spatial_axes(inputs)
    kernel = each_axis(op.kernel, axes)
    stride = kernel if op.stride is None else each_axis(op.stride, axes)
    lengths = op.infer(inputs)[0].shape[1:]
    size = None if lengths == op.usual(inputs[0].shape[1:]) else lengths
    return Lowering(
        call(
            f"F.max_unpool{axes}d",
            Operand(0),
            Operand(1),
            value("kernel_size", kernel, "kernel"),
            *([option("stride", stride, None)] if stride != kernel else []),
            option("padding", each_axis(op.padding, axes), (0,) * axes),
            option("output_size", size, None, "size"),
        )
    )
