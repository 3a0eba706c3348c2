"""Fire modules, 1x1 convolutions that squeeze before 1x1 and 3x3 ones that expand.

SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and <0.5MB model size,
Table 1, arXiv:1602.07360.
1,248,424 parameters, 818,924,576 multiply-accumulates per sample.
Input [3, 224, 224], output [1000]. Emitted by netspec from
squeezenet.yaml@squeezenet1_0, sha256:eb56e7e11ce0.
"""

import torch
import torch.nn.functional as F
from torch import nn


class Fire(nn.Module):
    """Squeezes by a 1x1 convolution, then expands fourfold by 1x1 and 3x3 ones side by
    side.
    """

    def __init__(self, in_channels: int, squeeze: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(in_channels, squeeze, 1)
        self.expand1x1 = nn.Conv2d(squeeze, 4 * squeeze, 1)
        self.expand3x3 = nn.Conv2d(squeeze, 4 * squeeze, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.relu_(self.squeeze(x))
        out = F.relu_(self.expand1x1(x))
        x = F.relu_(self.expand3x3(x))
        return torch.cat([out, x], 1)


class SqueezeNet1_0(nn.Module):
    def __init__(self, stem: int = 96, kernel: int = 7, classes: int = 1000) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, stem, kernel, stride=2),
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2, ceil_mode=True),
            Fire(stem, 16),
            Fire(128, 16),
            Fire(128, 32),
            nn.MaxPool2d(3, stride=2, ceil_mode=True),
            Fire(256, 32),
            Fire(256, 48),
            Fire(384, 48),
            Fire(384, 64),
            nn.MaxPool2d(3, stride=2, ceil_mode=True),
            Fire(512, 64),
        )
        conv = nn.Conv2d(512, classes, 1)
        self.classifier = nn.Sequential(
            nn.Dropout(),
            conv,
            nn.ReLU(),
            nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()),
        )
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_uniform_(module.weight)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
        nn.init.normal_(conv.weight, std=0.01)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.features(x)  # [512, 13, 13]
        return self.classifier(x)  # [1000]


def squeezenet1_0(
    stem: int = 96, kernel: int = 7, classes: int = 1000
) -> SqueezeNet1_0:
    """The network of squeezenet.yaml@squeezenet1_0, with fresh weights."""
    return SqueezeNet1_0(stem, kernel, classes)


# netspec where b1d5b6b1f7d0 squeezenet.yaml@squeezenet1_0 15:22 22:26 23:30 24:33
# 27:26-28 28:30-32 29:33-35 30:36 33:40 36:41-47 37:41 38:42 39:45 40-42:47 43:45
# 44-47:47 48:45 49:47 51:51 52:50-54 53:50 54:50-54 55:53 56:54 58-62:19 63:52 66:41-47
# 67:50-54
