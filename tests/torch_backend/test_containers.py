"""Modules below one name that are no chain."""

from __future__ import annotations

from tests.language.programs import Specs
from tests.torch_backend.checks import checked_source


def constructor(specs: Specs, widths: str) -> str:
    """`__init__` of a network whose branches have these widths."""
    branch = "{do: [conv: w, relu, conv: 8], name: path}"
    text = f"body:\n  - branches: {{for: {{w: {widths}}}, do: [{branch}]}}\n    merge: sum\n"
    source = checked_source(specs.load(text).program)
    return source.rpartition("def __init__")[2].partition("def forward")[0]


def test_equal_modules_are_made_by_a_generator(specs: Specs) -> None:
    made = constructor(specs, "[4, 4, 4, 4]")
    assert "for _ in range(4)" in made
    assert made.count("nn.Sequential(") == 1


def test_a_generator_stands_among_others(specs: Specs) -> None:
    made = constructor(specs, "[4, 4, 4, 2]")
    assert "for _ in range(3)" in made
    assert made.count("nn.Sequential(") == 2


def test_two_are_written_out(specs: Specs) -> None:
    made = constructor(specs, "[4, 4, 2]")
    assert "range" not in made
    assert made.count("nn.Sequential(") == 3
