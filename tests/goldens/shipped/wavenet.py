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
    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        self.dilation = dilation
        self.filter = nn.ModuleList(
            [nn.Conv1d(channels, channels, 2, dilation=dilation)]
        )
        self.gate = nn.ModuleList([nn.Conv1d(channels, channels, 2, dilation=dilation)])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = torch.tanh(self.filter[0](F.pad(x, (self.dilation, 0))))
        x = torch.sigmoid(self.gate[0](F.pad(x, (self.dilation, 0))))
        return out * x


class Layer(nn.Module):
    """A gated dilated convolution, projected onto the residual path and onto the
    skips.
    """

    def __init__(
        self, channels: int, skip_channels: int, dilation: int, final: bool = False
    ) -> None:
        super().__init__()
        self.final = final
        self.gated = Gated(channels, dilation)
        self.skip = nn.Conv1d(channels, skip_channels, 1)
        if not final:
            self.residual = nn.ModuleList([nn.Conv1d(channels, channels, 1)])

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        out = self.gated(x)
        skip = self.skip(out)
        if not self.final:
            out = x + self.residual[0](out)
        return out, skip


class WaveNet(nn.Module):
    def __init__(
        self, channels: int = 64, skip_channels: int = 256, steps: int = 256
    ) -> None:
        super().__init__()
        self.entry = nn.Conv1d(steps, channels, 2)
        self.layer = nn.ModuleList(
            [
                *(Layer(channels, skip_channels, 2 ** (i % 10)) for i in range(29)),
                Layer(channels, skip_channels, 512, final=True),
            ],
        )
        self.conv = nn.Conv1d(skip_channels, skip_channels, 1)
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


def wavenet(channels: int = 64, skip_channels: int = 256, steps: int = 256) -> WaveNet:
    """The network of wavenet.yaml, with fresh weights."""
    return WaveNet(channels, skip_channels, steps)


# netspec where 479e8d0a7656 wavenet.yaml 16:28-30 20-21:28 23:29 26:28 27:29 28:30
# 31:21 41:28-30 42:32 43:38-39 44:38 47:28-30 48:32 50:38-39 54:43 59:43 60-63:47 66:54
# 67:56 70:43 73:47 75:51 76:53-54 77:55-56
