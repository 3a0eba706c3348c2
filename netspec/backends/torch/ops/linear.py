"""Fully connected layers."""

from __future__ import annotations

from netspec.backends.torch.code import Module, Operand
from netspec.backends.torch.lowering import (
    Lowering,
    Tensors,
    call,
    lowers,
    option,
    registered,
    value,
)
from netspec.ops.linear import RBF, Bilinear, Linear


@lowers(Linear)
def linear(op: Linear, inputs: Tensors) -> Lowering:
    return registered(
        call(
            "nn.Linear",
            value("in_features", inputs[0].shape[-1]),
            value("out_features", op.out, "out"),
            option("bias", op.bias, True),
        ),
        fresh=True,
    )


@lowers(Bilinear)
def bilinear(op: Bilinear, inputs: Tensors) -> Lowering:
    first, second = inputs
    module = call(
        "nn.Bilinear",
        value("in1_features", first.shape[-1]),
        value("in2_features", second.shape[-1]),
        value("out_features", op.out, "out"),
        option("bias", op.bias, True),
    )
    return Lowering(call(Module(), Operand(0), Operand(1)), module)


@lowers(RBF)
def rbf(op: RBF, inputs: Tensors) -> Lowering:
    features = value("in_features", inputs[0].shape[-1])
    return registered(call("RBF", features, value("out_features", op.out, "out")), RBF_UNITS)


RBF_UNITS = '''
class RBF(nn.Module):
    """Squared Euclidean distances to learned centres."""

    def __init__(self, in_features: int, out_features: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(out_features, in_features))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.square(x.unsqueeze(-2) - self.weight).sum(-1)
'''
