"""Ops that make several tensors of one."""

from __future__ import annotations

from netspec.backends.torch.code import List, Node, Operand, Subscript
from netspec.backends.torch.lowering import Lowering, Tensors, call, constant, lowers, value
from netspec.backends.torch.ops.batch import dim
from netspec.ops.split import Split, Unstack


@lowers(Split)
def split(op: Split, inputs: Tensors) -> Lowering:
    axis = value("dim", dim(op.axis), "axis")
    if op.sizes is None:
        parts = call("torch.chunk", Operand(0), value("chunks", op.pieces, "parts"), axis)
    else:
        sizes = tuple(value("size", size) for size in op.sizes)
        parts = call("torch.split", Operand(0), List(sizes), axis)
    return Lowering(_unpacked(parts, op.pieces))


@lowers(Unstack)
def unstack(op: Unstack, inputs: Tensors) -> Lowering:
    positions = call("torch.unbind", Operand(0), value("dim", dim(op.axis), "axis"))
    return Lowering(_unpacked(positions, inputs[0].shape[op.axis]))


def _unpacked(several: Node, count: int) -> Node:
    """The tensors of a tuple; a tuple of one is no tensor yet."""
    return several if count > 1 else Subscript(several, constant(0))
