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
    "googlenet": {"input": (3, 32, 32)},
    "inception_v3_noaux": {"input": (3, 75, 75)},
    "mobilenetv1_025": {"input": (3, 32, 32)},
    "xception": {"input": (3, 32, 32), "middle": 1},
    "resnet20": {},
    "preresnet110": {"units": 2},
    "wrn16_8": {"depth": 10, "k": 4},
    "resnext29_32x4d": {"input": (3, 16, 16), "units": 1},
    "multi_resnet20_5": {"depth": 8, "k": 2},
    "stochastic_depth110": {"units": 4, "survival": 1.0},
    "ror3_56": {"depth": 14},
    "polynet_poly2": {"units": 1},
    "fractalnet20": {"columns": 2, "widths": (32, 32, 64, 64, 64), "join": "mean"},
    "r3d_18": {"input": (3, 4, 16, 16), "layers": (1, 1, 1, 1)},
    "shufflenet_g3": {"input": (3, 64, 64), "layers": (1, 2, 1)},
    "shufflenet_v2_x0_5": {"input": (3, 64, 64), "layers": (1, 2, 1)},
    "nasnet": {"input": (3, 16, 16), "cells": 1, "filters": 8},
    "vit_b_16": {"input": (3, 32, 32), "layers": 2, "width": 64, "heads": 4, "patch": 8},
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


def loss_of(given: torch.Tensor | tuple[torch.Tensor, ...], labels: torch.Tensor) -> torch.Tensor:
    """The mean cross-entropy over the outputs, those of auxiliary classifiers too."""
    outputs = given if isinstance(given, tuple) else (given,)
    losses = [torch.nn.functional.cross_entropy(output, labels) for output in outputs]
    return torch.stack(losses).mean()


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
        loss = loss_of(module(images), labels)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        losses.append(loss.item())

    assert losses[-1] < 0.6 * losses[0], losses
