"""Residual networks with twice the channels within each bottleneck.

Wide Residual Networks, Table 8, arXiv:1605.07146.
68,883,240 parameters, 11,398,021,120 multiply-accumulates per sample.
Input [3, 224, 224], output [1000]. Emitted by netspec from
wide_resnet.yaml@wide_resnet50_2, sha256:29269928b212.
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
            2 * width, 2 * width, 3, stride=stride, padding=1, bias=False
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


class WideResNet50_2(nn.Module):
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


def wide_resnet50_2(classes: int = 1000) -> WideResNet50_2:
    """The network of wide_resnet.yaml@wide_resnet50_2, with fresh weights."""
    return WideResNet50_2(classes)


# netspec where 2ea52fe248f3 wide_resnet.yaml@wide_resnet50_2
# resnet.yaml 14:41 21:46 22:47 23-24:49 26:50 27:52 28:53 29-31:56-57 32:56 33:57
# 37:46-48 38:49-51 39:52-53 41:56-57 42:59-60 45:63 48:63 49:65 50-51:73 53-54:73
# 56-57:73 59-60:73 62:78 63-65:21 68:63-67 69:68 70-73:73 74:76 75:78
