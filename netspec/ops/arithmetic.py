"""Arithmetic on the elements of one tensor."""

from netspec.ops.base import Op, Tensors, op
from netspec.ops.checks import require_float


class Arithmetic(Op):
    """One operation per element."""

    def infer(self, inputs: Tensors) -> Tensors:
        require_float(self, inputs[0])
        return inputs

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return outputs[0].elements


@op("scale", group="arithmetic")
class Scale(Arithmetic):
    """`by * x`, with a constant. FLOPs: 1 per element."""

    by: float


@op("shift", group="arithmetic")
class Shift(Arithmetic):
    """`x + by`, with a constant. FLOPs: 1 per element."""

    by: float


@op("square", group="arithmetic")
class Square(Arithmetic):
    """`x * x`, elementwise. FLOPs: 1 per element."""


@op("sqrt", group="arithmetic")
class Sqrt(Arithmetic):
    """The square root of each element; NaN where it is negative. FLOPs: 1 per element."""
