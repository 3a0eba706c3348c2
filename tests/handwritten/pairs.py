"""Networks twice: as netspec emits them and as people write them, with the same weights."""

from __future__ import annotations

from typing import Any

from torch import nn

import netspec
from benchmarks.handwritten import BUILDERS

CLASSES = 10
SHORTENED: dict[str, dict[str, Any]] = {"vgg16": {"hidden": 64}}
"""Arguments that both take, where their full size takes long."""
NAMES = ["densenet121", "googlenet", "mobilenet_v2", "resnet50", "vgg16"]


def pair(name: str, **options: Any) -> tuple[nn.Module, nn.Module]:
    """The emitted and the hand-written module; `options` are those of `Network.module`."""
    shortened = SHORTENED.get(name, {})
    emitted = netspec.load(name, classes=CLASSES, **shortened).module(**options)
    written = BUILDERS[name](num_classes=CLASSES, **shortened).to(**options)
    written.load_state_dict(emitted.state_dict())
    return emitted, written
