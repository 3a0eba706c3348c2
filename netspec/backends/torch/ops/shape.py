"""Ops that move elements."""

from __future__ import annotations

from netspec.backends.torch.code import Operand
from netspec.backends.torch.lowering import Lowering, Tensors, call, constant, lowers
from netspec.ops.shape import Flatten


@lowers(Flatten)
def flatten(op: Flatten, inputs: Tensors) -> Lowering:
    return Lowering(call("torch.flatten", Operand(0), constant(1)), call("nn.Flatten"))
