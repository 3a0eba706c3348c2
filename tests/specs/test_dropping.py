"""What is dropped in training, and how often: stochastic depth, drop-path, dropout."""

from __future__ import annotations

import pytest
import torch

import netspec
from netspec.ops.join import DropJoin
from netspec.ops.stochastic import Dropout, DropPath
from netspec.program import Instance, Program


def ops_of(program: Program, kind: type) -> list[object]:
    """Every op of a kind, in the order of the network."""

    def of(instance: Instance) -> list[object]:
        found: list[object] = []
        for call in instance.calls:
            if isinstance(call.target, Instance):
                found += call.count * of(call.target)
            elif isinstance(call.target, kind):
                found += call.count * [call.target]
        return found

    return of(program.root)


@pytest.mark.parametrize(("address", "units"), [("110", 54), ("1202", 600)])
def test_survival_decays_linearly(address: str, units: int) -> None:
    network = netspec.load(f"stochastic_depth{address}")
    dropped = [op.p for op in ops_of(network.program, DropPath)]  # type: ignore[attr-defined]
    assert dropped == pytest.approx([0.5 * k / units for k in range(1, units + 1)])


def test_stochastic_depth_is_a_resnet_otherwise() -> None:
    decaying, plain = netspec.load("stochastic_depth110"), netspec.load("resnet110")
    assert (decaying.params, decaying.macs) == (plain.params, plain.macs)


@pytest.mark.parametrize("columns", [3, 4])
def test_fractalnet_joins_drop_and_cost_nothing(columns: int) -> None:
    dropping = netspec.load("fractalnet20", columns=columns)
    plain = netspec.load("fractalnet20", columns=columns, join="mean")
    assert (dropping.params, dropping.macs) == (plain.params, plain.macs)
    joins = ops_of(dropping.program, DropJoin)
    assert set(joins) == {DropJoin.model_validate({"p": 0.15, "global": 0.5})}
    assert len(joins) == 5 * 2 ** (columns - 2)


def test_fractalnet_drops_more_the_deeper_the_block() -> None:
    rates = [op.p for op in ops_of(netspec.load("fractalnet20").program, Dropout)]  # type: ignore[attr-defined]
    assert rates == [p for p in (0.1, 0.2, 0.3, 0.4) for _ in range(7)]


def test_fractalnet_is_random_in_training_only() -> None:
    network = netspec.load("fractalnet20", widths=(4, 4, 4, 4, 4), dropout=(0, 0, 0, 0, 0))
    module = network.module()
    x = torch.randn(2, *network.input_shape)
    with torch.no_grad():
        runs = [module(x) for _ in range(3)]
        evaluated = [module.eval()(x) for _ in range(2)]
    assert not torch.equal(runs[0], runs[1]) or not torch.equal(runs[1], runs[2])
    assert torch.equal(*evaluated)


def test_wrn_has_dropout_between_its_convolutions_if_asked() -> None:
    assert ops_of(netspec.load("wrn28_10").program, Dropout) == []
    dropping = netspec.load("wrn28_10", dropout=0.3)
    assert ops_of(dropping.program, Dropout) == 12 * [Dropout(p=0.3)]
    assert dropping.params == 36_479_194
