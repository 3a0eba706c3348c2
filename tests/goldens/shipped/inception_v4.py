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
        padding: int | str = 0,
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(
            in_channels, out, kernel, stride=stride, padding=padding, bias=False
        )
        self.bn = nn.BatchNorm2d(out, eps=0.001)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.relu(self.bn(self.conv(x)))


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
            ConvBn(160, 64, padding="same"), ConvBn(64, 96, kernel=3)
        )
        self.branch1 = nn.Sequential(
            ConvBn(160, 64, padding="same"),
            ConvBn(64, 64, kernel=(1, 7), padding="same"),
            ConvBn(64, 64, kernel=(7, 1), padding="same"),
            ConvBn(64, 96, kernel=3),
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
        self.branch0 = ConvBn(384, 96, padding="same")
        self.branch1 = nn.Sequential(
            ConvBn(384, 64, padding="same"), ConvBn(64, 96, kernel=3, padding="same")
        )
        self.branch2 = nn.Sequential(
            ConvBn(384, 64, padding="same"),
            ConvBn(64, 96, kernel=3, padding="same"),
            ConvBn(96, 96, kernel=3, padding="same"),
        )
        self.branch3 = nn.Sequential(
            nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False),
            ConvBn(384, 96, padding="same"),
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
            ConvBn(384, 192, padding="same"),
            ConvBn(192, 224, kernel=3, padding="same"),
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
        self.branch0 = ConvBn(1024, 384, padding="same")
        self.branch1 = nn.Sequential(
            ConvBn(1024, 192, padding="same"),
            ConvBn(192, 224, kernel=(1, 7), padding="same"),
            ConvBn(224, 256, kernel=(7, 1), padding="same"),
        )
        self.branch2 = nn.Sequential(
            ConvBn(1024, 192, padding="same"),
            ConvBn(192, 192, kernel=(7, 1), padding="same"),
            ConvBn(192, 224, kernel=(1, 7), padding="same"),
            ConvBn(224, 224, kernel=(7, 1), padding="same"),
            ConvBn(224, 256, kernel=(1, 7), padding="same"),
        )
        self.branch3 = nn.Sequential(
            nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False),
            ConvBn(1024, 128, padding="same"),
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
            ConvBn(1024, 192, padding="same"), ConvBn(192, 192, kernel=3, stride=2)
        )
        self.branch1 = nn.Sequential(
            ConvBn(1024, 256, padding="same"),
            ConvBn(256, 256, kernel=(1, 7), padding="same"),
            ConvBn(256, 320, kernel=(7, 1), padding="same"),
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
        self.branch0 = ConvBn(1536, 256, padding="same")
        self.branch1_0 = ConvBn(1536, 384, padding="same")
        self.branch1_1a = ConvBn(384, 256, kernel=(1, 3), padding="same")
        self.branch1_1b = ConvBn(384, 256, kernel=(3, 1), padding="same")
        self.branch2_0 = ConvBn(1536, 384, padding="same")
        self.branch2_1 = ConvBn(384, 448, kernel=(3, 1), padding="same")
        self.branch2_2 = ConvBn(448, 512, kernel=(1, 3), padding="same")
        self.branch2_3a = ConvBn(512, 256, kernel=(1, 3), padding="same")
        self.branch2_3b = ConvBn(512, 256, kernel=(3, 1), padding="same")
        self.branch3 = nn.Sequential(
            nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False),
            ConvBn(1536, 256, padding="same"),
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
            ConvBn(32, 32, kernel=3),
            ConvBn(32, 64, kernel=3, padding="same"),
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


# netspec where a677e673550b inception_v4.yaml 15:21 27-29:25 30:26 33:25-27 36:28 41:33
# 44:32 45:33-35 48:36 53-55:40 56:42-45 57:42 58:43 59:44 60:45 61:42-45 64:40-46 67:47
# 72:51 75:51 76:53-54 79:55 84:59 85-87:60 88-92:61 93-96:62 99:59 100:60 101:61 102:62
# 103:63 106:64 111:68 112-116:69 119:68 120:69 121:70 122:71 125:72 130:76 131:78-80
# 132:78 133:79 134:80 135:78-80 136:82-86 137:82 138:83 139:84 140:85 141:86 142:82-86
# 143-146:87 149:76 150:78-80 151:82-86 152:87 153:88 156:89 161-163:93 164:95-98 165:95
# 166:96 167:97 168:98 169:95-98 172:93 173:95-98 174:99 175:100 178:101 183:105 184:107
# 185:110 186:112 187:114 188:116 189:118 190:121 191:123 192-195:126 198:105 199:107
# 200:110 201:112 202:114 203:116 204:118 205:121 206:123 207:126 208-210:127 213:131
# 216:132-144 217:132 218:133 219:134 220:135 221:136 222:137 223:138 224:140 225:141
# 226:143 227:144 228:132-144 229:147 232:132-144 233:146 234:147
