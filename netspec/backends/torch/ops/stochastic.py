"""Ops that are random in training."""

from __future__ import annotations

from netspec.backends.torch.lowering import Lowering, Tensors, call, lowers, option, registered
from netspec.backends.torch.ops.batch import spatial_axes
from netspec.ops.stochastic import Dropout, DropoutChannels


@lowers(Dropout)
def dropout(op: Dropout, inputs: Tensors) -> Lowering:
    return registered(call("nn.Dropout", option("p", op.p, 0.5)))


@lowers(DropoutChannels)
def dropout_channels(op: DropoutChannels, inputs: Tensors) -> Lowering:
    return registered(call(f"nn.Dropout{spatial_axes(inputs)}d", option("p", op.p, 0.5)))
