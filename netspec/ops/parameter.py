"""Learned tensors that depend on no input."""

from netspec.ops.base import Op, Tensors, Weight, op
from netspec.ops.fields import Dimensions
from netspec.tensor import Tensor


@op("parameter", group="linear")
class Parameter(Op):
    """A learned tensor of this shape, the same for every sample: class tokens, position embeddings.

    Of its inputs it takes the batch size only. Its key is the step's name itself, without
    `.weight`, and its weight has an axis for the batch in front: `[1, *shape]`. It starts from
    zeros (the class token of torchvision's ViT); `init` says otherwise. FLOPs: 0.
    """

    shape: Dimensions

    arity = (1, None)
    integers = True

    def infer(self, inputs: Tensors) -> Tensors:
        return (Tensor(self.shape),)

    def weights(self, inputs: Tensors) -> dict[str, Weight]:
        return {"": Weight((1, *self.shape), "zeros")}

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return 0

    def window(self, inputs: Tensors) -> None:
        return None
