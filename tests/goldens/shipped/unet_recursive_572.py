"""U-Net as a recursion, in which each level holds the ones below.

U-Net: Convolutional Networks for Biomedical Image Segmentation, Fig. 1,
arXiv:1505.04597.
31,030,658 parameters, 150,428,424,448 multiply-accumulates per sample.
Input [1, 572, 572], output [2, 388, 388]. Emitted by netspec from
unet_recursive.yaml@unet_recursive_572, sha256:ebde60e5fb57.
"""

import torch
import torch.nn.functional as F
from torch import nn


class DoubleConv(nn.Module):
    """Two rectified 3x3 convolutions."""

    def __init__(self, in_channels: int, out: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out, 3)
        self.conv2 = nn.Conv2d(out, out, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.relu_(self.conv1(x))
        return F.relu_(self.conv2(x))


class Level(nn.Module):
    """Convolutions, below them a level of half the resolution, and what comes back
    merged.
    """

    def __init__(self) -> None:
        super().__init__()
        self.down = DoubleConv(512, 1024)
        self.skip = nn.Dropout()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.skip(self.down(x))  # [1024, 28, 28]


class Level2(nn.Module):
    """Convolutions, below them a level of half the resolution, and what comes back
    merged.
    """

    def __init__(self) -> None:
        super().__init__()
        self.down = DoubleConv(256, 512)
        self.skip = nn.Dropout()
        self.level = Level()
        self.upsampled = nn.ConvTranspose2d(1024, 512, 2, stride=2)
        self.up = DoubleConv(1024, 512)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.skip(self.down(x))  # [512, 64, 64]
        out = F.max_pool2d(x, 2)  # [512, 32, 32]
        out = self.level(out)  # [1024, 28, 28]
        upsampled = self.upsampled(out)  # [512, 56, 56]
        x = F.pad(x, (-4, -4, -4, -4))
        return self.up(torch.cat([x, upsampled], 1))  # [512, 52, 52]


class Level3(nn.Module):
    """Convolutions, below them a level of half the resolution, and what comes back
    merged.
    """

    def __init__(self) -> None:
        super().__init__()
        self.down = DoubleConv(128, 256)
        self.level = Level2()
        self.upsampled = nn.ConvTranspose2d(512, 256, 2, stride=2)
        self.up = DoubleConv(512, 256)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.down(x)  # [256, 136, 136]
        out = F.max_pool2d(x, 2)  # [256, 68, 68]
        out = self.level(out)  # [512, 52, 52]
        upsampled = self.upsampled(out)  # [256, 104, 104]
        x = F.pad(x, (-16, -16, -16, -16))
        return self.up(torch.cat([x, upsampled], 1))  # [256, 100, 100]


class Level4(nn.Module):
    """Convolutions, below them a level of half the resolution, and what comes back
    merged.
    """

    def __init__(self) -> None:
        super().__init__()
        self.down = DoubleConv(64, 128)
        self.level = Level3()
        self.upsampled = nn.ConvTranspose2d(256, 128, 2, stride=2)
        self.up = DoubleConv(256, 128)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.down(x)  # [128, 280, 280]
        out = F.max_pool2d(x, 2)  # [128, 140, 140]
        out = self.level(out)  # [256, 100, 100]
        upsampled = self.upsampled(out)  # [128, 200, 200]
        x = F.pad(x, (-40, -40, -40, -40))
        return self.up(torch.cat([x, upsampled], 1))  # [128, 196, 196]


class Level5(nn.Module):
    """Convolutions, below them a level of half the resolution, and what comes back
    merged.
    """

    def __init__(self) -> None:
        super().__init__()
        self.down = DoubleConv(1, 64)
        self.level = Level4()
        self.upsampled = nn.ConvTranspose2d(128, 64, 2, stride=2)
        self.up = DoubleConv(128, 64)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.down(x)  # [64, 568, 568]
        out = F.max_pool2d(x, 2)  # [64, 284, 284]
        out = self.level(out)  # [128, 196, 196]
        upsampled = self.upsampled(out)  # [64, 392, 392]
        x = F.pad(x, (-88, -88, -88, -88))
        return self.up(torch.cat([x, upsampled], 1))  # [64, 388, 388]


class UNetRecursive572(nn.Module):
    def __init__(self, classes: int = 2) -> None:
        super().__init__()
        self.level = Level5()
        self.head = nn.Conv2d(64, classes, 1)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight)
            elif isinstance(module, nn.ConvTranspose2d):
                nn.init.normal_(module.weight, std=(2 / module.in_channels) ** 0.5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.level(x)  # [64, 388, 388]
        return self.head(x)  # [2, 388, 388]


def unet_recursive_572(classes: int = 2) -> UNetRecursive572:
    """The network of unet_recursive.yaml@unet_recursive_572, with fresh weights."""
    return UNetRecursive572(classes)


# netspec where 44b5029b3d23 unet_recursive.yaml@unet_recursive_572 15:23 20-21:28
# 24-25:28-29 28:31 35:35 36:37 39:35-37 42:31 49:35 50:37 51:43 52:44 53:50 56:35-37
# 57:42 58:43 59:44 60:46 61:48-50 64:31 71:35 72:43 73:44 74:50 77:35 78:42 79:43 80:44
# 81:46 82:48-50 85:31 92:35 93:43 94:44 95:50 98:35 99:42 100:43 101:44 102:46
# 103:48-50 106:31 113:35 114:43 115:44 116:50 119:35 120:42 121:43 122:44 123:46
# 124:48-50 127:54 130:54 131:55 132:19-20 133-134:19 135-136:20 139:54 140:55
