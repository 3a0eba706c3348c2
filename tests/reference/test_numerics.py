"""Outputs are the library's: every weight filled from a hash of its key, float64, to 1e-7."""

from __future__ import annotations

from typing import Any

import pytest
import torch

import netspec
from tests.reference import facts

TOLERANCE = 1e-7


def built(name: str) -> torch.nn.Module:
    """The module without dropout, every entry filled, rounded to its own type and made float64."""
    module = netspec.load(name).module(device="meta")
    weights = {
        key: torch.from_numpy(facts.filled(key, tuple(entry.shape))).to(entry.dtype)
        for key, entry in module.state_dict().items()
    }
    module.load_state_dict(weights, assign=True)
    for layer in module.modules():
        if isinstance(layer, torch.nn.Dropout):
            layer.p = 0.0
    return module.double()


def figures_of(output: torch.Tensor) -> dict[str, Any]:
    """The figures of an output `[2, classes]` that the files hold."""
    return {
        "first10": output[0, :10].tolist(),
        "second_sample_first10": output[1, :10].tolist(),
        "sum": output.sum().item(),
        "sumsq": output.square().sum().item(),
        "absmax": output.abs().max().item(),
    }


def assert_the_librarys(output: torch.Tensor, expected: dict[str, Any]) -> None:
    assert list(output.shape) == expected["shape"]
    assert output.argmax(dim=1).tolist() == expected["argmax"]
    allowed = TOLERANCE * expected["absmax"]
    for figure, value in figures_of(output).items():
        assert value == pytest.approx(expected[figure], abs=allowed, rel=TOLERANCE), figure


@pytest.mark.parametrize("name", facts.numerics_names())
def test_outputs_are_the_librarys(name: str) -> None:
    expected = facts.numerics(name)
    sample = torch.from_numpy(facts.filled_input(tuple(expected["input_shape"])))
    assert sample.flatten()[:5].tolist() == expected["input_first5"]
    assert sample.double().sum().item() == pytest.approx(expected["input_sum"], rel=1e-12)

    module = built(expected["model"]).train(expected["mode"].startswith("train"))
    with torch.no_grad():
        given = module(sample.double())

    outputs = given if isinstance(given, tuple) else (given,)
    for output, figures in zip(outputs, expected["outputs_float64"], strict=True):
        assert_the_librarys(output, figures)
