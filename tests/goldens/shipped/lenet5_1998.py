"""LeNet-5 as published, with the connection table of C3, trained subsampling and units
that measure the distance to a drawn digit.

Gradient-Based Learning Applied to Document Recognition, Fig. 2, Sec. II.B, Table I,
doi:10.1109/5.726791.
60,000 parameters, 325,680 multiply-accumulates per sample.
Input [1, 32, 32], output [10]. Emitted by netspec from lenet5_1998.yaml,
sha256:f03dfa0b9efe.
"""

from typing import TypeVar

import torch
import torch.nn.functional as F
from torch import nn

ModuleT = TypeVar("ModuleT", bound=nn.Module)

MAPS = (
    (0, 1, 2),
    (1, 2, 3),
    (2, 3, 4),
    (3, 4, 5),
    (0, 4, 5),
    (0, 1, 5),
    (0, 1, 2, 3),
    (1, 2, 3, 4),
    (2, 3, 4, 5),
    (0, 3, 4, 5),
    (0, 1, 4, 5),
    (0, 1, 2, 5),
    (0, 1, 3, 4),
    (1, 2, 4, 5),
    (0, 2, 3, 5),
    (0, 1, 2, 3, 4, 5),
)

# fmt: off
OUTPUT_WEIGHT = (
    (-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1, 1, 1, -1, -1,
     -1, 1, -1, -1, -1, 1, -1, 1, -1, -1, -1, -1, -1, 1, 1, -1, -1, -1, -1, -1, 1, 1,
     -1, -1, -1, -1, -1, 1, 1, -1, -1, -1, -1, -1, 1, 1, -1, -1, -1, -1, -1, 1, -1, 1,
     -1, -1, -1, 1, -1, -1, -1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1, -1, -1),
    (-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1, -1, -1, -1,
     -1, -1, 1, 1, -1, -1, -1, -1, 1, -1, 1, -1, -1, -1, -1, -1, -1, 1, -1, -1, -1, -1,
     -1, -1, 1, -1, -1, -1, -1, -1, -1, 1, -1, -1, -1, -1, -1, -1, 1, -1, -1, -1, -1,
     -1, -1, 1, -1, -1, -1, -1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1, -1),
    (-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1, 1, 1, -1, -1,
     -1, 1, -1, -1, -1, 1, -1, 1, -1, -1, -1, -1, -1, 1, -1, -1, -1, -1, -1, -1, 1, -1,
     -1, -1, -1, -1, 1, -1, -1, -1, -1, 1, 1, -1, -1, -1, -1, 1, -1, -1, -1, -1, -1, 1,
     -1, -1, -1, -1, -1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1),
    (-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1, 1, 1, 1, 1, -1, 1,
     -1, -1, -1, -1, -1, 1, -1, -1, -1, -1, -1, -1, 1, -1, -1, -1, -1, -1, -1, 1, -1,
     -1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1, 1, -1, -1, -1, -1, -1, -1, 1, 1, -1,
     -1, -1, -1, -1, 1, -1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1, -1),
    (-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1, -1,
     -1, -1, -1, -1, 1, 1, -1, -1, -1, -1, 1, -1, 1, -1, -1, -1, 1, -1, -1, 1, -1, -1,
     1, -1, -1, -1, 1, -1, 1, -1, -1, -1, -1, 1, -1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1,
     -1, -1, 1, -1, -1, -1, -1, -1, -1, 1, -1, -1, -1, -1, -1, -1, -1, -1),
    (-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1, 1, 1, 1, 1, 1, 1, 1, -1,
     -1, -1, -1, -1, -1, 1, -1, -1, -1, -1, -1, -1, 1, -1, 1, 1, 1, 1, -1, 1, 1, -1, -1,
     -1, -1, 1, -1, -1, -1, -1, -1, -1, 1, -1, -1, -1, -1, -1, -1, 1, 1, -1, -1, -1, -1,
     -1, 1, -1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1, -1),
    (-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1, 1, 1, 1, -1, -1,
     1, -1, -1, -1, -1, -1, 1, -1, -1, -1, -1, -1, -1, 1, -1, -1, -1, -1, -1, -1, 1, -1,
     1, 1, 1, 1, -1, 1, 1, -1, -1, -1, -1, 1, 1, -1, -1, -1, -1, -1, 1, 1, -1, -1, -1,
     -1, -1, 1, -1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1, -1),
    (-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1, 1, 1, 1, 1, 1, 1, 1, -1,
     -1, -1, -1, -1, 1, -1, -1, -1, -1, -1, 1, -1, -1, -1, -1, -1, -1, 1, -1, -1, -1,
     -1, -1, 1, -1, -1, -1, -1, -1, -1, 1, -1, -1, -1, -1, -1, 1, -1, -1, -1, -1, -1,
     -1, 1, -1, -1, -1, -1, -1, -1, 1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1),
    (-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1, 1, 1, 1, 1, -1, 1,
     -1, -1, -1, -1, -1, 1, 1, -1, -1, -1, -1, -1, 1, 1, -1, -1, -1, -1, -1, 1, -1, 1,
     1, 1, 1, 1, -1, 1, -1, -1, -1, -1, -1, 1, 1, -1, -1, -1, -1, -1, 1, 1, -1, -1, -1,
     -1, -1, 1, -1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1, -1),
    (-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1, 1, 1, 1, 1, -1, 1,
     -1, -1, -1, -1, -1, 1, 1, -1, -1, -1, -1, -1, 1, 1, -1, -1, -1, -1, 1, 1, -1, 1, 1,
     1, 1, -1, 1, -1, -1, -1, -1, -1, -1, 1, -1, -1, -1, -1, -1, -1, 1, -1, -1, -1, -1,
     -1, 1, -1, -1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1, -1, -1)
)
# fmt: on


class Affine(nn.Module):
    """A learned factor and summand per channel."""

    def __init__(self, channels: int, bias: bool = True) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        if bias:
            self.bias = nn.Parameter(torch.zeros(channels))
        else:
            self.register_parameter("bias", None)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        per_channel = (-1, *(1 for _ in x.shape[2:]))
        y = x * self.weight.view(per_channel)
        return y if self.bias is None else y + self.bias.view(per_channel)


class RBF(nn.Module):
    """Squared Euclidean distances to learned centres."""

    def __init__(self, in_features: int, out_features: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(out_features, in_features))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.square(x.unsqueeze(-2) - self.weight).sum(-1)


def fixed(module: ModuleT) -> ModuleT:
    """The module with buffers in place of its parameters: constants that are not trained."""
    for part in module.modules():
        for name, parameter in list(part.named_parameters(recurse=False)):
            delattr(part, name)
            part.register_buffer(name, parameter.detach())
    return module


class Subsampling(nn.Module):
    """The sum of 2x2 units, times a trained coefficient, plus a trained bias,
    squashed.
    """

    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.affine = Affine(in_channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.avg_pool2d(x, 2)
        return 1.7159 * torch.tanh(2 / 3 * self.affine(4.0 * x))


class C3(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        for i in range(16):
            self.add_module(f"conv{i + 1}", nn.Conv2d(len(MAPS[i]), 1, 5))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        outs = []
        for i in range(16):
            out = x[:, MAPS[i]]
            out = getattr(self, f"conv{i + 1}")(out)
            outs.append(out)
        return torch.cat(outs, 1)  # [16, 10, 10]


class LeNet5_1998(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.c1 = nn.Conv2d(1, 6, 5)
        self.s2 = Subsampling(6)
        self.c3 = C3()
        self.s4 = Subsampling(16)
        self.c5 = nn.Conv2d(16, 120, 5)
        self.f6 = nn.Linear(120, 84)
        self.output = fixed(RBF(84, 10))
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.uniform_(
                    module.weight,
                    -2.4 / (25 * module.in_channels),
                    2.4 / (25 * module.in_channels),
                )
        nn.init.uniform_(
            self.f6.weight, -2.4 / self.f6.in_features, 2.4 / self.f6.in_features
        )
        self.output.weight.data.copy_(torch.tensor(OUTPUT_WEIGHT))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = 1.7159 * torch.tanh(2 / 3 * self.c1(x))  # [6, 28, 28]
        x = self.s2(x)  # [6, 14, 14]
        x = 1.7159 * torch.tanh(2 / 3 * self.c3(x))  # [16, 10, 10]
        x = self.s4(x)  # [16, 5, 5]
        x = 1.7159 * torch.tanh(2 / 3 * self.c5(x))  # [120, 1, 1]
        x = torch.flatten(x, 1)  # [120]
        x = 1.7159 * torch.tanh(2 / 3 * self.f6(x))  # [84]
        return self.output(x)  # [10]


def lenet5_1998() -> LeNet5_1998:
    """The network of lenet5_1998.yaml, with fresh weights."""
    return LeNet5_1998()


# netspec where e758c416cdaa lenet5_1998.yaml 121:55 128:60 131:58 132:54-60 135:73-75
# 138-139:74 144:73 145:74 147:75 150:64 153:64 154:67 155:73-75 156:77 157:79 158:83
# 159:86 160-165:46 167-168:47 170:90 173:54,64 174:67 175:54,73-75 176:77 177:54,79
# 178:82 179:54,83 180:86
