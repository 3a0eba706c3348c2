"""Look-ups of learned vectors."""

from typing import ClassVar

from netspec.ops.base import Op, ShapeError, Tensors, Weight, op
from netspec.ops.fields import Positive
from netspec.tensor import Tensor


@op("embedding", group="linear")
class Embedding(Op):
    """The learned vector of each index: whole numbers `[T]` below `count` -> `[T, dim]`.

    The indices are int64, of any shape; `dim` becomes the last axis. FLOPs: 0.
    """

    states: ClassVar[tuple[int, str]] = (-1, "dim")

    count: Positive
    dim: Positive

    integers = True

    def infer(self, inputs: Tensors) -> Tensors:
        x = inputs[0]
        if x.dtype != "int64":
            raise ShapeError("NS301", f"embedding takes indices of type int64, not {x.dtype}")
        return (Tensor((*x.shape, self.dim)),)

    def weights(self, inputs: Tensors) -> dict[str, Weight]:
        return {"weight": Weight((self.count, self.dim), "normal(0, 1)")}

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return 0

    def window(self, inputs: Tensors) -> None:
        return None
