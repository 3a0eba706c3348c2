"""Residual networks for CIFAR of 6n + 2 layers, with shortcuts that have no weights.

Deep Residual Learning for Image Recognition, Sec. 4.2, arXiv:1512.03385.
269,722 parameters, 40,551,040 multiply-accumulates per sample.
Input [3, 32, 32], output [10]. Emitted by netspec from resnet_cifar.yaml@resnet20,
sha256:2c5ef375e9f9.
"""

import torch
import torch.nn.functional as F
from torch import nn


class PadChannels(nn.Module):
    """Channels of zeros behind those of the input."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.channels = channels

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.pad(x, (0, 0) * (x.dim() - 2) + (0, self.channels - x.shape[1]))


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


class BasicBlock(nn.Module):
    """Two 3x3 convolutions and a shortcut, which `shortcut` brings to another shape."""

    def __init__(self, in_channels: int, width: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(
            in_channels, width, 3, stride=stride, padding=1, bias=False
        )
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.shortcut: ZeroPadded | None = None
        if stride != 1:
            self.shortcut = ZeroPadded(width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = F.relu_(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        if self.shortcut is not None:
            x = self.shortcut(x)
        return F.relu(out + x)


class ResNet20(nn.Module):
    def __init__(self, classes: int = 10) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.layer1 = nn.Sequential(*(BasicBlock(16, 16) for _ in range(3)))
        self.layer2 = nn.Sequential(
            BasicBlock(16, 32, stride=2), *(BasicBlock(32, 32) for _ in range(2))
        )
        self.layer3 = nn.Sequential(
            BasicBlock(32, 64, stride=2), *(BasicBlock(64, 64) for _ in range(2))
        )
        self.fc = nn.Linear(64, classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight)
        nn.init.kaiming_normal_(self.fc.weight)
        nn.init.zeros_(self.fc.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.relu_(self.bn1(self.conv1(x)))  # [16, 32, 32]
        x = self.layer1(x)
        x = self.layer2(x)  # [32, 16, 16]
        x = self.layer3(x)  # [64, 8, 8]
        x = x.mean((2, 3))  # [64]
        return self.fc(x)  # [10]


def resnet20(classes: int = 10) -> ResNet20:
    """The network of resnet_cifar.yaml@resnet20, with fresh weights."""
    return ResNet20(classes)


# netspec where 26c0b134d52f resnet_cifar.yaml@resnet20 39:28 44-45:33 47:34 48:36 49:37
# 50-52:38 55:33-35 56:36-37 58:38 59:40-41 62:44 65:44 66:46 67-69:52 71-72:52 74:56
# 75-77:21 78-79:22 82:44-48 83-85:52 86:55 87:56
# std/zero_padded.yaml 25:7 32:13 35:11 36:13
