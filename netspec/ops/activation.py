"""Activations: a function of each element, or a softmax along one axis.

A comparison and an elementary function (exp, log, tanh, erf) each count as one FLOP.
"""

from typing import ClassVar

from netspec.ops.base import Op, ShapeError, Tensors, Weight, Window, op
from netspec.ops.checks import Undivided, require_float
from netspec.ops.fields import Positive
from netspec.tensor import Tensor


class Activation(Op):
    """An op whose output has its input's shape, at a fixed price per element."""

    flops_per_element: ClassVar[int]

    def infer(self, inputs: Tensors) -> Tensors:
        require_float(self, inputs[0])
        return inputs

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return self.flops_per_element * outputs[0].elements


@op("relu", group="activation")
class ReLU(Activation):
    """`max(x, 0)`, elementwise. FLOPs: 1 per element."""

    flops_per_element = 1


@op("relu6", group="activation")
class ReLU6(Activation):
    """`min(max(x, 0), 6)`, elementwise. FLOPs: 2 per element."""

    flops_per_element = 2


@op("leaky_relu", group="activation")
class LeakyReLU(Activation):
    """`x` where positive, else `slope * x`, elementwise. FLOPs: 2 per element."""

    slope: float = 0.01

    flops_per_element = 2


@op("prelu", group="activation")
class PReLU(Activation):
    """`x` where positive, else `weight * x`, with one learned weight or one per channel.

    FLOPs: 2 per element.
    """

    per_channel: bool = False

    flops_per_element = 2

    def weights(self, inputs: Tensors) -> dict[str, Weight]:
        slopes = inputs[0].shape[0] if self.per_channel else 1
        return {"weight": Weight((slopes,), "constant(0.25)")}


@op("elu", group="activation")
class ELU(Activation):
    """`x` where positive, else `alpha * (exp(x) - 1)`, elementwise. FLOPs: 4 per element."""

    alpha: float = 1.0

    flops_per_element = 4


@op("selu", group="activation")
class SELU(Activation):
    """`1.0507 * elu(x)` with `alpha = 1.67326`, elementwise (Klambauer et al. 2017).

    FLOPs: 5 per element.
    """

    flops_per_element = 5


@op("gelu", group="activation")
class GELU(Activation):
    """`x / 2 * (1 + erf(x / sqrt(2)))`, elementwise. FLOPs: 5 per element."""

    flops_per_element = 5


@op("silu", group="activation")
class SiLU(Activation):
    """`x * sigmoid(x)`, elementwise; also called swish. FLOPs: 5 per element."""

    flops_per_element = 5


@op("mish", group="activation")
class Mish(Activation):
    """`x * tanh(log(1 + exp(x)))`, elementwise. FLOPs: 5 per element."""

    flops_per_element = 5


@op("sigmoid", group="activation")
class Sigmoid(Activation):
    """`1 / (1 + exp(-x))`, elementwise. FLOPs: 4 per element."""

    flops_per_element = 4


@op("tanh", group="activation")
class Tanh(Activation):
    """`tanh(x)`, elementwise. FLOPs: 1 per element."""

    flops_per_element = 1


@op("softplus", group="activation")
class Softplus(Activation):
    """`log(1 + exp(x))`, elementwise. FLOPs: 3 per element."""

    flops_per_element = 3


@op("hard_sigmoid", group="activation")
class HardSigmoid(Activation):
    """`relu6(x + 3) / 6`, elementwise. FLOPs: 4 per element."""

    flops_per_element = 4


@op("hard_swish", group="activation")
class HardSwish(Activation):
    """`x * relu6(x + 3) / 6`, elementwise. FLOPs: 5 per element."""

    flops_per_element = 5


class AlongAxis(Activation):
    """An activation that ties the elements of one axis (0: channels; negative from the end)."""

    axis: int = 0

    def infer(self, inputs: Tensors) -> Tensors:
        rank = len(inputs[0].shape)
        if not -rank <= self.axis < rank:
            raise ShapeError(
                "NS301", f"{self.name} along axis {self.axis}, but {inputs[0]} has {rank} axes"
            )
        return super().infer(inputs)

    def window(self, inputs: Tensors) -> tuple[Window, ...] | None:
        along_channels = self.axis in (0, -len(inputs[0].shape))
        return super().window(inputs) if along_channels else None


@op("softmax", group="activation")
class Softmax(AlongAxis):
    """`exp(x) / sum(exp(x))` along `axis`, less the maximum first.

    FLOPs: 5 per element (compare, subtract, exp, add, divide).
    """

    flops_per_element = 5


@op("log_softmax", group="activation")
class LogSoftmax(AlongAxis):
    """`x - log(sum(exp(x)))` along `axis`, less the maximum first.

    FLOPs: 5 per element (compare, subtract, exp, add, subtract).
    """

    flops_per_element = 5


@op("glu", group="activation")
class GLU(AlongAxis):
    """`a * sigmoid(b)` of the two halves of `axis` (0: channels): `[2 C, H, W]` -> `[C, H, W]`.

    Dauphin et al. 2017. FLOPs: 5 per output element.
    """

    flops_per_element = 5

    def infer(self, inputs: Tensors) -> Tensors:
        super().infer(inputs)
        shape = list(inputs[0].shape)
        if shape[self.axis] % 2:
            what, axis = f"of {inputs[0]}", self.axis % len(shape)
            raise Undivided(shape[self.axis], what, 2, "2 equal halves", axis)
        shape[self.axis] //= 2
        return (Tensor(tuple(shape), inputs[0].dtype),)


@op("maxout", group="activation")
class Maxout(Op):
    """The largest of each `pieces` channels that follow each other: `[k C, H, W]` -> `[C, H, W]`.

    `[C]` to `[C, D, H, W]` (Goodfellow et al. 2013). FLOPs: `pieces - 1` per output element.
    """

    pieces: Positive = 2

    def infer(self, inputs: Tensors) -> Tensors:
        require_float(self, inputs[0])
        channels, *sizes = inputs[0].shape
        if channels % self.pieces:
            raise Undivided(channels, "channels", self.pieces, f"pieces of {self.pieces}")
        return (Tensor((channels // self.pieces, *sizes), inputs[0].dtype),)

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return (self.pieces - 1) * outputs[0].elements
