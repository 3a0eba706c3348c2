"""Arithmetic with constants."""

from __future__ import annotations

from netspec.backends.torch.code import Infix, Operand
from netspec.backends.torch.lowering import Lowering, Tensors, call, lowers, value
from netspec.ops.arithmetic import Scale


@lowers(Scale)
def scale(op: Scale, inputs: Tensors) -> Lowering:
    by = value("by", op.by, "by")
    return Lowering(Infix("*", (by.value, Operand(0))), call("Scale", by), SCALE)


SCALE = '''
class Scale(nn.Module):
    """The input times a constant."""

    def __init__(self, by: float) -> None:
        super().__init__()
        self.by = by

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.by * x
'''
