"""Fully connected layers."""

from netspec.ops.base import Op, ShapeError, Tensors, Weight, op
from netspec.ops.checks import require_float
from netspec.ops.fields import Positive
from netspec.tensor import Tensor


@op("linear", group="linear")
class Linear(Op):
    """`y = x W^T + b` on the last axis: `[D]` -> `[out]`, `[T, D]` -> `[T, out]`.

    MACs: `D` per output element. FLOPs beside them: 1 per output element for the bias.
    """

    out: Positive
    bias: bool = True

    def infer(self, inputs: Tensors) -> Tensors:
        x = inputs[0]
        require_float(self, x)
        if not 1 <= len(x.shape) <= 2:
            raise ShapeError(
                "NS301",
                f"linear takes a vector or tokens, not {x}",
                hint="`flatten` or pool first (`global_avg_pool`)",
            )
        return (Tensor((*x.shape[:-1], self.out), x.dtype),)

    def weights(self, inputs: Tensors) -> dict[str, Weight]:
        weight = Weight((self.out, inputs[0].shape[-1]), "kaiming_uniform(a=sqrt(5))")
        if not self.bias:
            return {"weight": weight}
        bias = Weight((self.out,), "uniform(-1/sqrt(fan_in), 1/sqrt(fan_in))")
        return {"weight": weight, "bias": bias}

    def macs(self, inputs: Tensors, outputs: Tensors) -> int:
        return outputs[0].elements * inputs[0].shape[-1]

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return outputs[0].elements if self.bias else 0

    def window(self, inputs: Tensors) -> None:
        return None
