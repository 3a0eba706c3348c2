"""ShuffleNet with 1 to 8 groups, at about one complexity.

ShuffleNet: An Extremely Efficient Convolutional Neural Network for Mobile Devices,
Table 1, arXiv:1707.01083.
1,531,936 parameters, 143,078,976 multiply-accumulates per sample.
Input [3, 224, 224], output [1000]. Emitted by netspec from
shufflenet.yaml@shufflenet_g1, sha256:ff60ed08ccd3.
"""

import torch
import torch.nn.functional as F
from torch import nn


class ConvBnAct(nn.Module):
    """A convolution without bias, normalised and activated; an odd kernel keeps the
    size.
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 24, 3, stride=2, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(24)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.relu_(self.bn(self.conv(x)))  # [24, 112, 112]


class GroupedShuffleUnit(nn.Module):
    """A depthwise 3x3 convolution between grouped 1x1 ones, shuffled before it, and a
    shortcut: the input itself, or with a stride its averages, beside which the other
    channels come. `reduce` are the groups of the first convolution.
    """

    def __init__(
        self, in_channels: int, out: int, stride: int = 1, cat: bool = False
    ) -> None:
        super().__init__()
        hidden = out // 4
        beside = out - in_channels if stride > 1 else out
        self.stride = stride
        self.cat = cat
        self.conv1 = nn.Conv2d(in_channels, hidden, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(hidden)
        self.conv2 = nn.Conv2d(
            hidden, hidden, 3, stride=stride, padding=1, groups=hidden, bias=False
        )
        self.bn2 = nn.BatchNorm2d(hidden)
        self.conv3 = nn.Conv2d(hidden, beside, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(beside)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = F.relu_(self.bn1(self.conv1(x)))
        out = F.channel_shuffle(out, 1)
        out = self.bn2(self.conv2(out))
        out = self.bn3(self.conv3(out))
        out2 = x
        if self.stride > 1:
            out2 = F.avg_pool2d(x, 3, stride=self.stride, padding=1)
        if self.cat:
            x = torch.cat([out, out2], 1)
        else:
            x = out + x
        return F.relu(x)


class ShuffleNetG1(nn.Module):
    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        self.conv1 = ConvBnAct()
        self.stage2 = nn.Sequential(
            GroupedShuffleUnit(24, 144, stride=2, cat=True),
            *(GroupedShuffleUnit(144, 144) for _ in range(3)),
        )
        self.stage3 = nn.Sequential(
            GroupedShuffleUnit(144, 288, stride=2, cat=True),
            *(GroupedShuffleUnit(288, 288) for _ in range(7)),
        )
        self.stage4 = nn.Sequential(
            GroupedShuffleUnit(288, 576, stride=2, cat=True),
            *(GroupedShuffleUnit(576, 576) for _ in range(3)),
        )
        self.fc = nn.Linear(576, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.conv1(x)  # [24, 112, 112]
        x = F.max_pool2d(x, 3, stride=2, padding=1)  # [24, 56, 56]
        x = self.stage2(x)  # [144, 28, 28]
        x = self.stage3(x)  # [288, 14, 14]
        x = self.stage4(x)  # [576, 7, 7]
        x = x.mean((2, 3))  # [576]
        return self.fc(x)  # [1000]


def shufflenet_g1(classes: int = 1000) -> ShuffleNetG1:
    """The network of shufflenet.yaml@shufflenet_g1, with fresh weights."""
    return ShuffleNetG1(classes)


# netspec where e3c0c5bcea40 shufflenet.yaml@shufflenet_g1 67:19 70:19 71-73:25 75-77:25
# 79-81:25 83:33 86:19 87:21 88-90:25 91:32 92:33
# std/conv_bn_act.yaml 15:7 22:11 23:18 26:11,18-19
# std/depthwise.yaml 45-46:12 55:12
# std/grouped_shuffle_unit.yaml 29:13 39:23 40:24 43:31 44:32 48:36 49:37 50:38 53:31-33
# 54:34 55:36 56:37-38 59:39 61:41 63:41 64:42
