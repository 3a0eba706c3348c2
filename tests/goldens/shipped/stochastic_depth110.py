"""ResNets for CIFAR whose units survive training less often the deeper they are, each
sample by itself; those that survive are scaled up in training, where the paper scales
down in testing.

Deep Networks with Stochastic Depth, Sec. 3, eq. 4, arXiv:1603.09382.
1,727,962 parameters, 252,887,680 multiply-accumulates per sample.
Input [3, 32, 32], output [10]. Emitted by netspec from
stochastic_depth.yaml@stochastic_depth110, sha256:0e087f078c59.
"""

import torch
import torch.nn.functional as F
from torch import nn


class DropPath(nn.Module):
    """Drops whole samples in training, each with probability p."""

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not self.training:
            return x
        ones = x.new_ones(x.shape[0], *(1 for _ in x.shape[1:]))
        return x * F.dropout(ones, self.p)


class PadChannels(nn.Module):
    """Channels of zeros behind those of the input."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.channels = channels

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.pad(x, (0, 0) * (x.dim() - 2) + (0, self.channels - x.shape[1]))


class Branch(nn.Module):
    """Two 3x3 convolutions, each normalised."""

    def __init__(self, in_channels: int, width: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(
            in_channels, width, 3, stride=stride, padding=1, bias=False
        )
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.relu_(self.bn1(self.conv1(x)))
        return self.bn2(self.conv2(x))


class ZeroPadded(nn.Module):
    """Every stride-th row and column of the input, with channels of zeros behind its
    own.
    """

    def __init__(self, out: int) -> None:
        super().__init__()
        self.pad_channels = PadChannels(out)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.max_pool2d(x, 1, stride=2)
        return self.pad_channels(x)


class Unit(nn.Module):
    """A residual unit that training leaves out with probability `p`."""

    def __init__(
        self,
        in_channels: int,
        width: int,
        p: float,
        stride: int = 1,
        shortcut: bool = False,
    ) -> None:
        super().__init__()
        self.body = Branch(in_channels, width, stride=stride)
        self.drop_path = DropPath(p)
        self.shortcut: ZeroPadded | None = None
        if shortcut:
            self.shortcut = ZeroPadded(width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = self.drop_path(self.body(x))
        if self.shortcut is not None:
            x = self.shortcut(x)
        return F.relu(out + x)


class StochasticDepth110(nn.Module):
    def __init__(self, classes: int = 10) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.layer1 = nn.Sequential(
            *(Unit(16, 16, (i + 1) / 54 * 0.5) for i in range(18))
        )
        self.layer2 = nn.Sequential(
            Unit(16, 32, 19 / 54 * 0.5, stride=2, shortcut=True),
            *(Unit(32, 32, (i + 20) / 54 * 0.5) for i in range(17)),
        )
        self.layer3 = nn.Sequential(
            Unit(32, 64, 37 / 54 * 0.5, stride=2, shortcut=True),
            *(Unit(64, 64, (i + 38) / 54 * 0.5) for i in range(17)),
        )
        self.fc = nn.Linear(64, classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.relu_(self.bn1(self.conv1(x)))  # [16, 32, 32]
        x = self.layer1(x)
        x = self.layer2(x)  # [32, 16, 16]
        x = self.layer3(x)  # [64, 8, 8]
        x = x.mean((2, 3))  # [64]
        return self.fc(x)  # [10]


def stochastic_depth110(classes: int = 10) -> StochasticDepth110:
    """The network of stochastic_depth.yaml@stochastic_depth110, with fresh weights."""
    return StochasticDepth110(classes)


# netspec where 59664a0a68ad stochastic_depth.yaml@stochastic_depth110 41:26 46-47:30
# 49:31 50:33 51:34 54:30-32 55:33-34 72:35 94:43 97:46 100:46 101:48 102-103:54
# 105-107:54 109-111:54 113:61 114-116:23 119:46-50 120-122:54 123:60 124:61
# std/stochastic_depth.yaml 84-85:16 86-88:17 91:16 93:17 94:18
# std/zero_padded.yaml 58:7 65:13 68:11 69:13
