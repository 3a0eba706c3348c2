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
        widths: tuple[int, ...],
        stride: int = 1,
        relu_first: bool = True,
    ) -> None:
        super().__init__()
        self.stride = stride
        if stride != 1:
            self.skip = nn.Conv2d(in_channels, widths[-1], 1, stride=stride, bias=False)
            self.skipbn = nn.BatchNorm2d(widths[-1])
        layers: list[nn.Module] = []
        channels = in_channels
        for i, width in enumerate(widths):
            if relu_first or i > 0:
                layers.append(nn.ReLU())
            layers += [Separable(channels, width), nn.BatchNorm2d(width)]
            channels = width
        if stride != 1:
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
        self.block1 = Unit(64, (128, 128), stride=2, relu_first=False)
        self.block2 = Unit(128, (256, 256), stride=2)
        self.block3 = Unit(256, (728, 728), stride=2)
        for i in range(8):
            self.add_module(f"block{i + 4}", Unit(728, (728, 728, 728)))
        self.block12 = Unit(728, (728, 1024), stride=2)
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


# netspec where e56832f0425a xception.yaml 14:23 19-20:27 22:29 25:27 26:29 29:31
# 43:37-39 44:37 45:39 46-49:46-50 50:46 51:48-49 52-53:46-50 54:50 55:46-50 60:37-39
# 61:46-52 64:55 67:55 68:57 69:60 70:62 71-73:66 74-75:69 76:71 77:73 78:75 79:78 80:80
# 81:84 82-84:20 87:55-59 88:60-64 89-91:66 93:69 94:71 95:73-77 96:78-82 97:83 98:84
