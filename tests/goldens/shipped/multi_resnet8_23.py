"""Residual networks for CIFAR with several residual functions beside each shortcut.

Multi-Residual Networks: Improving the Speed and Accuracy of Residual Networks, Sec.
III, arXiv:1609.05672.
1,707,610 parameters, 272,024,192 multiply-accumulates per sample.
Input [3, 32, 32], output [10]. Emitted by netspec from multi_resnet8_23.
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
        x = self.conv1(F.relu(self.bn1(x)))
        return self.conv2(F.relu(self.bn2(x)))


class KWay(nn.Module):
    """x + F(x) + G(x) + ..., `ways` operators with weights of their own."""

    def __init__(self, in_channels: int, width: int, stride: int = 1) -> None:
        super().__init__()
        self.shortcut: Shortcut | None = None
        if stride != 1:
            self.shortcut = Shortcut(in_channels, width)
        self.body1 = Function(in_channels, width, stride=stride)
        self.body2 = Function(in_channels, width, stride=stride)
        self.body3 = Function(in_channels, width, stride=stride)
        self.body4 = Function(in_channels, width, stride=stride)
        self.body5 = Function(in_channels, width, stride=stride)
        self.body6 = Function(in_channels, width, stride=stride)
        self.body7 = Function(in_channels, width, stride=stride)
        self.body8 = Function(in_channels, width, stride=stride)
        self.body9 = Function(in_channels, width, stride=stride)
        self.body10 = Function(in_channels, width, stride=stride)
        self.body11 = Function(in_channels, width, stride=stride)
        self.body12 = Function(in_channels, width, stride=stride)
        self.body13 = Function(in_channels, width, stride=stride)
        self.body14 = Function(in_channels, width, stride=stride)
        self.body15 = Function(in_channels, width, stride=stride)
        self.body16 = Function(in_channels, width, stride=stride)
        self.body17 = Function(in_channels, width, stride=stride)
        self.body18 = Function(in_channels, width, stride=stride)
        self.body19 = Function(in_channels, width, stride=stride)
        self.body20 = Function(in_channels, width, stride=stride)
        self.body21 = Function(in_channels, width, stride=stride)
        self.body22 = Function(in_channels, width, stride=stride)
        self.body23 = Function(in_channels, width, stride=stride)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = x
        if self.shortcut is not None:
            out = self.shortcut(x)
        body1 = self.body1(x)
        body2 = self.body2(x)
        body3 = self.body3(x)
        body4 = self.body4(x)
        body5 = self.body5(x)
        body6 = self.body6(x)
        body7 = self.body7(x)
        body8 = self.body8(x)
        body9 = self.body9(x)
        body10 = self.body10(x)
        body11 = self.body11(x)
        body12 = self.body12(x)
        body13 = self.body13(x)
        body14 = self.body14(x)
        body15 = self.body15(x)
        body16 = self.body16(x)
        body17 = self.body17(x)
        body18 = self.body18(x)
        body19 = self.body19(x)
        body20 = self.body20(x)
        body21 = self.body21(x)
        body22 = self.body22(x)
        body23 = self.body23(x)
        return sum(
            [
                body1,
                body2,
                body3,
                body4,
                body5,
                body6,
                body7,
                body8,
                body9,
                body10,
                body11,
                body12,
                body13,
                body14,
                body15,
                body16,
                body17,
                body18,
                body19,
                body20,
                body21,
                body22,
                body23,
            ],
            out,
        )


class Unit(nn.Module):
    """`ways` residual functions and a shortcut, projected where the shape changes."""

    def __init__(self, in_channels: int, width: int, stride: int = 1) -> None:
        super().__init__()
        self.k_way = KWay(in_channels, width, stride=stride)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.k_way(x)


class MultiResNet8_23(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, padding=1, bias=False)
        self.layer1 = nn.Sequential(Unit(16, 16))
        self.layer2 = nn.Sequential(Unit(16, 32, stride=2))
        self.layer3 = nn.Sequential(Unit(32, 64, stride=2))
        self.bn = nn.BatchNorm2d(64)
        self.fc = nn.Linear(64, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.conv1(x)  # [16, 32, 32]
        x = self.layer1(x)
        x = self.layer2(x)  # [32, 16, 16]
        x = F.relu(self.bn(self.layer3(x)))  # [64, 8, 8]
        x = x.mean((2, 3))  # [64]
        return self.fc(x)  # [10]
