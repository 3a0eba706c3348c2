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


class Unit(nn.Module):
    """Separable convolutions in a row, and a shortcut, projected where the shape
    changes.
    """

    def __init__(
        self,
        in_channels: int,
        out: int,
        rep_out: int,
        stride: int = 1,
        relu_first: bool = True,
    ) -> None:
        super().__init__()
        self.stride = stride
        if stride != 1:
            self.skip = nn.Conv2d(in_channels, rep_out, 1, stride=stride, bias=False)
            self.skipbn = nn.BatchNorm2d(rep_out)
        layers: list[nn.Module] = []
        if relu_first:
            layers.append(nn.ReLU())
        layers += [
            Separable(in_channels, out),
            nn.BatchNorm2d(out),
            nn.ReLU(),
            Separable(out, rep_out),
            nn.BatchNorm2d(rep_out),
        ]
        if stride == 1:
            layers += [nn.ReLU(), Separable(rep_out, rep_out), nn.BatchNorm2d(rep_out)]
        else:
            layers.append(nn.MaxPool2d(3, stride=stride, padding=1))
        self.rep = nn.Sequential(*layers)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = x
        if self.stride != 1:
            out = self.skipbn(self.skip(x))
        return out + self.rep(x)


class Xception(nn.Module):
    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 32, 3, stride=2, bias=False)
        self.bn1 = nn.BatchNorm2d(32)
        self.conv2 = nn.Conv2d(32, 64, 3, bias=False)
        self.bn2 = nn.BatchNorm2d(64)
        self.block1 = Unit(64, 128, 128, stride=2, relu_first=False)
        self.block2 = Unit(128, 256, 256, stride=2)
        self.block3 = Unit(256, 728, 728, stride=2)
        for i in range(8):
            self.add_module(f"block{i + 4}", Unit(728, 728, 728))
        self.block12 = Unit(728, 728, 1024, stride=2)
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


# netspec where 0150a5e583b9 xception.yaml 14:23 19-20:27 22:29 25:27 26:29 29:31
# 44:37-39 45:37 46:39 47-48:46-50 49:46 50:46-50 51:48 52:49 53:46 54:48 55:49 57:46-50
# 58:46-49 59:46-50 60:50 61:46-50 66:37-39 67:46-52 70:55 73:55 74:57 75:60 76:62
# 77-79:66 80-81:69 82:71 83:73 84:75 85:78 86:80 87:84 88-90:20 93:55-59 94:60-64
# 95-97:66 99:69 100:71 101:73-77 102:78-82 103:83 104:84
