"""Ops that move elements."""

from __future__ import annotations

from netspec.backends.torch.code import Name, Node, Operand, Subscript, Tuple
from netspec.backends.torch.lowering import (
    Lowering,
    Tensors,
    call,
    constant,
    lowers,
    stateless,
    value,
)
from netspec.backends.torch.ops.batch import dim
from netspec.ops.shape import ChannelShuffle, Flatten, Permute, Reshape, Select


@lowers(Flatten)
def flatten(op: Flatten, inputs: Tensors) -> Lowering:
    return Lowering(call("torch.flatten", Operand(0), constant(1)), call("nn.Flatten"))


@lowers(Reshape)
def reshape(op: Reshape, inputs: Tensors) -> Lowering:
    """Out of one axis, which is made first where the input has more."""
    sizes = value("unflattened_size", op.shape, "shape")
    module = call("nn.Unflatten", constant(1), sizes)
    if len(inputs[0].shape) == 1:
        return Lowering(call("torch.unflatten", Operand(0), constant(1), sizes), module)
    flat = call("torch.flatten", Operand(0), constant(1))
    form = call("torch.unflatten", flat, constant(1), sizes)
    return Lowering(form, call("nn.Sequential", call("nn.Flatten"), module))


@lowers(Permute)
def permute(op: Permute, inputs: Tensors) -> Lowering:
    order = value("dims", (0, *map(dim, op.order)))
    return Lowering(call("torch.permute", Operand(0), order), call("Permute", order), PERMUTE)


PERMUTE = '''
class Permute(nn.Module):
    """The axes, with the batch among them, in another order."""

    def __init__(self, dims: tuple[int, ...]) -> None:
        super().__init__()
        self.dims = dims

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.permute(x, self.dims)
'''


@lowers(Select)
def select(op: Select, inputs: Tensors) -> Lowering:
    """`x[:, 3]` for one position; `x[:, (0, 2)]` for several."""
    axis = value("dim", dim(op.axis), "axis")
    if isinstance(op.at, int):
        at = value("index", op.at, "at")
        form = Subscript(Operand(0), Tuple(_index(op.axis, at)))
        return Lowering(form, call("Select", axis, at), SELECT)
    size = inputs[0].shape[op.axis]
    several = value("index", tuple(at % size for at in op.at), "at")
    form = Subscript(Operand(0), Tuple(_index(op.axis, several.value)))
    return Lowering(form, call("IndexSelect", axis, several), INDEX_SELECT)


def _index(axis: int, taken: Node) -> tuple[Node, ...]:
    """The index that takes one axis so, and all of the others."""
    every = Name(":")
    if axis >= 0:
        return (every,) * (1 + axis) + (taken,)
    return (Name("..."), taken) + (every,) * (-1 - axis)


SELECT = '''
class Select(nn.Module):
    """What is at one position of an axis."""

    def __init__(self, dim: int, index: int) -> None:
        super().__init__()
        self.dim, self.index = dim, index

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.select(x, self.dim, self.index)
'''

INDEX_SELECT = '''
class IndexSelect(nn.Module):
    """What is at some positions of an axis."""

    def __init__(self, dim: int, index: tuple[int, ...]) -> None:
        super().__init__()
        self.dim, self.index = dim, index

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        index = torch.tensor(self.index, device=x.device)
        return torch.index_select(x, self.dim, index)
'''


@lowers(ChannelShuffle)
def channel_shuffle(op: ChannelShuffle, inputs: Tensors) -> Lowering:
    return stateless("F.channel_shuffle", "nn.ChannelShuffle", value("groups", op.groups, "groups"))
