"""Parameters, buffers, multiply-accumulates and output shapes are the library's, to the integer."""

from __future__ import annotations

import pytest

import netspec
from tests.reference import facts


def case_name(row: facts.Figures) -> str:
    return f"{row.name}-{row.input[1]}"


@pytest.mark.parametrize("row", facts.figures(), ids=case_name)
def test_figures_are_the_librarys(row: facts.Figures) -> None:
    network = netspec.load(row.name, input=row.input)
    counted = (network.output_shape, network.params, network.buffers, network.macs)
    assert counted == (row.output, row.params, row.buffers, row.macs)


def test_lenet5_has_the_figures_counted_by_hand() -> None:
    network = netspec.load("lenet5")
    weights = 6 * 25, 16 * 6 * 25, 120 * 400, 84 * 120, 10 * 84
    applications = 28 * 28, 10 * 10, 1, 1, 1
    assert network.params == sum(weights) + 6 + 16 + 120 + 84 + 10 == 61_706
    assert network.macs == sum(w * n for w, n in zip(weights, applications, strict=True)) == 416_520
    assert (network.buffers, network.output_shape) == (0, (10,))
