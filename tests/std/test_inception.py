"""The inception module costs what GoogLeNet's table says (Szegedy et al. 2015, Table 1)."""

from __future__ import annotations

from typing import NamedTuple

import pytest
import torch
import torch.nn.functional as F

from tests.std.one_step import Steps, Weights, bn, conv, outcome


class Row(NamedTuple):
    """A row of the table, with the weights of its convolutions and their operations."""

    name: str
    channels: int
    size: int
    widths: tuple[int, int, int, int, int, int]
    weights: int
    macs: int


TABLE = [
    Row("3a", 192, 28, (64, 96, 128, 16, 32, 32), 163_328, 128_049_152),
    Row("3b", 256, 28, (128, 128, 192, 32, 96, 64), 388_096, 304_267_264),
    Row("4a", 480, 14, (192, 96, 208, 16, 48, 64), 375_552, 73_608_192),
    Row("4b", 512, 14, (160, 112, 224, 24, 64, 64), 448_512, 87_908_352),
    Row("4c", 512, 14, (128, 128, 256, 24, 64, 64), 509_440, 99_850_240),
    Row("4d", 512, 14, (112, 144, 288, 32, 64, 64), 604_672, 118_515_712),
    Row("4e", 528, 14, (256, 160, 320, 32, 128, 128), 867_328, 169_996_288),
    Row("5a", 832, 7, (256, 160, 320, 32, 128, 128), 1_042_432, 51_079_168),
    Row("5b", 832, 7, (384, 192, 384, 48, 128, 128), 1_442_816, 70_697_984),
]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_a_row_of_the_table(step: Steps, row: Row) -> None:
    module = step(f"{{inception: {list(row.widths)}}}", input=(row.channels, row.size, row.size))
    c1, _, c3, _, c5, pool = row.widths
    assert module.output_shape == (c1 + c3 + c5 + pool, row.size, row.size)
    assert module.params == row.weights + 2 * sum(row.widths)
    assert module.macs == row.macs


def test_its_branches_stand_side_by_side(step: Steps) -> None:
    x, y, w = outcome(step("{inception: [1, 2, 3, 4, 5, 6]}"))
    branches = [
        layer(x, w, "branch1"),
        layer(layer(x, w, "branch2.0"), w, "branch2.1"),
        layer(layer(x, w, "branch3.0"), w, "branch3.1"),
        layer(F.max_pool2d(x, 3, 1, 1), w, "branch4.1"),
    ]
    kernels = [w[f"inception.branch{k}.1.conv.weight"].shape[-1] for k in (2, 3)]
    assert kernels == [3, 5]
    torch.testing.assert_close(y, torch.cat(branches, 1))


def layer(x: torch.Tensor, weights: Weights, key: str) -> torch.Tensor:
    key = f"inception.{key}"
    return F.relu(bn(conv(x, weights, f"{key}.conv"), weights, f"{key}.bn"))
