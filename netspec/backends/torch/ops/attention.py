"""Attention."""

from __future__ import annotations

from netspec.backends.torch.code import Argument, Module, Operand, Subscript
from netspec.backends.torch.lowering import (
    Lowering,
    Tensors,
    call,
    constant,
    lowers,
    value,
)
from netspec.ops.attention import Attention, ScaledDotProduct


@lowers(Attention)
def attention(op: Attention, inputs: Tensors) -> Lowering:
    """Torch's module takes queries, keys and values apart, and gives the scores, too."""
    module = call(
        "nn.MultiheadAttention",
        value("embed_dim", inputs[0].shape[1]),
        value("num_heads", op.heads, "heads"),
        Argument(constant(True), "batch_first"),
    )
    x = Operand(0)
    applied = call(Module(), x, x, x, Argument(constant(False), "need_weights"))
    return Lowering(Subscript(applied, constant(0)), module)


@lowers(ScaledDotProduct)
def scaled_dot_product(op: ScaledDotProduct, inputs: Tensors) -> Lowering:
    return Lowering(call("F.scaled_dot_product_attention", Operand(0), Operand(1), Operand(2)))
