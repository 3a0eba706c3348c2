"""Residual networks whose bottlenecks end in a squeeze and excitation, under timm's
names.

Squeeze-and-Excitation Networks, Fig. 3, Table 1, arXiv:1709.01507.
28,088,024 parameters, 4,091,699,200 multiply-accumulates per sample.
Input [3, 224, 224], output [1000]. Emitted by netspec from seresnet.yaml@seresnet50,
sha256:562bbf6e114e.
"""

import torch
import torch.nn.functional as F
from torch import nn


class SqueezeExcite(nn.Module):
    """Scales each channel by a gate computed from the global averages of all
    channels.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.fc1 = nn.Conv2d(channels, channels // 16, 1)
        self.fc2 = nn.Conv2d(channels // 16, channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = x.mean((2, 3), keepdim=True)
        out = F.relu_(self.fc1(out))
        out = torch.sigmoid(self.fc2(out))
        return x * out


class Bottleneck(nn.Module):
    """A 3x3 convolution between 1x1 ones, squeeze and excitation, and a shortcut."""

    def __init__(self, in_channels: int, width: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride=stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, 4 * width, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * width)
        self.se = SqueezeExcite(4 * width)
        self.downsample: nn.Sequential | None = None
        if stride != 1 or in_channels != 4 * width:
            self.downsample = nn.Sequential(
                nn.Conv2d(in_channels, 4 * width, 1, stride=stride, bias=False),
                nn.BatchNorm2d(4 * width),
            )
        nn.init.zeros_(self.bn3.weight)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = F.relu_(self.bn1(self.conv1(x)))
        out = F.relu_(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        se = self.se(out)
        if self.downsample is not None:
            x = self.downsample(x)
        return F.relu(se + x)


class SEResNet50(nn.Module):
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


def seresnet50(classes: int = 1000) -> SEResNet50:
    """The network of seresnet.yaml@seresnet50, with fresh weights."""
    return SEResNet50(classes)


# netspec where 8e2e249b0cb9 seresnet.yaml@seresnet50 15:12 22:19 23:22 26:18 27:19-21
# 28:22-24 29:25 32:26 37:31 38:32 39:34 40:35 41:37 42:38 43:40 44-46:44-45 47:44 48:45
# 50:39 53:31-33 54:34-36 55:37-38 56:40 58:44-45 59:47-48
# resnet.yaml 62:63 65:63 66:65 67-68:73 70-71:73 73-74:73 76-77:73 79:78 80-82:21
# 85:63-67 86:68 87-90:73 91:76 92:78
