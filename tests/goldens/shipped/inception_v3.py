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
        padding: int | str | None = None,
    ) -> None:
        super().__init__()
        if padding is None:
            padding = "same" if stride == 1 else 0
        self.conv = nn.Conv2d(
            in_channels, out, kernel, stride=stride, padding=padding, bias=False
        )
        self.bn = nn.BatchNorm2d(out, eps=0.001)
        nn.init.trunc_normal_(self.conv.weight, std=0.1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.relu_(self.bn(self.conv(x)))


class InceptionA(nn.Module):
    """A 5x5 convolution beside two 3x3 ones in a row."""

    def __init__(self, in_channels: int, pool_features: int) -> None:
        super().__init__()
        self.branch1x1 = ConvBn(in_channels, 64)
        self.branch5x5_1 = ConvBn(in_channels, 48)
        self.branch5x5_2 = ConvBn(48, 64, kernel=5)
        self.branch3x3dbl_1 = ConvBn(in_channels, 64)
        self.branch3x3dbl_2 = ConvBn(64, 96, kernel=3)
        self.branch3x3dbl_3 = ConvBn(96, 96, kernel=3)
        self.branch_pool = ConvBn(in_channels, pool_features)

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
        self.branch3x3dbl_1 = ConvBn(288, 64)
        self.branch3x3dbl_2 = ConvBn(64, 96, kernel=3)
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
        self.branch1x1 = ConvBn(768, 192)
        self.branch7x7_1 = ConvBn(768, width)
        self.branch7x7_2 = ConvBn(width, width, kernel=(1, 7))
        self.branch7x7_3 = ConvBn(width, 192, kernel=(7, 1))
        self.branch7x7dbl_1 = ConvBn(768, width)
        self.branch7x7dbl_2 = ConvBn(width, width, kernel=(7, 1))
        self.branch7x7dbl_3 = ConvBn(width, width, kernel=(1, 7))
        self.branch7x7dbl_4 = ConvBn(width, width, kernel=(7, 1))
        self.branch7x7dbl_5 = ConvBn(width, 192, kernel=(1, 7))
        self.branch_pool = ConvBn(768, 192)

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
        self.conv0 = ConvBn(768, 128)
        self.conv1 = ConvBn(128, 768, kernel=5, padding=0)
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
        self.branch3x3_1 = ConvBn(768, 192)
        self.branch3x3_2 = ConvBn(192, 320, kernel=3, stride=2)
        self.branch7x7x3_1 = ConvBn(768, 192)
        self.branch7x7x3_2 = ConvBn(192, 192, kernel=(1, 7))
        self.branch7x7x3_3 = ConvBn(192, 192, kernel=(7, 1))
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
        self.branch1x1 = ConvBn(in_channels, 320)
        self.branch3x3_1 = ConvBn(in_channels, 384)
        self.branch3x3_2a = ConvBn(384, 384, kernel=(1, 3))
        self.branch3x3_2b = ConvBn(384, 384, kernel=(3, 1))
        self.branch3x3dbl_1 = ConvBn(in_channels, 448)
        self.branch3x3dbl_2 = ConvBn(448, 384, kernel=3)
        self.branch3x3dbl_3a = ConvBn(384, 384, kernel=(1, 3))
        self.branch3x3dbl_3b = ConvBn(384, 384, kernel=(3, 1))
        self.branch_pool = ConvBn(in_channels, 192)

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
        self.Conv2d_2a_3x3 = ConvBn(32, 32, kernel=3, padding=0)
        self.Conv2d_2b_3x3 = ConvBn(32, 64, kernel=3)
        self.Conv2d_3b_1x1 = ConvBn(64, 80)
        self.Conv2d_4a_3x3 = ConvBn(80, 192, kernel=3, padding=0)
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


# netspec where c39c859a8b98 inception_v3.yaml@inception_v3 17:26 31-32:30 34:31 35:22
# 38:30-32 41:33 46:38 47:40 48:42 49:44 50:46 51:48 52:51 55:38 56:40-42 57:44-48 58:50
# 59:51-53 62:54 67:58 68:60 69:62 70:64 73:58 74:60 75:62 76:64 77:66 78:67 81:68 86:73
# 87:75 88:77 89:79 90:81 91:83 92:85 93:87 94:89 95:92 98:73 99:75-79 100:81-85
# 101:87-89 102:91 103:92-94 106:139 111:143 112:145 113:148 114:150 117:142 118:143
# 119:145 120:147 121:148 124:95 129:99 130:101 131:103 132:105 133:107 134:109 137:99
# 138:101 139:103 140:105 141:107 142:109 143:111 144:112 147:113 152:117 153:119
# 154:122 155:124 156:126 157:128 158:131 159:133 160:136 163:117 164:119 165:122
# 166:124 167:126-128 168:131 169:133 170:135 171:136 172-179:138 181:138 190:153
# 193:153 194:155 195:157 196:160 197:162 198:165 199:167 200:169 201:171 202:173
# 203:175 204:177 205:179 206:181 207:184 208:187 209:189 210:192 211:193 212:23 215:153
# 216:155 217:157 218:159 219:160 220:162 221:164 222:165 223:167 224:169 225:171
# 226:173 227:175 228:177 229:179 231:181 232:184 233:187 234:189 235:191 236:192-193
