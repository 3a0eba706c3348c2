"""NASNet-A for CIFAR, of cells that see the outputs of the two cells before them;
without the scheduled drop-path and the auxiliary head that it was trained with.

Learning Transferable Architectures for Scalable Image Recognition, Fig. 2 and 4, Table
1, arXiv:1707.07012.
3,328,234 parameters, 525,786,624 multiply-accumulates per sample.
Input [3, 32, 32], output [10]. Emitted by netspec from nasnet.yaml,
sha256:41338e73e453.
"""

import torch
import torch.nn.functional as F
from torch import nn


class Fit(nn.Module):
    """As many maps as the cell has filters; at half the resolution from even and odd
    places.
    """

    def __init__(self, in_channels: int, out: int, halve: bool = False) -> None:
        super().__init__()
        self.halve = halve
        if halve:
            self.conv2 = nn.Conv2d(in_channels, out // 2, 1, bias=False)
            self.conv3 = nn.Conv2d(in_channels, out // 2, 1, bias=False)
        else:
            self.conv1 = nn.Conv2d(in_channels, out, 1, bias=False)
        self.bn = nn.BatchNorm2d(out)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.relu(x)
        if self.halve:
            out = F.max_pool2d(x, 1, stride=2)
            out = self.conv2(out)
            x = F.pad(x, (0, 1, 0, 1))
            x = F.pad(x, (-1, 0, -1, 0))
            x = F.max_pool2d(x, 1, stride=2)
            x = torch.cat([out, self.conv3(x)], 1)
        else:
            x = self.conv1(x)
        return self.bn(x)


class Separable(nn.Module):
    """A separable convolution, twice, each rectified before and normalised after."""

    def __init__(
        self, in_channels: int, kernel: int, padding: int, stride: int = 1
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(
            in_channels,
            in_channels,
            kernel,
            stride=stride,
            padding=padding,
            groups=in_channels,
            bias=False,
        )
        self.conv2 = nn.Conv2d(in_channels, in_channels, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(in_channels)
        self.conv3 = nn.Conv2d(
            in_channels,
            in_channels,
            kernel,
            padding=padding,
            groups=in_channels,
            bias=False,
        )
        self.conv4 = nn.Conv2d(in_channels, in_channels, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(in_channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.conv1(F.relu(x))
        x = F.relu_(self.bn1(self.conv2(x)))
        x = self.conv3(x)
        return self.bn2(self.conv4(x))


class NormalCellA(nn.Module):
    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.separable1 = Separable(in_channels, 5, 2)
        self.separable2 = Separable(in_channels, 3, 1)

    def forward(self, x: torch.Tensor, x2: torch.Tensor) -> torch.Tensor:
        return self.separable1(x) + self.separable2(x2)


class NormalCellB(nn.Module):
    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.separable1 = Separable(in_channels, 5, 2)
        self.separable2 = Separable(in_channels, 3, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.separable1(x) + self.separable2(x)


class NormalCellE(nn.Module):
    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.separable = Separable(in_channels, 3, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.separable(x) + x


class NormalCell(nn.Module):
    """Five sums of two, side by side with the state before."""

    def __init__(
        self,
        in_channels: int,
        filters: int,
        right_in_channels: int,
        halve: bool = False,
    ) -> None:
        super().__init__()
        self.left = Fit(in_channels, filters, halve=halve)
        self.right = Fit(right_in_channels, filters)
        self.a = NormalCellA(filters)
        self.b = NormalCellB(filters)
        self.e = NormalCellE(filters)

    def forward(
        self, previous: torch.Tensor, current: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        left = self.left(previous)
        right = self.right(current)
        a = self.a(right, left)
        b = self.b(left)
        x = F.avg_pool2d(right, 3, stride=1, padding=1, count_include_pad=False)
        c = x + left
        x = F.avg_pool2d(left, 3, stride=1, padding=1, count_include_pad=False)
        out = F.avg_pool2d(left, 3, stride=1, padding=1, count_include_pad=False)
        x = torch.cat([left, a, b, c, x + out, self.e(right)], 1)
        return current, x


class ReductionCellA(nn.Module):
    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.separable1 = Separable(in_channels, 5, 2, stride=2)
        self.separable2 = Separable(in_channels, 7, 3, stride=2)

    def forward(self, x: torch.Tensor, x2: torch.Tensor) -> torch.Tensor:
        return self.separable1(x) + self.separable2(x2)


class ReductionCellB(nn.Module):
    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.separable = Separable(in_channels, 7, 3, stride=2)

    def forward(self, x: torch.Tensor, x2: torch.Tensor) -> torch.Tensor:
        return F.max_pool2d(x, 3, stride=2, padding=1) + self.separable(x2)


class ReductionCellC(nn.Module):
    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.separable = Separable(in_channels, 5, 2, stride=2)

    def forward(self, x: torch.Tensor, x2: torch.Tensor) -> torch.Tensor:
        x = F.avg_pool2d(x, 3, stride=2, padding=1, count_include_pad=False)
        return x + self.separable(x2)


class ReductionCellE(nn.Module):
    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.separable = Separable(in_channels, 3, 1)

    def forward(self, x: torch.Tensor, x2: torch.Tensor) -> torch.Tensor:
        return self.separable(x) + F.max_pool2d(x2, 3, stride=2, padding=1)


class ReductionCell(nn.Module):
    """Five sums of two at half the resolution, of which one only feeds others."""

    def __init__(self, in_channels: int, filters: int) -> None:
        super().__init__()
        self.left = Fit(in_channels, filters)
        self.right = Fit(in_channels, filters)
        self.a = ReductionCellA(filters)
        self.b = ReductionCellB(filters)
        self.c = ReductionCellC(filters)
        self.e = ReductionCellE(filters)

    def forward(
        self, previous: torch.Tensor, current: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        left = self.left(previous)
        right = self.right(current)
        a = self.a(right, left)
        b = self.b(right, left)
        c = self.c(right, left)
        d = F.avg_pool2d(a, 3, stride=1, padding=1, count_include_pad=False) + b
        e = self.e(a, right)
        new = torch.cat([b, c, d, e], 1)
        return current, new


class NASNet(nn.Module):
    def __init__(self, classes: int = 10) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 96, 3, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(96)
        self.cells1 = nn.ModuleList(
            [
                NormalCell(96, 32, 96),
                NormalCell(96, 32, 192),
                *(NormalCell(192, 32, 192) for _ in range(4)),
            ],
        )
        self.reduction = nn.ModuleList(
            [ReductionCell(192, 64), ReductionCell(384, 128)]
        )
        self.cells2 = nn.ModuleList(
            [
                NormalCell(192, 64, 256, halve=True),
                NormalCell(256, 64, 384),
                *(NormalCell(384, 64, 384) for _ in range(4)),
            ],
        )
        self.cells3 = nn.ModuleList(
            [
                NormalCell(384, 128, 512, halve=True),
                NormalCell(512, 128, 768),
                *(NormalCell(768, 128, 768) for _ in range(4)),
            ],
        )
        self.fc = nn.Linear(768, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.bn(self.conv(x))  # [96, 32, 32]
        out = x
        for cell in self.cells1:
            x, out = cell(x, out)
        x, out = self.reduction[0](x, out)  # [192, 32, 32], [256, 16, 16]
        for cell in self.cells2:
            x, out = cell(x, out)
        x, out = self.reduction[1](x, out)  # [384, 16, 16], [512, 8, 8]
        for cell in self.cells3:
            x, out = cell(x, out)
        out = F.relu(out)  # [768, 8, 8]
        out = out.mean((2, 3))  # [768]
        return self.fc(out)  # [10]


def nasnet(classes: int = 10) -> NASNet:
    """The network of nasnet.yaml, with fresh weights."""
    return NASNet(classes)


# netspec where 5489e5c6a94a nasnet.yaml 16:35 24:40-48 25:43 26:47 27:40-48 28:40 29:50
# 32:39 34-35:43 36:44 37:45 38:46 39:47-48 41:40 42:50 45:25 61:33 62:34 71:33 72:34
# 75:31 76:31-34 78:33-34 81:60-61 84-85:60 88:60-61 91:63-64 94-95:63 98:63-64
# 101:72-73 104:72 107:72-73 110:51 121:57 122:58 123:60-61 124:63-64 125:72-73 130:57
# 131:58 132:60-61 133:63-64 134:66 135:67 136-137:69 138:70-74 142:86-87 145-146:86
# 149:86-87 152:89-90 155:89 158:89-90 161:92-93 164:92 167:92 168:92-93 171:98-99
# 174:98 177:98-99 180:77 185:83 186:84 187:86-87 188:89-90 189:92-93 190:98-99 195:83
# 196:84 197:86-87 198:89-90 199:92-93 200:95-96 201:98-99 202:100 206:105 209:105
# 210:106 211-215:114 218-219:111 221-225:114 228-232:114 235:120 238:105-106 241:114
# 242:111 244:114 245:111 247:114 248:117 249:119 250:120
# std/depthwise.yaml 52-59:12 63-69:12 75:12 77:12
