"""Residual networks of residual networks: three levels of shortcuts."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from tests.std.one_step import Steps, conv, outcome

WEIGHTS = "body: {conv: {bias: false}}, shortcut: {projection: {norm: identity}}"


def test_every_sum_is_made_before_the_relu_behind_it(step: Steps) -> None:
    """RoR-3 of two groups of two units, as the paper's equations have it."""
    x, y, w = outcome(step(f"{{residual_of_residual: {{widths: [4, 6], parts: [2], {WEIGHTS}}}}}"))
    key = [name.removesuffix(".weight") for name in w]
    a, b, c, projected, d, group, root = key
    x2 = F.relu(conv(x, w, a) + x)
    x3 = F.relu(conv(x2, w, b) + x2 + x)
    x4 = F.relu(conv(x3, w, c, stride=2) + conv(x3, w, projected, stride=2))
    last = conv(x4, w, d) + x4 + conv(x3, w, group, stride=2) + conv(x, w, root, stride=2)
    torch.testing.assert_close(y, last)


@pytest.mark.parametrize(
    ("parts", "units", "projections"), [([], 1, 1), ([3], 3, 2), ([3, 2], 6, 3)]
)
def test_levels(step: Steps, parts: list[int], units: int, projections: int) -> None:
    """Where the width changes, each level has a projection; another is over all groups."""
    levels = step(f"{{residual_of_residual: {{widths: [4, 6], parts: {parts}, {WEIGHTS}}}}}")
    same, wider = units * 4 * 4, 4 * 6 + (units - 1) * 6 * 6
    assert levels.params == same + wider + (projections + 1) * 4 * 6
    assert levels.output_shape == (6, 4, 4)


def test_parts_are_halved_where_the_width_changes(step: Steps) -> None:
    levels = step(f"{{residual_of_residual: {{widths: [4, 4, 6, 8], parts: [], {WEIGHTS}}}}}")
    assert levels.output_shape == (8, 2, 2)
