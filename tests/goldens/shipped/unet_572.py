"""U-Net as drawn in the paper, its skips by name, for segmentation from few images.

U-Net: Convolutional Networks for Biomedical Image Segmentation, Fig. 1,
arXiv:1505.04597.
31,030,658 parameters, 150,428,424,448 multiply-accumulates per sample.
Input [1, 572, 572], output [2, 388, 388]. Emitted by netspec from unet.yaml@unet_572,
sha256:24a821e2e47e.
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


class UNet572(nn.Module):
    def __init__(self, classes: int = 2) -> None:
        super().__init__()
        self.down = nn.ModuleList(
            [
                DoubleConv(1, 64),
                DoubleConv(64, 128),
                DoubleConv(128, 256),
                DoubleConv(256, 512),
            ],
        )
        self.skip = nn.Sequential(nn.Dropout())
        self.bottom = DoubleConv(512, 1024)
        self.dropout = nn.Dropout()
        self.upsampled = nn.ModuleList(
            [
                nn.ConvTranspose2d(1024, 512, 2, stride=2),
                nn.ConvTranspose2d(512, 256, 2, stride=2),
                nn.ConvTranspose2d(256, 128, 2, stride=2),
                nn.ConvTranspose2d(128, 64, 2, stride=2),
            ],
        )
        self.up = nn.ModuleList(
            [
                DoubleConv(1024, 512),
                DoubleConv(512, 256),
                DoubleConv(256, 128),
                DoubleConv(128, 64),
            ],
        )
        self.head = nn.Conv2d(64, classes, 1)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight)
            elif isinstance(module, nn.ConvTranspose2d):
                nn.init.normal_(module.weight, std=(2 / module.in_channels) ** 0.5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        skip = self.down[0](x)  # [64, 568, 568]
        x = F.max_pool2d(skip, 2)  # [64, 284, 284]
        skip2 = self.down[1](x)  # [128, 280, 280]
        x = F.max_pool2d(skip2, 2)  # [128, 140, 140]
        skip3 = self.down[2](x)  # [256, 136, 136]
        x = F.max_pool2d(skip3, 2)  # [256, 68, 68]
        x = self.down[3](x)  # [512, 64, 64]
        skip4 = self.skip(x)
        x = F.max_pool2d(skip4, 2)  # [512, 32, 32]
        x = self.dropout(self.bottom(x))  # [1024, 28, 28]
        x = self.upsampled[0](x)  # [512, 56, 56]
        x = torch.cat([F.pad(skip4, (-4, -4, -4, -4)), x], 1)  # [1024, 56, 56]
        x = self.up[0](x)  # [512, 52, 52]
        x = self.upsampled[1](x)  # [256, 104, 104]
        skip3 = F.pad(skip3, (-16, -16, -16, -16))
        x = self.up[1](torch.cat([skip3, x], 1))  # [256, 100, 100]
        x = self.upsampled[2](x)  # [128, 200, 200]
        skip2 = F.pad(skip2, (-40, -40, -40, -40))
        x = self.up[2](torch.cat([skip2, x], 1))  # [128, 196, 196]
        x = self.upsampled[3](x)  # [64, 392, 392]
        skip = F.pad(skip, (-88, -88, -88, -88))
        x = self.up[3](torch.cat([skip, x], 1))  # [64, 388, 388]
        return self.head(x)  # [2, 388, 388]


def unet_572(classes: int = 2) -> UNet572:
    """The network of unet.yaml@unet_572, with fresh weights."""
    return UNet572(classes)


# netspec where 73b5f69303eb unet.yaml@unet_572 15:23 20-21:28 24-25:28-29 28:34
# 31-36:35 39:37 40:41 41:43 42-47:46 50-55:52 58:54 59:19-20 60-61:19 62-63:20 66:35
# 67:40 68:35 69:40 70:35 71:40 72:35 73:37 74:40 75:41-43 76:46 77:48-50 78:52 79:46
# 80:48 81:50-52 82:46 83:48 84:50-52 85:46 86:48 87:50-52 88:54
