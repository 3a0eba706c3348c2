"""The larger DenseNets, with bottleneck layers and compression, under torchvision's
names.

Densely Connected Convolutional Networks, Table 1, arXiv:1608.06993.
28,681,000 parameters, 7,727,907,072 multiply-accumulates per sample.
Input [3, 224, 224], output [1000]. Emitted by netspec from densenet.yaml@densenet161,
sha256:6ef2aa57fb41.
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
        self.conv1 = nn.Conv2d(in_channels, 192, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(192)
        self.conv2 = nn.Conv2d(192, 48, 3, padding=1, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.conv1(F.relu_(self.norm1(x)))
        return self.conv2(F.relu_(self.norm2(x)))


class DenseBlock(nn.Module):
    """Every layer sees the maps of all layers before it."""

    def __init__(self, in_channels: int, layers: int) -> None:
        super().__init__()
        for i in range(layers):
            self.add_module(f"denselayer{i + 1}", DenseLayer(in_channels + 48 * i))

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


class DenseNet161(nn.Module):
    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        self.features = nn.Sequential(
            OrderedDict(
                conv0=nn.Conv2d(3, 96, 7, stride=2, padding=3, bias=False),
                norm0=nn.BatchNorm2d(96),
                relu0=nn.ReLU(),
                pool0=nn.MaxPool2d(3, stride=2, padding=1),
                denseblock1=DenseBlock(96, 6),
                transition1=Transition(384),
                denseblock2=DenseBlock(192, 12),
                transition2=Transition(768),
                denseblock3=DenseBlock(384, 36),
                transition3=Transition(2112),
                denseblock4=DenseBlock(1056, 24),
                norm5=nn.BatchNorm2d(2208),
            ),
        )
        self.classifier = nn.Linear(2208, classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight)
        nn.init.zeros_(self.classifier.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.relu(self.features(x))  # [2208, 7, 7]
        x = x.mean((2, 3))  # [2208]
        return self.classifier(x)  # [1000]


def densenet161(classes: int = 1000) -> DenseNet161:
    """The network of densenet.yaml@densenet161, with fresh weights."""
    return DenseNet161(classes)


# netspec where 46ad4afea5a5 densenet.yaml@densenet161 17:26 24:29 25:32 26:33 27:36
# 30:29-32 31:33-36 34:37 39-40:43 44:43-45 48:47 53:50 54:53 57:50-53 58:54 61:59
# 64-65:60-75 66:60 67:62 68:64 69:66 70:70 71:72 72:70 73:72 74:70 75:72 76:70 77:75
# 80:79 81-83:22 84:23 87:60-77 88:78 89:79
