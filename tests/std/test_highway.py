"""Highway layers: gates, their coupling, other transforms."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from tests.std.one_step import Steps, Weights, conv, outcome

UNITS = (6,)


def linear(x: torch.Tensor, weights: Weights, key: str) -> torch.Tensor:
    return F.linear(x, weights[f"highway.{key}.weight"], weights[f"highway.{key}.bias"])


@pytest.mark.parametrize("units", [6, 50])
def test_a_layer_has_a_transform_and_a_gate(step: Steps, units: int) -> None:
    assert step("highway", (units,)).params == 2 * (units * units + units)


def test_coupled_gates(step: Steps) -> None:
    x, y, w = outcome(step("highway", UNITS))
    h, t = F.relu(linear(x, w, "layer")), linear(x, w, "transform").sigmoid()
    torch.testing.assert_close(y, h * t + x * (1 - t))


def test_uncoupled_gates(step: Steps) -> None:
    x, y, w = outcome(step("{highway: {coupled: false, act: tanh}}", UNITS))
    h, t = linear(x, w, "layer").tanh(), linear(x, w, "transform").sigmoid()
    torch.testing.assert_close(y, h * t + x * linear(x, w, "carry").sigmoid())


def test_convolutional_layers(step: Steps) -> None:
    layer = "{conv: {out: in_channels, kernel: 3, padding: 1}}"
    x, y, w = outcome(step(f"{{highway: {{layer: {layer}}}}}"))
    h, t = F.relu(conv(x, w, "highway.layer")), conv(x, w, "highway.transform").sigmoid()
    torch.testing.assert_close(y, h * t + x * (1 - t))
