"""The first layer of the Neocognitron's S-cells, whose excitation is divided by an
inhibition.

Neocognitron: A Hierarchical Neural Network Capable of Visual Pattern Recognition,
layers U0 and US1, doi:10.1016/0893-6080(88)90014-7.
120 parameters, 46,569 multiply-accumulates per sample.
Input [1, 19, 19], output [12, 19, 19]. Emitted by netspec from neocognitron.yaml,
sha256:6ce463012bed.
"""

from typing import TypeVar

import torch
import torch.nn.functional as F
from torch import nn

ModuleT = TypeVar("ModuleT", bound=nn.Module)


def fixed(module: ModuleT) -> ModuleT:
    """The module with buffers in place of its parameters: constants that are not trained."""
    for part in module.modules():
        for name, parameter in list(part.named_parameters(recurse=False)):
            delattr(part, name)
            part.register_buffer(name, parameter.detach())
    return module


class SCells(nn.Module):
    """r max(0, (1 + e) / (1 + r / (1 + r) h) - 1) of the excitation e, a sum of all
    inputs u with weights a, and of the inhibition h = b v by the V-cell v, the root of
    a sum of c u^2 whose fixed weights c fall off from the centre.
    """

    def __init__(self, planes: int) -> None:
        super().__init__()
        self.a = nn.Conv2d(1, planes, 3, padding="same", bias=False)
        self.c = fixed(nn.Conv2d(1, 1, 3, padding="same", bias=False))
        self.b = nn.Conv2d(1, planes, 1, padding="same", bias=False)
        nn.init.uniform_(self.a.weight, 0, 0.1)
        self.c.weight.data.copy_(
            torch.tensor(
                (
                    (
                        (
                            (
                                0.10707660879420136,
                                0.11185308876975547,
                                0.10707660879420136,
                            ),
                            (
                                0.11185308876975547,
                                0.12428120974417275,
                                0.11185308876975547,
                            ),
                            (
                                0.10707660879420136,
                                0.11185308876975547,
                                0.10707660879420136,
                            ),
                        ),
                    ),
                ),
            ),
        )
        nn.init.zeros_(self.b.weight)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a = self.a(x)  # [12, 19, 19]
        x = self.c(torch.square(x))  # [1, 19, 19]
        b = self.b(torch.sqrt(x))  # [12, 19, 19]
        return 1.7 * F.relu((1 + a) / (1 + 0.6296296296296295 * b) - 1)


class Neocognitron(nn.Module):
    def __init__(self, planes: int = 12) -> None:
        super().__init__()
        self.us1 = SCells(planes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.us1(x)  # [12, 19, 19]


def neocognitron(planes: int = 12) -> Neocognitron:
    """The network of neocognitron.yaml, with fresh weights."""
    return Neocognitron(planes)


# netspec where 1db30195a8b0 neocognitron.yaml 29:21 37:38 38:43 39:49 40:40 41-49:47
# 51-54:47 56-59:47 66:51 69:38 70:41-43 71:48-49 72:52 75:56 78:56 81:56
