"""ShuffleNet V2, whose units work on half of the channels and mix the halves, under
torchvision's names.

ShuffleNet V2: Practical Guidelines for Efficient CNN Architecture Design, Table 5,
arXiv:1807.11164.
1,366,792 parameters, 40,476,448 multiply-accumulates per sample.
Input [3, 224, 224], output [1000]. Emitted by netspec from
shufflenet_v2.yaml@shufflenet_v2_x0_5, sha256:dcb5d84ca85c.
"""

import torch
import torch.nn.functional as F
from torch import nn


class ShuffleUnit(nn.Module):
    """Half of the channels through a depthwise 3x3 convolution between 1x1 ones, the
    other half as it is, then both shuffled; with a stride all channels go both ways,
    each through convolutions.
    """

    def __init__(self, in_channels: int, out: int, stride: int = 1) -> None:
        super().__init__()
        self.branch1: nn.Sequential | None = None
        if stride > 1:
            self.branch1 = nn.Sequential(
                nn.Conv2d(
                    in_channels,
                    in_channels,
                    3,
                    stride=stride,
                    padding=1,
                    groups=in_channels,
                    bias=False,
                ),
                nn.BatchNorm2d(in_channels),
                nn.Conv2d(in_channels, out // 2, 1, bias=False),
                nn.BatchNorm2d(out // 2),
                nn.ReLU(),
            )
        self.branch2 = nn.Sequential(
            nn.Conv2d(out // 2, out // 2, 1, bias=False),
            nn.BatchNorm2d(out // 2),
            nn.ReLU(),
            nn.Conv2d(
                out // 2,
                out // 2,
                3,
                stride=stride,
                padding=1,
                groups=out // 2,
                bias=False,
            ),
            nn.BatchNorm2d(out // 2),
            nn.Conv2d(out // 2, out // 2, 1, bias=False),
            nn.BatchNorm2d(out // 2),
            nn.ReLU(),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.branch1 is not None:
            out = self.branch1(x)
        else:
            out, x = torch.chunk(x, 2, 1)
        x = torch.cat([out, self.branch2(x)], 1)
        return F.channel_shuffle(x, 2)


class ShuffleNetV2X0_5(nn.Module):
    def __init__(self, last_width: int = 1024, classes: int = 1000) -> None:
        super().__init__()
        self.conv1 = nn.Sequential(
            nn.Conv2d(3, 24, 3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(24),
            nn.ReLU(),
        )
        self.stage2 = nn.Sequential(
            ShuffleUnit(24, 48, stride=2), *(ShuffleUnit(48, 48) for _ in range(3))
        )
        self.stage3 = nn.Sequential(
            ShuffleUnit(48, 96, stride=2), *(ShuffleUnit(96, 96) for _ in range(7))
        )
        self.stage4 = nn.Sequential(
            ShuffleUnit(96, 192, stride=2), *(ShuffleUnit(192, 192) for _ in range(3))
        )
        self.conv5 = nn.Sequential(
            nn.Conv2d(192, last_width, 1, bias=False),
            nn.BatchNorm2d(last_width),
            nn.ReLU(),
        )
        self.fc = nn.Linear(last_width, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.conv1(x)  # [24, 112, 112]
        x = F.max_pool2d(x, 3, stride=2, padding=1)  # [24, 56, 56]
        x = self.stage2(x)  # [48, 28, 28]
        x = self.stage3(x)  # [96, 14, 14]
        x = self.stage4(x)  # [192, 7, 7]
        x = self.conv5(x)  # [1024, 7, 7]
        x = x.mean((2, 3))  # [1024]
        return self.fc(x)  # [1000]


def shufflenet_v2_x0_5(last_width: int = 1024, classes: int = 1000) -> ShuffleNetV2X0_5:
    """The network of shufflenet_v2.yaml@shufflenet_v2_x0_5, with fresh weights."""
    return ShuffleNetV2X0_5(last_width, classes)


# netspec where f625f614bc27 shufflenet_v2.yaml@shufflenet_v2_x0_5 69:25 72:26-28 73:26
# 74:27 75:28 77-78:34 80-81:34 83-84:34 86:39-41 87:39 88:40 89:41 91:43 94:26-28 95:29
# 96-98:34 99:39-41 100:42 101:43
# std/depthwise.yaml 24-34:12 41:12 45-52:12 62:12 65:12
# std/shuffle_unit.yaml 16:13 24-25:19,28-31 26:28-31 36:28 37:29 38:30 39:31 41:33-41
# 42:33 43:35 44:36 54:38 55:39 56:40 57:41 62:28-31 64:19 65:33-42 66:43
