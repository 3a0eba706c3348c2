"""Claims: checked to the precision they were printed with."""

from __future__ import annotations

from decimal import Decimal

import pytest

import netspec
from netspec.analysis.claims import interval
from tests.language.programs import Specs


@pytest.mark.parametrize(
    ("printed", "low", "high"),
    [
        ("36.5M", 36_450_000, 36_550_000),
        ("4M", 3_500_000, 4_500_000),
        ("25557032", 25557032, 25557032),
        ("60,000", 60000, 60000),
        ("2.83G", 2_825_000_000, 2_835_000_000),
        ("15.3B", 15_250_000_000, 15_350_000_000),
        ("0.27 M", 265_000, 275_000),
    ],
)
def test_a_printed_figure_stands_for_an_interval(printed: str, low: int, high: int) -> None:
    assert interval(printed) == (Decimal(low), Decimal(high))


@pytest.mark.parametrize("printed", ["", "many", "1.2.3M", "-4", "4 X", "0x10"])
def test_what_is_no_printed_figure(printed: str) -> None:
    assert interval(printed) is None


CLAIMED = """
params: {width: 100}
body: [{conv: width, name: stem}, relu]
claims:
  - {%s}
"""


@pytest.mark.parametrize(
    "claim",
    [
        "params: 900",
        "params: 0.9K",
        "params: 1K",
        "macs: 204800",
        "macs: 205K",
        "at: stem, shape: [100, 16, 16]",
        "at: stem, params: 900",
        "with: {width: 10}, params: 90",
        "params: 901, disputed: because",
    ],
)
def test_claims_that_hold(claim: str, specs: Specs) -> None:
    specs.load(CLAIMED % claim).require_claims()


@pytest.mark.parametrize(
    ("claim", "code"),
    [
        ("params: 901", "NS501"),
        ("params: 0.8K", "NS501"),
        ("macs: 206K", "NS501"),
        ("at: stem, shape: [100, 16]", "NS501"),
        ("with: {width: 10}, params: 91", "NS501"),
        ("params: 900, disputed: because", "NS502"),
        ("with: {depth: 10}, params: 91", "NS503"),
    ],
)
def test_claims_that_do_not(claim: str, code: str, specs: Specs) -> None:
    network = specs.load(CLAIMED % claim)
    with pytest.raises(netspec.SpecError) as caught:
        network.require_claims()
    assert [diagnostic.code for diagnostic in caught.value.diagnostics] == [code]


def test_an_unreadable_claim_does_not_hide_a_failing_one(specs: Specs) -> None:
    network = specs.load(CLAIMED % "params: 901" + "  - {at: nowhere, params: 3}\n")
    with pytest.raises(netspec.SpecError) as caught:
        network.require_claims()
    assert [diagnostic.code for diagnostic in caught.value.diagnostics] == ["NS501", "NS503"]


def test_overridden_networks_skip_claims_without_with(specs: Specs) -> None:
    specs.load(CLAIMED % "params: 901")
    network = netspec.load(specs.folder / "net.yaml", width=3)
    network.require_claims()
    assert network.skipped_claims == "1 claim not checked: parameters or input are overridden"


def test_a_claim_on_a_group_speaks_of_the_first_time(specs: Specs) -> None:
    network = specs.load(
        """
body:
  - {name: g, do: [conv: 16, max_pool]}
  - conv: 8
  - again: g
claims:
  - {at: g, params: 144, macs: 32768, shape: [16, 8, 8]}
  - {at: conv, params: 136}
"""
    )
    assert [verdict.holds for verdict in network.verdicts()] == [True] * 4
