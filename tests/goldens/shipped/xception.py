"""Xception, a residual network of depthwise separable convolutions, under timm's names.

Xception: Deep Learning with Depthwise Separable Convolutions, Fig. 5, arXiv:1610.02357.
22,855,952 parameters, 8,357,403,496 multiply-accumulates per sample.
Input [3, 299, 299], output [1000]. Emitted by netspec from xception.yaml,
sha256:a0a25b0d15e0.
"""

import torch
import torch.nn.functional as F
from torch import nn


class Separable(nn.Module):
    """A 3x3 convolution of every channel by itself, then a 1x1 convolution."""

    def __init__(self, in_channels: int, out: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(
            in_channels, in_channels, 3, padding=1, groups=in_channels, bias=False
        )
        self.pointwise = nn.Conv2d(in_channels, out, 1, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.conv1(x)
        return self.pointwise(x)


class Unit2(nn.Module):
    """Separable convolutions in a row, and a shortcut, projected where the shape
    changes.
    """

    def __init__(self) -> None:
        super().__init__()
        self.skip = nn.Conv2d(64, 128, 1, stride=2, bias=False)
        self.skipbn = nn.BatchNorm2d(128)
        self.rep = nn.Sequential(
            Separable(64, 128),
            nn.BatchNorm2d(128),
            nn.ReLU(),
            Separable(128, 128),
            nn.BatchNorm2d(128),
            nn.MaxPool2d(3, stride=2, padding=1),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        skipbn = self.skipbn(self.skip(x))  # [128, 74, 74]
        return skipbn + self.rep(x)


class Unit3(nn.Module):
    """Separable convolutions in a row, and a shortcut, projected where the shape
    changes.
    """

    def __init__(self, in_channels: int, out_channels: int, out: int) -> None:
        super().__init__()
        self.skip = nn.Conv2d(in_channels, out_channels, 1, stride=2, bias=False)
        self.skipbn = nn.BatchNorm2d(out_channels)
        self.rep = nn.Sequential(
            nn.ReLU(),
            Separable(in_channels, out),
            nn.BatchNorm2d(out),
            nn.ReLU(),
            Separable(out, out_channels),
            nn.BatchNorm2d(out_channels),
            nn.MaxPool2d(3, stride=2, padding=1),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        skipbn = self.skipbn(self.skip(x))
        return skipbn + self.rep(x)


class Unit(nn.Module):
    """Separable convolutions in a row, and a shortcut, projected where the shape
    changes.
    """

    def __init__(self) -> None:
        super().__init__()
        self.rep = nn.Sequential(
            nn.ReLU(),
            Separable(728, 728),
            nn.BatchNorm2d(728),
            nn.ReLU(),
            Separable(728, 728),
            nn.BatchNorm2d(728),
            nn.ReLU(),
            Separable(728, 728),
            nn.BatchNorm2d(728),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.rep(x)  # [728, 19, 19]


class Xception(nn.Module):
    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 32, 3, stride=2, bias=False)
        self.bn1 = nn.BatchNorm2d(32)
        self.conv2 = nn.Conv2d(32, 64, 3, bias=False)
        self.bn2 = nn.BatchNorm2d(64)
        self.block1 = Unit2()
        self.block2 = Unit3(128, 256, 256)
        self.block3 = Unit3(256, 728, 728)
        for i in range(8):
            self.add_module(f"block{i + 4}", Unit())
        self.block12 = Unit3(728, 1024, 728)
        self.conv3 = Separable(1024, 1536)
        self.bn3 = nn.BatchNorm2d(1536)
        self.conv4 = Separable(1536, 2048)
        self.bn4 = nn.BatchNorm2d(2048)
        self.fc = nn.Linear(2048, classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.relu_(self.bn1(self.conv1(x)))  # [32, 149, 149]
        x = F.relu_(self.bn2(self.conv2(x)))  # [64, 147, 147]
        x = self.block1(x)  # [128, 74, 74]
        x = self.block2(x)  # [256, 37, 37]
        x = self.block3(x)  # [728, 19, 19]
        for i in range(8):
            x = getattr(self, f"block{i + 4}")(x)
        x = self.block12(x)  # [1024, 10, 10]
        x = F.relu_(self.bn3(self.conv3(x)))  # [1536, 10, 10]
        x = F.relu_(self.bn4(self.conv4(x)))  # [2048, 10, 10]
        x = x.mean((2, 3))  # [2048]
        return self.fc(x)  # [1000]


def xception(classes: int = 1000) -> Xception:
    """The network of xception.yaml, with fresh weights."""
    return Xception(classes)


# netspec where 9ab7ecada17e xception.yaml 14:23 19-20:27 22:29 25:27 26:29 29:31 36:37
# 37:39 38:46-50 39:48 40:49 41:46 42:48 43:49 44:50 48:37-39 49:46-52 52:31 59:37 60:39
# 61:46-50 62:46 63:48 64:49 65:46 66:48 67:49 68:50 72:37-39 73:46-52 76:31 83:46-49
# 84:46 85:48 86:49 87:46 88:48 89:49 90:46 91:48 92:49 96:46-52 99:55 102:55 103:57
# 104:60 105:62 106-108:66 109-110:69 111:71 112:73 113:75 114:78 115:80 116:84
# 117-119:20 122:55-59 123:60-64 124-126:66 128:69 129:71 130:73-77 131:78-82 132:83
# 133:84
