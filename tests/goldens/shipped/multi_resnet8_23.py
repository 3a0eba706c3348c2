"""Residual networks for CIFAR with several residual functions beside each shortcut.

Multi-Residual Networks: Improving the Speed and Accuracy of Residual Networks, Sec.
III, arXiv:1609.05672.
1,707,610 parameters, 272,024,192 multiply-accumulates per sample.
Input [3, 32, 32], output [10]. Emitted by netspec from multi_resnet8_23.
"""

import torch
import torch.nn.functional as F
from torch import nn


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

    def __init__(self) -> None:
        super().__init__()
        self.body1 = Function(16, 16)
        self.body2 = Function(16, 16)
        self.body3 = Function(16, 16)
        self.body4 = Function(16, 16)
        self.body5 = Function(16, 16)
        self.body6 = Function(16, 16)
        self.body7 = Function(16, 16)
        self.body8 = Function(16, 16)
        self.body9 = Function(16, 16)
        self.body10 = Function(16, 16)
        self.body11 = Function(16, 16)
        self.body12 = Function(16, 16)
        self.body13 = Function(16, 16)
        self.body14 = Function(16, 16)
        self.body15 = Function(16, 16)
        self.body16 = Function(16, 16)
        self.body17 = Function(16, 16)
        self.body18 = Function(16, 16)
        self.body19 = Function(16, 16)
        self.body20 = Function(16, 16)
        self.body21 = Function(16, 16)
        self.body22 = Function(16, 16)
        self.body23 = Function(16, 16)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        body1 = self.body1(x)  # [16, 32, 32]
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
                x,
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
        )


class Unit(nn.Module):
    """`ways` residual functions and a shortcut, projected where the shape changes."""

    def __init__(self) -> None:
        super().__init__()
        self.k_way = KWay()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.k_way(x)  # [16, 32, 32]


class Shortcut(nn.Module):
    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, 1, stride=2, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.conv(x)


class KWayWithShortcut(nn.Module):
    """x + F(x) + G(x) + ..., `ways` operators with weights of their own."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        width: int,
        body2_width: int,
        body3_width: int,
        body4_width: int,
        body5_width: int,
        body6_width: int,
        body7_width: int,
        body8_width: int,
        body9_width: int,
        body10_width: int,
        body11_width: int,
        body12_width: int,
        body13_width: int,
        body14_width: int,
        body15_width: int,
        body16_width: int,
        body17_width: int,
        body18_width: int,
        body19_width: int,
        body20_width: int,
        body21_width: int,
        body22_width: int,
        body23_width: int,
    ) -> None:
        super().__init__()
        self.shortcut = Shortcut(in_channels, out_channels)
        self.body1 = Function(in_channels, width, stride=2)
        self.body2 = Function(in_channels, body2_width, stride=2)
        self.body3 = Function(in_channels, body3_width, stride=2)
        self.body4 = Function(in_channels, body4_width, stride=2)
        self.body5 = Function(in_channels, body5_width, stride=2)
        self.body6 = Function(in_channels, body6_width, stride=2)
        self.body7 = Function(in_channels, body7_width, stride=2)
        self.body8 = Function(in_channels, body8_width, stride=2)
        self.body9 = Function(in_channels, body9_width, stride=2)
        self.body10 = Function(in_channels, body10_width, stride=2)
        self.body11 = Function(in_channels, body11_width, stride=2)
        self.body12 = Function(in_channels, body12_width, stride=2)
        self.body13 = Function(in_channels, body13_width, stride=2)
        self.body14 = Function(in_channels, body14_width, stride=2)
        self.body15 = Function(in_channels, body15_width, stride=2)
        self.body16 = Function(in_channels, body16_width, stride=2)
        self.body17 = Function(in_channels, body17_width, stride=2)
        self.body18 = Function(in_channels, body18_width, stride=2)
        self.body19 = Function(in_channels, body19_width, stride=2)
        self.body20 = Function(in_channels, body20_width, stride=2)
        self.body21 = Function(in_channels, body21_width, stride=2)
        self.body22 = Function(in_channels, body22_width, stride=2)
        self.body23 = Function(in_channels, body23_width, stride=2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
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
                out,
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
        )


class Unit2(nn.Module):
    """`ways` residual functions and a shortcut, projected where the shape changes."""

    def __init__(self, in_channels: int, width: int) -> None:
        super().__init__()
        self.k_way = KWayWithShortcut(
            in_channels,
            width,
            width,
            width,
            width,
            width,
            width,
            width,
            width,
            width,
            width,
            width,
            width,
            width,
            width,
            width,
            width,
            width,
            width,
            width,
            width,
            width,
            width,
            width,
            width,
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.k_way(x)


class MultiResNet8_23(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, padding=1, bias=False)
        self.layer1 = nn.Sequential(Unit())
        self.layer2 = nn.Sequential(Unit2(16, 32))
        self.layer3 = nn.Sequential(Unit2(32, 64))
        self.bn = nn.BatchNorm2d(64)
        self.fc = nn.Linear(64, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.conv1(x)  # [16, 32, 32]
        x = self.layer1(x)
        x = self.layer2(x)  # [32, 16, 16]
        x = F.relu(self.bn(self.layer3(x)))  # [64, 8, 8]
        x = x.mean((2, 3))  # [64]
        return self.fc(x)  # [10]
