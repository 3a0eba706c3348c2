"""The units of ShuffleNet and ShuffleNet V2 do what their papers say."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from netspec import SpecError
from tests.std.one_step import Steps, Weights, bn, outcome


def conv_bn(
    x: torch.Tensor, w: Weights, convolution: str, norm: str, stride: int = 1
) -> torch.Tensor:
    """A convolution that keeps the size, grouped as its weight says, normalised."""
    weight = w[f"{convolution}.weight"]
    groups = x.shape[1] // weight.shape[1]
    x = F.conv2d(x, weight, None, stride, weight.shape[-1] // 2, groups=groups)
    return bn(x, w, norm)


def branch2(x: torch.Tensor, w: Weights, stride: int) -> torch.Tensor:
    key = "shuffle_unit.branch2"
    x = F.relu(conv_bn(x, w, f"{key}.0", f"{key}.1"))
    x = conv_bn(x, w, f"{key}.3", f"{key}.4", stride)
    return F.relu(conv_bn(x, w, f"{key}.5", f"{key}.6"))


def test_shuffle_unit_works_on_half_of_its_channels(step: Steps) -> None:
    x, y, w = outcome(step("shuffle_unit"))
    assert {key.split(".")[1] for key in w} == {"branch2"}
    worked = branch2(x[:, 2:], w, 1)
    torch.testing.assert_close(y[:, 0::2], x[:, :2])
    torch.testing.assert_close(y[:, 1::2], worked)


def test_shuffle_unit_with_a_stride_has_two_branches_on_all_channels(step: Steps) -> None:
    x, y, w = outcome(step("{shuffle_unit: {out: 12, stride: 2}}"))
    key = "shuffle_unit.branch1"
    branch1 = conv_bn(x, w, f"{key}.0", f"{key}.1", 2)
    branch1 = F.relu(conv_bn(branch1, w, f"{key}.2", f"{key}.3"))
    torch.testing.assert_close(y[:, 0::2], branch1)
    torch.testing.assert_close(y[:, 1::2], branch2(x, w, 2))


def residual(x: torch.Tensor, w: Weights, groups: int, stride: int) -> torch.Tensor:
    key = "grouped_shuffle_unit"
    x = F.relu(conv_bn(x, w, f"{key}.conv1", f"{key}.bn1"))
    x = torch.stack(x.chunk(groups, 1), 2).flatten(1, 2)
    x = conv_bn(x, w, f"{key}.conv2", f"{key}.bn2", stride)
    return conv_bn(x, w, f"{key}.conv3", f"{key}.bn3")


def test_grouped_shuffle_unit_adds_its_input(step: Steps) -> None:
    x, y, w = outcome(step("{grouped_shuffle_unit: {groups: 2}}", input=(16, 8, 8)))
    shapes = [tuple(weight.shape) for weight in w.values() if weight.ndim == 4]
    assert shapes == [(4, 8, 1, 1), (4, 1, 3, 3), (16, 2, 1, 1)]
    torch.testing.assert_close(y, F.relu(x + residual(x, w, 2, 1)))


def test_grouped_shuffle_unit_with_a_stride_stands_beside_averages(step: Steps) -> None:
    written = "{grouped_shuffle_unit: {out: 32, groups: 2, stride: 2, reduce: 1}}"
    x, y, w = outcome(step(written, input=(8, 8, 8)))
    assert w["grouped_shuffle_unit.conv1.weight"].shape == (8, 8, 1, 1)
    averages = F.avg_pool2d(x, 3, 2, 1)
    torch.testing.assert_close(y, F.relu(torch.cat([residual(x, w, 2, 2), averages], 1)))


def test_grouped_shuffle_unit_of_stride_1_keeps_its_channels(step: Steps) -> None:
    with pytest.raises(SpecError) as caught:
        step("{grouped_shuffle_unit: {out: 32, groups: 2}}", input=(16, 8, 8))
    (fault,) = caught.value.diagnostics
    assert fault.code == "NS504"
    assert "keeps its 16 channels" in fault.message
