"""Networks twice: as netspec emits them and as people write them, with the same weights."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

import netspec
from benchmarks.handwritten import BUILDERS

CLASSES = 10
NARROWED: dict[str, dict[str, Any]] = {"vgg16": {"hidden": 64}}
"""Arguments that both take, where the full size takes long."""
SHORTENED: dict[str, dict[str, Any]] = {
    "densenet121": {"layers": (2, 3, 1, 2)},
    "resnet50": {"layers": (2, 3, 1, 2)},
}
"""The same for what grows with the number of layers."""
NAMES = ["densenet121", "googlenet", "mobilenet_v2", "resnet50", "vgg16"]


def pair(
    name: str, dtype: torch.dtype = torch.float32, **shortened: Any
) -> tuple[nn.Module, nn.Module]:
    """The emitted and the hand-written module."""
    given = NARROWED.get(name, {}) | shortened
    emitted = netspec.load(name, classes=CLASSES, **given).module(dtype=dtype)
    written = BUILDERS[name](num_classes=CLASSES, **given).to(dtype)
    written.load_state_dict(emitted.state_dict())
    return emitted, written
