"""The pre-activation ResNet of 1001 layers for CIFAR-10 (He et al. 2016, arXiv:1603.05027)."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class PreActivationUnit(nn.Module):
    """A projection starts from the first pre-activation."""

    def __init__(self, channels: int, width: int, stride: int) -> None:
        super().__init__()
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv1 = nn.Conv2d(channels, width, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride=stride, padding=1, bias=False)
        self.bn3 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, 4 * width, 1, bias=False)
        self.relu = nn.ReLU(inplace=True)
        self.shortcut: nn.Module | None = None
        if stride != 1 or channels != 4 * width:
            self.shortcut = nn.Conv2d(channels, 4 * width, 1, stride=stride, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.relu(self.bn1(x))
        shortcut = x if self.shortcut is None else self.shortcut(out)
        out = self.conv1(out)
        out = self.conv2(self.relu(self.bn2(out)))
        out = self.conv3(self.relu(self.bn3(out)))
        out += shortcut
        return out


class PreResNet(nn.Module):
    def __init__(self, units: int, num_classes: int = 10) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, padding=1, bias=False)
        self.layer1 = self.stage(units, 16, 16, 1)
        self.layer2 = self.stage(units, 64, 32, 2)
        self.layer3 = self.stage(units, 128, 64, 2)
        self.bn = nn.BatchNorm2d(256)
        self.relu = nn.ReLU(inplace=True)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(256, num_classes)

    @staticmethod
    def stage(units: int, channels: int, width: int, stride: int) -> nn.Sequential:
        later = (PreActivationUnit(4 * width, width, 1) for _ in range(1, units))
        return nn.Sequential(PreActivationUnit(channels, width, stride), *later)

    def forward(self, x: Tensor) -> Tensor:
        x = self.layer3(self.layer2(self.layer1(self.conv1(x))))
        x = self.relu(self.bn(x))
        x = torch.flatten(self.avgpool(x), 1)
        x = self.fc(x)
        return x


def preresnet1001(num_classes: int = 10) -> PreResNet:
    return PreResNet(111, num_classes)
