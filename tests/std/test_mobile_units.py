"""Depthwise and separable convolutions and inverted residuals do what their papers say."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

import netspec
from tests.std.one_step import Steps, bn, built, conv, outcome, sample


@pytest.mark.parametrize(("kernel", "multiplier"), [(3, 1), (5, 1), (3, 2)])
def test_depthwise_is_a_convolution_per_channel(step: Steps, kernel: int, multiplier: int) -> None:
    x, y, weights = outcome(step(f"{{depthwise: {{kernel: {kernel}, multiplier: {multiplier}}}}}"))
    (weight,) = weights.values()
    assert weight.shape == (4 * multiplier, 1, kernel, kernel)
    each = [
        F.conv2d(x[:, [k // multiplier]], weight[[k]], padding=kernel // 2)
        for k in range(4 * multiplier)
    ]
    torch.testing.assert_close(y, torch.cat(each, 1))


def test_depthwise_adds_no_level(step: Steps) -> None:
    *_, weights = outcome(step("{depthwise: {stride: 2, bias: true}}"))
    assert list(weights) == ["conv.weight", "conv.bias"]


def test_separable_conv_is_depthwise_then_pointwise(step: Steps) -> None:
    x, y, weights = outcome(step("{separable_conv: {out: 6, stride: 2}}"))
    key = "separable_conv"
    assert list(weights) == [f"{key}.depthwise.weight", f"{key}.pointwise.weight"]
    depthwise = F.conv2d(x, weights[f"{key}.depthwise.weight"], None, 2, 1, groups=4)
    torch.testing.assert_close(y, conv(depthwise, weights, f"{key}.pointwise"))


@pytest.mark.parametrize("kernel", [3, 5])
def test_separable_conv_costs_one_nth_and_one_kth(step: Steps, kernel: int) -> None:
    """Howard et al. 2017, Sec. 3.1: 1 / N + 1 / K^2 of a full convolution."""
    separable = step(f"{{separable_conv: {{out: 32, kernel: {kernel}}}}}")
    full = step(f"{{conv: {{out: 32, kernel: {kernel}, padding: {kernel // 2}, bias: false}}}}")
    assert separable.params == 4 * kernel**2 + 4 * 32
    assert separable.macs / full.macs == pytest.approx(1 / 32 + 1 / kernel**2)
    assert separable.output_shape == full.output_shape


def test_inverted_residual_projects_linearly_and_adds_its_input(step: Steps) -> None:
    x, y, w = outcome(step("{inverted_residual: {out: 4}}"))
    key = "inverted_residual"
    hidden = F.relu6(bn(conv(x, w, f"{key}.expand.conv"), w, f"{key}.expand.bn"))
    weight = w[f"{key}.depthwise.conv.weight"]
    assert weight.shape == (24, 1, 3, 3)
    hidden = F.conv2d(hidden, weight, padding=1, groups=24)
    hidden = F.relu6(bn(hidden, w, f"{key}.depthwise.bn"))
    hidden = bn(conv(hidden, w, f"{key}.project.conv"), w, f"{key}.project.bn")
    torch.testing.assert_close(y, x + hidden)


@pytest.mark.parametrize(
    ("place", "channels", "arguments"),
    [
        (1, 32, "out: 16, expansion: 1"),
        (2, 16, "out: 24, stride: 2"),
        (3, 24, "out: 24"),
        (11, 64, "out: 96"),
    ],
)
def test_inverted_residual_is_mobilenet_v2s(
    step: Steps, place: int, channels: int, arguments: str
) -> None:
    torch.manual_seed(0)
    mobilenet = netspec.load("mobilenet_v2").module().double().eval()
    original = mobilenet.get_submodule(f"features.{place}")
    network = step(f"{{inverted_residual: {{{arguments}}}}}", input=(channels, 8, 8))
    unit, x = built(network), sample(network)
    unit.load_state_dict(dict(zip(unit.state_dict(), original.state_dict().values(), strict=True)))
    with torch.no_grad():
        torch.testing.assert_close(unit(x), original(x))
