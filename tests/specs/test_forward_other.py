"""FractalNet, highway networks, U-Net and a spatial transformer, written out from their papers."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

import netspec
from tests.specs.forward import Layers, assert_computes, dropped


def test_fractalnet() -> None:
    """Larsson et al. 2017, Sec. 3: f_{C+1}(z) is the join of conv(z) and f_C(f_C(z))."""

    def forward(x: Tensor, w: Layers) -> Tensor:
        def layer(x: Tensor, key: str, p: float) -> Tensor:
            x = w.conv(x, f"{key}.layer.conv")
            return F.relu(w.bn(dropped(x, p) if p else x, f"{key}.layer.bn"))

        def columns(x: Tensor, key: str, count: int, p: float) -> list[Tensor]:
            """What the columns have where they are joined."""
            own = [layer(x, key, p)]
            if count == 1:
                return own
            middle = torch.stack(columns(x, f"{key}.fractal1", count - 1, p)).mean(0)
            return own + columns(middle, f"{key}.fractal2", count - 1, p)

        for block, p in enumerate([0.0, 0.2], 1):
            x = torch.stack(columns(x, f"block{block}", 3, p)).mean(0)
            x = F.max_pool2d(x, 2)
        return w.linear(x.flatten(1), "fc")

    small: dict[str, Any] = {"widths": (4, 5), "dropout": (0.0, 0.2), "classes": 3}
    assert_computes(netspec.load("fractalnet20", input=(3, 8, 8), **small), forward)


def test_highway() -> None:
    """Srivastava et al. 2015, eq. 3, behind a plain first layer."""

    def forward(x: Tensor, w: Layers) -> Tensor:
        x = F.relu(w.linear(x, "linear"))
        for layer in range(3):
            t = torch.sigmoid(w.linear(x, f"layers.{layer}.transform"))
            x = F.relu(w.linear(x, f"layers.{layer}.layer")) * t + x * (1 - t)
        return w.linear(x, "output")

    assert_computes(netspec.load("highway50", depth=4, units=6, input=(20,)), forward)


def test_plain_layers() -> None:
    def forward(x: Tensor, w: Layers) -> Tensor:
        x = F.relu(w.linear(x, "linear"))
        for layer in range(3):
            x = F.relu(w.linear(x, f"layers.{layer}.linear"))
        return w.linear(x, "output")

    assert_computes(netspec.load("plain50", depth=4, units=6, input=(20,)), forward)


BY_LOOP = ["down.0", "down.1", "bottom", "upsampled.0", "up.0", "upsampled.1", "up.1"]
BY_RECURSION = [
    *("level.down", "level.level.down", "level.level.level.down"),
    *("level.level.upsampled", "level.level.up", "level.upsampled", "level.up"),
]


@pytest.mark.parametrize(
    ("variant", "padding", "keys"),
    [
        ("unet_572", 0, BY_LOOP),
        ("unet_256", 1, BY_LOOP),
        ("unet_recursive_572", 0, BY_RECURSION),
        ("unet_recursive_256", 1, BY_RECURSION),
    ],
)
def test_unet(variant: str, padding: int, keys: list[str]) -> None:
    """Ronneberger et al. 2015, Fig. 1; dropout at the end of the contracting path."""

    def forward(x: Tensor, w: Layers) -> Tensor:
        def twice(x: Tensor, key: str) -> Tensor:
            x = F.relu(w.conv(x, f"{key}.conv1", padding=padding))
            return F.relu(w.conv(x, f"{key}.conv2", padding=padding))

        def merged(x: Tensor, skip: Tensor, upsampled: str, up: str) -> Tensor:
            weight, bias = w[f"{upsampled}.weight"], w[f"{upsampled}.bias"]
            x = F.conv_transpose2d(x, weight, bias, stride=2)
            top, left = ((skip.shape[axis] - x.shape[axis]) // 2 for axis in (2, 3))
            cropped = skip[:, :, top : top + x.shape[2], left : left + x.shape[3]]
            return twice(torch.cat([cropped, x], 1), up)

        first = twice(x, keys[0])
        second = dropped(twice(F.max_pool2d(first, 2), keys[1]), 0.5)
        x = dropped(twice(F.max_pool2d(second, 2), keys[2]), 0.5)
        x = merged(x, second, *keys[3:5])
        return w.conv(merged(x, first, *keys[5:7]), "head")

    network = netspec.load(variant, width=4, depth=2, input=(2, 44, 52))
    assert_computes(network, forward)


def test_spatial_transformer_net() -> None:
    """Jaderberg et al. 2015, Sec. 3, in the network of PyTorch's tutorial."""

    def forward(x: Tensor, w: Layers) -> Tensor:
        def pooled(x: Tensor, key: str) -> Tensor:
            return F.relu(F.max_pool2d(w.conv(x, key, padding=0), 2))

        key = "transformer.localisation"
        seen = pooled(pooled(x, f"{key}.conv1"), f"{key}.conv2")
        seen = F.relu(w.linear(seen.flatten(1), f"{key}.linear"))
        theta = w.linear(seen, "transformer.theta").view(-1, 2, 3)
        grid = F.affine_grid(theta, list(x.shape), align_corners=False)
        x = pooled(F.grid_sample(x, grid, align_corners=False), "conv1")
        x = F.relu(F.max_pool2d(dropped(w.conv(x, "conv2", padding=0), 0.5), 2))
        x = dropped(F.relu(w.linear(x.flatten(1), "linear1")), 0.5)
        return F.log_softmax(w.linear(x, "linear2"), 1)

    assert_computes(netspec.load("spatial_transformer_net"), forward)
