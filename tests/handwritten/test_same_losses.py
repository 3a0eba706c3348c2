"""Emitted and hand-written networks train alike, bit for bit, dropout and statistics included."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from tests.handwritten.pairs import CLASSES, NAMES, pair

STEPS, BATCH, SIDE = 20, 2, 32
AUXILIARY = 0.3
"""The weight of auxiliary losses (Szegedy et al. 2015, Sec. 5)."""


@pytest.mark.parametrize("name", NAMES)
def test_losses_and_weights_are_the_same(name: str) -> None:
    emitted, written = pair(name, dtype=torch.float64)
    losses = trained(emitted)
    assert losses == trained(written)
    assert len(set(losses)) == STEPS
    for found, expected in zip(
        emitted.state_dict().items(), written.state_dict().items(), strict=True
    ):
        assert found[0] == expected[0]
        assert torch.equal(found[1], expected[1]), found[0]


def trained(module: nn.Module) -> list[float]:
    """The losses of some steps, each on a batch, and with a dropout, drawn from its own seed."""
    optimizer = torch.optim.SGD(module.train().parameters(), lr=0.01, momentum=0.9)
    losses = []
    for step in range(STEPS):
        torch.manual_seed(step)
        images = torch.randn(BATCH, 3, SIDE, SIDE, dtype=torch.float64)
        labels = torch.randint(CLASSES, (BATCH,))
        loss = loss_of(module(images), labels)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        losses.append(loss.item())
    return losses


def loss_of(given: Tensor | tuple[Tensor, ...], labels: Tensor) -> Tensor:
    outputs = (given,) if isinstance(given, Tensor) else given
    main, *auxiliary = (cross_entropy(output, labels) for output in outputs)
    return main + AUXILIARY * sum(auxiliary)
