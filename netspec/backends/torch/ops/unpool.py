"""Pooling undone."""

from __future__ import annotations

from netspec.backends.torch.code import Operand
from netspec.backends.torch.lowering import Lowering, Tensors, call, lowers, option, value
from netspec.backends.torch.ops.batch import per_axis, spatial_axes
from netspec.ops.unpool import MaxUnpool


@lowers(MaxUnpool)
def max_unpool(op: MaxUnpool, inputs: Tensors) -> Lowering:
    """Torch's default stride is the kernel, too; its sizes are one per axis. Another size than it
    would take is stated.
    """
    kernel = per_axis(op.kernel)
    stride = kernel if op.stride is None else per_axis(op.stride)
    axes = spatial_axes(inputs)
    lengths = op.infer(inputs)[0].shape[1:]
    size = None if lengths == op.usual(inputs[0].shape[1:]) else lengths
    return Lowering(
        call(
            f"F.max_unpool{axes}d",
            Operand(0),
            Operand(1),
            value("kernel_size", kernel, "kernel"),
            *([option("stride", stride, None)] if stride != kernel else []),
            option("padding", per_axis(op.padding), 0),
            option("output_size", size, None, "size"),
        )
    )
