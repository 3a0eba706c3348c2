"""The published figures in the shipped specs hold, or are disputed and fail."""

from __future__ import annotations

import pytest

import netspec
from netspec.catalog import shipped

ADDRESSES = [
    f"{name}@{variant}" if variant else name
    for name, variants in shipped().items()
    for variant in variants or [""]
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_shipped_claims_hold(address: str) -> None:
    verdicts = netspec.load(address).verdicts()
    assert {verdict.quantity for verdict in verdicts} >= {"params", "macs"}
    assert [verdict.fault for verdict in verdicts if verdict.fault] == []
    assert all(verdict.claim.source for verdict in verdicts)
