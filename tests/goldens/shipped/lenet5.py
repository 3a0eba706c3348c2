"""LeNet-5 in its modern form, with a full C3, plain average pooling and a linear
output.

Gradient-Based Learning Applied to Document Recognition, Fig. 2, Sec. II.B,
doi:10.1109/5.726791.
61,706 parameters, 416,520 multiply-accumulates per sample.
Input [1, 32, 32], output [10]. Emitted by netspec from lenet5.yaml,
sha256:402be5d1b9ed.
"""

import torch
import torch.nn.functional as F
from torch import nn


class LeNet5(nn.Module):
    def __init__(self, classes: int = 10) -> None:
        super().__init__()
        self.c1 = nn.Conv2d(1, 6, 5)
        self.c3 = nn.Conv2d(6, 16, 5)
        self.c5 = nn.Linear(400, 120)
        self.f6 = nn.Linear(120, 84)
        self.output = nn.Linear(84, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = torch.tanh(self.c1(x))  # [6, 28, 28]
        x = F.avg_pool2d(x, 2)  # [6, 14, 14]
        x = torch.tanh(self.c3(x))  # [16, 10, 10]
        x = F.avg_pool2d(x, 2)  # [16, 5, 5]
        x = torch.flatten(x, 1)  # [400]
        x = torch.tanh(self.c5(x))  # [120]
        x = torch.tanh(self.f6(x))  # [84]
        return self.output(x)  # [10]


def lenet5(classes: int = 10) -> LeNet5:
    """The network of lenet5.yaml, with fresh weights."""
    return LeNet5(classes)


# netspec where 4a9464f2d808 lenet5.yaml 16:16 19:16 20:21 21:27 22:30 23:33 26:16-18
# 27:19 28:21-23 29:24 30:26 31:27-29 32:30-32 33:33
