"""Inception-v3, of factorised convolutions, under torchvision's names.

Rethinking the Inception Architecture for Computer Vision, Table 1, Fig. 5 to 7,
arXiv:1512.00567.
27,161,264 parameters, 5,713,216,096 multiply-accumulates per sample.
Input [3, 299, 299], output logits [1000], aux_logits [1000]. Emitted by netspec from
inception_v3.yaml@inception_v3, sha256:1b50a094fc0d.
"""

from typing import NamedTuple

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
        nn.init.trunc_normal_(self.conv.weight, std=0.1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.relu(self.bn(self.conv(x)))


class InceptionA(nn.Module):
    """A 5x5 convolution beside two 3x3 ones in a row."""

    def __init__(self, in_channels: int, pool_features: int) -> None:
        super().__init__()
        self.branch1x1 = ConvBn(in_channels, 64, padding="same")
        self.branch5x5_1 = ConvBn(in_channels, 48, padding="same")
        self.branch5x5_2 = ConvBn(48, 64, kernel=5, padding="same")
        self.branch3x3dbl_1 = ConvBn(in_channels, 64, padding="same")
        self.branch3x3dbl_2 = ConvBn(64, 96, kernel=3, padding="same")
        self.branch3x3dbl_3 = ConvBn(96, 96, kernel=3, padding="same")
        self.branch_pool = ConvBn(in_channels, pool_features, padding="same")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        branch1x1 = self.branch1x1(x)
        branch5x5 = self.branch5x5_2(self.branch5x5_1(x))
        branch3x3dbl = self.branch3x3dbl_3(self.branch3x3dbl_2(self.branch3x3dbl_1(x)))
        x = F.avg_pool2d(x, 3, stride=1, padding=1)
        return torch.cat([branch1x1, branch5x5, branch3x3dbl, self.branch_pool(x)], 1)


class ReductionA(nn.Module):
    """From 35x35 to 17x17."""

    def __init__(self) -> None:
        super().__init__()
        self.branch3x3 = ConvBn(288, 384, kernel=3, stride=2)
        self.branch3x3dbl_1 = ConvBn(288, 64, padding="same")
        self.branch3x3dbl_2 = ConvBn(64, 96, kernel=3, padding="same")
        self.branch3x3dbl_3 = ConvBn(96, 96, kernel=3, stride=2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        branch3x3 = self.branch3x3(x)  # [384, 17, 17]
        branch3x3dbl = self.branch3x3dbl_1(x)  # [64, 35, 35]
        branch3x3dbl = self.branch3x3dbl_2(branch3x3dbl)  # [96, 35, 35]
        branch3x3dbl = self.branch3x3dbl_3(branch3x3dbl)  # [96, 17, 17]
        x = F.max_pool2d(x, 3, stride=2)  # [288, 17, 17]
        return torch.cat([branch3x3, branch3x3dbl, x], 1)  # [768, 17, 17]


class InceptionB(nn.Module):
    """7x7 convolutions as 1x7 ones after 7x1 ones."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.branch1x1 = ConvBn(768, 192, padding="same")
        self.branch7x7_1 = ConvBn(768, width, padding="same")
        self.branch7x7_2 = ConvBn(width, width, kernel=(1, 7), padding="same")
        self.branch7x7_3 = ConvBn(width, 192, kernel=(7, 1), padding="same")
        self.branch7x7dbl_1 = ConvBn(768, width, padding="same")
        self.branch7x7dbl_2 = ConvBn(width, width, kernel=(7, 1), padding="same")
        self.branch7x7dbl_3 = ConvBn(width, width, kernel=(1, 7), padding="same")
        self.branch7x7dbl_4 = ConvBn(width, width, kernel=(7, 1), padding="same")
        self.branch7x7dbl_5 = ConvBn(width, 192, kernel=(1, 7), padding="same")
        self.branch_pool = ConvBn(768, 192, padding="same")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        branch1x1 = self.branch1x1(x)
        branch7x7 = self.branch7x7_3(self.branch7x7_2(self.branch7x7_1(x)))
        branch7x7dbl = self.branch7x7dbl_3(self.branch7x7dbl_2(self.branch7x7dbl_1(x)))
        branch7x7dbl = self.branch7x7dbl_5(self.branch7x7dbl_4(branch7x7dbl))
        x = F.avg_pool2d(x, 3, stride=1, padding=1)
        return torch.cat([branch1x1, branch7x7, branch7x7dbl, self.branch_pool(x)], 1)


class Head(nn.Module):
    """An auxiliary classifier on 5x5 averages."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.conv0 = ConvBn(768, 128, padding="same")
        self.conv1 = ConvBn(128, 768, kernel=5)
        self.fc = nn.Linear(768, classes)
        nn.init.trunc_normal_(self.fc.weight, std=0.001)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.avg_pool2d(x, 5, stride=3)  # [768, 5, 5]
        x = self.conv0(x)  # [128, 5, 5]
        x = self.conv1(x)  # [768, 1, 1]
        x = x.mean((2, 3))  # [768]
        return self.fc(x)  # [1000]


class ReductionB(nn.Module):
    """From 17x17 to 8x8."""

    def __init__(self) -> None:
        super().__init__()
        self.branch3x3_1 = ConvBn(768, 192, padding="same")
        self.branch3x3_2 = ConvBn(192, 320, kernel=3, stride=2)
        self.branch7x7x3_1 = ConvBn(768, 192, padding="same")
        self.branch7x7x3_2 = ConvBn(192, 192, kernel=(1, 7), padding="same")
        self.branch7x7x3_3 = ConvBn(192, 192, kernel=(7, 1), padding="same")
        self.branch7x7x3_4 = ConvBn(192, 192, kernel=3, stride=2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        branch3x3 = self.branch3x3_1(x)  # [192, 17, 17]
        branch3x3 = self.branch3x3_2(branch3x3)  # [320, 8, 8]
        branch7x7x3 = self.branch7x7x3_1(x)  # [192, 17, 17]
        branch7x7x3 = self.branch7x7x3_2(branch7x7x3)
        branch7x7x3 = self.branch7x7x3_3(branch7x7x3)
        branch7x7x3 = self.branch7x7x3_4(branch7x7x3)  # [192, 8, 8]
        x = F.max_pool2d(x, 3, stride=2)  # [768, 8, 8]
        return torch.cat([branch3x3, branch7x7x3, x], 1)  # [1280, 8, 8]


class InceptionC(nn.Module):
    """1x3 and 3x1 convolutions side by side in place of 3x3 ones."""

    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.branch1x1 = ConvBn(in_channels, 320, padding="same")
        self.branch3x3_1 = ConvBn(in_channels, 384, padding="same")
        self.branch3x3_2a = ConvBn(384, 384, kernel=(1, 3), padding="same")
        self.branch3x3_2b = ConvBn(384, 384, kernel=(3, 1), padding="same")
        self.branch3x3dbl_1 = ConvBn(in_channels, 448, padding="same")
        self.branch3x3dbl_2 = ConvBn(448, 384, kernel=3, padding="same")
        self.branch3x3dbl_3a = ConvBn(384, 384, kernel=(1, 3), padding="same")
        self.branch3x3dbl_3b = ConvBn(384, 384, kernel=(3, 1), padding="same")
        self.branch_pool = ConvBn(in_channels, 192, padding="same")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        branch1x1 = self.branch1x1(x)
        branch3x3 = self.branch3x3_1(x)
        branch3x3_2a = self.branch3x3_2a(branch3x3)
        branch3x3_2b = self.branch3x3_2b(branch3x3)
        branch3x3dbl = self.branch3x3dbl_2(self.branch3x3dbl_1(x))
        branch3x3dbl_3a = self.branch3x3dbl_3a(branch3x3dbl)
        branch3x3dbl_3b = self.branch3x3dbl_3b(branch3x3dbl)
        x = F.avg_pool2d(x, 3, stride=1, padding=1)
        branch_pool = self.branch_pool(x)
        return torch.cat(
            [
                branch1x1,
                branch3x3_2a,
                branch3x3_2b,
                branch3x3dbl_3a,
                branch3x3dbl_3b,
                branch_pool,
            ],
            1,
        )


class InceptionV3Output(NamedTuple):
    logits: torch.Tensor
    aux_logits: torch.Tensor


class InceptionV3(nn.Module):
    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        self.Conv2d_1a_3x3 = ConvBn(3, 32, kernel=3, stride=2)
        self.Conv2d_2a_3x3 = ConvBn(32, 32, kernel=3)
        self.Conv2d_2b_3x3 = ConvBn(32, 64, kernel=3, padding="same")
        self.Conv2d_3b_1x1 = ConvBn(64, 80, padding="same")
        self.Conv2d_4a_3x3 = ConvBn(80, 192, kernel=3)
        self.Mixed_5b = InceptionA(192, 32)
        self.Mixed_5c = InceptionA(256, 64)
        self.Mixed_5d = InceptionA(288, 64)
        self.Mixed_6a = ReductionA()
        self.Mixed_6b = InceptionB(128)
        self.Mixed_6c = InceptionB(160)
        self.Mixed_6d = InceptionB(160)
        self.Mixed_6e = InceptionB(192)
        self.AuxLogits = Head(classes)
        self.Mixed_7a = ReductionB()
        self.Mixed_7b = InceptionC(1280)
        self.Mixed_7c = InceptionC(2048)
        self.dropout = nn.Dropout()
        self.fc = nn.Linear(2048, classes)
        nn.init.trunc_normal_(self.fc.weight, std=0.1)

    def forward(self, x: torch.Tensor) -> InceptionV3Output | torch.Tensor:
        x = self.Conv2d_1a_3x3(x)  # [32, 149, 149]
        x = self.Conv2d_2a_3x3(x)  # [32, 147, 147]
        x = self.Conv2d_2b_3x3(x)  # [64, 147, 147]
        x = F.max_pool2d(x, 3, stride=2)  # [64, 73, 73]
        x = self.Conv2d_3b_1x1(x)  # [80, 73, 73]
        x = self.Conv2d_4a_3x3(x)  # [192, 71, 71]
        x = F.max_pool2d(x, 3, stride=2)  # [192, 35, 35]
        x = self.Mixed_5b(x)  # [256, 35, 35]
        x = self.Mixed_5c(x)  # [288, 35, 35]
        x = self.Mixed_5d(x)
        x = self.Mixed_6a(x)  # [768, 17, 17]
        x = self.Mixed_6b(x)
        x = self.Mixed_6c(x)
        x = self.Mixed_6d(x)
        x = self.Mixed_6e(x)
        if self.training:
            AuxLogits = self.AuxLogits(x)
        x = self.Mixed_7a(x)  # [1280, 8, 8]
        x = self.Mixed_7b(x)  # [2048, 8, 8]
        x = self.Mixed_7c(x)
        x = x.mean((2, 3))  # [2048]
        x = self.fc(self.dropout(x))  # [1000]
        if self.training:
            return InceptionV3Output(x, AuxLogits)
        return x


def inception_v3(classes: int = 1000) -> InceptionV3:
    """The network of inception_v3.yaml@inception_v3, with fresh weights."""
    return InceptionV3(classes)


# netspec where 5e9edd2b14ba inception_v3.yaml@inception_v3 17:26 29-31:30 32:31 33:30
# 36:30-32 39:33 44:38 45:40 46:42 47:44 48:46 49:48 50:51 53:38 54:40-42 55:44-48 56:50
# 57:51-53 60:54 65:58 66:60 67:62 68:64 71:58 72:60 73:62 74:64 75:66 76:67 79:68 84:73
# 85:75 86:77 87:79 88:81 89:83 90:85 91:87 92:89 93:92 96:73 97:75-79 98:81-85 99:87-89
# 100:91 101:92-94 104:139 109:143 110:145 111-112:148 115:142 116:143 117:145 118:147
# 119:148 122:95 127:99 128:101 129:103 130:105 131:107 132:109 135:99 136:101 137:103
# 138:105 139:107 140:109 141:111 142:112 145:113 150:117 151:119 152:122 153:124
# 154:126 155:128 156:131 157:133 158:136 161:117 162:119 163:122 164:124 165:126-128
# 166:131 167:133 168:135 169:136 170-180:138 188:153 191:153 192:155 193:157 194:160
# 195:162 196:165 197:167 198:169 199:171 200:173 201:175 202:177 203:179 204:181
# 205:184 206:187 207:189 208:192 209-210:193 213:153 214:155 215:157 216:159 217:160
# 218:162 219:164 220:165 221:167 222:169 223:171 224:173 225:175 226:177 227:179
# 229:181 230:184 231:187 232:189 233:191 234:192-193
