"""Ops that move elements and compute nothing."""

from netspec.ops.base import Op, Tensors, op
from netspec.tensor import Tensor


@op("identity", group="shape")
class Identity(Op):
    """Its inputs, all of them. FLOPs: 0."""

    arity = (1, None)

    def infer(self, inputs: Tensors) -> Tensors:
        return inputs

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return 0


@op("flatten", group="shape")
class Flatten(Op):
    """All elements in one axis: `[C, H, W]` -> `[C * H * W]`. FLOPs: 0."""

    def infer(self, inputs: Tensors) -> Tensors:
        return (Tensor((inputs[0].elements,), inputs[0].dtype),)

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return 0

    def window(self, inputs: Tensors) -> None:
        return None
