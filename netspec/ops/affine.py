"""Learned factors and summands, per channel or per element."""

from netspec.ops.base import Op, ShapeError, Tensors, Weight, op
from netspec.ops.checks import require_float


@op("affine", group="normalisation")
class Affine(Op):
    """`x * weight + bias` with one learned weight and bias per channel, of `[C]` to `[C, D, H, W]`.

    It starts as the identity. FLOPs: 2 per element (scale, shift), 1 without `bias`.
    """

    bias: bool = True

    def infer(self, inputs: Tensors) -> Tensors:
        require_float(self, inputs[0])
        if not 1 <= len(inputs[0].shape) <= 4:
            raise ShapeError("NS301", f"affine takes [C] to [C, D, H, W], not {inputs[0]}")
        return inputs

    def weights(self, inputs: Tensors) -> dict[str, Weight]:
        channels = inputs[0].shape[:1]
        bias = {"bias": Weight(channels, "zeros")} if self.bias else {}
        return {"weight": Weight(channels, "ones")} | bias

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return (2 if self.bias else 1) * outputs[0].elements


@op("hadamard", group="linear")
class Hadamard(Op):
    """`x * weight` with one learned weight per element of the input; it starts as the identity.

    FLOPs: 1 per element.
    """

    def infer(self, inputs: Tensors) -> Tensors:
        require_float(self, inputs[0])
        return inputs

    def weights(self, inputs: Tensors) -> dict[str, Weight]:
        return {"weight": Weight(inputs[0].shape, "ones")}

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return outputs[0].elements
