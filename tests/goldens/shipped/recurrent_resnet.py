"""A ResNet whose units share their convolutions, which is a recurrent network unrolled
in time.

Bridging the Gaps Between Residual Learning, Recurrent Neural Networks and Visual
Cortex, Sec. 4, Fig. 3, arXiv:1604.03640.
78,794 parameters, 756,744,832 multiply-accumulates per sample.
Input [3, 32, 32], output [10]. Emitted by netspec from recurrent_resnet.yaml,
sha256:8b1c40069a23.
"""

import torch
import torch.nn.functional as F
from torch import nn


class RecurrentResNet(nn.Module):
    def __init__(self, channels: int = 64, classes: int = 10) -> None:
        super().__init__()
        self.entry = nn.Conv2d(3, channels, 3, padding=1, bias=False)
        self.bn1 = nn.ModuleList(nn.BatchNorm2d(channels) for _ in range(10))
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.ModuleList(nn.BatchNorm2d(channels) for _ in range(10))
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(channels)
        self.fc = nn.Linear(channels, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.entry(x)  # [64, 32, 32]
        for i in range(10):
            out = self.conv1(F.relu_(self.bn1[i](x)))
            out = self.conv2(F.relu_(self.bn2[i](out)))
            x = out + x
        x = F.relu_(self.norm(x))
        x = x.mean((2, 3))  # [64]
        return self.fc(x)  # [10]


def recurrent_resnet(channels: int = 64, classes: int = 10) -> RecurrentResNet:
    """The network of recurrent_resnet.yaml, with fresh weights."""
    return RecurrentResNet(channels, classes)


# netspec where 05785222a03d recurrent_resnet.yaml 16:21 19:21 20:26 21:29 22:32 23:35
# 24:40 25:44 28:21 30:26-29 31:32-35 32:39 33:40-42 34:43 35:44
