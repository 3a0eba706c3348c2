"""What ops of chance do in training."""

from __future__ import annotations

import pytest
import torch

from netspec.analysis.cost import Costs
from netspec.backends.torch import build_module, emit
from netspec.ops.stochastic import DropPath
from tests.torch_backend.by_hand import single


def trained_on(p: float, x: torch.Tensor) -> torch.Tensor:
    program = single(DropPath(p=p), tuple(x.shape[1:]))
    module = build_module(program, emit(program, Costs(program).total)).train()
    y: torch.Tensor = module(x)
    return y


@pytest.mark.parametrize("shape", [(6,), (6, 5, 4)])
def test_drop_path_drops_whole_samples(shape: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    y = trained_on(0.25, torch.ones(400, *shape)).flatten(1)
    assert (y == y[:, :1]).all()
    kept = y[:, 0] != 0
    assert (y[kept] == 1 / 0.75).all()
    assert 270 < kept.sum() < 330


@pytest.mark.parametrize("p", [0.0, 1.0])
def test_drop_path_without_chance(p: float) -> None:
    x = torch.randn(8, 3)
    torch.testing.assert_close(trained_on(p, x), (1 - p) * x)
