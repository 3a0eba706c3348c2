"""A residual network of 3-D convolutions for video, under torchvision's names.

A Closer Look at Spatiotemporal Convolutions for Action Recognition, Sec. 3.3, R3D,
arXiv:1711.11248.
33,371,472 parameters, 40,696,553,472 multiply-accumulates per sample.
Input [3, 16, 112, 112], output [400]. Emitted by netspec from r3d.yaml@r3d_18,
sha256:4528fcb1df07.
"""

import torch
import torch.nn.functional as F
from torch import nn


class BasicBlock(nn.Module):
    """Two 3x3x3 convolutions and a shortcut, projected where the shape changes."""

    def __init__(self, in_channels: int, width: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Sequential(
            nn.Conv3d(in_channels, width, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm3d(width),
            nn.ReLU(),
        )
        self.conv2 = nn.Sequential(
            nn.Conv3d(width, width, 3, padding=1, bias=False), nn.BatchNorm3d(width)
        )
        self.downsample: nn.Sequential | None = None
        if stride != 1 or in_channels != width:
            self.downsample = nn.Sequential(
                nn.Conv3d(in_channels, width, 1, stride=stride, bias=False),
                nn.BatchNorm3d(width),
            )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = self.conv2(self.conv1(x))
        if self.downsample is not None:
            x = self.downsample(x)
        return F.relu(out + x)


class R3D18(nn.Module):
    def __init__(self, classes: int = 400) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv3d(
                3, 64, (3, 7, 7), stride=(1, 2, 2), padding=(1, 3, 3), bias=False
            ),
            nn.BatchNorm3d(64),
            nn.ReLU(),
        )
        self.layer1 = nn.Sequential(*(BasicBlock(64, 64) for _ in range(2)))
        self.layer2 = nn.Sequential(BasicBlock(64, 128, stride=2), BasicBlock(128, 128))
        self.layer3 = nn.Sequential(
            BasicBlock(128, 256, stride=2), BasicBlock(256, 256)
        )
        self.layer4 = nn.Sequential(
            BasicBlock(256, 512, stride=2), BasicBlock(512, 512)
        )
        self.fc = nn.Linear(512, classes)
        for module in self.modules():
            if isinstance(module, nn.Conv3d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out")
        nn.init.normal_(self.fc.weight, std=0.01)
        nn.init.zeros_(self.fc.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.stem(x)  # [64, 16, 56, 56]
        x = self.layer1(x)
        x = self.layer2(x)  # [128, 8, 28, 28]
        x = self.layer3(x)  # [256, 4, 14, 14]
        x = self.layer4(x)  # [512, 2, 7, 7]
        x = x.mean((2, 3, 4))  # [512]
        return self.fc(x)  # [400]


def r3d_18(classes: int = 400) -> R3D18:
    """The network of r3d.yaml@r3d_18, with fresh weights."""
    return R3D18(classes)


# netspec where 2bc392bb53b3 r3d.yaml@r3d_18 15:24 20:31-33 21:31 22:32 23:33
# 25-26:36-37 28-30:40-41 31:40 32:41 36:31-37 38:40-41 39:43-44 42:48 45:49-51 46-47:49
# 49:50 50:51 52-55:55 57-58:55 60:60 61-63:20 64-65:21 68:49-51 69-72:55 73:58 74:60
