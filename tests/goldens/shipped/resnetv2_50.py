"""Residual networks with normalisation and activation before each convolution, as in
timm.

Identity Mappings in Deep Residual Networks, Fig. 4e, arXiv:1603.05027.
25,549,352 parameters, 4,089,184,256 multiply-accumulates per sample.
Input [3, 224, 224], output [1000]. Emitted by netspec from resnetv2.yaml@resnetv2_50,
sha256:10b9987c4736.
"""

from collections import OrderedDict

import torch
import torch.nn.functional as F
from torch import nn


class Projection(nn.Module):
    """A 1x1 convolution that brings the shortcut to the shape of the sum."""

    def __init__(self, in_channels: int, out: int, stride: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out, 1, stride=stride, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.conv(x)


class Bottleneck(nn.Module):
    """Pre-activated convolutions, 1x1, 3x3 and 1x1, and a shortcut that is the input
    itself.
    """

    def __init__(self, in_channels: int, width: int, stride: int) -> None:
        super().__init__()
        project = stride != 1 or in_channels != 4 * width
        self.norm1 = nn.BatchNorm2d(in_channels)
        self.conv1 = nn.Conv2d(in_channels, width, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride=stride, padding=1, bias=False)
        self.norm3 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, 4 * width, 1, bias=False)
        self.downsample: Projection | None = None
        if project:
            self.downsample = Projection(in_channels, 4 * width, stride=stride)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = F.relu_(self.norm1(x))
        out2 = F.relu_(self.norm2(self.conv1(out)))
        out2 = F.relu_(self.norm3(self.conv2(out2)))
        out2 = self.conv3(out2)
        if self.downsample is not None:
            x = self.downsample(out)
        return out2 + x


class ResNetV2_50(nn.Module):
    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            OrderedDict(
                conv=nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False),
                pool=nn.MaxPool2d(3, stride=2, padding=1),
            ),
        )
        self.stages = nn.Sequential(
            nn.Sequential(
                OrderedDict(
                    blocks=nn.Sequential(
                        Bottleneck(64, 64, 1),
                        *(Bottleneck(256, 64, 1) for _ in range(2)),
                    ),
                ),
            ),
            nn.Sequential(
                OrderedDict(
                    blocks=nn.Sequential(
                        Bottleneck(256, 128, 2),
                        *(Bottleneck(512, 128, 1) for _ in range(3)),
                    ),
                ),
            ),
            nn.Sequential(
                OrderedDict(
                    blocks=nn.Sequential(
                        Bottleneck(512, 256, 2),
                        *(Bottleneck(1024, 256, 1) for _ in range(5)),
                    ),
                ),
            ),
            nn.Sequential(
                OrderedDict(
                    blocks=nn.Sequential(
                        Bottleneck(1024, 512, 2),
                        *(Bottleneck(2048, 512, 1) for _ in range(2)),
                    ),
                ),
            ),
        )
        self.norm = nn.BatchNorm2d(2048)
        fc = nn.Conv2d(2048, classes, 1)
        self.head = nn.Sequential(
            OrderedDict(
                [("0", nn.AdaptiveAvgPool2d(1)), ("fc", fc), ("2", nn.Flatten())]
            ),
        )
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out")
        nn.init.normal_(fc.weight, std=0.01)
        if fc.bias is not None:
            nn.init.zeros_(fc.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.stem(x)  # [64, 56, 56]
        x = F.relu_(self.norm(self.stages(x)))  # [2048, 7, 7]
        return self.head(x)  # [1000]


def resnetv2_50(classes: int = 1000) -> ResNetV2_50:
    """The network of resnetv2.yaml@resnetv2_50, with fresh weights."""
    return ResNetV2_50(classes)


# netspec where 7603b4769e82 resnetv2.yaml@resnetv2_50 17:23 22:27 25:27 28:28 35:30
# 36:34 37:39 38:40 39:43 40:44 41:47 42-44:48 47:34-36 48:39-42 49:43-46 50:47 52:48
# 53:52 56:56 59-60:57-59 61:57 62:59 65-70:64 74-78:64 82-86:64 90-94:64 99:67 100:73
# 101-103:72-76 106-108:20 109:75 110-111:20 114:57-59 115:64-69 116:72-76
