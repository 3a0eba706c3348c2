"""Files of weights, as libraries and attackers make them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import safetensors.torch
import torch

Tensors = Mapping[str, torch.Tensor]


def filled(tensors: Tensors) -> dict[str, torch.Tensor]:
    """Other values for tensors, the same on every run."""
    generator = torch.Generator().manual_seed(0)
    return {
        key: torch.randint(1, 100, tensor.shape, generator=generator).to(tensor.dtype)
        for key, tensor in tensors.items()
    }


def save_safetensors(tensors: Tensors, path: Path) -> None:
    safetensors.torch.save_file(dict(tensors), path)


def save_torch(tensors: Any, path: Path) -> None:
    torch.save(tensors, path)


def save_legacy(tensors: Any, path: Path) -> None:
    """As PyTorch did before 1.6, and the older files of torchvision are."""
    torch.save(tensors, path, _use_new_zipfile_serialization=False)


FORMATS: dict[str, Callable[[Any, Path], None]] = {
    "safetensors": save_safetensors,
    "torch": save_torch,
    "legacy": save_legacy,
}


class Attack:
    """Unpickled, it makes a file."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.mark),)
