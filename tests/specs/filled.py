"""Modules of shipped specs with weights that show every difference."""

from __future__ import annotations

from typing import Any

import torch

import netspec


def filled(address: str, **overrides: Any) -> torch.nn.Module:
    """The module in float64 and for evaluation, every weight and statistic random."""
    torch.manual_seed(0)
    module = netspec.load(address, **overrides).module().double().eval()
    for key, entry in module.state_dict().items():
        if entry.is_floating_point():
            variance = "running_var" in key
            entry.copy_(0.5 + torch.rand_like(entry) if variance else 0.3 * torch.randn_like(entry))
    return module


def images(*shape: int) -> torch.Tensor:
    torch.manual_seed(1)
    return torch.randn(2, *shape, dtype=torch.float64)
