"""LeNet-5 as published, with the connection table of C3, trained subsampling and units
that measure the distance to a drawn digit.

Gradient-Based Learning Applied to Document Recognition, Fig. 2, Sec. II.B, Table I,
doi:10.1109/5.726791.
60,000 parameters, 325,680 multiply-accumulates per sample.
Input [1, 32, 32], output [10]. Emitted by netspec from lenet5_1998.yaml,
sha256:f03dfa0b9efe.
"""

from typing import TypeVar

import torch
import torch.nn.functional as F
from torch import nn

ModuleT = TypeVar("ModuleT", bound=nn.Module)

# fmt: off
OUTPUT_WEIGHT = (
    (-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1, 1, 1, -1, -1,
     -1, 1, -1, -1, -1, 1, -1, 1, -1, -1, -1, -1, -1, 1, 1, -1, -1, -1, -1, -1, 1, 1,
     -1, -1, -1, -1, -1, 1, 1, -1, -1, -1, -1, -1, 1, 1, -1, -1, -1, -1, -1, 1, -1, 1,
     -1, -1, -1, 1, -1, -1, -1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1, -1, -1),
    (-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1, -1, -1, -1,
     -1, -1, 1, 1, -1, -1, -1, -1, 1, -1, 1, -1, -1, -1, -1, -1, -1, 1, -1, -1, -1, -1,
     -1, -1, 1, -1, -1, -1, -1, -1, -1, 1, -1, -1, -1, -1, -1, -1, 1, -1, -1, -1, -1,
     -1, -1, 1, -1, -1, -1, -1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1, -1),
    (-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1, 1, 1, -1, -1,
     -1, 1, -1, -1, -1, 1, -1, 1, -1, -1, -1, -1, -1, 1, -1, -1, -1, -1, -1, -1, 1, -1,
     -1, -1, -1, -1, 1, -1, -1, -1, -1, 1, 1, -1, -1, -1, -1, 1, -1, -1, -1, -1, -1, 1,
     -1, -1, -1, -1, -1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1),
    (-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1, 1, 1, 1, 1, -1, 1,
     -1, -1, -1, -1, -1, 1, -1, -1, -1, -1, -1, -1, 1, -1, -1, -1, -1, -1, -1, 1, -1,
     -1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1, 1, -1, -1, -1, -1, -1, -1, 1, 1, -1,
     -1, -1, -1, -1, 1, -1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1, -1),
    (-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1, -1,
     -1, -1, -1, -1, 1, 1, -1, -1, -1, -1, 1, -1, 1, -1, -1, -1, 1, -1, -1, 1, -1, -1,
     1, -1, -1, -1, 1, -1, 1, -1, -1, -1, -1, 1, -1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1,
     -1, -1, 1, -1, -1, -1, -1, -1, -1, 1, -1, -1, -1, -1, -1, -1, -1, -1),
    (-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1, 1, 1, 1, 1, 1, 1, 1, -1,
     -1, -1, -1, -1, -1, 1, -1, -1, -1, -1, -1, -1, 1, -1, 1, 1, 1, 1, -1, 1, 1, -1, -1,
     -1, -1, 1, -1, -1, -1, -1, -1, -1, 1, -1, -1, -1, -1, -1, -1, 1, 1, -1, -1, -1, -1,
     -1, 1, -1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1, -1),
    (-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1, 1, 1, 1, -1, -1,
     1, -1, -1, -1, -1, -1, 1, -1, -1, -1, -1, -1, -1, 1, -1, -1, -1, -1, -1, -1, 1, -1,
     1, 1, 1, 1, -1, 1, 1, -1, -1, -1, -1, 1, 1, -1, -1, -1, -1, -1, 1, 1, -1, -1, -1,
     -1, -1, 1, -1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1, -1),
    (-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1, 1, 1, 1, 1, 1, 1, 1, -1,
     -1, -1, -1, -1, 1, -1, -1, -1, -1, -1, 1, -1, -1, -1, -1, -1, -1, 1, -1, -1, -1,
     -1, -1, 1, -1, -1, -1, -1, -1, -1, 1, -1, -1, -1, -1, -1, 1, -1, -1, -1, -1, -1,
     -1, 1, -1, -1, -1, -1, -1, -1, 1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1),
    (-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1, 1, 1, 1, 1, -1, 1,
     -1, -1, -1, -1, -1, 1, 1, -1, -1, -1, -1, -1, 1, 1, -1, -1, -1, -1, -1, 1, -1, 1,
     1, 1, 1, 1, -1, 1, -1, -1, -1, -1, -1, 1, 1, -1, -1, -1, -1, -1, 1, 1, -1, -1, -1,
     -1, -1, 1, -1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1, -1),
    (-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1, 1, 1, 1, 1, -1, 1,
     -1, -1, -1, -1, -1, 1, 1, -1, -1, -1, -1, -1, 1, 1, -1, -1, -1, -1, 1, 1, -1, 1, 1,
     1, 1, -1, 1, -1, -1, -1, -1, -1, -1, 1, -1, -1, -1, -1, -1, -1, 1, -1, -1, -1, -1,
     -1, 1, -1, -1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1, -1, -1)
)
# fmt: on


class Affine(nn.Module):
    """A learned factor and summand per channel."""

    def __init__(self, channels: int, bias: bool = True) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        if bias:
            self.bias = nn.Parameter(torch.zeros(channels))
        else:
            self.register_parameter("bias", None)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        per_channel = (-1, *(1 for _ in x.shape[2:]))
        y = x * self.weight.view(per_channel)
        return y if self.bias is None else y + self.bias.view(per_channel)


class RBF(nn.Module):
    """Squared Euclidean distances to learned centres."""

    def __init__(self, in_features: int, out_features: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(out_features, in_features))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.square(x.unsqueeze(-2) - self.weight).sum(-1)


def fixed(module: ModuleT) -> ModuleT:
    """The module with buffers in place of its parameters: constants that are not trained."""
    for part in module.modules():
        for name, parameter in list(part.named_parameters(recurse=False)):
            delattr(part, name)
            part.register_buffer(name, parameter.detach())
    return module


class Subsampling(nn.Module):
    """The sum of 2x2 units, times a trained coefficient, plus a trained bias,
    squashed.
    """

    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.affine = Affine(in_channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.avg_pool2d(x, 2)
        return 1.7159 * torch.tanh(2 / 3 * self.affine(4.0 * x))


class C3(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 1, 5)
        self.conv2 = nn.Conv2d(3, 1, 5)
        self.conv3 = nn.Conv2d(3, 1, 5)
        self.conv4 = nn.Conv2d(3, 1, 5)
        self.conv5 = nn.Conv2d(3, 1, 5)
        self.conv6 = nn.Conv2d(3, 1, 5)
        self.conv7 = nn.Conv2d(4, 1, 5)
        self.conv8 = nn.Conv2d(4, 1, 5)
        self.conv9 = nn.Conv2d(4, 1, 5)
        self.conv10 = nn.Conv2d(4, 1, 5)
        self.conv11 = nn.Conv2d(4, 1, 5)
        self.conv12 = nn.Conv2d(4, 1, 5)
        self.conv13 = nn.Conv2d(4, 1, 5)
        self.conv14 = nn.Conv2d(4, 1, 5)
        self.conv15 = nn.Conv2d(4, 1, 5)
        self.conv16 = nn.Conv2d(6, 1, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = x[:, [0, 1, 2]]  # [3, 14, 14]
        out = self.conv1(out)  # [1, 10, 10]
        out2 = x[:, [1, 2, 3]]  # [3, 14, 14]
        out2 = self.conv2(out2)  # [1, 10, 10]
        out3 = x[:, [2, 3, 4]]  # [3, 14, 14]
        out3 = self.conv3(out3)  # [1, 10, 10]
        out4 = x[:, [3, 4, 5]]  # [3, 14, 14]
        out4 = self.conv4(out4)  # [1, 10, 10]
        out5 = x[:, [0, 4, 5]]  # [3, 14, 14]
        out5 = self.conv5(out5)  # [1, 10, 10]
        out6 = x[:, [0, 1, 5]]  # [3, 14, 14]
        out6 = self.conv6(out6)  # [1, 10, 10]
        out7 = x[:, [0, 1, 2, 3]]  # [4, 14, 14]
        out7 = self.conv7(out7)  # [1, 10, 10]
        out8 = x[:, [1, 2, 3, 4]]  # [4, 14, 14]
        out8 = self.conv8(out8)  # [1, 10, 10]
        out9 = x[:, [2, 3, 4, 5]]  # [4, 14, 14]
        out9 = self.conv9(out9)  # [1, 10, 10]
        out10 = x[:, [0, 3, 4, 5]]  # [4, 14, 14]
        out10 = self.conv10(out10)  # [1, 10, 10]
        out11 = x[:, [0, 1, 4, 5]]  # [4, 14, 14]
        out11 = self.conv11(out11)  # [1, 10, 10]
        out12 = x[:, [0, 1, 2, 5]]  # [4, 14, 14]
        out12 = self.conv12(out12)  # [1, 10, 10]
        out13 = x[:, [0, 1, 3, 4]]  # [4, 14, 14]
        out13 = self.conv13(out13)  # [1, 10, 10]
        out14 = x[:, [1, 2, 4, 5]]  # [4, 14, 14]
        out14 = self.conv14(out14)  # [1, 10, 10]
        out15 = x[:, [0, 2, 3, 5]]  # [4, 14, 14]
        out15 = self.conv15(out15)  # [1, 10, 10]
        x = x[:, [0, 1, 2, 3, 4, 5]]  # [6, 14, 14]
        x = self.conv16(x)  # [1, 10, 10]
        return torch.cat(
            [
                out,
                out2,
                out3,
                out4,
                out5,
                out6,
                out7,
                out8,
                out9,
                out10,
                out11,
                out12,
                out13,
                out14,
                out15,
                x,
            ],
            1,
        )  # [16, 10, 10]


class LeNet5_1998(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.c1 = nn.Conv2d(1, 6, 5)
        self.s2 = Subsampling(6)
        self.c3 = C3()
        self.s4 = Subsampling(16)
        self.c5 = nn.Conv2d(16, 120, 5)
        self.f6 = nn.Linear(120, 84)
        self.output = fixed(RBF(84, 10))
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.uniform_(
                    module.weight,
                    -2.4 / (25 * module.in_channels),
                    2.4 / (25 * module.in_channels),
                )
        nn.init.uniform_(
            self.f6.weight, -2.4 / self.f6.in_features, 2.4 / self.f6.in_features
        )
        self.output.weight.data.copy_(torch.tensor(OUTPUT_WEIGHT))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = 1.7159 * torch.tanh(2 / 3 * self.c1(x))  # [6, 28, 28]
        x = self.s2(x)  # [6, 14, 14]
        x = 1.7159 * torch.tanh(2 / 3 * self.c3(x))  # [16, 10, 10]
        x = self.s4(x)  # [16, 5, 5]
        x = 1.7159 * torch.tanh(2 / 3 * self.c5(x))  # [120, 1, 1]
        x = torch.flatten(x, 1)  # [120]
        x = 1.7159 * torch.tanh(2 / 3 * self.f6(x))  # [84]
        return self.output(x)  # [10]


def lenet5_1998() -> LeNet5_1998:
    """The network of lenet5_1998.yaml, with fresh weights."""
    return LeNet5_1998()


# netspec where 3056fd1887ef lenet5_1998.yaml 102:55 109:60 112:58 113:54-60 116:73-75
# 119-134:74 137:73 138:74 139:73 140:74 141:73 142:74 143:73 144:74 145:73 146:74
# 147:73 148:74 149:73 150:74 151:73 152:74 153:73 154:74 155:73 156:74 157:73 158:74
# 159:73 160:74 161:73 162:74 163:73 164:74 165:73 166:74 167:73 168:74 169-186:75
# 188-189:75 192:64 195:64 196:67 197:73-75 198:77 199:79 200:83 201:86 202:46-47
# 203-207:46 209-210:47 212:90 215:54,64 216:67 217:54,73-75 218:77 219:54,79 220:82
# 221:54,83 222:86
