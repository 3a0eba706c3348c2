"""Sampling of maps at computed positions."""

from __future__ import annotations

from netspec.backends.torch.code import (
    Argument,
    Attribute,
    List,
    Name,
    Node,
    Operand,
    Starred,
    Subscript,
)
from netspec.backends.torch.lowering import Lowering, Tensors, call, constant, lowers, value
from netspec.backends.torch.ops.batch import spatial_axes
from netspec.ops.grid import GridSample


@lowers(GridSample)
def grid_sample(op: GridSample, inputs: Tensors) -> Lowering:
    axes = spatial_axes(inputs)
    theta: Node = Operand(1)
    if len(inputs[1].shape) == 1:
        theta = call("torch.unflatten", theta, constant(1), constant((axes, axes + 1)))
    edges = Argument(constant(False), "align_corners")
    grid = call("F.affine_grid", theta, _size(op, inputs), edges)
    return Lowering(call("F.grid_sample", Operand(0), grid, edges))


def _size(op: GridSample, inputs: Tensors) -> Node:
    """The output's shape, with batch and channels, as the list that torch asks for."""
    shape = Attribute(Operand(0), "shape")
    if op.size is None:
        return List((Starred(shape),))
    sizes = (value("size", size) for size in op.lengths(inputs[0]))
    return List((Starred(Subscript(shape, Name(":2"))), *sizes))
