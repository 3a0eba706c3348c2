"""Emitted and hand-written networks are the same computation, and nearly the same ops."""

from __future__ import annotations

from collections import Counter

import pytest
import torch

from tests.handwritten.graphs import Numbers, evaluation_graph, operations, training_graph
from tests.handwritten.pairs import NAMES, SHORTENED, pair

IMAGES, LABELS = torch.zeros(2, 3, 64, 64), torch.zeros(2, dtype=torch.int64)
POOL = {"aten.unsqueeze.default": 2, "aten.view.default": -2}
"""The gradient of `x.mean((2, 3))`, and that of adaptive pooling that is flattened."""
CLIPPED = {"aten.clone.default": -35}
"""ReLU6 in place has to keep a copy of what it overwrites, for its gradient."""
MORE_IN_TRAINING: dict[str, dict[str, int]] = {
    "densenet121": POOL,
    "googlenet": POOL,
    "mobilenet_v2": POOL | CLIPPED,
    "resnet50": POOL,
    "vgg16": {},
}
"""How many ops of a kind the emitted network has more than the hand-written one."""


@pytest.mark.parametrize("name", NAMES)
def test_training(name: str) -> None:
    emitted, written = (
        training_graph(module, IMAGES, LABELS) for module in pair(name, **SHORTENED.get(name, {}))
    )
    numbers = Numbers()
    assert numbers.of_outputs(emitted) == numbers.of_outputs(written)
    assert difference(operations(emitted), operations(written)) == MORE_IN_TRAINING[name]


@pytest.mark.parametrize("name", NAMES)
def test_evaluation(name: str) -> None:
    emitted, written = (evaluation_graph(module, IMAGES) for module in pair(name))
    numbers = Numbers()
    assert numbers.of_outputs(emitted) == numbers.of_outputs(written)
    pooled = {} if name == "vgg16" else {"aten.view.default": -1}
    assert difference(operations(emitted), operations(written)) == pooled


def difference(found: Counter[str], expected: Counter[str]) -> dict[str, int]:
    return {op: found[op] - expected[op] for op in found | expected if found[op] != expected[op]}


def test_another_computation_has_other_numbers() -> None:
    """Of two layers that are swapped, too, though the ops are as many."""
    numbers = Numbers()
    plain, swapped = (
        evaluation_graph(torch.nn.Sequential(*layers), torch.zeros(1, 4))
        for layers in ([torch.nn.ReLU(), torch.nn.Tanh()], [torch.nn.Tanh(), torch.nn.ReLU()])
    )
    assert operations(plain) == operations(swapped)
    assert numbers.of_outputs(plain) == numbers.of_outputs(plain)
    assert numbers.of_outputs(plain) != numbers.of_outputs(swapped)
