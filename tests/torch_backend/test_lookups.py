"""Loops whose numbers follow no law, and stand in a table of the file."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import netspec
from tests.language.programs import Specs
from tests.torch_backend.checks import assert_clean, assert_typed, checked_source

PLACES = "[[0, 1], [5, 2, 3], [7], [1, 4, 6, 2], [3, 3], [6, 0, 5], [2, 7], [4]]"
SELECTED = """
body:
  - branches:
      for: {places: %s}
      do: [{select: places}, {conv: {out: 2, kernel: 3}}]
    merge: concat
"""


def source(specs: Specs, text: str) -> str:
    return checked_source(specs.load(text).program)


def dilated(dilations: str, conv: str = "{dilation: d, padding: d}") -> str:
    return f"""
body:
  - for: {{d: "{dilations}"}}
    do: [{{conv: {{out: 8, kernel: 3, {conv[1:-1]}}}, name: "conv{{i + 1}}"}}, relu]
"""


def test_branches_on_channels_of_a_table(specs: Specs, tmp_path: Path) -> None:
    written = source(specs, SELECTED % PLACES)
    assert written.count("PLACES = (") == 1
    assert 'self.add_module(f"conv{i + 1}", nn.Conv2d(len(PLACES[i]), 2, 3))' in written
    assert "x[:, PLACES[i]]" in written
    (tmp_path / "net.py").write_text(written)
    assert_clean(tmp_path)
    assert_typed(tmp_path)


def test_numbers_that_agree_are_one_table(specs: Specs) -> None:
    written = source(specs, dilated("[1, 3, 2, 5, 1, 4, 2, 7]"))
    assert "D = (1, 3, 2, 5, 1, 4, 2, 7)\n" in written
    assert "nn.Conv2d(8, 8, 3, padding=D[i], dilation=D[i])" in written


@pytest.mark.parametrize(
    "text",
    [
        # too few; two tables; numbers and words; 1 and True
        SELECTED % "[[0, 1], [5, 2, 3], [7], [1, 4, 6, 2], [3, 3]]",
        dilated("[1, 3, 2, 5, 1, 4, 2, 7]", "{dilation: d, padding: d + d % 2}"),
        dilated("[1, 3, 2, 5, 1, 4, 2, 7]", "{dilation: d, padding: d if d > 2 else 'same'}"),
        dilated("[1, 2, 1, 1, 2, 1, 2, 1]", "{padding: d, dilation: d, bias: d == 1}"),
    ],
)
def test_what_needs_more_is_written_out(specs: Specs, text: str) -> None:
    assert "[i]" not in source(specs, text)


def test_the_first_lenet_compiles_as_one_graph() -> None:
    """Its third layer looks at channels of a table, in training and without."""
    module = netspec.load("lenet5_1998").module()
    x = torch.randn(2, 1, 32, 32)
    for training in (True, False):
        module.train(training)
        compiled = torch.compile(module, fullgraph=True, backend="aot_eager")
        torch.testing.assert_close(compiled(x), module(x))
