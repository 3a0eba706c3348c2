"""GoogLeNet as torchvision has it, with batch normalisation and with 3x3 in place of
5x5.

Going Deeper with Convolutions, Table 1, arXiv:1409.4842.
13,004,888 parameters, 1,498,376,192 multiply-accumulates per sample.
Input [3, 224, 224], output logits [1000], aux_logits2 [1000], aux_logits1 [1000].
Emitted by netspec from googlenet.yaml@googlenet, sha256:430c02499170.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import nn


class Unit(nn.Module):
    """A convolution, rectified; at stride 1 it keeps the size."""

    def __init__(
        self, in_channels: int, out: int, kernel: int = 1, stride: int = 1
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(
            in_channels, out, kernel, stride=stride, padding=kernel // 2, bias=False
        )
        self.bn = nn.BatchNorm2d(out, eps=0.001)
        nn.init.trunc_normal_(self.conv.weight, std=0.01)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.relu_(self.bn(self.conv(x)))


class Inception(nn.Module):
    """1x1, 3x3 and 5x5 convolutions and max pooling side by side, with 1x1 convolutions
    that reduce before and project after. The numbers are a row of the table, in its
    order.
    """

    def __init__(
        self,
        in_channels: int,
        c1: int,
        c3_reduce: int,
        c3: int,
        c5_reduce: int,
        c5: int,
        pool_proj: int,
    ) -> None:
        super().__init__()
        self.branch1 = Unit(in_channels, c1)
        self.branch2 = nn.Sequential(
            Unit(in_channels, c3_reduce), Unit(c3_reduce, c3, kernel=3)
        )
        self.branch3 = nn.Sequential(
            Unit(in_channels, c5_reduce), Unit(c5_reduce, c5, kernel=3)
        )
        self.branch4 = nn.Sequential(
            nn.MaxPool2d(3, stride=1, padding=1), Unit(in_channels, pool_proj)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cat(
            [self.branch1(x), self.branch2(x), self.branch3(x), self.branch4(x)], 1
        )


class Head(nn.Module):
    """An auxiliary classifier on 4x4 averages."""

    def __init__(self, in_channels: int, classes: int) -> None:
        super().__init__()
        self.conv = Unit(in_channels, 128)
        self.fc1 = nn.Linear(2048, 1024)
        self.dropout = nn.Dropout(p=0.7)
        self.fc2 = nn.Linear(1024, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.adaptive_avg_pool2d(x, 4)
        x = self.conv(x)
        x = torch.flatten(x, 1)
        x = self.dropout(F.relu_(self.fc1(x)))
        return self.fc2(x)


class GoogLeNetOutput(NamedTuple):
    logits: torch.Tensor
    aux_logits2: torch.Tensor
    aux_logits1: torch.Tensor


class GoogLeNet(nn.Module):
    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        self.conv1 = Unit(3, 64, kernel=7, stride=2)
        self.conv2 = Unit(64, 64)
        self.conv3 = Unit(64, 192, kernel=3)
        self.inception3a = Inception(192, 64, 96, 128, 16, 32, 32)
        self.inception3b = Inception(256, 128, 128, 192, 32, 96, 64)
        self.inception4a = Inception(480, 192, 96, 208, 16, 48, 64)
        self.inception4b = Inception(512, 160, 112, 224, 24, 64, 64)
        self.inception4c = Inception(512, 128, 128, 256, 24, 64, 64)
        self.inception4d = Inception(512, 112, 144, 288, 32, 64, 64)
        self.inception4e = Inception(528, 256, 160, 320, 32, 128, 128)
        self.inception5a = Inception(832, 256, 160, 320, 32, 128, 128)
        self.inception5b = Inception(832, 384, 192, 384, 48, 128, 128)
        self.aux1 = Head(512, classes)
        self.aux2 = Head(528, classes)
        self.dropout = nn.Dropout(p=0.2)
        self.fc = nn.Linear(1024, classes)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.trunc_normal_(module.weight, std=0.01)

    def forward(self, x: torch.Tensor) -> GoogLeNetOutput | torch.Tensor:
        x = self.conv1(x)  # [64, 112, 112]
        x = F.max_pool2d(x, 3, stride=2, ceil_mode=True)  # [64, 56, 56]
        x = self.conv2(x)
        x = self.conv3(x)  # [192, 56, 56]
        x = F.max_pool2d(x, 3, stride=2, ceil_mode=True)  # [192, 28, 28]
        x = self.inception3a(x)  # [256, 28, 28]
        x = self.inception3b(x)  # [480, 28, 28]
        x = F.max_pool2d(x, 3, stride=2, ceil_mode=True)  # [480, 14, 14]
        x = self.inception4a(x)  # [512, 14, 14]
        if self.training:
            aux1 = self.aux1(x)
        x = self.inception4b(x)
        x = self.inception4c(x)
        x = self.inception4d(x)  # [528, 14, 14]
        if self.training:
            aux2 = self.aux2(x)
        x = self.inception4e(x)  # [832, 14, 14]
        x = F.max_pool2d(x, 2, ceil_mode=True)  # [832, 7, 7]
        x = self.inception5a(x)
        x = self.inception5b(x)  # [1024, 7, 7]
        x = x.mean((2, 3))  # [1024]
        x = self.fc(self.dropout(x))  # [1000]
        if self.training:
            return GoogLeNetOutput(x, aux2, aux1)
        return x


def googlenet(classes: int = 1000) -> GoogLeNet:
    """The network of googlenet.yaml@googlenet, with fresh weights."""
    return GoogLeNet(classes)


# netspec where 2261e95b3f00 googlenet.yaml@googlenet 17:27 24-25:31 27:37 28:23
# 31:31,37-39 68:40 73:47 74:50 75:53 76:54 79:43 80:47 81:49 82:50-53 83:54 92:58 95:58
# 96:63 97:65 98:70 99:72 100:75 101:77 102:79 103:81 104:83 105:86 106:88 107:90 108:94
# 109:100 110:101 111-113:24 116:58 117:60 118:63 119:65 120:69 121:70 122:72 123:74
# 124:75 126:90 127:77 128:79 129:81 131:94 132:83 133:85 134:86 135:88 136:98
# 137:100-101
# std/inception.yaml 34:7 51:22 52-53:23 55-56:24 58-59:25 63-64:22-26
