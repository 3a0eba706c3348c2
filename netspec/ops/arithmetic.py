"""Arithmetic with constants."""

from netspec.ops.base import Op, Tensors, op
from netspec.ops.checks import require_float


@op("scale", group="arithmetic")
class Scale(Op):
    """`by * x`, with a constant. FLOPs: 1 per element."""

    by: float

    def infer(self, inputs: Tensors) -> Tensors:
        require_float(self, inputs[0])
        return inputs

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return outputs[0].elements
