"""The thin highway networks: what a layer costs, and gates that start closed."""

from __future__ import annotations

import pytest
import torch

import netspec


@pytest.mark.parametrize("depth", [10, 20, 50, 100])
def test_every_layer_has_5100_weights(depth: int) -> None:
    network = netspec.load("highway50", depth=depth)
    assert network.params == 785 * 50 + (depth - 1) * 5_100 + 51 * 10
    plain = netspec.load("plain50", depth=depth)
    assert plain.params == 785 * 71 + (depth - 1) * 5_112 + 72 * 10


def test_transform_gates_start_nearly_closed() -> None:
    module = netspec.load("highway50", depth=4).module()
    biases = [w for key, w in module.named_parameters() if key.endswith("transform.bias")]
    assert len(biases) == 3
    for bias in biases:
        assert torch.equal(bias, torch.full((50,), -2.0))
