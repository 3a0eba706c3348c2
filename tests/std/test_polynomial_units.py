"""The polynomial units of PolyNet: which operators, and how they are composed."""

from __future__ import annotations

import pytest
import torch

from tests.std.one_step import Steps, conv, outcome

F_PARAMS = 4 * 4 + 4


def test_poly_applies_one_operator_again(step: Steps) -> None:
    x, y, w = outcome(step("{poly: {body: {conv: 4}}}"))
    assert sum(weight.numel() for weight in w.values()) == F_PARAMS
    once = conv(x, w, "poly.power")
    torch.testing.assert_close(y, x + once + conv(once, w, "poly.power"))


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_poly_of_any_order_has_the_weights_of_one_operator(step: Steps, order: int) -> None:
    unit = step(f"{{poly: {{body: {{conv: 4}}, order: {order}}}}}")
    assert (unit.params, unit.macs) == (F_PARAMS, order * 16 * 64)


def test_mpoly_composes_two_operators(step: Steps) -> None:
    x, y, w = outcome(step("{mpoly: {body: {conv: 4}}}"))
    once = conv(x, w, "mpoly.power.0")
    torch.testing.assert_close(y, x + once + conv(once, w, "mpoly.power.1"))


def test_mpoly_of_order_3(step: Steps) -> None:
    unit = step("{mpoly: {body: {conv: 4}, order: 3}}")
    assert (unit.params, unit.macs) == (3 * F_PARAMS, 3 * 16 * 64)


def test_k_way_sums_operators_side_by_side(step: Steps) -> None:
    x, y, w = outcome(step("{k_way: {body: {conv: 4}, ways: 3}}"))
    assert len(w) == 6
    torch.testing.assert_close(y, x + sum(conv(x, w, f"k_way.body{k}") for k in (1, 2, 3)))


def test_k_way_takes_a_shortcut(step: Steps) -> None:
    unit = step("{k_way: {body: {conv: 8}, shortcut: {zero_padded: 8}}}")
    assert (unit.output_shape, unit.params) == ((8, 8, 8), 2 * (4 * 8 + 8))
