"""DenseNet-121 with bottleneck layers and compression, under torchvision's names.

Densely Connected Convolutional Networks, Table 1, arXiv:1608.06993.
7,978,856 parameters, 2,834,161,664 multiply-accumulates per sample.
Input [3, 224, 224], output [1000]. Emitted by netspec from densenet121.yaml,
sha256:bd1f7dd6a01b.
"""

from collections import OrderedDict

import torch
import torch.nn.functional as F
from torch import nn


class DenseLayer(nn.Module):
    """BN-ReLU-conv(1x1) to 4 times the growth rate, then BN-ReLU-conv(3x3) to the
    growth rate.
    """

    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.norm1 = nn.BatchNorm2d(in_channels)
        self.conv1 = nn.Conv2d(in_channels, 128, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(128)
        self.conv2 = nn.Conv2d(128, 32, 3, padding=1, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.conv1(F.relu_(self.norm1(x)))
        return self.conv2(F.relu_(self.norm2(x)))


class DenseBlock(nn.Module):
    """Every layer sees the maps of all layers before it."""

    def __init__(self, in_channels: int, layers: int) -> None:
        super().__init__()
        for i in range(layers):
            self.add_module(f"denselayer{i + 1}", DenseLayer(in_channels + 32 * i))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for layer in self.children():
            x = torch.cat([x, layer(x)], 1)
        return x


class Transition(nn.Module):
    """Halves the channels and the resolution."""

    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(in_channels)
        self.conv = nn.Conv2d(in_channels, in_channels // 2, 1, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.conv(F.relu_(self.norm(x)))
        return F.avg_pool2d(x, 2)


class DenseNet121(nn.Module):
    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        self.features = nn.Sequential(
            OrderedDict(
                conv0=nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False),
                norm0=nn.BatchNorm2d(64),
                relu0=nn.ReLU(),
                pool0=nn.MaxPool2d(3, stride=2, padding=1),
                denseblock1=DenseBlock(64, 6),
                transition1=Transition(256),
                denseblock2=DenseBlock(128, 12),
                transition2=Transition(512),
                denseblock3=DenseBlock(256, 24),
                transition3=Transition(1024),
                denseblock4=DenseBlock(512, 16),
                norm5=nn.BatchNorm2d(1024),
            ),
        )
        self.classifier = nn.Linear(1024, classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight)
        nn.init.zeros_(self.classifier.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.relu(self.features(x))  # [1024, 7, 7]
        x = x.mean((2, 3))  # [1024]
        return self.classifier(x)  # [1000]


def densenet121(classes: int = 1000) -> DenseNet121:
    """The network of densenet121.yaml, with fresh weights."""
    return DenseNet121(classes)


# netspec where 75c2c2884275 densenet121.yaml 16:26 23:29 24:32 25:33 26:36 29:29-32
# 30:33-36 33:37 38-39:43 43:43-45 47:47 52:50 53:53 56:50-53 57:54 60:59 63-64:60-75
# 65:60 66:62 67:64 68:66 69:70 70:72 71:70 72:72 73:70 74:72 75:70 76:75 79:79 80-82:22
# 83:23 86:60-77 87:78 88:79
