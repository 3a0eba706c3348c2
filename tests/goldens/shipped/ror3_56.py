"""Residual networks of residual networks for CIFAR, with shortcuts at three levels.

Residual Networks of Residual Networks: Multilevel Residual Networks, RoR-3,
arXiv:1608.02908.
859,674 parameters, 126,075,520 multiply-accumulates per sample.
Input [3, 32, 32], output [10]. Emitted by netspec from ror.yaml@ror3_56,
sha256:c428aa274d3d.
"""

import torch
import torch.nn.functional as F
from torch import nn


class Branch(nn.Module):
    """Two 3x3 convolutions, each normalised."""

    def __init__(self, in_channels: int, out: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(
            in_channels, out, 3, stride=stride, padding=1, bias=False
        )
        self.bn1 = nn.BatchNorm2d(out)
        self.conv2 = nn.Conv2d(out, out, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(out)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.relu_(self.bn1(self.conv1(x)))
        return self.bn2(self.conv2(x))


class Projection(nn.Module):
    """A normalised 1x1 convolution that brings a shortcut to the shape of the sum."""

    def __init__(self, in_channels: int, out: int, stride: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out, 1, stride=stride, bias=False)
        self.norm = nn.BatchNorm2d(out)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.norm(self.conv(x))


class ResidualOfResidual(nn.Module):
    """Parts of these widths in a row with a ReLU between them, and a shortcut over all.
    `parts` says of how many each consists on the levels below: widths [16, 32, 64] and
    parts [18] are 3 groups of 18 units. A unit is one `body`. Maps are halved where the
    width changes.
    """

    def __init__(self, in_channels: int, out: int, stride: int = 1) -> None:
        super().__init__()
        self.body = Branch(in_channels, out, stride=stride)
        self.shortcut: Projection | None = None
        if stride > 1 or in_channels != out:
            self.shortcut = Projection(in_channels, out, stride)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        body = self.body(x)
        if self.shortcut is not None:
            x = self.shortcut(x)
        return body + x


class ResidualOfResidual2(nn.Module):
    """Parts of these widths in a row with a ReLU between them, and a shortcut over all.
    `parts` says of how many each consists on the levels below: widths [16, 32, 64] and
    parts [18] are 3 groups of 18 units. A unit is one `body`. Maps are halved where the
    width changes.
    """

    def __init__(self, in_channels: int, out: int, stride: int = 1) -> None:
        super().__init__()
        self.part = nn.ModuleList(
            [
                ResidualOfResidual(in_channels, out, stride=stride),
                *(ResidualOfResidual(out, out) for _ in range(8)),
            ],
        )
        self.shortcut: Projection | None = None
        if stride > 1 or in_channels != out:
            self.shortcut = Projection(in_channels, out, stride)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = self.part[0](x)
        for i in range(8):
            out = self.part[i + 1](F.relu(out))
        if self.shortcut is not None:
            x = self.shortcut(x)
        return out + x


class ResidualOfResidual3(nn.Module):
    """Parts of these widths in a row with a ReLU between them, and a shortcut over all.
    `parts` says of how many each consists on the levels below: widths [16, 32, 64] and
    parts [18] are 3 groups of 18 units. A unit is one `body`. Maps are halved where the
    width changes.
    """

    def __init__(self) -> None:
        super().__init__()
        self.part = nn.ModuleList(
            [
                ResidualOfResidual2(16, 16),
                ResidualOfResidual2(16, 32, stride=2),
                ResidualOfResidual2(32, 64, stride=2),
            ],
        )
        self.shortcut = Projection(16, 64, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = F.relu(self.part[0](x))  # [16, 32, 32]
        out = F.relu(self.part[1](out))  # [32, 16, 16]
        return self.part[2](out) + self.shortcut(x)  # [64, 8, 8]


class RoR3_56(nn.Module):
    def __init__(self, classes: int = 10) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 16, 3, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(16)
        self.levels = ResidualOfResidual3()
        self.fc = nn.Linear(64, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.relu_(self.bn(self.conv(x)))  # [16, 32, 32]
        x = F.relu(self.levels(x))  # [64, 8, 8]
        x = x.mean((2, 3))  # [64]
        return self.fc(x)  # [10]


def ror3_56(classes: int = 10) -> RoR3_56:
    """The network of ror.yaml@ror3_56, with fresh weights."""
    return RoR3_56(classes)


# netspec where 00a0d3a55ae5 ror.yaml@ror3_56 15:23 20-21:27 23:28 24:30 25:31 28:27-29
# 29:30-31 117:34 120:34 121:35 122:37 123:41 126:34-36 127:37-39 128:40 129:41
# std/projection.yaml 32:7 37:11 38:12 41:11-12
# std/residual_of_residual.yaml 44:10 53:26 54-56:40 59:26 61:40 62:42 65:10 74-77:32
# 80-82:40 85:32 87:30-32 89:40 90:42 93:10 102-106:32 109:40 112-113:30-32 114:32,40-42
