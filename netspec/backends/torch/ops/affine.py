"""Learned factors and summands."""

from __future__ import annotations

from netspec.backends.torch.lowering import (
    Lowering,
    Tensors,
    call,
    lowers,
    option,
    registered,
    value,
)
from netspec.ops.affine import Affine, Hadamard


@lowers(Affine)
def affine(op: Affine, inputs: Tensors) -> Lowering:
    channels = value("channels", inputs[0].shape[0])
    return registered(call("Affine", channels, option("bias", op.bias, True)), AFFINE)


AFFINE = '''
class Affine(nn.Module):
    """A learned factor and summand per channel."""

    def __init__(self, channels: int, bias: bool = True) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        if bias:
            self.bias = nn.Parameter(torch.zeros(channels))
        else:
            self.register_parameter("bias", None)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        per_channel = (-1, *(1 for _ in x.shape[2:]))
        y = x * self.weight.view(per_channel)
        return y if self.bias is None else y + self.bias.view(per_channel)
'''


@lowers(Hadamard)
def hadamard(op: Hadamard, inputs: Tensors) -> Lowering:
    return registered(call("Hadamard", value("shape", inputs[0].shape)), HADAMARD)


HADAMARD = '''
class Hadamard(nn.Module):
    """A learned factor per element."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(shape))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.weight
'''
