"""Networks beside forwards written out by hand, in float64 and for evaluation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from netspec import Network
from tests.reference.facts import filled, filled_input


def dropped(x: Tensor, p: float) -> Tensor:
    """Stands for dropout: shows its place and rate, commuting with no other layer."""
    return torch.cos(x + p)


class Dropped(torch.nn.Module):
    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        return dropped(x, self.p)


def zero_padded(x: Tensor, out: int, stride: int) -> Tensor:
    """Option A of He et al. 2016, Sec. 3.3."""
    x = x[:, :, ::stride, ::stride]
    return F.pad(x, (0, 0, 0, 0, 0, out - x.shape[1]))


class Layers:
    """Layers with the weights of a state dict, by their keys."""

    def __init__(self, weights: dict[str, Tensor]) -> None:
        self.weights = weights
        self.used: set[str] = set()

    def __getitem__(self, key: str) -> Tensor:
        self.used.add(key)
        return self.weights[key]

    def bias(self, key: str) -> Tensor | None:
        return self[f"{key}.bias"] if f"{key}.bias" in self.weights else None

    def conv(self, x: Tensor, key: str, stride: Any = 1, padding: int | None = None) -> Tensor:
        """A convolution in two or three dimensions, which keeps the size at stride 1."""
        weight = self[f"{key}.weight"]
        convolve: Any = F.conv2d if weight.ndim == 4 else F.conv3d
        around = [side // 2 for side in weight.shape[2:]] if padding is None else padding
        groups = x.shape[1] // weight.shape[1]
        result: Tensor = convolve(x, weight, self.bias(key), stride, around, groups=groups)
        return result

    def bn(self, x: Tensor, key: str, eps: float = 1e-5) -> Tensor:
        names = "running_mean", "running_var", "weight", "bias"
        mean, variance, scale, shift = (self[f"{key}.{name}"] for name in names)
        return F.batch_norm(x, mean, variance, scale, shift, eps=eps)

    def conv_bn(self, x: Tensor, conv: str, bn: str, stride: Any = 1) -> Tensor:
        return self.bn(self.conv(x, conv, stride), bn)

    def linear(self, x: Tensor, key: str) -> Tensor:
        return F.linear(x, self[f"{key}.weight"], self.bias(key))

    def classified(self, x: Tensor, key: str = "fc") -> Tensor:
        """Global average pooling, then a linear layer."""
        return self.linear(x.flatten(2).mean(2), key)


def stand_in_for_dropout(module: torch.nn.Module) -> None:
    for name, part in module.named_children():
        if type(part).__name__ in ("Dropout", "Dropout2d", "DropPath"):
            setattr(module, name, Dropped(part.p))  # type: ignore[arg-type]
        else:
            stand_in_for_dropout(part)


def assert_computes(network: Network, forward: Callable[[Tensor, Layers], Tensor]) -> None:
    """Of random weights, each of which `forward` must use."""
    module = network.module().double().eval()
    stand_in_for_dropout(module)
    weights = module.state_dict()
    for key, entry in weights.items():
        entry.copy_(torch.from_numpy(filled(key, tuple(entry.shape))))
    x = torch.from_numpy(filled_input((2, *network.input_shape))).double()
    layers = Layers(weights)
    with torch.no_grad():
        expected = forward(x, layers)
        torch.testing.assert_close(module(x), expected, rtol=1e-9, atol=1e-9)
    assert layers.used == {key for key in weights if not key.endswith("num_batches_tracked")}
