"""Dilated causal convolutions with gates, of whose layers the skip outputs are summed.
The input is a waveform in 256 mu-law steps, one-hot, the output their logits for the
next sample.

WaveNet: A Generative Model for Raw Audio, Fig. 4, Sec. 2, arXiv:1609.03499.
1,279,616 parameters, 5,184,159,744 multiply-accumulates per sample.
Input [256, 4096], output [256, 4096]. Emitted by netspec from wavenet.
"""

import torch
import torch.nn.functional as F
from torch import nn


class Gated(nn.Module):
    def __init__(self, pad: tuple[int, int], dilation: int = 1) -> None:
        super().__init__()
        self.pad = pad
        self.filter = nn.ModuleList(
            [nn.Conv1d(64, 64, 2, dilation=dilation), nn.Tanh()]
        )
        self.gate = nn.ModuleList(
            [nn.Conv1d(64, 64, 2, dilation=dilation), nn.Sigmoid()]
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = self.filter[1](self.filter[0](F.pad(x, self.pad)))
        x = self.gate[1](self.gate[0](F.pad(x, self.pad)))
        return out * x


class Layer(nn.Module):
    """A gated dilated convolution, projected onto the residual path and onto the
    skips.
    """

    def __init__(
        self, pad: tuple[int, int], final: bool = False, dilation: int = 1
    ) -> None:
        super().__init__()
        self.final = final
        self.gated = Gated(pad, dilation=dilation)
        self.skip = nn.Conv1d(64, 256, 1)
        if not final:
            self.residual = nn.ModuleList([nn.Conv1d(64, 64, 1)])

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        gated = self.gated(x)
        skip = self.skip(gated)
        if not self.final:
            gated = x + self.residual[0](gated)
        return gated, skip


class WaveNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.entry = nn.Conv1d(256, 64, 2)
        self.layer = nn.ModuleList(
            [
                Layer((1, 0)),
                Layer((2, 0), dilation=2),
                Layer((4, 0), dilation=4),
                Layer((8, 0), dilation=8),
                Layer((16, 0), dilation=16),
                Layer((32, 0), dilation=32),
                Layer((64, 0), dilation=64),
                Layer((128, 0), dilation=128),
                Layer((256, 0), dilation=256),
                Layer((512, 0), dilation=512),
                Layer((1, 0)),
                Layer((2, 0), dilation=2),
                Layer((4, 0), dilation=4),
                Layer((8, 0), dilation=8),
                Layer((16, 0), dilation=16),
                Layer((32, 0), dilation=32),
                Layer((64, 0), dilation=64),
                Layer((128, 0), dilation=128),
                Layer((256, 0), dilation=256),
                Layer((512, 0), dilation=512),
                Layer((1, 0)),
                Layer((2, 0), dilation=2),
                Layer((4, 0), dilation=4),
                Layer((8, 0), dilation=8),
                Layer((16, 0), dilation=16),
                Layer((32, 0), dilation=32),
                Layer((64, 0), dilation=64),
                Layer((128, 0), dilation=128),
                Layer((256, 0), dilation=256),
                Layer((512, 0), final=True, dilation=512),
            ],
        )
        self.conv = nn.Conv1d(256, 256, 1)
        self.head = nn.Conv1d(256, 256, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.entry(F.pad(x, (1, 0)))  # [64, 4096]
        x, out = self.layer[0](x)
        x, out2 = self.layer[1](x)
        x, out3 = self.layer[2](x)
        x, out4 = self.layer[3](x)
        x, out5 = self.layer[4](x)
        x, out6 = self.layer[5](x)
        x, out7 = self.layer[6](x)
        x, out8 = self.layer[7](x)
        x, out9 = self.layer[8](x)
        x, out10 = self.layer[9](x)
        x, out11 = self.layer[10](x)
        x, out12 = self.layer[11](x)
        x, out13 = self.layer[12](x)
        x, out14 = self.layer[13](x)
        x, out15 = self.layer[14](x)
        x, out16 = self.layer[15](x)
        x, out17 = self.layer[16](x)
        x, out18 = self.layer[17](x)
        x, out19 = self.layer[18](x)
        x, out20 = self.layer[19](x)
        x, out21 = self.layer[20](x)
        x, out22 = self.layer[21](x)
        x, out23 = self.layer[22](x)
        x, out24 = self.layer[23](x)
        x, out25 = self.layer[24](x)
        x, out26 = self.layer[25](x)
        x, out27 = self.layer[26](x)
        x, out28 = self.layer[27](x)
        x, out29 = self.layer[28](x)
        _, x = self.layer[29](x)
        x = sum(
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
                x,
            ],
            out,
        )  # [256, 4096]
        x = self.conv(F.relu(x))
        return self.head(F.relu(x))
