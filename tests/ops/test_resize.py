"""Upsampling, subsampling and pixel shuffles against torch."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from netspec.ops.base import Op, ShapeError
from netspec.ops.resize import PixelShuffle, Subsample, Upsample
from netspec.tensor import Tensor
from tests.ops.torch_agreement import assert_agrees, types

SIGNAL, IMAGE, VOLUME = (6, 5), (6, 5, 4), (6, 5, 4, 3)


@pytest.mark.parametrize(
    ("op", "module", "shape"),
    [
        (Upsample(), nn.Upsample(scale_factor=2), SIGNAL),
        (Upsample(by=(3, 2)), nn.Upsample(scale_factor=(3, 2)), IMAGE),
        (Upsample(by=3), nn.Upsample(scale_factor=3), VOLUME),
        (Upsample(size=(7, 3)), nn.Upsample((7, 3)), IMAGE),
        (Upsample(mode="linear"), nn.Upsample(scale_factor=2, mode="linear"), SIGNAL),
        (Upsample(mode="bicubic", size=9), nn.Upsample(9, mode="bicubic"), IMAGE),
        (Upsample(mode="trilinear", size=9), nn.Upsample(9, mode="trilinear"), VOLUME),
        (PixelShuffle(by=2), nn.PixelShuffle(2), (12, 5, 4)),
        (Subsample(by=2), nn.MaxPool1d(1, 2), SIGNAL),
        (Subsample(by=(2, 3)), nn.MaxPool2d(1, (2, 3)), IMAGE),
        (Subsample(by=3), nn.MaxPool3d(1, 3), VOLUME),
    ],
)
def test_agrees_with_torch(op: Op, module: nn.Module, shape: tuple[int, ...]) -> None:
    assert_agrees(op, module, shape)


@pytest.mark.parametrize("by", [1, 2, 3, 5, 7])
def test_subsample_is_a_slice(by: int) -> None:
    x = torch.zeros(2, *IMAGE)[:, :, ::by, ::by]
    assert Subsample(by=by).infer(types(IMAGE))[0].shape == tuple(x.shape[1:])


@pytest.mark.parametrize(
    ("op", "shape", "per_output"),
    [
        (Upsample(), IMAGE, 0),
        (Upsample(mode="linear"), SIGNAL, 3),
        (Upsample(mode="bilinear"), IMAGE, 7),
        (Upsample(mode="bicubic"), IMAGE, 31),
        (Upsample(mode="trilinear"), VOLUME, 15),
        (PixelShuffle(by=2), (8, 5, 4), 0),
        (Subsample(by=2), IMAGE, 0),
    ],
)
def test_extra_flops(op: Op, shape: tuple[int, ...], per_output: int) -> None:
    outputs = op.infer(types(shape))
    assert op.extra_flops(types(shape), outputs) == per_output * outputs[0].elements


def test_subsample_takes_steps() -> None:
    assert Subsample(by=(2, 3)).window(types(IMAGE)) == ((1, 2, 0), (1, 3, 0))


@pytest.mark.parametrize("op", [Upsample(), PixelShuffle(by=2)])
def test_steps_of_less_than_one_have_no_window(op: Op) -> None:
    assert op.window(types((8, 5, 4))) is None


@pytest.mark.parametrize(
    ("op", "input_type", "code", "words"),
    [
        (Upsample(), Tensor((6,)), "NS301", "not [6]"),
        (Upsample(by=(2, 2)), Tensor(SIGNAL), "NS301", "`by`"),
        (Upsample(size=(2, 2)), Tensor(SIGNAL), "NS301", "`size`"),
        (Upsample(mode="bilinear"), Tensor(SIGNAL), "NS301", "for 2 spatial axes"),
        (Upsample(), Tensor(IMAGE, "int64"), "NS301", "int64"),
        (PixelShuffle(by=2), Tensor(SIGNAL), "NS301", "[C, H, W]"),
        (PixelShuffle(by=2), Tensor(IMAGE), "NS304", "6 channels"),
        (Subsample(by=(2, 2)), Tensor(SIGNAL), "NS301", "`by`"),
    ],
)
def test_refuses(op: Op, input_type: Tensor, code: str, words: str) -> None:
    with pytest.raises(ShapeError) as caught:
        op.infer((input_type,))
    assert caught.value.code == code
    assert words in caught.value.message
