"""Ops that are random in training."""

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
from netspec.backends.torch.ops.batch import spatial_axes
from netspec.ops.stochastic import Dropout, DropoutChannels, DropPath


@lowers(Dropout)
def dropout(op: Dropout, inputs: Tensors) -> Lowering:
    return registered(call("nn.Dropout", option("p", op.p, 0.5)))


@lowers(DropoutChannels)
def dropout_channels(op: DropoutChannels, inputs: Tensors) -> Lowering:
    return registered(call(f"nn.Dropout{spatial_axes(inputs)}d", option("p", op.p, 0.5)))


@lowers(DropPath)
def drop_path(op: DropPath, inputs: Tensors) -> Lowering:
    return registered(call("DropPath", value("p", op.p, "p")), DROP_PATH)


DROP_PATH = '''
class DropPath(nn.Module):
    """Drops whole samples in training, each with probability p."""

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not self.training:
            return x
        ones = x.new_ones(x.shape[0], *(1 for _ in x.shape[1:]))
        return x * F.dropout(ones, self.p)
'''
