"""The block of ResNeXt in three equivalent forms.

Aggregated Residual Transformations for Deep Neural Networks, Fig. 3, arXiv:1611.05431.
71,168 parameters, 219,971,584 multiply-accumulates per sample.
Input [256, 56, 56], output [256, 56, 56]. Emitted by netspec from resnext_block_split.
"""

import torch
import torch.nn.functional as F
from torch import nn


class ConvBnAct(nn.Module):
    """A convolution without bias, normalised and activated; an odd kernel keeps the
    size.
    """

    def __init__(self, in_channels: int, kernel: int = 1) -> None:
        super().__init__()
        padding = kernel // 2
        self.conv = nn.Conv2d(in_channels, 4, kernel, padding=padding, bias=False)
        self.bn = nn.BatchNorm2d(4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.relu(self.bn(self.conv(x)))


class Split(nn.Module):
    """Fig. 3a, whose paths end in 1x1 convolutions that are summed."""

    def __init__(self) -> None:
        super().__init__()
        self.path = nn.ModuleList(
            nn.Sequential(
                ConvBnAct(256), ConvBnAct(4, kernel=3), nn.Conv2d(4, 256, 1, bias=False)
            )
            for _ in range(32)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = self.path[0](x)  # [256, 56, 56]
        out2 = self.path[1](x)
        out3 = self.path[2](x)
        out4 = self.path[3](x)
        out5 = self.path[4](x)
        out6 = self.path[5](x)
        out7 = self.path[6](x)
        out8 = self.path[7](x)
        out9 = self.path[8](x)
        out10 = self.path[9](x)
        out11 = self.path[10](x)
        out12 = self.path[11](x)
        out13 = self.path[12](x)
        out14 = self.path[13](x)
        out15 = self.path[14](x)
        out16 = self.path[15](x)
        out17 = self.path[16](x)
        out18 = self.path[17](x)
        out19 = self.path[18](x)
        out20 = self.path[19](x)
        out21 = self.path[20](x)
        out22 = self.path[21](x)
        out23 = self.path[22](x)
        out24 = self.path[23](x)
        out25 = self.path[24](x)
        out26 = self.path[25](x)
        out27 = self.path[26](x)
        out28 = self.path[27](x)
        out29 = self.path[28](x)
        out30 = self.path[29](x)
        out31 = self.path[30](x)
        x = self.path[31](x)
        return sum(
            [
                out2,
                out3,
                out4,
                out5,
                out6,
                out7,
                out8,
                out9,
                out10,
                out11,
                out12,
                out13,
                out14,
                out15,
                out16,
                out17,
                out18,
                out19,
                out20,
                out21,
                out22,
                out23,
                out24,
                out25,
                out26,
                out27,
                out28,
                out29,
                out30,
                out31,
                x,
            ],
            out,
        )


class Body(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.form = Split()
        self.bn = nn.BatchNorm2d(256)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.bn(self.form(x))  # [256, 56, 56]


class ResNeXtBlockSplit(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.body = Body()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.relu(self.body(x) + x)  # [256, 56, 56]
