"""Thin highway networks for MNIST, and plain ones with as many weights a layer.

Highway Networks, Sec. 4.1, arXiv:1505.00387.
289,660 parameters, 284,700 multiply-accumulates per sample.
Input [784], output [10]. Emitted by netspec from highway.yaml@highway50,
sha256:2d9feb7012de.
"""

import torch
import torch.nn.functional as F
from torch import nn


class Highway(nn.Module):
    """H(x) T(x) + x C(x) with a transform gate T and a carry gate C, which is 1 - T
    where the two are coupled; H is `layer` and `act`, a gate is `gate`, an op with a
    bias, and a sigmoid. T starts nearly closed.
    """

    def __init__(self, in_features: int) -> None:
        super().__init__()
        self.layer = nn.Linear(in_features, in_features)
        self.transform = nn.Linear(in_features, in_features)
        nn.init.constant_(self.transform.bias, -2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = F.relu_(self.layer(x))  # [50]
        out2 = torch.sigmoid(self.transform(x))
        return torch.lerp(x, out, out2)


class Highway50(nn.Module):
    def __init__(self, units: int = 50, classes: int = 10) -> None:
        super().__init__()
        self.linear = nn.Linear(784, units)
        self.layers = nn.Sequential(*(Highway(units) for _ in range(49)))
        self.output = nn.Linear(units, classes)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.kaiming_normal_(module.weight)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.relu_(self.linear(x))  # [50]
        x = self.layers(x)
        return self.output(x)  # [10]


def highway50(units: int = 50, classes: int = 10) -> Highway50:
    """The network of highway.yaml@highway50, with fresh weights."""
    return Highway50(units, classes)


# netspec where 0d242c5fc0a6 highway.yaml@highway50 32:29 35:29 36:31 37:34 38-40:19
# 43:29-30 44:31 45:34
# std/highway.yaml 14:7 22:16 23:19 24:22 27:16-17 28:19-23 29:25
