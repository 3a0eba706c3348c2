"""Ops that move elements against torch."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from netspec.ops.base import Op, ShapeError
from netspec.ops.shape import ChannelShuffle, Permute, Reshape, Select
from netspec.tensor import Tensor
from tests.ops.torch_agreement import assert_agrees, types

VECTOR, SIGNAL, IMAGE = (6,), (6, 5), (6, 5, 4)


@pytest.mark.parametrize(
    ("op", "module", "shape"),
    [
        (Reshape(shape=(3, 2)), nn.Unflatten(1, (3, 2)), VECTOR),
        (Reshape(shape=(3, -1, 1)), nn.Unflatten(1, (3, -1, 1)), VECTOR),
        (ChannelShuffle(groups=3), nn.ChannelShuffle(3), SIGNAL),
        (ChannelShuffle(groups=2), nn.ChannelShuffle(2), IMAGE),
    ],
)
def test_agrees_with_torch(op: Op, module: nn.Module, shape: tuple[int, ...]) -> None:
    assert_agrees(op, module, shape)


@pytest.mark.parametrize("shape", [(-1,), (120,), (4, -1), (2, 3, 4, 5), (-1, 120)])
def test_reshape(shape: tuple[int, ...]) -> None:
    (output,) = Reshape(shape=shape).infer(types(IMAGE))
    assert output.shape == tuple(torch.zeros(IMAGE).reshape(shape).shape)


def test_permute() -> None:
    (output,) = Permute(order=(2, 0, 1)).infer(types(IMAGE))
    assert output.shape == tuple(torch.zeros(IMAGE).permute(2, 0, 1).shape)


@pytest.mark.parametrize("axis", [-3, -1, 0, 2])
def test_select(axis: int) -> None:
    x = torch.zeros(IMAGE)
    (one,) = Select(at=-1, axis=axis).infer(types(IMAGE))
    (several,) = Select(at=(0, 3, 0), axis=axis).infer(types(IMAGE))
    assert one.shape == tuple(x.select(axis, -1).shape)
    assert several.shape == tuple(x.index_select(axis, torch.tensor([0, 3, 0])).shape)


@pytest.mark.parametrize(
    "op", [Reshape(shape=(-1,)), Permute(order=(0, 1, 2)), Select(at=0), ChannelShuffle(groups=2)]
)
def test_extra_flops(op: Op) -> None:
    assert op.extra_flops(types(IMAGE), op.infer(types(IMAGE))) == 0


@pytest.mark.parametrize(
    ("op", "whole"),
    [
        (Reshape(shape=(-1,)), True),
        (Permute(order=(0, 2, 1)), True),
        (Select(at=0), True),
        (Select(at=(0, 1)), False),
        (Select(at=(0, 1), axis=-1), True),
        (ChannelShuffle(groups=2), False),
    ],
)
def test_windows(op: Op, whole: bool) -> None:
    assert op.window(types(IMAGE)) == (None if whole else ((1, 1, 0),) * 2)


@pytest.mark.parametrize("op", [Reshape(shape=(3, 2)), Permute(order=(0,)), Select(at=(1, 2))])
def test_moving_elements_keeps_their_type(op: Op) -> None:
    (output,) = op.infer((Tensor(VECTOR, "int64"),))
    assert output.dtype == "int64"


@pytest.mark.parametrize(
    ("op", "input_type", "code", "words"),
    [
        (Reshape(shape=(7, -1)), Tensor(IMAGE), "NS301", "has 120 elements"),
        (Reshape(shape=(60,)), Tensor(IMAGE), "NS301", "has 120 elements"),
        (Permute(order=(1, 0)), Tensor(IMAGE), "NS301", "has 2 axes"),
        (Select(at=6), Tensor(IMAGE), "NS301", "has 6 positions"),
        (Select(at=(0, -7)), Tensor(IMAGE), "NS301", "select at -7"),
        (Select(at=0, axis=3), Tensor(IMAGE), "NS301", "has 3 axes"),
        (Select(at=0), Tensor(VECTOR), "NS301", "leaves no axis"),
        (ChannelShuffle(groups=4), Tensor(IMAGE), "NS304", "6 channels"),
        (ChannelShuffle(groups=2), Tensor(VECTOR), "NS301", "not [6]"),
    ],
)
def test_refuses(op: Op, input_type: Tensor, code: str, words: str) -> None:
    with pytest.raises(ShapeError) as caught:
        op.infer((input_type,))
    assert caught.value.code == code
    assert words in caught.value.message
