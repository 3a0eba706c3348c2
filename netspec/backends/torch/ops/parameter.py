"""Learned tensors that depend on no input."""

from __future__ import annotations

from netspec.backends.torch.code import Attribute, Module, Operand, Subscript
from netspec.backends.torch.lowering import Lowering, Tensors, call, constant, lowers, value
from netspec.ops.parameter import Parameter


@lowers(Parameter)
def parameter(op: Parameter, inputs: Tensors) -> Lowering:
    sizes = [value("size", size) for size in op.shape]
    zeros = call("torch.zeros", constant(1), *sizes)
    batch = Subscript(Attribute(Operand(0), "shape"), constant(0))
    form = call(Attribute(Module(), "expand"), batch, *[constant(-1)] * len(op.shape))
    return Lowering(form, call("nn.Parameter", zeros), bare=True)
