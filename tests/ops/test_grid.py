"""`grid_sample` against torch."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from netspec.ops.base import ShapeError
from netspec.ops.grid import GridSample
from netspec.tensor import Tensor
from tests.ops.torch_agreement import assert_agrees, types


class Sampled(nn.Module):
    def __init__(self, size: tuple[int, ...]) -> None:
        super().__init__()
        self.size = size

    def forward(self, x: torch.Tensor, theta: torch.Tensor) -> torch.Tensor:
        theta = theta.reshape(len(x), len(self.size), -1)
        grid = F.affine_grid(theta, [*x.shape[:2], *self.size], align_corners=False)
        return F.grid_sample(x, grid, align_corners=False)


@pytest.mark.parametrize(("size", "lengths"), [(None, (9, 8)), (7, (7, 7)), ((5, 3), (5, 3))])
@pytest.mark.parametrize("theta", [(2, 3), (6,)])
def test_images(
    size: int | tuple[int, ...] | None, lengths: tuple[int, ...], theta: tuple[int, ...]
) -> None:
    assert_agrees(GridSample(size=size), Sampled(lengths), (4, 9, 8), theta)


@pytest.mark.parametrize("theta", [(3, 4), (12,)])
def test_volumes(theta: tuple[int, ...]) -> None:
    assert_agrees(GridSample(), Sampled((3, 4, 5)), (2, 3, 4, 5), theta)


def test_extra_flops() -> None:
    """Positions pay for coordinates and weights, elements for the weighing."""
    for shape, theta, per_position, per_element in (
        ((4, 9, 8), (6,), 8 + 8 + 4 + 4, 7),
        ((2, 3, 4, 5), (12,), 18 + 12 + 6 + 16, 15),
    ):
        inputs = types(shape, theta)
        outputs = GridSample().infer(inputs)
        positions = outputs[0].elements // shape[0]
        flops = positions * (per_position + per_element * shape[0])
        assert GridSample().extra_flops(inputs, outputs) == flops


@pytest.mark.parametrize(
    ("inputs", "code", "words"),
    [
        (types((4, 9), (2, 3)), "NS301", "takes [C, H, W] or [C, D, H, W], not [4, 9]"),
        (types((4, 9, 8), (3, 4)), "NS302", "theta as [2, 3] or [6], not [3, 4]"),
        (types((4, 9, 8, 7), (6,)), "NS302", "theta as [3, 4] or [12], not [6]"),
        ((Tensor((4, 9, 8)), Tensor((6,), "int64")), "NS301", "int64"),
        ((Tensor((4, 9, 8)), Tensor((6,), "float64")), "NS302", "float64 theta"),
    ],
)
def test_refuses(inputs: tuple[Tensor, ...], code: str, words: str) -> None:
    with pytest.raises(ShapeError) as caught:
        GridSample().infer(inputs)
    assert caught.value.code == code
    assert words in caught.value.message
