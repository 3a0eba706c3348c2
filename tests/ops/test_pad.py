"""Padding and cropping against torch."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from netspec.ops.base import Op, ShapeError
from netspec.ops.pad import Crop, CropTo, Pad, PadChannels
from netspec.tensor import Tensor
from tests.ops.torch_agreement import outcome_of_op, outcome_of_torch, types

VECTOR, SIGNAL, IMAGE, VOLUME = (6,), (6, 5), (6, 5, 4), (6, 5, 4, 3)

MODULES: dict[str, Callable[..., nn.Module]] = {
    "zeros": nn.ZeroPad2d,
    "reflect": nn.ReflectionPad2d,
    "replicate": nn.ReplicationPad2d,
    "circular": nn.CircularPad2d,
}


@pytest.mark.parametrize(("mode", "before", "after"), [*product(MODULES, range(7), range(0, 7, 2))])
def test_pad_takes_and_refuses_what_torch_does(mode: str, before: int, after: int) -> None:
    op = Pad.model_validate({"by": (1, (before, after)), "mode": mode})
    module = MODULES[mode]((before, after, 1, 1))
    assert outcome_of_op(op, IMAGE) == outcome_of_torch(module, IMAGE)


@pytest.mark.parametrize(
    ("op", "shape", "amounts"),
    [
        (Pad(by=2), SIGNAL, (2, 2)),
        (Pad(by=((0, 1), 2, (3, 4))), VOLUME, (3, 4, 2, 2, 0, 1)),
        (PadChannels(to=9), VECTOR, (0, 3)),
        (PadChannels(to=9), IMAGE, (0, 0, 0, 0, 0, 3)),
        (Crop(top=1, left=2, bottom=3, right=0), IMAGE, (-2, 0, -1, -3)),
    ],
)
def test_lengths(op: Op, shape: tuple[int, ...], amounts: tuple[int, ...]) -> None:
    padded = F.pad(torch.zeros(2, *shape), amounts)
    assert op.infer(types(shape))[0].shape == tuple(padded.shape[1:])


def test_crop_to_keeps_the_centre() -> None:
    inputs = types((6, 9, 8), (2, 4, 4))
    assert CropTo().infer(inputs) == types((6, 4, 4))
    assert CropTo().margins(inputs) == ((2, 3), (2, 2))


@pytest.mark.parametrize(
    ("op", "shape"), [(Pad(by=1), IMAGE), (PadChannels(to=8), IMAGE), (Crop(top=1), IMAGE)]
)
def test_extra_flops(op: Op, shape: tuple[int, ...]) -> None:
    assert op.extra_flops(types(shape), op.infer(types(shape))) == 0
    assert CropTo().extra_flops(types(shape, shape), types(shape)) == 0


def test_windows() -> None:
    assert Pad(by=((2, 1), 3)).window(types(IMAGE)) == ((1, 1, 2), (1, 1, 3))
    assert PadChannels(to=8).window(types(IMAGE)) == ((1, 1, 0), (1, 1, 0))
    assert Crop(top=2, right=1).window(types(IMAGE)) == ((1, 1, -2), (1, 1, 0))
    assert CropTo().window(types((6, 9), (6, 4))) == ((1, 1, -2),)


@pytest.mark.parametrize(
    ("op", "inputs", "code", "words"),
    [
        (Pad(by=1), types(VECTOR), "NS301", "not [6]"),
        (Pad(by=(1, 1)), types(SIGNAL), "NS301", "2 entries"),
        (Pad(by=1), (Tensor(IMAGE, "int64"),), "NS301", "int64"),
        (Pad(by=4, mode="reflect"), types(IMAGE), "NS303", "a width of 4"),
        (PadChannels(to=4), types(IMAGE), "NS301", "already has more"),
        (Crop(top=1), types(SIGNAL), "NS301", "[C, H, W]"),
        (Crop(top=2, bottom=3), types(IMAGE), "NS303", "leaves nothing"),
        (CropTo(), types(IMAGE, (6, 5, 5)), "NS303", "width of 4"),
        (CropTo(), types(IMAGE, SIGNAL), "NS302", "cannot be as large as"),
    ],
)
def test_refuses(op: Op, inputs: tuple[Tensor, ...], code: str, words: str) -> None:
    with pytest.raises(ShapeError) as caught:
        op.infer(inputs)
    assert caught.value.code == code
    assert words in caught.value.message
