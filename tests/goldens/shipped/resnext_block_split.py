"""The block of ResNeXt in three equivalent forms.

Aggregated Residual Transformations for Deep Neural Networks, Fig. 3, arXiv:1611.05431.
71,168 parameters, 219,971,584 multiply-accumulates per sample.
Input [256, 56, 56], output [256, 56, 56]. Emitted by netspec from
resnext_block.yaml@resnext_block_split, sha256:23602024985e.
"""

import torch
import torch.nn.functional as F
from torch import nn


class ConvBnAct(nn.Module):
    """A convolution without bias, normalised and activated; an odd kernel keeps the
    size.
    """

    def __init__(self, in_channels: int, out: int, kernel: int = 1) -> None:
        super().__init__()
        padding = kernel // 2
        self.conv = nn.Conv2d(in_channels, out, kernel, padding=padding, bias=False)
        self.bn = nn.BatchNorm2d(out)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.relu_(self.bn(self.conv(x)))


class Split(nn.Module):
    """Fig. 3a, whose paths end in 1x1 convolutions that are summed."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.path = nn.ModuleList(
            nn.Sequential(
                ConvBnAct(256, width),
                ConvBnAct(width, width, kernel=3),
                nn.Conv2d(width, 256, 1, bias=False),
            )
            for _ in range(32)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.stack([path(x) for path in self.path]).sum(0)  # [256, 56, 56]


class Body(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.form = Split(width)
        self.bn = nn.BatchNorm2d(256)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.bn(self.form(x))  # [256, 56, 56]


class ResNeXtBlockSplit(nn.Module):
    def __init__(self, width: int = 4) -> None:
        super().__init__()
        self.body = Body(width)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.relu(self.body(x) + x)  # [256, 56, 56]


def resnext_block_split(width: int = 4) -> ResNeXtBlockSplit:
    """The network of resnext_block.yaml@resnext_block_split, with fresh weights."""
    return ResNeXtBlockSplit(width)


# netspec where a6c904f7ecb2 resnext_block.yaml@resnext_block_split 29:24 34-35:31-33
# 36:31 37:32 38:33 40:31-33 44:31-34 47:56 50:56 51:57 54:56-57 57:54 61-63:21 66:58
# std/conv_bn_act.yaml 14:7 21:9 22:11 23:18 26:11,18-19
# std/residual.yaml 60:12 66:12-13
