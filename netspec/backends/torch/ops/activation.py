"""Activations."""

from __future__ import annotations

from netspec.backends.torch.code import Attribute, Operand
from netspec.backends.torch.lowering import (
    Lowering,
    Tensors,
    call,
    constant,
    lowers,
    option,
    registered,
    stateless,
    value,
)
from netspec.backends.torch.ops.batch import dim
from netspec.ops.activation import (
    ELU,
    GELU,
    GLU,
    SELU,
    Activation,
    HardSigmoid,
    HardSwish,
    LeakyReLU,
    LogSoftmax,
    Maxout,
    Mish,
    PReLU,
    ReLU,
    ReLU6,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Tanh,
)

WITHOUT_ARGUMENTS: tuple[tuple[type[Activation], str, str], ...] = (
    (GELU, "F.gelu", "nn.GELU"),
    (HardSigmoid, "F.hardsigmoid", "nn.Hardsigmoid"),
    (HardSwish, "F.hardswish", "nn.Hardswish"),
    (Mish, "F.mish", "nn.Mish"),
    (ReLU6, "F.relu6", "nn.ReLU6"),
    (SELU, "F.selu", "nn.SELU"),
    (Sigmoid, "torch.sigmoid", "nn.Sigmoid"),
    (SiLU, "F.silu", "nn.SiLU"),
    (Softplus, "F.softplus", "nn.Softplus"),
    (Tanh, "torch.tanh", "nn.Tanh"),
)


def _register(op_class: type[Activation], function: str, module: str) -> None:
    @lowers(op_class)
    def lower(op: Activation, inputs: Tensors) -> Lowering:
        return stateless(function, module)


for row in WITHOUT_ARGUMENTS:
    _register(*row)


@lowers(ReLU)
def relu(op: ReLU, inputs: Tensors) -> Lowering:
    return Lowering(
        call("F.relu", Operand(0)), call("nn.ReLU"), in_place=call("F.relu_", Operand(0))
    )


@lowers(LeakyReLU)
def leaky_relu(op: LeakyReLU, inputs: Tensors) -> Lowering:
    slope = option("negative_slope", op.slope, 0.01, "slope")
    return stateless("F.leaky_relu", "nn.LeakyReLU", slope)


@lowers(ELU)
def elu(op: ELU, inputs: Tensors) -> Lowering:
    return stateless("F.elu", "nn.ELU", option("alpha", op.alpha, 1.0))


@lowers(PReLU)
def prelu(op: PReLU, inputs: Tensors) -> Lowering:
    slopes = inputs[0].shape[0] if op.per_channel else 1
    return registered(call("nn.PReLU", option("num_parameters", slopes, 1)))


@lowers(Softmax)
def softmax(op: Softmax, inputs: Tensors) -> Lowering:
    return stateless("torch.softmax", "nn.Softmax", value("dim", dim(op.axis), "axis"))


@lowers(LogSoftmax)
def log_softmax(op: LogSoftmax, inputs: Tensors) -> Lowering:
    return stateless("torch.log_softmax", "nn.LogSoftmax", value("dim", dim(op.axis), "axis"))


@lowers(GLU)
def glu(op: GLU, inputs: Tensors) -> Lowering:
    return stateless("F.glu", "nn.GLU", value("dim", dim(op.axis), "axis"))


@lowers(Maxout)
def maxout(op: Maxout, inputs: Tensors) -> Lowering:
    sizes = value("unflattened_size", (-1, op.pieces))
    pieces = call("torch.unflatten", Operand(0), constant(1), sizes)
    form = call(Attribute(pieces, "amax"), constant(2))
    return Lowering(form, call("Maxout", value("pieces", op.pieces, "pieces")), MAXOUT)


MAXOUT = '''
class Maxout(nn.Module):
    """The largest of each few channels that follow each other."""

    def __init__(self, pieces: int) -> None:
        super().__init__()
        self.pieces = pieces

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.unflatten(x, 1, (-1, self.pieces)).amax(2)
'''
