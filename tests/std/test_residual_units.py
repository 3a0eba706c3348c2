"""Residual units and their shortcuts do what their papers say."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from netspec import SpecError
from tests.std.one_step import Steps, bn, built, conv, outcome, sample


def test_projection_is_a_normalised_1x1_convolution(step: Steps) -> None:
    projected = step("{projection: {out: 8, stride: 2}}")
    assert (projected.output_shape, projected.params) == ((8, 4, 4), 4 * 8 + 2 * 8)
    bare = step("{projection: {out: 8, norm: identity}}")
    assert (bare.output_shape, bare.params) == ((8, 8, 8), 4 * 8)


def test_zero_padded_subsamples_and_adds_channels_of_zeros(step: Steps) -> None:
    x, y, weights = outcome(step("{zero_padded: {out: 6, stride: 2}}"))
    assert weights == {}
    assert torch.equal(y, F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 0, 2)))


def test_zero_padded_of_the_same_shape_is_the_identity(step: Steps) -> None:
    x, y, _ = outcome(step("zero_padded"))
    assert torch.equal(x, y)


@pytest.mark.parametrize(
    ("shortcut", "params"), [("projection", 4 * 8 + 16), ("zero_padded", 0), ("conv", 4 * 8 + 8)]
)
def test_shortcuts_plug_into_a_residual(step: Steps, shortcut: str, params: int) -> None:
    stride = "{out: 8, stride: 2}"
    body = "{conv: {out: 8, kernel: 3, padding: 1, stride: 2, bias: false}}"
    unit = step(f"{{residual: {{body: {body}, shortcut: {{{shortcut}: {stride}}}}}}}")
    assert (unit.output_shape, unit.params) == ((8, 4, 4), 8 * 4 * 9 + params)


def test_preactivation_adds_its_input_itself(step: Steps) -> None:
    x, y, w = outcome(step("preactivation"))
    key = "preactivation"
    hidden = conv(F.relu(bn(x, w, f"{key}.bn1")), w, f"{key}.conv1")
    hidden = conv(F.relu(bn(hidden, w, f"{key}.bn2")), w, f"{key}.conv2")
    torch.testing.assert_close(y, x + hidden)


def test_preactivation_projects_behind_the_first_activation(step: Steps) -> None:
    x, y, w = outcome(step("{preactivation: {out: 6, stride: 2}}"))
    key = "preactivation"
    active = F.relu(bn(x, w, f"{key}.bn1"))
    hidden = F.relu(bn(conv(active, w, f"{key}.conv1", stride=2), w, f"{key}.bn2"))
    shortcut = conv(active, w, f"{key}.shortcut", stride=2)
    torch.testing.assert_close(y, shortcut + conv(hidden, w, f"{key}.conv2"))


def test_preactivation_takes_dropout_and_shortcut(step: Steps) -> None:
    unit = step("{preactivation: {out: 8, stride: 2, dropout: 0.3, shortcut: zero_padded}}")
    assert unit.params == 9 * 4 * 8 + 9 * 8 * 8 + 2 * (4 + 8)
    assert built(unit).get_submodule("preactivation.dropout").p == 0.3


def test_bottleneck_is_resnet_50s(step: Steps) -> None:
    unit = step("{bottleneck: 64}", (64, 56, 56))
    convolutions = 64 * 64 + 9 * 64 * 64 + 64 * 256 + 64 * 256
    assert unit.params == convolutions + 2 * (64 + 64 + 256 + 256)
    assert (unit.output_shape, unit.macs) == ((256, 56, 56), convolutions * 56**2)


def test_bottleneck_of_one_shape_has_no_projection(step: Steps) -> None:
    unit = step("{bottleneck: {width: 128, groups: 32, out: 256}}", (256, 56, 56))
    assert unit.macs == 70_144 * 56**2
    assert unit.params == 70_144 + 2 * (128 + 128 + 256)


def test_bottleneck_has_its_stride_on_the_3x3_convolution(step: Steps) -> None:
    x, y, w = outcome(step("{bottleneck: {width: 2, stride: 2, expansion: 3}}"))
    key = "bottleneck"
    hidden = F.relu(bn(conv(x, w, f"{key}.conv1"), w, f"{key}.bn1"))
    hidden = F.relu(bn(conv(hidden, w, f"{key}.conv2", stride=2), w, f"{key}.bn2"))
    hidden = bn(conv(hidden, w, f"{key}.conv3"), w, f"{key}.bn3")
    shortcut = bn(conv(x, w, f"{key}.shortcut.conv", stride=2), w, f"{key}.shortcut.norm")
    torch.testing.assert_close(y, F.relu(hidden + shortcut))


def test_bottleneck_takes_another_shortcut(step: Steps) -> None:
    unit = step("{bottleneck: {width: 2, stride: 2, shortcut: zero_padded}}")
    assert (unit.output_shape, unit.params) == ((8, 4, 4), 8 + 36 + 16 + 2 * (2 + 2 + 8))


def test_stochastic_depth_is_a_residual_in_evaluation(step: Steps) -> None:
    x, y, w = outcome(step("{stochastic_depth: {body: {conv: 4}, p: 0.5}}"))
    torch.testing.assert_close(y, x + conv(x, w, "body"))


def test_stochastic_depth_leaves_its_body_out_in_training(step: Steps) -> None:
    network = step("{stochastic_depth: {body: {conv: 4}, p: 0.75}}")
    module, x = built(network).train(), sample(network)[:1].expand(400, *network.input_shape)
    with torch.no_grad():
        branch = module(x) - x
        whole = module.eval()(x) - x
    left_out = branch.abs().amax((1, 2, 3)) < 1e-12
    assert 250 < left_out.sum() < 350
    torch.testing.assert_close(branch[~left_out], 4 * whole[~left_out])


@pytest.mark.parametrize("p", [-0.1, 1.5])
def test_stochastic_depth_wants_a_probability(step: Steps, p: float) -> None:
    with pytest.raises(SpecError) as caught:
        step(f"{{stochastic_depth: {{body: relu, p: {p}}}}}")
    assert [fault.code for fault in caught.value.diagnostics] == ["NS204"]
