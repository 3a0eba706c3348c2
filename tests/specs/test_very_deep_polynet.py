"""Very Deep PolyNet: its figures, and its units written out."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F

import netspec
from tests.std.one_step import Weights, bn


@pytest.fixture(scope="module")
def network() -> netspec.Network:
    return netspec.load("very_deep_polynet")


@pytest.fixture(scope="module")
def stages(network: netspec.Network) -> Any:
    """The module without memory: a unit that a test runs gets its own."""
    return network.module(device="meta")


def filled(unit: torch.nn.Module) -> torch.nn.Module:
    torch.manual_seed(0)
    unit = unit.to_empty(device="cpu").double().eval()
    for key, entry in unit.state_dict().items():
        if entry.is_floating_point():
            entry.copy_(0.5 + torch.rand_like(entry) if "var" in key else torch.randn_like(entry))
            if entry.ndim == 4:
                entry /= entry[0].numel() ** 0.5
    return unit


def same(x: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    return F.conv2d(x, weight, padding=[side // 2 for side in weight.shape[2:]])


def conv_bn(x: torch.Tensor, w: Weights, key: str) -> torch.Tensor:
    return bn(same(x, w[f"{key}.conv.weight"]), w, f"{key}.bn")


def path(x: torch.Tensor, w: Weights, *keys: str) -> torch.Tensor:
    for key in keys:
        x = F.relu(conv_bn(x, w, key))
    return x


def test_the_figures(network: netspec.Network) -> None:
    assert network.params == 95_366_600
    assert network.macs == 34_699_493_472


def test_the_mix_of_units(stages: Any) -> None:
    kinds = {
        stage: [type(unit).__name__ for unit in getattr(stages, stage)]
        for stage in ("stage_a", "stage_b", "stage_c")
    }
    assert [len(kind) for kind in kinds.values()] == [10, 20, 10]
    assert len(set(kinds["stage_a"])) == 1
    for stage, pairs in ("stage_b", 10), ("stage_c", 5):
        poly, two_way = kinds[stage][:2]
        assert poly != two_way
        assert kinds[stage] == [poly, two_way] * pairs


@pytest.mark.parametrize(
    ("stage", "index", "channels", "scale"),
    [("stage_b", 0, 1152, 0.923077), ("stage_c", 8, 2048, 0.707692)],
)
def test_every_order_of_poly_3_has_the_same_convolutions(
    stages: Any, stage: str, index: int, channels: int, scale: float
) -> None:
    """F, F(F) and F(F(F)) share all but their normalisations and projections."""
    unit = filled(getattr(stages, stage)[index])
    w = unit.state_dict()
    convolutions = {key for key, entry in w.items() if entry.ndim == 4}
    assert convolutions == {
        *(f"path0_conv{step}.weight" for step in (1, 2, 3)),
        "path1_conv.weight",
        *(f"conv2d_blocks.{k}.conv.weight" for k in range(3)),
    }

    def order(x: torch.Tensor, k: int) -> torch.Tensor:
        narrow = F.relu(bn(same(x, w["path1_conv.weight"]), w, f"path1_bn.{k}"))
        for step in 1, 2, 3:
            x = F.relu(bn(same(x, w[f"path0_conv{step}.weight"]), w, f"path0_bn{step}.{k}"))
        return conv_bn(torch.cat([x, narrow], 1), w, f"conv2d_blocks.{k}")

    x = torch.randn(1, channels, 5, 6, dtype=torch.float64)
    with torch.no_grad():
        first = order(x, 0)
        second = order(F.relu(first), 1)
        third = order(F.relu(second), 2)
        expected = F.relu(x + scale * (first + second + third))
        torch.testing.assert_close(unit(x), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("stage", "index", "channels", "scale"),
    [
        ("stage_a", 0, 384, 1),
        ("stage_a", 9, 384, 0.930769),
        ("stage_b", 19, 1152, 0.776923),
        ("stage_c", 9, 2048, 0.7),
    ],
)
def test_the_two_ways_have_weights_of_their_own(
    stages: Any, stage: str, index: int, channels: int, scale: float
) -> None:
    unit = filled(getattr(stages, stage)[index])
    w = unit.state_dict()

    def way(x: torch.Tensor, key: str) -> torch.Tensor:
        paths = [path(x, w, *(f"{key}.path0.{step}" for step in range(3)))]
        if stage == "stage_a":
            paths.append(path(x, w, f"{key}.path1.0", f"{key}.path1.1"))
            paths.append(path(x, w, f"{key}.path2"))
        else:
            paths.append(path(x, w, f"{key}.path1"))
        return conv_bn(torch.cat(paths, 1), w, f"{key}.conv2d")

    x = torch.randn(1, channels, 5, 6, dtype=torch.float64)
    with torch.no_grad():
        expected = F.relu(x + scale * (way(x, "blocks.0") + way(x, "blocks.1")))
        torch.testing.assert_close(unit(x), expected, rtol=1e-5, atol=1e-5)
