"""Dilated causal convolutions with gates, of whose layers the skip outputs are summed.
The input is a waveform in 256 mu-law steps, one-hot, the output their logits for the
next sample.

WaveNet: A Generative Model for Raw Audio, Fig. 4, Sec. 2, arXiv:1609.03499.
1,279,616 parameters, 5,184,159,744 multiply-accumulates per sample.
Input [256, 4096], output [256, 4096]. Emitted by netspec from wavenet.yaml,
sha256:755021dbb72b.
"""

import torch
import torch.nn.functional as F
from torch import nn


class Gated(nn.Module):
    def __init__(self, dilation: int) -> None:
        super().__init__()
        self.dilation = dilation
        self.filter = nn.ModuleList(
            [nn.Conv1d(64, 64, 2, dilation=dilation), nn.Tanh()]
        )
        self.gate = nn.ModuleList(
            [nn.Conv1d(64, 64, 2, dilation=dilation), nn.Sigmoid()]
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = self.filter[1](self.filter[0](F.pad(x, (self.dilation, 0))))
        x = self.gate[1](self.gate[0](F.pad(x, (self.dilation, 0))))
        return out * x


class Layer(nn.Module):
    """A gated dilated convolution, projected onto the residual path and onto the
    skips.
    """

    def __init__(self, dilation: int, final: bool = False) -> None:
        super().__init__()
        self.final = final
        self.gated = Gated(dilation)
        self.skip = nn.Conv1d(64, 256, 1)
        if not final:
            self.residual = nn.ModuleList([nn.Conv1d(64, 64, 1)])

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        out = self.gated(x)
        skip = self.skip(out)
        if not self.final:
            out = x + self.residual[0](out)
        return out, skip


class WaveNet(nn.Module):
    def __init__(self, skip_channels: int = 256, steps: int = 256) -> None:
        super().__init__()
        self.entry = nn.Conv1d(steps, 64, 2)
        self.layer = nn.ModuleList(
            [*(Layer(2 ** (i % 10)) for i in range(29)), Layer(512, final=True)]
        )
        self.conv = nn.Conv1d(256, skip_channels, 1)
        self.head = nn.Conv1d(skip_channels, steps, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.entry(F.pad(x, (1, 0)))  # [64, 4096]
        skips = []
        for layer in self.layer:
            x, skip = layer(x)
            skips.append(skip)
        out = torch.stack(skips).sum(0)  # [256, 4096]
        out = self.conv(F.relu(out))
        return self.head(F.relu(out))


def wavenet(skip_channels: int = 256, steps: int = 256) -> WaveNet:
    """The network of wavenet.yaml, with fresh weights."""
    return WaveNet(skip_channels, steps)


# netspec where f24e45b8c6cc wavenet.yaml 16:28-30 20-21:28 23-24:29 28:28 29:29 30:30
# 33:21 41:28-30 42:32 43:38-39 44:38 47:28-30 48:32 50:38-39 54:43 57:43 58-59:47 61:54
# 62:56 65:43 68:47 70:51 71:53-54 72:55-56
