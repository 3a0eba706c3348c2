"""Networks of one step, and their values beside torch's."""

from __future__ import annotations

from pathlib import Path

import torch
import torch.nn.functional as F

import netspec
from netspec import Network

IMAGE = (4, 8, 8)
Weights = dict[str, torch.Tensor]


class Steps:
    """Makes networks of one step, written as in a spec."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "one.yaml"

    def __call__(self, step: str, input: tuple[int, ...] = IMAGE) -> Network:
        shape = list(input)
        self.path.write_text(f"netspec: 1\nname: one\ninput: {shape}\nbody:\n  - {step}\n")
        return netspec.load(self.path)


def built(network: Network) -> torch.nn.Module:
    """The module in float64 and for evaluation, every weight and statistic random."""
    torch.manual_seed(0)
    module = network.module().double().eval()
    for key, entry in module.state_dict().items():
        if entry.is_floating_point():
            entry.copy_(torch.rand_like(entry) + 0.5 if "var" in key else torch.randn_like(entry))
    return module


def sample(network: Network) -> torch.Tensor:
    torch.manual_seed(1)
    return torch.randn(2, *network.input_shape, dtype=torch.float64)


def outcome(network: Network) -> tuple[torch.Tensor, torch.Tensor, Weights]:
    """A random input, the output of the built module, and the weights that made it."""
    module, x = built(network), sample(network)
    with torch.no_grad():
        return x, module(x), dict(module.state_dict())


def bn(x: torch.Tensor, weights: Weights, key: str) -> torch.Tensor:
    """Batch normalisation for evaluation, with the weights under `key`."""
    names = "running_mean", "running_var", "weight", "bias"
    mean, variance, scale, shift = (weights[f"{key}.{name}"] for name in names)
    return F.batch_norm(x, mean, variance, scale, shift)


def conv(x: torch.Tensor, weights: Weights, key: str, stride: int = 1) -> torch.Tensor:
    """A convolution that keeps the size, with the weights under `key`."""
    weight = weights[f"{key}.weight"]
    bias = weights.get(f"{key}.bias")
    return F.conv2d(x, weight, bias, stride, padding=weight.shape[-1] // 2)
