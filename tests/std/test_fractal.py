"""The fractal expansion of FractalNet."""

from __future__ import annotations

from collections import Counter

import pytest
import torch

from netspec import SpecError
from netspec.ops.merge import Mean, Sum
from netspec.program import Instance
from tests.std.one_step import Steps, conv, outcome

LAYER = "{conv: 4}"


@pytest.mark.parametrize("columns", [1, 2, 3, 4, 7])
def test_c_columns_have_2_to_the_c_minus_1_layers(step: Steps, columns: int) -> None:
    fractal = step(f"{{fractal: {{columns: {columns}, layer: {LAYER}}}}}")
    assert fractal.params == (2**columns - 1) * (4 * 4 + 4)


def joins(instance: Instance, op: type) -> Counter[int]:
    """How many joins take how many columns, each application counted."""
    found: Counter[int] = Counter()
    for call in instance.calls:
        if isinstance(call.target, op):
            found[len(call.inputs)] += call.count
        elif isinstance(call.target, Instance):
            for width, number in joins(call.target, op).items():
                found[width] += call.count * number
    return found


@pytest.mark.parametrize("columns", [2, 3, 4, 5])
def test_joins_that_meet_are_one(step: Steps, columns: int) -> None:
    """Behind 2^(k-1) layers of the last column, or a multiple, the last k columns meet."""
    fractal = step(f"{{fractal: {{columns: {columns}, layer: {LAYER}}}}}")
    expected = {k: 2 ** (columns - k - 1) for k in range(2, columns)} | {columns: 1}
    assert joins(fractal.program.root, Mean) == expected


def test_three_columns_by_hand(step: Steps) -> None:
    x, y, w = outcome(step(f"{{fractal: {{columns: 3, layer: {LAYER}}}}}"))
    whole, *halves = [key.removesuffix(".weight") for key in w if key.endswith("weight")]
    first = (conv(x, w, halves[0]) + conv(conv(x, w, halves[1]), w, halves[2])) / 2
    last = conv(first, w, halves[3]), conv(conv(first, w, halves[4]), w, halves[5])
    torch.testing.assert_close(y, (conv(x, w, whole) + sum(last)) / 3)


def test_another_join(step: Steps) -> None:
    fractal = step(f"{{fractal: {{columns: 3, layer: {LAYER}, join: sum}}}}")
    assert joins(fractal.program.root, Sum) == {2: 3}
    assert joins(fractal.program.root, Mean) == {}


def test_no_columns_are_a_fault(step: Steps) -> None:
    with pytest.raises(SpecError, match="one column or more, not 0"):
        step(f"{{fractal: {{columns: 0, layer: {LAYER}}}}}")
