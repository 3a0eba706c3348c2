"""Arithmetic on the elements of one tensor."""

from __future__ import annotations

from netspec.backends.torch.code import Infix, Operand
from netspec.backends.torch.lowering import Lowering, Tensors, call, lowers, value
from netspec.ops.arithmetic import Scale, Shift, Sqrt, Square


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


@lowers(Shift)
def shift(op: Shift, inputs: Tensors) -> Lowering:
    by = value("by", op.by, "by")
    return Lowering(Infix("+", (Operand(0), by.value)), call("Shift", by), SHIFT)


SHIFT = '''
class Shift(nn.Module):
    """The input plus a constant."""

    def __init__(self, by: float) -> None:
        super().__init__()
        self.by = by

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.by
'''


@lowers(Square)
def square(op: Square, inputs: Tensors) -> Lowering:
    return Lowering(call("torch.square", Operand(0)), call("Square"), SQUARE)


SQUARE = '''
class Square(nn.Module):
    """The square of each element."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.square(x)
'''


@lowers(Sqrt)
def sqrt(op: Sqrt, inputs: Tensors) -> Lowering:
    return Lowering(call("torch.sqrt", Operand(0)), call("Sqrt"), SQRT)


SQRT = '''
class Sqrt(nn.Module):
    """The square root of each element."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.sqrt(x)
'''
