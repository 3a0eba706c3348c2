"""MobileNets, of depthwise separable convolutions, under timm's names.

MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications,
Table 1, arXiv:1704.04861.
4,231,976 parameters, 568,740,352 multiply-accumulates per sample.
Input [3, 224, 224], output [1000]. Emitted by netspec from
mobilenet_v1.yaml@mobilenetv1_100, sha256:403be9b3cd98.
"""

import torch
import torch.nn.functional as F
from torch import nn


class Separable(nn.Module):
    """A depthwise 3x3 convolution and a 1x1 one, each normalised and cut off at 0 and
    6.
    """

    def __init__(self, in_channels: int, out: int, stride: int = 1) -> None:
        super().__init__()
        self.conv_dw = nn.Conv2d(
            in_channels,
            in_channels,
            3,
            stride=stride,
            padding=1,
            groups=in_channels,
            bias=False,
        )
        self.bn1 = nn.BatchNorm2d(in_channels)
        self.conv_pw = nn.Conv2d(in_channels, out, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(out)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.relu6(self.bn1(self.conv_dw(x)))
        return F.relu6(self.bn2(self.conv_pw(x)))


class Mobilenetv1_100(nn.Module):
    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        self.conv_stem = nn.Conv2d(3, 32, 3, stride=2, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(32)
        self.blocks = nn.Sequential(
            nn.Sequential(Separable(32, 64)),
            nn.Sequential(Separable(64, 128, stride=2), Separable(128, 128)),
            nn.Sequential(Separable(128, 256, stride=2), Separable(256, 256)),
            nn.Sequential(
                Separable(256, 512, stride=2), *(Separable(512, 512) for _ in range(5))
            ),
            nn.Sequential(Separable(512, 1024, stride=2), Separable(1024, 1024)),
        )
        self.classifier = nn.Linear(1024, classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out")
        for module in self.modules():
            if isinstance(module, Separable):
                nn.init.kaiming_normal_(module.conv_dw.weight)
        nn.init.uniform_(self.classifier.weight, -(classes**-0.5), classes**-0.5)
        nn.init.zeros_(self.classifier.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.relu6(self.bn1(self.conv_stem(x)))  # [32, 112, 112]
        x = self.blocks(x)  # [1024, 7, 7]
        x = x.mean((2, 3))  # [1024]
        return self.classifier(x)  # [1000]


def mobilenetv1_100(classes: int = 1000) -> Mobilenetv1_100:
    """The network of mobilenet_v1.yaml@mobilenetv1_100, with fresh weights."""
    return Mobilenetv1_100(classes)


# netspec where 1d4c43d8c3db mobilenet_v1.yaml@mobilenetv1_100 15:26 22-29:30 31:33
# 32:35 33:37 36:30-34 37:35-38 40:41 43:41 44:43 45-50:50 52:50 54:53 55-60:22-23
# 61-62:53 65:41-45 66:50 67:52 68:53
