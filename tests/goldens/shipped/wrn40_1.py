"""Wide residual networks for CIFAR, WRN-depth-k.

Wide Residual Networks, Table 1, arXiv:1605.07146.
563,930 parameters, 83,280,512 multiply-accumulates per sample.
Input [3, 32, 32], output [10]. Emitted by netspec from wrn.yaml@wrn40_1,
sha256:3074d642aaf6.
"""

import torch
import torch.nn.functional as F
from torch import nn


class Preactivation(nn.Module):
    """BN, ReLU and a 3x3 convolution, twice, and a shortcut; where the shape changes,
    that starts behind the first ReLU.
    """

    def __init__(self, in_channels: int, out: int, stride: int = 1) -> None:
        super().__init__()
        changes = stride != 1 or in_channels != out
        self.bn1 = nn.BatchNorm2d(in_channels)
        self.conv1 = nn.Conv2d(
            in_channels, out, 3, stride=stride, padding=1, bias=False
        )
        self.bn2 = nn.BatchNorm2d(out)
        self.conv2 = nn.Conv2d(out, out, 3, padding=1, bias=False)
        self.shortcut: nn.Conv2d | None = None
        if changes:
            self.shortcut = nn.Conv2d(in_channels, out, 1, stride=stride, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = F.relu_(self.bn1(x))
        out2 = F.relu_(self.bn2(self.conv1(out)))
        out2 = self.conv2(out2)
        if self.shortcut is not None:
            x = self.shortcut(out)
        return out2 + x


class WRN40_1(nn.Module):
    def __init__(self, classes: int = 10) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, padding=1, bias=False)
        self.conv2 = nn.Sequential(*(Preactivation(16, 16) for _ in range(6)))
        self.conv3 = nn.Sequential(
            Preactivation(16, 32, stride=2), *(Preactivation(32, 32) for _ in range(5))
        )
        self.conv4 = nn.Sequential(
            Preactivation(32, 64, stride=2), *(Preactivation(64, 64) for _ in range(5))
        )
        self.bn = nn.BatchNorm2d(64)
        self.fc = nn.Linear(64, classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out")
        nn.init.zeros_(self.fc.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.conv1(x)  # [16, 32, 32]
        x = self.conv2(x)
        x = self.conv3(x)  # [32, 16, 16]
        x = F.relu_(self.bn(self.conv4(x)))  # [64, 8, 8]
        x = x.mean((2, 3))  # [64]
        return self.fc(x)  # [10]


def wrn40_1(classes: int = 10) -> WRN40_1:
    """The network of wrn.yaml@wrn40_1, with fresh weights."""
    return WRN40_1(classes)


# netspec where 421736c8a1ff wrn.yaml@wrn40_1 41:26 44:26 45-47:31 49-50:31 52:34 53:37
# 54-56:19 57:20 60:26 61-62:31 63:31-35 64:36 65:37
# std/preactivation.yaml 14:10 21:19 22:23 23-24:27 26:28 27:32 28-30:33 33:23-24
# 34:27-29 35:32 37:33 38:36
