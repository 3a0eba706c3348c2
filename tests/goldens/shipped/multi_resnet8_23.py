"""Residual networks for CIFAR with several residual functions beside each shortcut.

Multi-Residual Networks: Improving the Speed and Accuracy of Residual Networks, Sec.
III, arXiv:1609.05672.
1,707,610 parameters, 272,024,192 multiply-accumulates per sample.
Input [3, 32, 32], output [10]. Emitted by netspec from
multi_resnet.yaml@multi_resnet8_23, sha256:5525d687f614.
"""

import torch
import torch.nn.functional as F
from torch import nn


class Shortcut(nn.Module):
    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, 1, stride=2, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.conv(x)


class Function(nn.Module):
    """A pre-activated residual function."""

    def __init__(self, in_channels: int, width: int, stride: int = 1) -> None:
        super().__init__()
        self.bn1 = nn.BatchNorm2d(in_channels)
        self.conv1 = nn.Conv2d(
            in_channels, width, 3, stride=stride, padding=1, bias=False
        )
        self.bn2 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.conv1(F.relu_(self.bn1(x)))
        return self.conv2(F.relu_(self.bn2(x)))


class KWay(nn.Module):
    """x + F(x) + G(x) + ..., `ways` operators with weights of their own."""

    def __init__(
        self, in_channels: int, width: int, shortcut: bool = True, stride: int = 1
    ) -> None:
        super().__init__()
        self.shortcut: Shortcut | None = None
        if shortcut:
            self.shortcut = Shortcut(in_channels, width)
        for i in range(23):
            self.add_module(f"body{i + 1}", Function(in_channels, width, stride=stride))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = x
        if self.shortcut is not None:
            out = self.shortcut(x)
        return sum([getattr(self, f"body{i + 1}")(x) for i in range(23)], out)


class Unit(nn.Module):
    """`ways` residual functions and a shortcut, projected where the shape changes."""

    def __init__(
        self, in_channels: int, width: int, shortcut: bool = True, stride: int = 1
    ) -> None:
        super().__init__()
        self.k_way = KWay(in_channels, width, shortcut=shortcut, stride=stride)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.k_way(x)


class MultiResNet8_23(nn.Module):
    def __init__(self, classes: int = 10) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, padding=1, bias=False)
        self.layer1 = nn.Sequential(Unit(16, 16, shortcut=False))
        self.layer2 = nn.Sequential(Unit(16, 32, stride=2))
        self.layer3 = nn.Sequential(Unit(32, 64, stride=2))
        self.bn = nn.BatchNorm2d(64)
        self.fc = nn.Linear(64, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.conv1(x)  # [16, 32, 32]
        x = self.layer1(x)
        x = self.layer2(x)  # [32, 16, 16]
        x = F.relu_(self.bn(self.layer3(x)))  # [64, 8, 8]
        x = x.mean((2, 3))  # [64]
        return self.fc(x)  # [10]


def multi_resnet8_23(classes: int = 10) -> MultiResNet8_23:
    """The network of multi_resnet.yaml@multi_resnet8_23, with fresh weights."""
    return MultiResNet8_23(classes)


# netspec where 2f3256e51029 multi_resnet.yaml@multi_resnet8_23 15:43 18:43 21:43 24:25
# 29:29 30-31:31 33:32 34:34 37:29-31 38:32-34 61:35 68:39 71:39 74:47 77:47 78-80:52
# 81:55 82:58 85:47 86-87:52 88:52-56 89:57 90:58
# std/k_way.yaml 41:7 48-50:12 51-52:13 57:12 58:13-15
