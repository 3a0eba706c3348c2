"""`mean: {flatten: true}`: merges that meet are joined into one."""

from __future__ import annotations

import pytest
import torch

from netspec.analysis.cost import Costs
from netspec.ops.merge import Mean
from netspec.program import Call, Instance
from tests.language.programs import Specs

FRACTAL = """
blocks:
  unit: {body: [conv: {out: 8, kernel: 3, padding: 1}, bn, relu]}
  fractal:
    params: {columns: int, layer: block}
    body:
      - layer:
        when: columns == 1
      - branches:
          - layer
          - - fractal: {columns: columns - 1, layer: layer}
              repeat: 2
        merge: {mean: {flatten: true}}
        when: columns > 1
body:
  - fractal: {columns: COLUMNS, layer: unit}
"""


def joins(instance: Instance) -> list[Call]:
    """Every mean of the program, outermost last."""
    found = []
    for call in instance.calls:
        if isinstance(call.target, Instance):
            found += joins(call.target) * call.count
        elif isinstance(call.target, Mean):
            found.append(call)
    return found


@pytest.mark.parametrize("columns", [2, 3, 4, 6])
def test_a_fractal_joins_all_columns_at_once(columns: int, specs: Specs) -> None:
    network = specs.load(FRACTAL.replace("COLUMNS", str(columns)))
    unit = 8 * 8 * 9 + 8 + 16
    assert network.params == (2**columns - 1) * unit
    widths = [len(call.inputs) for call in joins(network.program.root)]
    assert widths[-1] == columns
    # a join of j columns after every 2^(j - 1)-th layer of the deepest column, j > 1
    expected = sorted(
        (position & -position).bit_length() for position in range(1, 2 ** (columns - 1) + 1)
    )
    assert sorted(widths) == [width for width in expected if width > 1]


class Fractal(torch.nn.Module):
    """FractalNet's expansion rule, written by hand: the operands of the last join."""

    def __init__(self, columns: int, units: list[torch.nn.Module]) -> None:
        super().__init__()
        self.layer = units.pop(0)
        self.parts = torch.nn.ModuleList(
            Fractal(columns - 1, units) for _ in range(2 if columns > 1 else 0)
        )

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        if not self.parts:
            return [self.layer(x)]
        first, second = self.parts
        return [self.layer(x), *second(torch.stack(first(x)).mean(0))]


def test_the_module_computes_the_flattened_means(specs: Specs) -> None:
    network = specs.load(FRACTAL.replace("COLUMNS", "3"))
    module = network.module(dtype=torch.float64).eval()
    units = [m for m in module.modules() if {"conv", "bn"} <= dict(m.named_children()).keys()]
    x = torch.randn(2, 8, 16, 16, dtype=torch.float64)
    by_hand = torch.stack(Fractal(3, units)(x)).mean(0)
    torch.testing.assert_close(module(x), by_hand)
    assert Costs(network.program).total == network.cost
    network.compare()


@pytest.mark.parametrize(
    ("inner", "operands"),
    [
        ("{branches: [relu, tanh], merge: {mean: {flatten: true}}}", 3),
        ("{branches: [relu, tanh], merge: mean}", 2),
        ("{branches: [relu, tanh], merge: sum}", 2),
        ("{branches: [relu, tanh], merge: {mean: {flatten: true}}, name: seen}", 2),
        ("[{branches: [relu, tanh], merge: {mean: {flatten: true}}}, sigmoid]", 2),
    ],
)
def test_only_an_unnamed_result_of_the_same_merge_is_opened(
    inner: str, operands: int, specs: Specs
) -> None:
    body = f"body: [{{branches: [{inner}, identity], merge: {{mean: {{flatten: true}}}}}}]"
    network = specs.load(body)
    assert len(network.program.root.calls[-1].inputs) == operands
