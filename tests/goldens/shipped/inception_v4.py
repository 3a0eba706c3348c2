"""Inception-v4, without residual connections, under timm's names.

Inception-v4, Inception-ResNet and the Impact of Residual Connections on Learning, Fig.
3 to 9, Table 1, arXiv:1602.07261.
42,679,816 parameters, 12,253,974,624 multiply-accumulates per sample.
Input [3, 299, 299], output [1000]. Emitted by netspec from inception_v4.yaml,
sha256:a12dff03492b.
"""

import torch
import torch.nn.functional as F
from torch import nn


class ConvBn(nn.Module):
    """A convolution, normalised and rectified; at stride 1 it keeps the size."""

    def __init__(
        self,
        in_channels: int,
        out: int,
        kernel: int | tuple[int, int] = 1,
        stride: int = 1,
        padding: int | str | None = None,
    ) -> None:
        super().__init__()
        if padding is None:
            padding = "same" if stride == 1 else 0
        self.conv = nn.Conv2d(
            in_channels, out, kernel, stride=stride, padding=padding, bias=False
        )
        self.bn = nn.BatchNorm2d(out, eps=0.001)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.relu_(self.bn(self.conv(x)))


class StemPool(nn.Module):
    """Halves the resolution by max pooling and by a convolution, side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = ConvBn(64, 96, kernel=3, stride=2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = F.max_pool2d(x, 3, stride=2)  # [64, 73, 73]
        return torch.cat([out, self.conv(x)], 1)  # [160, 73, 73]


class StemMixed(nn.Module):
    """A 3x3 convolution after one of 7x7, in two, and without it."""

    def __init__(self) -> None:
        super().__init__()
        self.branch0 = nn.Sequential(
            ConvBn(160, 64), ConvBn(64, 96, kernel=3, padding=0)
        )
        self.branch1 = nn.Sequential(
            ConvBn(160, 64),
            ConvBn(64, 64, kernel=(1, 7)),
            ConvBn(64, 64, kernel=(7, 1)),
            ConvBn(64, 96, kernel=3, padding=0),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cat([self.branch0(x), self.branch1(x)], 1)  # [192, 71, 71]


class StemConv(nn.Module):
    """Halves the resolution by a convolution and by max pooling, side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = ConvBn(192, 192, kernel=3, stride=2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = self.conv(x)  # [192, 35, 35]
        return torch.cat([out, F.max_pool2d(x, 3, stride=2)], 1)  # [384, 35, 35]


class InceptionA(nn.Module):
    """A 3x3 convolution beside two in a row."""

    def __init__(self) -> None:
        super().__init__()
        self.branch0 = ConvBn(384, 96)
        self.branch1 = nn.Sequential(ConvBn(384, 64), ConvBn(64, 96, kernel=3))
        self.branch2 = nn.Sequential(
            ConvBn(384, 64), ConvBn(64, 96, kernel=3), ConvBn(96, 96, kernel=3)
        )
        self.branch3 = nn.Sequential(
            nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False),
            ConvBn(384, 96),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        branch0 = self.branch0(x)  # [96, 35, 35]
        branch1 = self.branch1(x)
        branch2 = self.branch2(x)
        branch3 = self.branch3(x)
        return torch.cat([branch0, branch1, branch2, branch3], 1)  # [384, 35, 35]


class ReductionA(nn.Module):
    """From 35x35 to 17x17; k, l, m and n of Table 1 are 192, 224, 256 and 384."""

    def __init__(self) -> None:
        super().__init__()
        self.branch0 = ConvBn(384, 384, kernel=3, stride=2)
        self.branch1 = nn.Sequential(
            ConvBn(384, 192),
            ConvBn(192, 224, kernel=3),
            ConvBn(224, 256, kernel=3, stride=2),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        branch0 = self.branch0(x)  # [384, 17, 17]
        branch1 = self.branch1(x)  # [256, 17, 17]
        x = F.max_pool2d(x, 3, stride=2)  # [384, 17, 17]
        return torch.cat([branch0, branch1, x], 1)  # [1024, 17, 17]


class InceptionB(nn.Module):
    """7x7 convolutions as 1x7 and 7x1 ones in a row."""

    def __init__(self) -> None:
        super().__init__()
        self.branch0 = ConvBn(1024, 384)
        self.branch1 = nn.Sequential(
            ConvBn(1024, 192),
            ConvBn(192, 224, kernel=(1, 7)),
            ConvBn(224, 256, kernel=(7, 1)),
        )
        self.branch2 = nn.Sequential(
            ConvBn(1024, 192),
            ConvBn(192, 192, kernel=(7, 1)),
            ConvBn(192, 224, kernel=(1, 7)),
            ConvBn(224, 224, kernel=(7, 1)),
            ConvBn(224, 256, kernel=(1, 7)),
        )
        self.branch3 = nn.Sequential(
            nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False),
            ConvBn(1024, 128),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        branch0 = self.branch0(x)  # [384, 17, 17]
        branch1 = self.branch1(x)  # [256, 17, 17]
        branch2 = self.branch2(x)
        branch3 = self.branch3(x)  # [128, 17, 17]
        return torch.cat([branch0, branch1, branch2, branch3], 1)  # [1024, 17, 17]


class ReductionB(nn.Module):
    """From 17x17 to 8x8."""

    def __init__(self) -> None:
        super().__init__()
        self.branch0 = nn.Sequential(
            ConvBn(1024, 192), ConvBn(192, 192, kernel=3, stride=2)
        )
        self.branch1 = nn.Sequential(
            ConvBn(1024, 256),
            ConvBn(256, 256, kernel=(1, 7)),
            ConvBn(256, 320, kernel=(7, 1)),
            ConvBn(320, 320, kernel=3, stride=2),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        branch0 = self.branch0(x)  # [192, 8, 8]
        branch1 = self.branch1(x)  # [320, 8, 8]
        x = F.max_pool2d(x, 3, stride=2)  # [1024, 8, 8]
        return torch.cat([branch0, branch1, x], 1)  # [1536, 8, 8]


class InceptionC(nn.Module):
    """1x3 and 3x1 convolutions side by side in place of 3x3 ones."""

    def __init__(self) -> None:
        super().__init__()
        self.branch0 = ConvBn(1536, 256)
        self.branch1_0 = ConvBn(1536, 384)
        self.branch1_1a = ConvBn(384, 256, kernel=(1, 3))
        self.branch1_1b = ConvBn(384, 256, kernel=(3, 1))
        self.branch2_0 = ConvBn(1536, 384)
        self.branch2_1 = ConvBn(384, 448, kernel=(3, 1))
        self.branch2_2 = ConvBn(448, 512, kernel=(1, 3))
        self.branch2_3a = ConvBn(512, 256, kernel=(1, 3))
        self.branch2_3b = ConvBn(512, 256, kernel=(3, 1))
        self.branch3 = nn.Sequential(
            nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False),
            ConvBn(1536, 256),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        branch0 = self.branch0(x)  # [256, 8, 8]
        branch1 = self.branch1_0(x)  # [384, 8, 8]
        branch1_1a = self.branch1_1a(branch1)  # [256, 8, 8]
        branch1_1b = self.branch1_1b(branch1)
        branch2 = self.branch2_0(x)  # [384, 8, 8]
        branch2 = self.branch2_1(branch2)  # [448, 8, 8]
        branch2 = self.branch2_2(branch2)  # [512, 8, 8]
        branch2_3a = self.branch2_3a(branch2)  # [256, 8, 8]
        branch2_3b = self.branch2_3b(branch2)
        branch3 = self.branch3(x)
        return torch.cat(
            [branch0, branch1_1a, branch1_1b, branch2_3a, branch2_3b, branch3], 1
        )  # [1536, 8, 8]


class InceptionV4(nn.Module):
    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        self.features = nn.Sequential(
            ConvBn(3, 32, kernel=3, stride=2),
            ConvBn(32, 32, kernel=3, padding=0),
            ConvBn(32, 64, kernel=3),
            StemPool(),
            StemMixed(),
            StemConv(),
            *(InceptionA() for _ in range(4)),
            ReductionA(),
            *(InceptionB() for _ in range(7)),
            ReductionB(),
            *(InceptionC() for _ in range(3)),
        )
        self.last_linear = nn.Linear(1536, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.features(x)  # [1536, 8, 8]
        x = x.mean((2, 3))  # [1536]
        return self.last_linear(x)  # [1000]


def inception_v4(classes: int = 1000) -> InceptionV4:
    """The network of inception_v4.yaml, with fresh weights."""
    return InceptionV4(classes)


# netspec where 5948d07ceca3 inception_v4.yaml 15:21 29-30:25 32:26 35:25-27 38:28 43:33
# 46:32 47:33-35 50:36 55-56:40 58:42-45 59:42 60:43 61:44 62:45 66:40-46 69:47 74:51
# 77:51 78:53-54 81:55 86:59 87:60 88-89:61 91-93:62 97:59 98:60 99:61 100:62 101:63
# 104:64 109:68 110-113:69 117:68 118:69 119:70 120:71 123:72 128:76 129:78-80 130:78
# 131:79 132:80 134:82-86 135:82 136:83 137:84 138:85 139:86 141-143:87 147:76 148:78-80
# 149:82-86 150:87 151:88 154:89 159-160:93 162:95-98 163:95 164:96 165:97 166:98 170:93
# 171:95-98 172:99 173:100 176:101 181:105 182:107 183:110 184:112 185:114 186:116
# 187:118 188:121 189:123 190-192:126 196:105 197:107 198:110 199:112 200:114 201:116
# 202:118 203:121 204:123 205:126 206-208:127 211:131 214:132-144 215:132 216:133
# 217:134 218:135 219:136 220:137 221:138 222:140 223:141 224:143 225:144 227:147
# 230:132-144 231:146 232:147
