"""LeNet-5 of 1998, the two-spirals network of 1988 and the Neocognitron, written out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F

import netspec
from netspec.analysis.state import state_dict
from tests.std.one_step import built, outcome, sample

TABLE_I = """
X . . . X X X . . X X X X . X X
X X . . . X X X . . X X X X . X
X X X . . . X X X . . X . X X X
. X X X . . X X X X . . X . X X
. . X X X . . X X X X . X X . X
. . . X X X . . X X X X . X X X
"""
"""LeCun et al. 1998: which maps of S2 (rows) each map of C3 (columns) sees."""


def squash(x: torch.Tensor) -> torch.Tensor:
    return 1.7159 * torch.tanh(2 / 3 * x)


def test_lenet5_is_the_papers() -> None:
    x, y, w = outcome(netspec.load("lenet5_1998"))

    def subsampled(x: torch.Tensor, key: str) -> torch.Tensor:
        coefficient, bias = w[f"{key}.affine.weight"], w[f"{key}.affine.bias"]
        total = 4 * F.avg_pool2d(x, 2)
        return squash(total * coefficient.view(-1, 1, 1) + bias.view(-1, 1, 1))

    s2 = subsampled(squash(F.conv2d(x, w["c1.weight"], w["c1.bias"])), "s2")
    table = [row.split() for row in TABLE_I.split("\n") if row]
    c3 = []
    for k in range(16):
        seen = [row for row in range(6) if table[row][k] == "X"]
        c3.append(F.conv2d(s2[:, seen], w[f"c3.conv{k + 1}.weight"], w[f"c3.conv{k + 1}.bias"]))
    s4 = subsampled(squash(torch.cat(c3, 1)), "s4")
    c5 = squash(F.conv2d(s4, w["c5.weight"], w["c5.bias"])).flatten(1)
    f6 = squash(F.linear(c5, w["f6.weight"], w["f6.bias"]))
    torch.testing.assert_close(y, torch.cdist(f6, w["output.weight"]).square())


def test_lenet5s_digits_are_fixed() -> None:
    """840 connections of the output, of +1 and -1, that are not trained."""
    network = netspec.load("lenet5_1998")
    module: Any = network.module()
    assert network.buffers == module.output.weight.numel() == 840
    assert "output.weight" in state_dict(network.program)
    assert "output.weight" not in dict(module.named_parameters())
    assert set(module.output.weight.unique().tolist()) == {-1.0, 1.0}

    module(sample(network).float()).sum().backward()
    assert not module.output.weight.requires_grad
    assert all(weight.grad is not None for weight in module.parameters())


def test_lenet5s_digits_look_like_digits() -> None:
    module: Any = netspec.load("lenet5_1998").module()
    one = module.output.weight[1].view(12, 7)
    drawn = ["".join("#" if pixel > 0 else "." for pixel in row) for row in one.tolist()]
    assert drawn[2:11] == ["...#...", "..##...", ".#.#..."] + 5 * ["...#..."] + [".#####."]


@pytest.mark.parametrize("digit", range(10))
def test_lenet5_is_nearest_to_the_digit_that_f6_shows(digit: int) -> None:
    module: Any = netspec.load("lenet5_1998").module()
    distances = module.output(module.output.weight[[digit]])
    assert distances[0, digit] == 0
    assert distances.argmin() == digit


def test_two_spirals_has_every_layer_on_all_before_it() -> None:
    network = netspec.load("two_spirals")
    x, y, w = outcome(network)
    weights, biases = list(w.values())[::2], list(w.values())[1::2]
    assert [weight.shape for weight in weights] == [(5, 2), (5, 7), (5, 12), (1, 17)]
    seen = x
    for weight, bias in zip(weights[:3], biases[:3], strict=True):
        seen = torch.cat([seen, torch.sigmoid(F.linear(seen, weight, bias))], 1)
    torch.testing.assert_close(y, torch.sigmoid(F.linear(seen, weights[3], biases[3])))


@pytest.mark.parametrize("r", [0.5, 1.7, 4.0])
def test_an_s_cell_divides_its_excitation_by_its_inhibition(r: float) -> None:
    """u = r max(0, (1 + sum a u) / (1 + r / (1 + r) b v) - 1), v = sqrt(sum c u^2), in numpy."""
    network = netspec.load("neocognitron", r=r, planes=3)
    module: Any = built(network)
    image = sample(network).abs()
    with torch.no_grad():
        module.us1.b.weight.abs_()
        module.us1.c.weight.abs_()
        cells = module(image).numpy()
    weights = {key: tensor.numpy() for key, tensor in module.state_dict().items()}
    a, b, c = (weights[f"us1.{name}.weight"] for name in "abc")

    padded = np.pad(image.numpy()[0, 0], 1)
    expected = np.empty((3, 19, 19))
    for plane, row, column in np.ndindex(3, 19, 19):
        window = padded[row : row + 3, column : column + 3]
        excitation = (a[plane, 0] * window).sum()
        v = np.sqrt((c[0, 0] * window**2).sum())
        ratio = (1 + excitation) / (1 + r / (1 + r) * b[plane, 0, 0, 0] * v)
        expected[plane, row, column] = r * max(0.0, ratio - 1)
    np.testing.assert_allclose(cells[0], expected, rtol=1e-12)
    assert 0 < (expected > 0).mean() < 1


def test_the_v_cells_weights_are_fixed_fall_off_and_sum_to_one() -> None:
    module: Any = netspec.load("neocognitron").module()
    c = module.us1.c.weight[0, 0]
    assert [name for name, _ in module.named_parameters()] == ["us1.a.weight", "us1.b.weight"]
    assert c.sum().item() == pytest.approx(1)
    assert c[1, 1] > c[0, 1] > c[0, 0]
    torch.testing.assert_close(c, c.flip(0))
    torch.testing.assert_close(c, c.T)


def test_an_s_cell_starts_without_inhibition_and_ready_to_fire() -> None:
    weights = netspec.load("neocognitron").module().state_dict()
    assert weights["us1.b.weight"].count_nonzero() == 0
    assert 0 <= weights["us1.a.weight"].min() < weights["us1.a.weight"].max() <= 0.1
