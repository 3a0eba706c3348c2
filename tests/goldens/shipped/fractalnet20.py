"""Five fractal blocks of convolutions, each followed by pooling, for CIFAR.

FractalNet: Ultra-Deep Neural Networks without Residuals, Fig. 1, Sec. 4.1,
arXiv:1605.07648.
33,724,618 parameters, 845,222,912 multiply-accumulates per sample.
Input [3, 32, 32], output [10]. Emitted by netspec from fractalnet.yaml@fractalnet20,
sha256:393d911dc02b.
"""

import torch
import torch.nn.functional as F
from torch import nn


class DropJoin(nn.Module):
    """The mean of its columns, the deepest last; in training of those that are kept."""

    def __init__(self, columns: int, p: float, p_global: float = 0.5) -> None:
        super().__init__()
        self.columns, self.p, self.p_global = columns, p, p_global
        self.drawn: torch.Tensor | None = None

    @staticmethod
    def draw(network: nn.Module, device: torch.device) -> None:
        """Draw for all joins of the network: whether they keep one column, and which."""
        if network.training:
            joins = [m for m in network.modules() if isinstance(m, DropJoin)]
            widest = max([1, *(join.columns for join in joins)])
            drawn = torch.rand(1 + widest, device=device)
            for join in joins:
                join.drawn = drawn

    def forward(self, *columns: torch.Tensor) -> torch.Tensor:
        if not self.training:
            return sum(columns[1:], columns[0]) / self.columns
        own = torch.rand(1 + self.columns, device=columns[0].device)
        drawn = own if self.drawn is None else self.drawn
        column = (drawn == drawn[1:].max())[-self.columns :]
        some = (own[1:] >= self.p) | (own[1:] == own[1:].max())
        kept = torch.where(drawn[0] < self.p_global, column | ~column.any(), some)
        total = sum(torch.where(keep, x, 0) for keep, x in zip(kept, columns))
        return total / kept.sum()


class Layer(nn.Module):
    def __init__(self, in_channels: int, out_channels: int, p: float) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False)
        self.dropout: nn.Dropout | None = None
        if p > 0:
            self.dropout = nn.Dropout(p=p)
        self.bn = nn.BatchNorm2d(out_channels)
        nn.init.xavier_uniform_(self.conv.weight)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.conv(x)
        if self.dropout is not None:
            x = self.dropout(x)
        return F.relu_(self.bn(x))


class Fractal(nn.Module):
    """A layer beside two fractals of one column less, joined by the mean; joins that
    meet are one.
    """

    def __init__(
        self,
        in_channels: int,
        columns: int,
        out_channels: int,
        p: float,
        join: bool = True,
    ) -> None:
        super().__init__()
        self.columns = columns
        self.layer = Layer(in_channels, out_channels, p)
        if columns > 1:
            self.fractal1 = Fractal(in_channels, columns - 1, out_channels, p)
            self.fractal2 = Fractal(
                out_channels, columns - 1, out_channels, p, join=False
            )
        self.join: DropJoin | None = None
        if columns > 1 and join:
            self.join = DropJoin(columns, 0.15)

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        out = [self.layer(x)]
        if self.columns > 1:
            out = out + self.fractal2(self.fractal1(x)[0])
        if self.join is not None:
            out = [self.join(*out)]
        return out


class FractalNet20(nn.Module):
    def __init__(self, classes: int = 10) -> None:
        super().__init__()
        self.block1 = Fractal(3, 3, 64, 0.0)
        self.block2 = Fractal(64, 3, 128, 0.1)
        self.block3 = Fractal(128, 3, 256, 0.2)
        self.block4 = Fractal(256, 3, 512, 0.3)
        self.block5 = Fractal(512, 3, 512, 0.4)
        self.fc = nn.Linear(512, classes)
        nn.init.xavier_uniform_(self.fc.weight)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        DropJoin.draw(self, x.device)
        x = self.block1(x)[0]  # [64, 32, 32]
        x = F.max_pool2d(x, 2)  # [64, 16, 16]
        x = self.block2(x)[0]  # [128, 16, 16]
        x = F.max_pool2d(x, 2)  # [128, 8, 8]
        x = self.block3(x)[0]  # [256, 8, 8]
        x = F.max_pool2d(x, 2)  # [256, 4, 4]
        x = self.block4(x)[0]  # [512, 4, 4]
        x = F.max_pool2d(x, 2)  # [512, 2, 2]
        x = self.block5(x)[0]
        x = F.max_pool2d(x, 2)  # [512, 1, 1]
        x = torch.flatten(x, 1)  # [512]
        return self.fc(x)  # [10]


def fractalnet20(classes: int = 10) -> FractalNet20:
    """The network of fractalnet.yaml@fractalnet20, with fresh weights."""
    return FractalNet20(classes)


# netspec where 88895eac85eb fractalnet.yaml@fractalnet20 45:29 48:29 49-51:30 52:32
# 53:20 56:29 58:30 59:32-33 96:25 99-103:26 104:38 105:21 109:26 110:36 111:26 112:36
# 113:26 114:36 115:26 116:36 117:26 118:36 119:37 120:38
# std/fractal.yaml 62:7 77:18 78-81:19 83-85:24 88:18 90:19 92:24
