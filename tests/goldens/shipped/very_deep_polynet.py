"""Very Deep PolyNet, a mixture of poly-3 and 2-way inception units, as released.

PolyNet: A Pursuit of Structural Diversity in Very Deep Networks, Sec. 4, Fig. 5,
arXiv:1611.05725.
95,366,600 parameters, 34,699,493,472 multiply-accumulates per sample.
Input [3, 331, 331], output [1000]. Emitted by netspec from very_deep_polynet.yaml,
sha256:05373219f1db.
"""

import torch
import torch.nn.functional as F
from torch import nn


class Scale(nn.Module):
    """The input times a constant."""

    def __init__(self, by: float) -> None:
        super().__init__()
        self.by = by

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.by * x


class ConvBn(nn.Module):
    """A convolution, normalised and activated; at stride 1 it keeps the size."""

    def __init__(
        self,
        in_channels: int,
        out: int,
        kernel: int | tuple[int, int] = 1,
        stride: int = 1,
        padding: int | str | None = None,
        act: bool = True,
    ) -> None:
        super().__init__()
        if padding is None:
            padding = "same" if stride == 1 else 0
        self.act = act
        self.conv = nn.Conv2d(
            in_channels, out, kernel, stride=stride, padding=padding, bias=False
        )
        self.bn = nn.BatchNorm2d(out)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.bn(self.conv(x))
        if self.act:
            x = F.relu(x)
        return x


class Stem(nn.Module):
    """From 331x331 to 39x39, much as in Inception-v4."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Sequential(
            ConvBn(3, 32, kernel=3, stride=2),
            ConvBn(32, 32, kernel=3, padding=0),
            ConvBn(32, 64, kernel=3),
        )
        self.conv1_branch = ConvBn(64, 96, kernel=3, stride=2)
        self.conv2_short = nn.Sequential(
            ConvBn(160, 64), ConvBn(64, 96, kernel=3, padding=0)
        )
        self.conv2_long = nn.Sequential(
            ConvBn(160, 64),
            ConvBn(64, 64, kernel=(7, 1)),
            ConvBn(64, 64, kernel=(1, 7)),
            ConvBn(64, 96, kernel=3, padding=0),
        )
        self.conv2_branch = ConvBn(192, 192, kernel=3, stride=2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.conv1(x)  # [64, 163, 163]
        out = F.max_pool2d(x, 3, stride=2)  # [64, 81, 81]
        x = torch.cat([out, self.conv1_branch(x)], 1)  # [160, 81, 81]
        conv2_short = self.conv2_short(x)  # [96, 79, 79]
        x = torch.cat([conv2_short, self.conv2_long(x)], 1)  # [192, 79, 79]
        out = F.max_pool2d(x, 3, stride=2)  # [192, 39, 39]
        return torch.cat([out, self.conv2_branch(x)], 1)  # [384, 39, 39]


class InceptionA(nn.Module):
    """F in stage A, paths of two, one and no 3x3 convolutions."""

    def __init__(self) -> None:
        super().__init__()
        self.path0 = nn.Sequential(
            ConvBn(384, 32), ConvBn(32, 48, kernel=3), ConvBn(48, 64, kernel=3)
        )
        self.path1 = nn.Sequential(ConvBn(384, 32), ConvBn(32, 32, kernel=3))
        self.path2 = ConvBn(384, 32)
        self.conv2d = ConvBn(128, 384, act=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = torch.cat([self.path0(x), self.path1(x), self.path2(x)], 1)  # [128, 39, 39]
        return self.conv2d(x)  # [384, 39, 39]


class TwoWay(nn.Module):
    """x + s F(x) + s G(x), rectified."""

    def __init__(self, scale: float) -> None:
        super().__init__()
        self.blocks = nn.ModuleList([InceptionA(), InceptionA()])
        self.scale1 = Scale(scale)
        self.scale2 = Scale(scale)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = self.scale1(self.blocks[0](x))
        out2 = self.scale2(self.blocks[1](x))
        return F.relu(x + out + out2)


class ReductionA(nn.Module):
    """From 39x39 to 19x19."""

    def __init__(self) -> None:
        super().__init__()
        self.path0 = nn.Sequential(
            ConvBn(384, 256),
            ConvBn(256, 256, kernel=3),
            ConvBn(256, 384, kernel=3, stride=2),
        )
        self.path1 = ConvBn(384, 384, kernel=3, stride=2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        path0 = self.path0(x)  # [384, 19, 19]
        path1 = self.path1(x)
        x = F.max_pool2d(x, 3, stride=2)
        return torch.cat([path0, path1, x], 1)  # [1152, 19, 19]


class Poly(nn.Module):
    """x + s F(x) + s F(F(x)) + ..., rectified, and each power before the next F. All F
    have the same convolutions, but normalise them, and project them to the width of x,
    by weights of their own.
    """

    def __init__(
        self,
        widths: tuple[int, int, int],
        scale: float,
        width: int,
        span: int,
        conv2d_blocks_in_channels: int,
    ) -> None:
        super().__init__()
        self.path0_conv1 = nn.Conv2d(width, widths[0], 1, padding="same", bias=False)
        self.path0_bn1 = nn.ModuleList(nn.BatchNorm2d(widths[0]) for _ in range(3))
        self.path0_conv2 = nn.Conv2d(
            widths[0], widths[1], (1, span), padding="same", bias=False
        )
        self.path0_bn2 = nn.ModuleList(nn.BatchNorm2d(widths[1]) for _ in range(3))
        self.path0_conv3 = nn.Conv2d(
            widths[1], widths[2], (span, 1), padding="same", bias=False
        )
        self.path0_bn3 = nn.ModuleList(nn.BatchNorm2d(widths[2]) for _ in range(3))
        self.path1_conv = nn.Conv2d(width, 192, 1, padding="same", bias=False)
        self.path1_bn = nn.ModuleList(nn.BatchNorm2d(192) for _ in range(3))
        self.conv2d_blocks = nn.ModuleList(
            ConvBn(conv2d_blocks_in_channels, width, act=False) for _ in range(3)
        )
        self.term = nn.ModuleList(Scale(scale) for _ in range(3))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = F.relu_(self.path0_bn1[0](self.path0_conv1(x)))
        out = F.relu_(self.path0_bn2[0](self.path0_conv2(out)))
        out = F.relu_(self.path0_bn3[0](self.path0_conv3(out)))
        out2 = F.relu_(self.path1_bn[0](self.path1_conv(x)))
        out = self.conv2d_blocks[0](torch.cat([out, out2], 1))
        out2 = self.term[0](out)
        out = F.relu(out)
        out3 = F.relu_(self.path0_bn1[1](self.path0_conv1(out)))
        out3 = F.relu_(self.path0_bn2[1](self.path0_conv2(out3)))
        out3 = F.relu_(self.path0_bn3[1](self.path0_conv3(out3)))
        out = F.relu_(self.path1_bn[1](self.path1_conv(out)))
        out3 = self.conv2d_blocks[1](torch.cat([out3, out], 1))
        out = self.term[1](out3)
        out3 = F.relu(out3)
        out4 = F.relu_(self.path0_bn1[2](self.path0_conv1(out3)))
        out4 = F.relu_(self.path0_bn2[2](self.path0_conv2(out4)))
        out4 = F.relu_(self.path0_bn3[2](self.path0_conv3(out4)))
        out3 = F.relu_(self.path1_bn[2](self.path1_conv(out3)))
        out4 = self.conv2d_blocks[2](torch.cat([out4, out3], 1))
        return F.relu(x + out2 + out + self.term[2](out4))


class InceptionBc(nn.Module):
    """F in stages B and C, a path of a `span` x `span` convolution, in two, and one
    without.
    """

    def __init__(
        self,
        widths: tuple[int, int, int],
        width: int,
        span: int,
        conv2d_in_channels: int,
    ) -> None:
        super().__init__()
        self.path0 = nn.Sequential(
            ConvBn(width, widths[0]),
            ConvBn(widths[0], widths[1], kernel=(1, span)),
            ConvBn(widths[1], widths[2], kernel=(span, 1)),
        )
        self.path1 = ConvBn(width, 192)
        self.conv2d = ConvBn(conv2d_in_channels, width, act=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = torch.cat([self.path0(x), self.path1(x)], 1)
        return self.conv2d(x)


class TwoWay2(nn.Module):
    """x + s F(x) + s G(x), rectified."""

    def __init__(
        self,
        in_channels: int,
        scale: float,
        widths: tuple[int, int, int],
        span: int,
        conv2d_in_channels: int,
    ) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(
            [
                InceptionBc(widths, in_channels, span, conv2d_in_channels),
                InceptionBc(widths, in_channels, span, conv2d_in_channels),
            ],
        )
        self.scale1 = Scale(scale)
        self.scale2 = Scale(scale)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = self.scale1(self.blocks[0](x))
        out2 = self.scale2(self.blocks[1](x))
        return F.relu(x + out + out2)


class ReductionB(nn.Module):
    """From 19x19 to 9x9."""

    def __init__(self) -> None:
        super().__init__()
        self.path0 = nn.Sequential(
            ConvBn(1152, 256),
            ConvBn(256, 256, kernel=3),
            ConvBn(256, 256, kernel=3, stride=2),
        )
        self.path1 = nn.Sequential(
            ConvBn(1152, 256), ConvBn(256, 256, kernel=3, stride=2)
        )
        self.path2 = nn.Sequential(
            ConvBn(1152, 256), ConvBn(256, 384, kernel=3, stride=2)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        path0 = self.path0(x)  # [256, 9, 9]
        path1 = self.path1(x)
        path2 = self.path2(x)  # [384, 9, 9]
        x = F.max_pool2d(x, 3, stride=2)  # [1152, 9, 9]
        return torch.cat([path0, path1, path2, x], 1)  # [2048, 9, 9]


class VeryDeepPolyNet(nn.Module):
    def __init__(self, dropout: float = 0.2, classes: int = 1000) -> None:
        super().__init__()
        self.stem = Stem()
        self.stage_a = nn.Sequential(*(TwoWay(1 - 0.3 * i / 39) for i in range(10)))
        self.reduction_a = ReductionA()
        layers: list[nn.Module] = []
        for i in range(10):
            layers += [
                Poly((128, 160, 192), 1 - 0.3 * (10 + 2 * i) / 39, 1152, 7, 384),
                TwoWay2(1152, 1 - 0.3 * (2 * i + 11) / 39, (128, 160, 192), 7, 384),
            ]
        self.stage_b = nn.Sequential(*layers)
        self.reduction_b = ReductionB()
        layers = []
        for i in range(5):
            layers += [
                Poly((192, 224, 256), 1 - 0.3 * (30 + 2 * i) / 39, 2048, 3, 448),
                TwoWay2(2048, 1 - 0.3 * (2 * i + 31) / 39, (192, 224, 256), 3, 448),
            ]
        self.stage_c = nn.Sequential(*layers)
        self.dropout = nn.Dropout(p=dropout)
        self.last_linear = nn.Linear(2048, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.stem(x)  # [384, 39, 39]
        x = self.stage_a(x)
        x = self.reduction_a(x)  # [1152, 19, 19]
        x = self.stage_b(x)
        x = self.reduction_b(x)  # [2048, 9, 9]
        x = self.stage_c(x)
        x = x.mean((2, 3))  # [2048]
        return self.last_linear(self.dropout(x))  # [1000]


def very_deep_polynet(dropout: float = 0.2, classes: int = 1000) -> VeryDeepPolyNet:
    """The network of very_deep_polynet.yaml, with fresh weights."""
    return VeryDeepPolyNet(dropout, classes)


# netspec where 3a76e8b31a8e very_deep_polynet.yaml 26:22 42-43:26 45:27 48:26-27 50:28
# 54:29 59-62:33 64:36 65-66:39 68:41-44 69:41 70:42 71:43 72:44 74:48 77:33 78:35
# 79:36-37 80:39 81:41-45 82:47 83:48-49 86:67 91-92:72 94:73 95:74 96:76 99:72-75
# 100:76 103:91 108:99 109-110:100 113-114:99-100 115:101-102 118:50 123-126:54 128:55
# 131:54 132:55 133:56 134:57 137:103 152:113 153:114 154-155:116 157:117 158-159:119
# 161:120 162:122 163:123 164-165:126 167:127 170:113-115 171:116-118 172:119-121
# 173:122-124 174:125-126 175:127 176:128 177:113-115 178:116-118 179:119-121
# 180:122-124 181:125-126 182:127 183:128 184:113-115 185:116-118 186:119-121
# 187:122-124 188:125-126 189:127-133 192:78 205:84-86 206:84 207:85 208:86 210:87
# 211:89 214:84-88 215:89 218:91 230-233:99 236-237:100 240-241:99-100 242:101-102
# 245:58 250-253:62 255-256:63 258-259:64 263:62 264:63 265:64 266:65 267:66 270:145
# 273:145 274:149 275:150 276-278:139-140 279:139 280:140 282:139-140 283:155
# 284-286:139-140 287:139 288:140 290:139-140 291:161 292:162 295:145 296:149 297:150
# 298:139-140 299:155 300:139-140 301:160 302:161-162
