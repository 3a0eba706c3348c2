"""Attention against torch."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from netspec.ops.attention import Attention, ScaledDotProduct
from netspec.ops.base import Op, ShapeError
from netspec.tensor import Tensor
from tests.ops.torch_agreement import assert_agrees, types


class SelfAttention(nn.MultiheadAttention):
    """Torch's, without the fused kernel of evaluation, which hides the products."""

    def eval(self) -> SelfAttention:
        return self

    def forward(self, x: torch.Tensor) -> torch.Tensor:  # type: ignore[override]
        return super().forward(x, x, x, need_weights=True)[0]


class Products(nn.Module):
    """The two products that the counter sees."""

    def forward(self, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
        return torch.matmul(torch.matmul(q, k.mT).softmax(-1), v)


@pytest.mark.parametrize("heads", [1, 2, 4])
def test_attention_agrees_with_torch(heads: int) -> None:
    assert_agrees(Attention(heads=heads), SelfAttention(8, heads, batch_first=True), (5, 8))


@pytest.mark.parametrize("heads", [(), (3,), (2, 3)])
def test_scaled_dot_product_agrees_with_torch(heads: tuple[int, ...]) -> None:
    shapes = [(*heads, 5, 8), (*heads, 4, 8), (*heads, 4, 6)]
    assert_agrees(ScaledDotProduct(), Products(), *shapes)
    q, k, v = (torch.zeros(2, *shape) for shape in shapes)
    output = F.scaled_dot_product_attention(q, k, v)
    assert ScaledDotProduct().infer(types(*shapes))[0].shape == tuple(output.shape[1:])


def test_initialisation_is_torch_s_default() -> None:
    module = nn.MultiheadAttention(64, 4)
    assert [weight.init for weight in Attention(heads=4).weights(types((5, 64))).values()] == [
        "xavier_uniform",
        "zeros",
        "kaiming_uniform(a=sqrt(5))",
        "zeros",
    ]
    assert 0.9 < module.in_proj_weight.abs().max() / (6 / (64 + 3 * 64)) ** 0.5 <= 1 + 1e-6
    assert 0.9 < module.out_proj.weight.abs().max() * 64**0.5 <= 1 + 1e-6
    assert module.in_proj_bias is not None
    assert not module.in_proj_bias.any()
    assert not module.out_proj.bias.any()


def test_extra_flops() -> None:
    tokens = types((5, 8))
    assert Attention(heads=4).extra_flops(tokens, tokens) == 4 * 5 * 8 + 6 * 4 * 25
    inputs = types((3, 5, 8), (3, 4, 8), (3, 4, 6))
    assert ScaledDotProduct().extra_flops(inputs, ScaledDotProduct().infer(inputs)) == 6 * 3 * 20


@pytest.mark.parametrize("op", [Attention(heads=1), ScaledDotProduct()])
def test_every_token_sees_all(op: Op) -> None:
    assert op.window(types(*[(5, 8)] * op.arity[0])) is None


INT = Tensor((5, 8), "int64")


@pytest.mark.parametrize(
    ("op", "inputs", "code", "words"),
    [
        (Attention(heads=2), types((5, 8, 8)), "NS301", "not [5, 8, 8]"),
        (Attention(heads=3), types((5, 8)), "NS304", "8 features do not divide into 3 heads"),
        (Attention(heads=2), (INT,), "NS301", "int64"),
        (ScaledDotProduct(), types((8,), (8,), (8,)), "NS301", "queries [8]"),
        (ScaledDotProduct(), types((5, 8), (4, 7), (4, 6)), "NS302", "keys [4, 7]"),
        (ScaledDotProduct(), types((5, 8), (4, 8), (3, 6)), "NS302", "values [3, 6]"),
        (ScaledDotProduct(), types((2, 5, 8), (3, 4, 8), (3, 4, 6)), "NS302", "do not fit"),
        (ScaledDotProduct(), (INT, INT, INT), "NS301", "int64"),
    ],
)
def test_refuses(op: Op, inputs: tuple[Tensor, ...], code: str, words: str) -> None:
    with pytest.raises(ShapeError) as caught:
        op.infer(inputs)
    assert caught.value.code == code
    assert words in caught.value.message
