"""ResNeXt-29 for CIFAR.

Aggregated Residual Transformations for Deep Neural Networks, Sec. 5.3,
arXiv:1611.05431.
4,914,250 parameters, 748,365,824 multiply-accumulates per sample.
Input [3, 32, 32], output [10]. Emitted by netspec from
resnext_cifar.yaml@resnext29_1x64d, sha256:981e2fa01c9e.
"""

import torch
import torch.nn.functional as F
from torch import nn


class Projection(nn.Module):
    """A normalised 1x1 convolution that brings a shortcut to the shape of the sum."""

    def __init__(self, in_channels: int, out: int, stride: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out, 1, stride=stride, bias=False)
        self.norm = nn.BatchNorm2d(out)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.norm(self.conv(x))


class Bottleneck(nn.Module):
    """A 3x3 convolution of `width` channels between 1x1 ones, and a shortcut, which is
    projected where the shape changes.
    """

    def __init__(self, in_channels: int, width: int, out: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride=stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, out, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(out)
        self.shortcut: Projection | None = None
        if stride != 1 or in_channels != out:
            self.shortcut = Projection(in_channels, out, stride=stride)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = F.relu_(self.bn1(self.conv1(x)))
        out = F.relu_(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        if self.shortcut is not None:
            x = self.shortcut(x)
        return F.relu(out + x)


class ResNeXt29_1x64d(nn.Module):
    def __init__(self, classes: int = 10) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.layer1 = nn.Sequential(
            Bottleneck(64, 64, 256), *(Bottleneck(256, 64, 256) for _ in range(2))
        )
        self.layer2 = nn.Sequential(
            Bottleneck(256, 128, 512, stride=2),
            *(Bottleneck(512, 128, 512) for _ in range(2)),
        )
        self.layer3 = nn.Sequential(
            Bottleneck(512, 256, 1024, stride=2),
            *(Bottleneck(1024, 256, 1024) for _ in range(2)),
        )
        self.fc = nn.Linear(1024, classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight)
        nn.init.kaiming_normal_(self.fc.weight)
        nn.init.zeros_(self.fc.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.relu_(self.bn1(self.conv1(x)))  # [64, 32, 32]
        x = self.layer1(x)  # [256, 32, 32]
        x = self.layer2(x)  # [512, 16, 16]
        x = self.layer3(x)  # [1024, 8, 8]
        x = x.mean((2, 3))  # [1024]
        return self.fc(x)  # [10]


def resnext29_1x64d(classes: int = 10) -> ResNeXt29_1x64d:
    """The network of resnext_cifar.yaml@resnext29_1x64d, with fresh weights."""
    return ResNeXt29_1x64d(classes)


# netspec where ccdf80665096 resnext_cifar.yaml@resnext29_1x64d 53:23 56:23 57:25
# 58-59:31 61-63:31 65-67:31 69:39 70-72:19 73-74:20 77:23-27 78-80:31 81:38 82:39
# std/bottleneck.yaml 27:10 34:23 35:24 36:26 37:27 38:29 39:30 40-42:31 45:23-25
# 46:26-28 47:29-30 49:31 50:33-34
# std/projection.yaml 15:7 20:11 21:12 24:11-12
