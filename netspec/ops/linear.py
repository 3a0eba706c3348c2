"""Fully connected layers: every output sees every feature."""

from typing import ClassVar

from netspec.ops.base import Op, ShapeError, Tensors, Weight, op
from netspec.ops.checks import require_float
from netspec.ops.fields import Positive
from netspec.tensor import Tensor


@op("linear", group="linear")
class Linear(Op):
    """`y = x W^T + b` on the last axis: `[D]` -> `[out]`, `[T, D]` -> `[T, out]`.

    MACs: `D` per output element. FLOPs beside them: 1 per output element for the bias.
    """

    states: ClassVar[tuple[int, str]] = (-1, "out")

    out: Positive
    bias: bool = True

    transposable = frozenset({"weight"})

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


@op("bilinear", group="linear")
class Bilinear(Op):
    """`y_j = x1^T W_j x2 + b_j` of two vectors: `[D1]`, `[D2]` -> `[out]`.

    Also of as many tokens of both: `[T, D1]`, `[T, D2]` -> `[T, out]`.
    FLOPs: `D1 D2` per pair of vectors, `2 D1 D2 - 1` per output element, 1 more for the bias. As
    in torch's counter they are no multiply-accumulates.
    """

    states: ClassVar[tuple[int, str]] = (-1, "out")

    out: Positive
    bias: bool = True

    arity = (2, 2)

    def infer(self, inputs: Tensors) -> Tensors:
        x, y = inputs
        for each in inputs:
            require_float(self, each)
            if not 1 <= len(each.shape) <= 2:
                raise ShapeError("NS301", f"bilinear takes vectors or tokens, not {each}")
        if x.shape[:-1] != y.shape[:-1] or x.dtype != y.dtype:
            raise ShapeError("NS302", f"bilinear takes as many tokens of both, not {x} and {y}")
        return (Tensor((*x.shape[:-1], self.out), x.dtype),)

    def weights(self, inputs: Tensors) -> dict[str, Weight]:
        x, y = inputs
        init = "uniform(-1/sqrt(in_features), 1/sqrt(in_features))"
        bias = {"bias": Weight((self.out,), init)} if self.bias else {}
        return {"weight": Weight((self.out, x.shape[-1], y.shape[-1]), init)} | bias

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        x, y = inputs
        pairs = x.elements * y.shape[-1]
        per_vector = x.shape[-1] * y.shape[-1]
        return pairs + (2 * per_vector - (0 if self.bias else 1)) * outputs[0].elements

    def window(self, inputs: Tensors) -> None:
        return None


@op("rbf", group="linear")
class RBF(Op):
    """`y_j = sum_i (x_i - w_ji)^2` on the last axis: `[D]` -> `[out]`, `[T, D]` -> `[T, out]`.

    Euclidean radial basis units (LeCun et al. 1998): squared distances to learned centres.
    FLOPs: `3 D - 1` per output element (subtract, square, add); they are no multiply-accumulates.
    """

    states: ClassVar[tuple[int, str]] = (-1, "out")

    out: Positive

    def infer(self, inputs: Tensors) -> Tensors:
        x = inputs[0]
        require_float(self, x)
        if not 1 <= len(x.shape) <= 2:
            raise ShapeError(
                "NS301",
                f"rbf takes a vector or tokens, not {x}",
                hint="`flatten` or pool first (`global_avg_pool`)",
            )
        return (Tensor((*x.shape[:-1], self.out), x.dtype),)

    def weights(self, inputs: Tensors) -> dict[str, Weight]:
        return {"weight": Weight((self.out, inputs[0].shape[-1]), "normal(0, 1)")}

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return (3 * inputs[0].shape[-1] - 1) * outputs[0].elements

    def window(self, inputs: Tensors) -> None:
        return None
