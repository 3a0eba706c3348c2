"""Inception-ResNet-v2, whose inception modules are scaled residuals, under timm's
names.

Inception-v4, Inception-ResNet and the Impact of Residual Connections on Learning, Fig.
15 to 19, Table 1, arXiv:1602.07261.
55,843,464 parameters, 13,155,794,016 multiply-accumulates per sample.
Input [3, 299, 299], output [1000]. Emitted by netspec from inception_resnet_v2.yaml,
sha256:f6e65e974653.
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


class Mixed5b(nn.Module):
    """Branches of 1x1, 5x5 and two 3x3 convolutions and of average pooling."""

    def __init__(self) -> None:
        super().__init__()
        self.branch0 = ConvBn(192, 96)
        self.branch1 = nn.Sequential(ConvBn(192, 48), ConvBn(48, 64, kernel=5))
        self.branch2 = nn.Sequential(
            ConvBn(192, 64), ConvBn(64, 96, kernel=3), ConvBn(96, 96, kernel=3)
        )
        self.branch3 = nn.Sequential(
            nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False),
            ConvBn(192, 64),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        branch0 = self.branch0(x)  # [96, 35, 35]
        branch1 = self.branch1(x)  # [64, 35, 35]
        branch2 = self.branch2(x)  # [96, 35, 35]
        branch3 = self.branch3(x)  # [64, 35, 35]
        return torch.cat([branch0, branch1, branch2, branch3], 1)  # [320, 35, 35]


class Block35(nn.Module):
    """A residual of 35x35 maps, Inception-ResNet-A."""

    def __init__(self) -> None:
        super().__init__()
        self.branch0 = ConvBn(320, 32)
        self.branch1 = nn.Sequential(ConvBn(320, 32), ConvBn(32, 32, kernel=3))
        self.branch2 = nn.Sequential(
            ConvBn(320, 32), ConvBn(32, 48, kernel=3), ConvBn(48, 64, kernel=3)
        )
        self.conv2d = nn.Conv2d(128, 320, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = torch.cat(
            [self.branch0(x), self.branch1(x), self.branch2(x)], 1
        )  # [128, 35, 35]
        out = 0.17 * self.conv2d(out)  # [320, 35, 35]
        return F.relu(out + x)


class Mixed6a(nn.Module):
    """From 35x35 to 17x17; k, l, m and n of Table 1 are 256, 256, 384 and 384."""

    def __init__(self) -> None:
        super().__init__()
        self.branch0 = ConvBn(320, 384, kernel=3, stride=2)
        self.branch1 = nn.Sequential(
            ConvBn(320, 256),
            ConvBn(256, 256, kernel=3),
            ConvBn(256, 384, kernel=3, stride=2),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        branch0 = self.branch0(x)  # [384, 17, 17]
        branch1 = self.branch1(x)
        x = F.max_pool2d(x, 3, stride=2)  # [320, 17, 17]
        return torch.cat([branch0, branch1, x], 1)  # [1088, 17, 17]


class Block17(nn.Module):
    """A residual of 17x17 maps, Inception-ResNet-B."""

    def __init__(self) -> None:
        super().__init__()
        self.branch0 = ConvBn(1088, 192)
        self.branch1 = nn.Sequential(
            ConvBn(1088, 128),
            ConvBn(128, 160, kernel=(1, 7)),
            ConvBn(160, 192, kernel=(7, 1)),
        )
        self.conv2d = nn.Conv2d(384, 1088, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = torch.cat([self.branch0(x), self.branch1(x)], 1)  # [384, 17, 17]
        out = 0.1 * self.conv2d(out)  # [1088, 17, 17]
        return F.relu(out + x)


class Mixed7a(nn.Module):
    """From 17x17 to 8x8."""

    def __init__(self) -> None:
        super().__init__()
        self.branch0 = nn.Sequential(
            ConvBn(1088, 256), ConvBn(256, 384, kernel=3, stride=2)
        )
        self.branch1 = nn.Sequential(
            ConvBn(1088, 256), ConvBn(256, 288, kernel=3, stride=2)
        )
        self.branch2 = nn.Sequential(
            ConvBn(1088, 256),
            ConvBn(256, 288, kernel=3),
            ConvBn(288, 320, kernel=3, stride=2),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        branch0 = self.branch0(x)  # [384, 8, 8]
        branch1 = self.branch1(x)  # [288, 8, 8]
        branch2 = self.branch2(x)  # [320, 8, 8]
        x = F.max_pool2d(x, 3, stride=2)  # [1088, 8, 8]
        return torch.cat([branch0, branch1, branch2, x], 1)  # [2080, 8, 8]


class Block8(nn.Module):
    """A residual of 8x8 maps, Inception-ResNet-C; the last is neither scaled nor
    rectified.
    """

    def __init__(self, final: bool = False) -> None:
        super().__init__()
        self.final = final
        self.branch0 = ConvBn(2080, 192)
        self.branch1 = nn.Sequential(
            ConvBn(2080, 192),
            ConvBn(192, 224, kernel=(1, 3)),
            ConvBn(224, 256, kernel=(3, 1)),
        )
        self.conv2d = nn.Conv2d(448, 2080, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = torch.cat([self.branch0(x), self.branch1(x)], 1)
        out = self.conv2d(out)
        if not self.final:
            out = 0.2 * out
        x = out + x
        if not self.final:
            x = F.relu(x)
        return x


class InceptionResNetV2(nn.Module):
    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        self.conv2d_1a = ConvBn(3, 32, kernel=3, stride=2)
        self.conv2d_2a = ConvBn(32, 32, kernel=3, padding=0)
        self.conv2d_2b = ConvBn(32, 64, kernel=3)
        self.conv2d_3b = ConvBn(64, 80)
        self.conv2d_4a = ConvBn(80, 192, kernel=3, padding=0)
        self.mixed_5b = Mixed5b()
        self.repeat = nn.Sequential(*(Block35() for _ in range(10)))
        self.mixed_6a = Mixed6a()
        self.repeat_1 = nn.Sequential(*(Block17() for _ in range(20)))
        self.mixed_7a = Mixed7a()
        self.repeat_2 = nn.Sequential(*(Block8() for _ in range(9)))
        self.block8 = Block8(final=True)
        self.conv2d_7b = ConvBn(2080, 1536)
        self.classif = nn.Linear(1536, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.conv2d_1a(x)  # [32, 149, 149]
        x = self.conv2d_2a(x)  # [32, 147, 147]
        x = self.conv2d_2b(x)  # [64, 147, 147]
        x = F.max_pool2d(x, 3, stride=2)  # [64, 73, 73]
        x = self.conv2d_3b(x)  # [80, 73, 73]
        x = self.conv2d_4a(x)  # [192, 71, 71]
        x = F.max_pool2d(x, 3, stride=2)  # [192, 35, 35]
        x = self.mixed_5b(x)  # [320, 35, 35]
        x = self.repeat(x)
        x = self.mixed_6a(x)  # [1088, 17, 17]
        x = self.repeat_1(x)
        x = self.mixed_7a(x)  # [2080, 8, 8]
        x = self.repeat_2(x)
        x = self.block8(x)
        x = self.conv2d_7b(x)  # [1536, 8, 8]
        x = x.mean((2, 3))  # [1536]
        return self.classif(x)  # [1000]


def inception_resnet_v2(classes: int = 1000) -> InceptionResNetV2:
    """The network of inception_resnet_v2.yaml, with fresh weights."""
    return InceptionResNetV2(classes)


# netspec where aca23f16ac2f inception_resnet_v2.yaml 16:21 30-31:25 33:26 36:25-27
# 39:28 44:32 45:33 46-47:34 49-51:35 55:32 56:33 57:34 58:35 59:36 62:37 67:42 68:43
# 69-70:44 72:46 75-77:42-45 78:46-48 79:50-51 82:52 87:56 88-91:57 95:56 96:57 97:58
# 98:59 101:60 106:65 107:67-69 108:67 109:68 110:69 112:71 115:65-70 116:71-73
# 117:75-76 120:77 125-126:81 128-129:82 131-134:83 138:81 139:82 140:83 141:84 142:85
# 145:86 153:92 154:94-96 155:94 156:95 157:96 159:98 162:92-97 163:98 165:100 166:103
# 168:104 172:108 175:108 176:110 177:112 178:116 179:118 180:122 181:123 182:126
# 183:127 184:130 185:131 186:134 187:135 188:138 191:108 192:110 193:112 194:114
# 195:116 196:118 197:120 198:122 199:123 200:126 201:127 202:130 203:131 204:134
# 205:135 206:137 207:138
