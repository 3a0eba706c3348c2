"""Asserts and budgets."""

from __future__ import annotations

import pytest

import netspec
from netspec.diagnostics import render
from tests.language.programs import Specs

GROUPED = """
blocks:
  grouped:
    params: {groups: int}
    asserts:
      - {that: in_channels % groups == 0, else: "{in_channels} channels, {groups} groups"}
    body: [conv: {out: in_channels, groups: groups}]
body:
  - grouped: GROUPS
"""


def test_an_assert_that_holds_says_nothing(specs: Specs) -> None:
    assert specs.load(GROUPED.replace("GROUPS", "4")).output_shape == (8, 16, 16)


def test_an_assert_that_fails_says_so_where_the_block_is_used(specs: Specs) -> None:
    with pytest.raises(netspec.SpecError) as caught:
        specs.load(GROUPED.replace("GROUPS", "3"))
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.message) == ("NS504", "8 channels, 3 groups")
    assert diagnostic.span is not None
    assert diagnostic.span.line == 12
    assert "it asserts `in_channels % groups == 0`" in render(diagnostic)


def test_an_assert_of_the_file(specs: Specs) -> None:
    body = "params: {n: %d}\nasserts: [{that: n > 2, else: 'n is {n}'}]\nbody: [conv: n]"
    specs.load(body % 3)
    assert specs.faults(body % 2) == ["NS504"]


@pytest.mark.parametrize(
    "asserts",
    ["[{that: m > 2, else: x}]", "[{that: n > 2, else: '{m}'}]", "[{that: n > 2}]", "[n > 2]", "n"],
)
def test_an_assert_that_cannot_be_read(asserts: str, specs: Specs) -> None:
    assert specs.faults(f"params: {{n: 3}}\nasserts: {asserts}\nbody: [conv: n]")[0] in (
        "NS205",
        "NS206",
    )


BUDGET = "body: [conv: 100]\nbudget: {%s}\n"


@pytest.mark.parametrize("limit", ["params: <901", "params: <=900", "params: <1K", "macs: <0.3M"])
def test_a_budget_that_is_kept(limit: str, specs: Specs) -> None:
    specs.load(BUDGET % limit).require_claims()


@pytest.mark.parametrize(
    ("limit", "code"),
    [
        ("params: <900", "NS505"),
        ("macs: <0.2M", "NS505"),
        ("flops: <1", "NS505"),
        ("params: 900", "NS503"),
    ],
)
def test_a_budget_that_is_not(limit: str, code: str, specs: Specs) -> None:
    with pytest.raises(netspec.SpecError) as caught:
        specs.load(BUDGET % limit).require_claims()
    assert [diagnostic.code for diagnostic in caught.value.diagnostics] == [code]


def test_a_budget_holds_for_overridden_networks_too(specs: Specs) -> None:
    specs.load("params: {n: 4}\nbody: [conv: n]\nbudget: {params: <100}").require_claims()
    with pytest.raises(netspec.SpecError, match="NS505"):
        netspec.load(specs.folder / "net.yaml", n=40).require_claims()
