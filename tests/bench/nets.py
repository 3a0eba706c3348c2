"""Modules to measure; other processes import them from here."""

from __future__ import annotations

import os
import time

import torch
from torch import Tensor, nn

from netspec.backends.torch.placement import Placement


class Sleeping(nn.Module):
    """Takes so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds
        self.weight = nn.Parameter(torch.ones(3))

    def forward(self, x: Tensor) -> Tensor:
        time.sleep(self.seconds)
        return x * self.weight


class Wide(nn.Module):
    """Makes a million numbers of each sample."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(1, 1_000_000, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.linear(x)
        return y


class Nested:
    small = Wide


def tiny() -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(12, 5))


def wide(placement: Placement) -> nn.Module:
    return Wide()


def killed(placement: Placement) -> nn.Module:
    """As the system ends processes that take too much memory."""
    os._exit(9)


def no_module() -> list[int]:
    return []


def broken() -> nn.Module:
    raise ValueError("no weights\nat all")


number = 3
