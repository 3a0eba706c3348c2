"""A small network of polynomial residual units around Inception-like operators.

PolyNet: A Pursuit of Structural Diversity in Very Deep Networks, Sec. 3, PolyInception
modules, arXiv:1611.05725.
324,586 parameters, 76,383,488 multiply-accumulates per sample.
Input [3, 32, 32], output [10]. Emitted by netspec from polynet.yaml@polynet_poly2,
sha256:62fc8f854076.
"""

from collections import OrderedDict

import torch
import torch.nn.functional as F
from torch import nn


class ConvBnAct(nn.Module):
    """A convolution without bias, normalised and activated; an odd kernel keeps the
    size.
    """

    def __init__(
        self,
        in_channels: int,
        out: int,
        kernel: int | tuple[int, int] = 1,
        stride: int = 1,
        padding: int | tuple[int, int] = 0,
        act: bool = True,
    ) -> None:
        super().__init__()
        self.act = act
        self.conv = nn.Conv2d(
            in_channels, out, kernel, stride=stride, padding=padding, bias=False
        )
        self.bn = nn.BatchNorm2d(out)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.bn(self.conv(x))
        if self.act:
            x = F.relu(x)
        return x


class Operator(nn.Module):
    """F, an Inception block that ends in a linear 1x1 convolution to the channels of
    its input.
    """

    def __init__(self, in_channels: int) -> None:
        super().__init__()
        width = in_channels // 2
        self.conv_bn_act1 = ConvBnAct(in_channels, width)
        self.conv_bn_act2 = ConvBnAct(in_channels, width)
        self.conv_bn_act3 = ConvBnAct(width, width, kernel=(1, 3), padding=(0, 1))
        self.conv_bn_act4 = ConvBnAct(width, width, kernel=(3, 1), padding=(1, 0))
        self.conv_bn_act5 = ConvBnAct(in_channels, 2 * width, act=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = self.conv_bn_act1(x)
        x = self.conv_bn_act4(self.conv_bn_act3(self.conv_bn_act2(x)))
        return self.conv_bn_act5(torch.cat([out, x], 1))


class Poly(nn.Module):
    """x + F(x) + F(F(x)) + ... up to the power `order`, with the same weights in every
    F.
    """

    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.power = Operator(in_channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        power = self.power(x)
        return x + power + self.power(power)


class PolyNetPoly2(nn.Module):
    def __init__(self, classes: int = 10) -> None:
        super().__init__()
        self.entry1 = ConvBnAct(3, 32, kernel=3, padding=1)
        self.stage1 = nn.Sequential(
            *(
                nn.Sequential(OrderedDict([("unit", Poly(32)), ("1", nn.ReLU())]))
                for _ in range(3)
            ),
        )
        self.entry2 = ConvBnAct(32, 64, kernel=3, stride=2, padding=1)
        self.stage2 = nn.Sequential(
            *(
                nn.Sequential(OrderedDict([("unit", Poly(64)), ("1", nn.ReLU())]))
                for _ in range(3)
            ),
        )
        self.entry3 = ConvBnAct(64, 128, kernel=3, stride=2, padding=1)
        self.stage3 = nn.Sequential(
            *(
                nn.Sequential(OrderedDict([("unit", Poly(128)), ("1", nn.ReLU())]))
                for _ in range(3)
            ),
        )
        self.fc = nn.Linear(128, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.entry1(x)  # [32, 32, 32]
        x = self.stage1(x)
        x = self.entry2(x)  # [64, 16, 16]
        x = self.stage2(x)
        x = self.entry3(x)  # [128, 8, 8]
        x = self.stage3(x)
        x = x.mean((2, 3))  # [128]
        return self.fc(x)  # [10]


def polynet_poly2(classes: int = 10) -> PolyNetPoly2:
    """The network of polynet.yaml@polynet_poly2, with fresh weights."""
    return PolyNetPoly2(classes)


# netspec where 10bd52598499 polynet.yaml@polynet_poly2 45:19 52:21 53:24 54:25 55:26
# 56:27 57:29 60:24 61:25-27 62:28-29 79:34 82:35 83-86:40-42 89:35 90-93:40-42 96:35
# 97-100:40-42 103:44 106:35 107:40-42 108:35 109:40-42 110:35 111:40-42 112:43 113:44
# std/conv_bn_act.yaml 17:7 33-34:11 36:18 39:11,18 41:19
# std/poly.yaml 65:7 72:13 75:13 76:13-17
