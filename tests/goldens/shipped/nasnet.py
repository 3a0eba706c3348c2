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

    def __init__(self, in_channels: int, kernel: int, padding: int) -> None:
        super().__init__()
        for i in range(2):
            self.add_module(
                f"conv{2 * i + 1}",
                nn.Conv2d(
                    in_channels,
                    in_channels,
                    kernel,
                    padding=padding,
                    groups=in_channels,
                    bias=False,
                ),
            )
            self.add_module(
                f"conv{2 * i + 2}", nn.Conv2d(in_channels, in_channels, 1, bias=False)
            )
            self.add_module(f"bn{i + 1}", nn.BatchNorm2d(in_channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for i in range(2):
            x = getattr(self, f"conv{2 * i + 1}")(F.relu(x))
            x = getattr(self, f"bn{i + 1}")(getattr(self, f"conv{2 * i + 2}")(x))
        return x


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


class NormalCellC(nn.Module):
    def forward(self, x: torch.Tensor, x2: torch.Tensor) -> torch.Tensor:
        return F.avg_pool2d(x, 3, stride=1, padding=1, count_include_pad=False) + x2


class NormalCellD(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = F.avg_pool2d(x, 3, stride=1, padding=1, count_include_pad=False)
        x = F.avg_pool2d(x, 3, stride=1, padding=1, count_include_pad=False)
        return out + x


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
        self.c = NormalCellC()
        self.d = NormalCellD()
        self.e = NormalCellE(filters)

    def forward(
        self, previous: torch.Tensor, current: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        left = self.left(previous)
        right = self.right(current)
        a = self.a(right, left)
        b = self.b(left)
        c = self.c(right, left)
        d = self.d(left)
        e = self.e(right)
        x = torch.cat([left, a, b, c, d, e], 1)
        return current, x


class Separable2(nn.Module):
    """A separable convolution, twice, each rectified before and normalised after."""

    def __init__(self, in_channels: int, kernel: int, padding: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(
            in_channels,
            in_channels,
            kernel,
            stride=2,
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


class ReductionCellA(nn.Module):
    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.separable1 = Separable2(in_channels, 5, 2)
        self.separable2 = Separable2(in_channels, 7, 3)

    def forward(self, x: torch.Tensor, x2: torch.Tensor) -> torch.Tensor:
        return self.separable1(x) + self.separable2(x2)


class ReductionCellB(nn.Module):
    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.separable = Separable2(in_channels, 7, 3)

    def forward(self, x: torch.Tensor, x2: torch.Tensor) -> torch.Tensor:
        return F.max_pool2d(x, 3, stride=2, padding=1) + self.separable(x2)


class ReductionCellC(nn.Module):
    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.separable = Separable2(in_channels, 5, 2)

    def forward(self, x: torch.Tensor, x2: torch.Tensor) -> torch.Tensor:
        x = F.avg_pool2d(x, 3, stride=2, padding=1, count_include_pad=False)
        return x + self.separable(x2)


class ReductionCellD(nn.Module):
    def forward(self, x: torch.Tensor, x2: torch.Tensor) -> torch.Tensor:
        return F.avg_pool2d(x, 3, stride=1, padding=1, count_include_pad=False) + x2


class ReductionCellE(nn.Module):
    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.separable = Separable(in_channels, 3, 1)

    def forward(self, x: torch.Tensor, x2: torch.Tensor) -> torch.Tensor:
        return self.separable(x) + F.max_pool2d(x2, 3, stride=2, padding=1)


class ReductionCell(nn.Module):
    """Five sums of two at half the resolution, of which one only feeds others."""

    def __init__(
        self,
        in_channels: int,
        filters: int,
        a_in_channels: int,
        b_in_channels: int,
        c_in_channels: int,
        e_in_channels: int,
    ) -> None:
        super().__init__()
        self.left = Fit(in_channels, filters)
        self.right = Fit(in_channels, filters)
        self.a = ReductionCellA(a_in_channels)
        self.b = ReductionCellB(b_in_channels)
        self.c = ReductionCellC(c_in_channels)
        self.d = ReductionCellD()
        self.e = ReductionCellE(e_in_channels)

    def forward(
        self, previous: torch.Tensor, current: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        left = self.left(previous)
        right = self.right(current)
        a = self.a(right, left)
        b = self.b(right, left)
        x = torch.cat([b, self.c(right, left), self.d(a, b), self.e(a, right)], 1)
        return current, x


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
            [
                ReductionCell(192, 64, 64, 64, 64, 64),
                ReductionCell(384, 128, 128, 128, 128, 128),
            ],
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


# netspec where 7dc18537bf83 nasnet.yaml 16:35 24:40-48 25:43 26:47 27:40-48 28:40 29:50
# 32:39 34-35:43 36:44 37:45 38:46 39:47-48 41:40 42:50 45:25 50-52:33-34 62:33-34 63:33
# 65:34 69:31 70:33-34 74:60-61 77-78:60 81:60-61 84:63-64 87-88:63 91:63-64 94:66-67
# 96:66-67 99:69-70 101-102:69 103:70 106:72-73 109:72 112:72-73 115:51 126:57 127:58
# 128:60-61 129:63-64 130:66-67 131:69-70 132:72-73 137:57 138:58 139:60-61 140:63-64
# 141:66-67 142:69-70 143:72-73 144:74 148:25 162:33 163:34 172:33 173:34 176:31
# 177:31-34 179:33-34 182:86-87 185-186:86 189:86-87 192:89-90 195:89 198:89-90
# 201:92-93 204:92 207:92 208:92-93 211:95-96 213:95-96 216:98-99 219:98 222:98-99
# 225:77 238:83 239:84 240:86-87 241:89-90 242:92-93 243:95-96 244:98-99 249:83 250:84
# 251:86-87 252:89-90 253:92-100 257:105 260:105 261:106 262-266:114 269-272:111
# 275-279:114 282-286:114 289:120 292:105-106 295:114 296:111 298:114 299:111 301:114
# 302:117 303:119 304:120
# std/depthwise.yaml 50-59:12 62:12 69:12 153-160:12 164-170:12 176:12 178:12
