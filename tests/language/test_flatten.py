"""`mean: {flatten: true}`: merges that meet are joined into one."""

from __future__ import annotations

import pytest
import torch

from netspec import Network
from netspec.analysis.cost import Costs
from netspec.ops.base import Op
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


def applications(network: Network) -> list[str]:
    """The ops of the body of the file, in order."""
    calls = network.program.root.calls
    return [call.target.name for call in calls if isinstance(call.target, Op)]


def test_a_mean_that_a_sibling_still_reads_stays(specs: Specs) -> None:
    network = specs.load(
        """
body:
  - {conv: 8, name: other}
  - branches: [conv: 8, conv: 8]
    merge: {mean: {flatten: true}}
  - branches:
      - - branches: [identity, {identity: , from: other}]
          merge: {mean: {flatten: true}}
      - relu
    merge: sum
"""
    )
    assert applications(network) == ["conv", "conv", "conv", "mean", "mean", "relu", "sum"]
    network.compare()


def test_a_mean_that_stands_twice_in_another_stays(specs: Specs) -> None:
    network = specs.load(
        """
body:
  - branches: [conv: 8, conv: 8]
    merge: {mean: {flatten: true}}
  - mean: {flatten: true}
    from: _, _
"""
    )
    assert applications(network) == ["conv", "conv", "mean", "mean"]


def test_a_mean_after_branches_that_read_it_is_joined(specs: Specs) -> None:
    """The branches are over, so nothing reads it any more but the mean behind them."""
    network = specs.load(
        """
body:
  - {conv: 8, name: other}
  - branches: [conv: 8, conv: 8]
    merge: {mean: {flatten: true}}
  - branches: [identity]
  - mean: {flatten: true}
    from: _, other
"""
    )
    assert applications(network) == ["conv", "conv", "conv", "mean"]


@pytest.mark.parametrize("inner", ["relu", "fractal: {columns: 2, layer: {conv: 8}}"])
def test_a_step_done_again_is_joined_as_the_first_time(specs: Specs, inner: str) -> None:
    network = specs.load(
        f"""
body:
  - name: f
    do:
      - branches:
          - conv: 8
          - branches: [conv: 8, {{{inner.partition(":")[0]}: {inner.partition(":")[2]}}}]
            merge: {{mean: {{flatten: true}}}}
        merge: {{mean: {{flatten: true}}}}
  - again: f
"""
    )
    assert applications(network).count("mean") == 2
    network.compare()


@pytest.mark.parametrize("modifiers", ["share: true, repeat: 3", "name: f"])
def test_a_block_whose_weights_are_used_again_is_not_opened(specs: Specs, modifiers: str) -> None:
    network = specs.load(
        f"""
body:
  - branches:
      - - {{fractal: {{columns: 2, layer: {{conv: 8}}}}, {modifiers}}}
      - conv: 8
    merge: {{mean: {{flatten: true}}}}
"""
    )
    (mean,) = [call for call in network.program.root.calls if isinstance(call.target, Mean)]
    assert len(mean.inputs) == 2
    network.compare()
