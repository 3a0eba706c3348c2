"""What ops of chance do in training: which elements they drop together, how often, the rest."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch

from netspec.analysis.cost import Costs
from netspec.backends.torch import build_module, emit
from netspec.ops.base import Op
from netspec.ops.stochastic import Dropout, DropoutChannels, DropPath
from tests.torch_backend.by_hand import single
from tests.torch_backend.op_cases import CHANNELS, SEQUENCE, SHAPES

Shape = tuple[int, ...]

P, SAMPLES = 0.25, 1500
UNITS: dict[type[Op], Callable[[Shape], int]] = {
    Dropout: math.prod,
    DropoutChannels: lambda shape: shape[0],
    DropPath: lambda shape: 1,
}
"""How many parts of a sample are dropped each as a whole."""
EVERY = [
    (op_class, shape)
    for op_class in UNITS
    for shape in SHAPES
    if (op_class, shape) != (DropoutChannels, CHANNELS)
]


def trained_on(op: Op, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The output in training, and the gradient of its sum."""
    torch.manual_seed(0)
    program = single(op, tuple(x.shape[1:]))
    module = build_module(program, emit(program, Costs(program).total)).train()
    x.requires_grad_()
    y: torch.Tensor = module(x)
    return y.detach(), torch.autograd.grad(y.sum(), x)[0]


def kept_of(op_class: type[Op], shape: Shape) -> torch.Tensor:
    """Which of the units of each sample are not dropped, `[samples, units]`."""
    _, factor = trained_on(op_class.model_validate({"p": P}), torch.ones(SAMPLES, *shape))
    kept = factor.reshape(SAMPLES, UNITS[op_class](shape), -1) != 0
    assert (kept == kept[..., :1]).all()
    return kept[..., 0]


@pytest.mark.parametrize(("op_class", "shape"), EVERY)
def test_survivors_and_their_gradients_are_scaled(op_class: type[Op], shape: Shape) -> None:
    x = torch.rand(20, *shape) + 1
    y, gradient = trained_on(op_class.model_validate({"p": P}), x)
    dropped = y == 0
    assert 0 < dropped.sum() < dropped.numel()
    expected = torch.where(dropped, 0, 1 / (1 - P))
    torch.testing.assert_close(gradient, expected)
    torch.testing.assert_close(y, x.detach() * expected)


@pytest.mark.parametrize(("op_class", "shape"), EVERY)
def test_units_survive_each_by_themselves(op_class: type[Op], shape: Shape) -> None:
    kept = kept_of(op_class, shape)
    assert kept.double().mean().item() == pytest.approx(1 - P, abs=0.04)
    for neighbours in (kept[1:] != kept[:-1], kept[:, 1:] != kept[:, :-1]):
        if neighbours.numel():
            assert neighbours.double().mean().item() == pytest.approx(2 * P * (1 - P), abs=0.04)


@pytest.mark.parametrize("p", [0.0, 1.0])
@pytest.mark.parametrize("op_class", UNITS)
def test_without_chance(op_class: type[Op], p: float) -> None:
    x = torch.randn(8, *SEQUENCE)
    y, gradient = trained_on(op_class.model_validate({"p": p}), x)
    torch.testing.assert_close(y, (1 - p) * x.detach())
    torch.testing.assert_close(gradient, (1 - p) * torch.ones_like(x))
