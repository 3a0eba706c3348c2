"""Fully connected layers."""

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
from netspec.ops.linear import Linear


@lowers(Linear)
def linear(op: Linear, inputs: Tensors) -> Lowering:
    return registered(
        call(
            "nn.Linear",
            value("in_features", inputs[0].shape[-1]),
            value("out_features", op.out, "out"),
            option("bias", op.bias, True),
        )
    )
