"""The smallest network of each family, some cut short, learns a fixed batch on every device."""

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
    "squeezenet1_1": {"input": (3, 64, 64)},
    "mobilenet_v2": {"input": (3, 32, 32), "layers": (1, 2, 1, 1, 1, 1, 1)},
    "resnext50_32x4d": {"input": (3, 32, 32), "layers": (2, 1, 1, 1)},
    "seresnet50": {"input": (3, 32, 32), "layers": (2, 1, 1, 1)},
    "resnetv2_50": {"input": (3, 32, 32), "layers": (2, 1, 1, 1)},
}


def prepare(module: torch.nn.Module) -> torch.nn.Module:
    """He initialisation, which the networks without normalisation need to start at once, and no
    dropout, so that nothing but learning moves the loss.
    """
    for weight in module.parameters():
        if weight.ndim > 1:
            torch.nn.init.kaiming_normal_(weight, nonlinearity="relu")
    for layer in module.modules():
        if isinstance(layer, torch.nn.Dropout):
            layer.p = 0.0
    return module.train()


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name", NETWORKS)
def test_the_loss_falls(name: str, device: str) -> None:
    torch.manual_seed(0)
    network = netspec.load(name, classes=CLASSES, **NETWORKS[name])
    module = prepare(network.module(device=device))
    images = torch.randn(CLASSES, *network.input_shape, device=device)
    labels = torch.arange(CLASSES, device=device)
    optimizer = torch.optim.Adam(module.parameters(), lr=1e-4)

    losses = []
    for _ in range(16):
        loss = torch.nn.functional.cross_entropy(module(images), labels)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        losses.append(loss.item())

    assert losses[-1] < 0.6 * losses[0], losses
