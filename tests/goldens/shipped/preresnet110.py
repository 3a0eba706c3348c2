"""Residual networks for CIFAR with normalisation and activation before each
convolution.

Identity Mappings in Deep Residual Networks, Fig. 4e, Table 4, arXiv:1603.05027.
1,727,962 parameters, 252,887,680 multiply-accumulates per sample.
Input [3, 32, 32], output [10]. Emitted by netspec from
preresnet_cifar.yaml@preresnet110, sha256:3043a944c61b.
"""

import torch
import torch.nn.functional as F
from torch import nn


class PadChannels(nn.Module):
    """Channels of zeros behind those of the input."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.channels = channels

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.pad(x, (0, 0) * (x.dim() - 2) + (0, self.channels - x.shape[1]))


class ZeroPadded(nn.Module):
    """Every stride-th row and column of the input, with channels of zeros behind its
    own.
    """

    def __init__(self, out: int) -> None:
        super().__init__()
        self.pad_channels = PadChannels(out)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.max_pool2d(x, 1, stride=2)
        return self.pad_channels(x)


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
        self.shortcut: ZeroPadded | None = None
        if changes:
            self.shortcut = ZeroPadded(out)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = F.relu_(self.bn1(x))
        out2 = F.relu_(self.bn2(self.conv1(out)))
        out2 = self.conv2(out2)
        if self.shortcut is not None:
            x = self.shortcut(out)
        return out2 + x


class PreResNet110(nn.Module):
    def __init__(self, classes: int = 10) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, padding=1, bias=False)
        self.layer1 = nn.Sequential(*(Preactivation(16, 16) for _ in range(18)))
        self.layer2 = nn.Sequential(
            Preactivation(16, 32, stride=2), *(Preactivation(32, 32) for _ in range(17))
        )
        self.layer3 = nn.Sequential(
            Preactivation(32, 64, stride=2), *(Preactivation(64, 64) for _ in range(17))
        )
        self.bn = nn.BatchNorm2d(64)
        self.fc = nn.Linear(64, classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight)
        nn.init.kaiming_normal_(self.fc.weight)
        nn.init.zeros_(self.fc.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.conv1(x)  # [16, 32, 32]
        x = self.layer1(x)
        x = self.layer2(x)  # [32, 16, 16]
        x = F.relu_(self.bn(self.layer3(x)))  # [64, 8, 8]
        x = x.mean((2, 3))  # [64]
        return self.fc(x)  # [10]


def preresnet110(classes: int = 10) -> PreResNet110:
    """The network of preresnet_cifar.yaml@preresnet110, with fresh weights."""
    return PreResNet110(classes)


# netspec where 50e3b9b265d4 preresnet_cifar.yaml@preresnet110 67:52 70:52 71-73:57
# 75-76:57 78:60 79:63 80-82:23 83-84:24 87:52 88-89:57 90:57-61 91:62 92:63
# std/preactivation.yaml 40:10 47:19 48:23 49-50:27 52:28 53:32 54-56:33 59:23-24
# 60:27-29 61:32 63:33 64:36
# std/zero_padded.yaml 26:7 33:13 36:11 37:13
