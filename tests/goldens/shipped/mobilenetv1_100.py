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
        nn.init.kaiming_normal_(self.conv_dw.weight)
        nn.init.kaiming_normal_(self.conv_pw.weight, mode="fan_out")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.relu6(self.bn1(self.conv_dw(x)))
        return F.relu6(self.bn2(self.conv_pw(x)))


class MobileNetV1_100(nn.Module):
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
        nn.init.kaiming_normal_(self.conv_stem.weight, mode="fan_out")
        nn.init.uniform_(self.classifier.weight, -(classes**-0.5), classes**-0.5)
        nn.init.zeros_(self.classifier.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.relu6(self.bn1(self.conv_stem(x)))  # [32, 112, 112]
        x = self.blocks(x)  # [1024, 7, 7]
        x = x.mean((2, 3))  # [1024]
        return self.classifier(x)  # [1000]


def mobilenetv1_100(classes: int = 1000) -> MobileNetV1_100:
    """The network of mobilenet_v1.yaml@mobilenetv1_100, with fresh weights."""
    return MobileNetV1_100(classes)


# netspec where 57db4ebf2f28 mobilenet_v1.yaml@mobilenetv1_100 15:26 22-29:30 31:33
# 32:35 33:37 34:32 35:22 38:30-34 39:35-38 42:41 45:41 46:43 47-52:50 54:50 56:53 57:22
# 58-59:23 62:41-45 63:50 64:52 65:53
