"""Residual networks whose 3x3 convolutions are split into groups, 32 of 4 or 8
channels.

Aggregated Residual Transformations for Deep Neural Networks, Table 1, Fig. 3c,
arXiv:1611.05431.
25,028,904 parameters, 4,230,479,872 multiply-accumulates per sample.
Input [3, 224, 224], output [1000]. Emitted by netspec from
resnext.yaml@resnext50_32x4d, sha256:ff45a2c07750.
"""

import torch
import torch.nn.functional as F
from torch import nn


class Bottleneck(nn.Module):
    """A 3x3 convolution between 1x1 ones that narrow by 4 and widen again, and a
    shortcut.
    """

    def __init__(self, in_channels: int, width: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, 2 * width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(2 * width)
        self.conv2 = nn.Conv2d(
            2 * width, 2 * width, 3, stride=stride, padding=1, groups=32, bias=False
        )
        self.bn2 = nn.BatchNorm2d(2 * width)
        self.conv3 = nn.Conv2d(2 * width, 4 * width, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * width)
        self.downsample: nn.Sequential | None = None
        if stride != 1 or in_channels != 4 * width:
            self.downsample = nn.Sequential(
                nn.Conv2d(in_channels, 4 * width, 1, stride=stride, bias=False),
                nn.BatchNorm2d(4 * width),
            )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = F.relu_(self.bn1(self.conv1(x)))
        out = F.relu_(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        if self.downsample is not None:
            x = self.downsample(x)
        return F.relu(out + x)


class ResNeXt50_32x4d(nn.Module):
    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.layer1 = nn.Sequential(
            Bottleneck(64, 64), *(Bottleneck(256, 64) for _ in range(2))
        )
        self.layer2 = nn.Sequential(
            Bottleneck(256, 128, stride=2), *(Bottleneck(512, 128) for _ in range(3))
        )
        self.layer3 = nn.Sequential(
            Bottleneck(512, 256, stride=2), *(Bottleneck(1024, 256) for _ in range(5))
        )
        self.layer4 = nn.Sequential(
            Bottleneck(1024, 512, stride=2), *(Bottleneck(2048, 512) for _ in range(2))
        )
        self.fc = nn.Linear(2048, classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.relu_(self.bn1(self.conv1(x)))  # [64, 112, 112]
        x = F.max_pool2d(x, 3, stride=2, padding=1)  # [64, 56, 56]
        x = self.layer1(x)  # [256, 56, 56]
        x = self.layer2(x)  # [512, 28, 28]
        x = self.layer3(x)  # [1024, 14, 14]
        x = self.layer4(x)  # [2048, 7, 7]
        x = x.mean((2, 3))  # [2048]
        return self.fc(x)  # [1000]


def resnext50_32x4d(classes: int = 1000) -> ResNeXt50_32x4d:
    """The network of resnext.yaml@resnext50_32x4d, with fresh weights."""
    return ResNeXt50_32x4d(classes)


# netspec where 17a5eb56f178 resnext.yaml@resnext50_32x4d
# resnet.yaml 16:41 23:46 24:47 25-26:49 28:50 29:52 30:53 31-33:56-57 34:56 35:57
# 39:46-48 40:49-51 41:52-53 43:56-57 44:59-60 47:63 50:63 51:65 52-53:73 55-56:73
# 58-59:73 61-62:73 64:78 65-67:21 70:63-67 71:68 72-75:73 76:76 77:78
