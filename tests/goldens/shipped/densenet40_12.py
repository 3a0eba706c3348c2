"""DenseNets for CIFAR, plain and with bottleneck layers and compression (BC).

Densely Connected Convolutional Networks, Sec. 3, Table 2, arXiv:1608.06993.
1,019,722 parameters, 264,812,928 multiply-accumulates per sample.
Input [3, 32, 32], output [10]. Emitted by netspec from
densenet_cifar.yaml@densenet40_12, sha256:17c71f30a450.
"""

import torch
import torch.nn.functional as F
from torch import nn


class BnReluConv(nn.Module):
    """BN, ReLU and a convolution, and dropout where it is asked for."""

    def __init__(self, in_channels: int, out: int, kernel: int) -> None:
        super().__init__()
        self.bn = nn.BatchNorm2d(in_channels)
        self.conv = nn.Conv2d(in_channels, out, kernel, padding=kernel // 2, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.conv(F.relu_(self.bn(x)))


class Layer(nn.Module):
    """As many maps as the growth rate, in BC behind a bottleneck of four times as
    many.
    """

    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.bn_relu_conv2 = BnReluConv(in_channels, 12, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.bn_relu_conv2(x)


class Dense(nn.Module):
    """Layers in a row, each on the concatenated maps of the input and of all layers
    before it.
    """

    def __init__(self, in_channels: int) -> None:
        super().__init__()
        for i in range(12):
            self.add_module(f"layer{i + 1}", Layer(in_channels + 12 * i))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for layer in self.children():
            x = torch.cat([x, layer(x)], 1)
        return x


class Transition(nn.Module):
    """A 1x1 convolution, to half the maps in BC, and 2x2 averages."""

    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.bn_relu_conv = BnReluConv(in_channels, in_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.bn_relu_conv(x)
        return F.avg_pool2d(x, 2)


class DenseNet40_12(nn.Module):
    def __init__(self, classes: int = 10) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 3, padding=1, bias=False)
        self.block = nn.ModuleList([Dense(16), Dense(160), Dense(304)])
        self.transition = nn.ModuleList([Transition(160), Transition(304)])
        self.bn = nn.BatchNorm2d(448)
        self.fc = nn.Linear(448, classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight)
        nn.init.zeros_(self.fc.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.stem(x)  # [16, 32, 32]
        x = self.block[0](x)  # [160, 32, 32]
        x = self.transition[0](x)  # [160, 16, 16]
        x = self.block[1](x)  # [304, 16, 16]
        x = self.transition[1](x)  # [304, 8, 8]
        x = F.relu_(self.bn(self.block[2](x)))  # [448, 8, 8]
        x = x.mean((2, 3))  # [448]
        return self.fc(x)  # [10]


def densenet40_12(classes: int = 10) -> DenseNet40_12:
    """The network of densenet_cifar.yaml@densenet40_12, with fresh weights."""
    return DenseNet40_12(classes)


# netspec where 0e70883e2c98 densenet_cifar.yaml@densenet40_12 14:31 19:35 20:37
# 23:35-37 26:40 33:45 36:45 55:46 60:49 63:49 64:50 67:53 70:53 71:57 72:59 73:62 74:65
# 75-77:23 78:24 81:53 82:57 83:59 84:57 85:59 86:57-63 87:64 88:65
# std/dense.yaml 39:7 46-47:11 51:11-12
