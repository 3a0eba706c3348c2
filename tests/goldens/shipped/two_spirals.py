"""Three layers of five units and an output, each on all layers before it, to tell two
spirals apart.

Learning to Tell Two Spirals Apart, 1988 Connectionist Models Summer School.
138 parameters, 122 multiply-accumulates per sample.
Input [2], output [1]. Emitted by netspec from two_spirals.yaml, sha256:ce4d5e329270.
"""

import torch
from torch import nn


class Layer(nn.Module):
    def __init__(self, in_features: int) -> None:
        super().__init__()
        self.linear = nn.Linear(in_features, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(self.linear(x))


class Dense(nn.Module):
    """Layers in a row, each on the concatenated maps of the input and of all layers
    before it.
    """

    def __init__(self) -> None:
        super().__init__()
        for i in range(3):
            self.add_module(f"layer{i + 1}", Layer(2 + 5 * i))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for layer in self.children():
            x = torch.cat([x, layer(x)], 1)
        return x


class TwoSpirals(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.dense = Dense()
        self.output = nn.Linear(17, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.dense(x)  # [17]
        return torch.sigmoid(self.output(x))  # [1]


def two_spirals() -> TwoSpirals:
    """The network of two_spirals.yaml, with fresh weights."""
    return TwoSpirals()


# netspec where 701cbf20cfb1 two_spirals.yaml 13:18 16:18 19:18 38:18 41:18 42:19 45:18
# 46:19-21
# std/dense.yaml 22:7 29-30:11 34:11-12
