"""Families that no library ships count what hand-written PyTorch counts, to the integer."""

from __future__ import annotations

import pytest

import netspec
from tests.reference import facts


@pytest.mark.parametrize("row", facts.computed(), ids=lambda row: f"{row.system}-{row.variant}")
def test_counts_are_those_of_a_hand_written_network(row: facts.Computed) -> None:
    network = netspec.load(row.spec, **row.overrides)
    assert network.params == row.params
    assert row.macs in (network.macs, None)
    assert row.input in (network.input_shape, None)
    assert row.output in (network.output_shape, None)
