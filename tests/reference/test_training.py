"""The smallest network of each family learns a fixed batch, on every device there is."""

from __future__ import annotations

from typing import Any

import pytest
import torch

import netspec

DEVICES = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
CLASSES = 4
NETWORKS: dict[str, dict[str, Any]] = {
    "lenet5": {"input": (1, 32, 32)},
    "alexnet": {"input": (3, 63, 63), "hidden": 64},
    "vgg11": {"input": (3, 32, 32), "hidden": 64},
    "resnet18": {"input": (3, 32, 32)},
    "densenet121": {"input": (3, 32, 32)},
}


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name", NETWORKS)
def test_the_loss_falls(name: str, device: str) -> None:
    torch.manual_seed(0)
    network = netspec.load(name, classes=CLASSES, **NETWORKS[name])
    module = network.module(device=device).train()
    images = torch.randn(8, *NETWORKS[name]["input"], device=device)
    labels = torch.arange(8, device=device) % CLASSES
    optimizer = torch.optim.Adam(module.parameters(), lr=1e-3)

    losses = []
    for _ in range(12):
        loss = torch.nn.functional.cross_entropy(module(images), labels)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        losses.append(loss.item())

    assert min(losses[-3:]) < 0.8 * losses[0], losses
