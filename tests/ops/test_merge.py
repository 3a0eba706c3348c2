"""Merges against torch."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from netspec.ops.base import Op, ShapeError
from netspec.ops.merge import (
    Concat,
    Div,
    Lerp,
    Matmul,
    Max,
    Mean,
    Min,
    Mul,
    Nothing,
    Stack,
    Sub,
    Sum,
)
from netspec.tensor import Tensor
from tests.ops.torch_agreement import assert_agrees, types

BINARY: dict[type[Op], Callable[[torch.Tensor, torch.Tensor], torch.Tensor]] = {
    Sum: torch.add,
    Mean: torch.add,
    Mul: torch.mul,
    Max: torch.maximum,
    Min: torch.minimum,
    Sub: torch.sub,
    Div: torch.div,
}


@given(st.data(), st.integers(1, 4), st.integers(1, 4))
def test_concat(data: st.DataObject, rank: int, count: int) -> None:
    axis = data.draw(st.integers(-rank, rank - 1))
    common = data.draw(st.lists(st.integers(1, 5), min_size=rank, max_size=rank))
    shapes = [list(common) for _ in range(count)]
    for shape in shapes:
        shape[axis] = data.draw(st.integers(1, 5))
    joined = torch.cat([torch.empty(2, *shape, device="meta") for shape in shapes], axis % rank + 1)
    (output,) = Concat(axis=axis).infer(types(*map(tuple, shapes)))
    assert output.shape == tuple(joined.shape[1:])


@pytest.mark.parametrize("merge", list(BINARY))
def test_one_map_gates_all_channels_and_is_no_other_operand(merge: type[Op]) -> None:
    image, gate = (6, 9, 8), (1, 9, 8)
    if merge is Mul:
        assert merge().infer(types(gate, image)) == types(image)
    else:
        with pytest.raises(ShapeError):
            merge().infer(types(gate, image))
    with pytest.raises(ShapeError):
        merge().infer(types((1, 5), (6, 5)))  # tokens are no maps


@pytest.mark.parametrize("merge", list(BINARY))
@pytest.mark.parametrize("rank", [1, 2, 3, 4])
@pytest.mark.parametrize("per_channel", [None, "vector", "kept"])
@pytest.mark.parametrize("vector_first", [False, True])
def test_elementwise(
    merge: type[Op], rank: int, per_channel: str | None, vector_first: bool
) -> None:
    shape = (4, 5, 6, 7)[:rank]
    kept = (4,) + (1,) * (rank - 1)
    other = {None: shape, "vector": (4,), "kept": kept}[per_channel]
    pair = (other, shape) if vector_first else (shape, other)
    x, y = (torch.empty(2, *(kept if s == (4,) else s), device="meta") for s in pair)
    assert merge().infer(types(*pair))[0].shape == tuple(BINARY[merge](x, y).shape[1:])


@pytest.mark.parametrize("merge", [Sum, Mean, Mul, Max, Min])
@pytest.mark.parametrize("count", [1, 3, 5])
def test_any_number_of_operands(merge: type[Op], count: int) -> None:
    total = reduce(torch.add, [torch.empty(2, 3, 4, device="meta")] * count)
    assert merge().infer(types(*[(3, 4)] * count))[0].shape == tuple(total.shape[1:])


@pytest.mark.parametrize("axis", [-3, -1, 0, 1, 2])
def test_stack(axis: int) -> None:
    stacked = torch.stack([torch.zeros(3, 4)] * 5, axis)
    assert Stack(axis=axis).infer(types(*[(3, 4)] * 5))[0].shape == tuple(stacked.shape)


@pytest.mark.parametrize("t", [(4, 5, 6), (4,), (4, 1, 1)])
def test_lerp(t: tuple[int, ...]) -> None:
    shapes = [(4, 5, 6), (4, 5, 6), t]
    x, h, weight = (torch.zeros(2, *s, *[1] * (3 - len(s))) for s in shapes)
    (output,) = Lerp().infer(types(*shapes))
    assert output.shape == tuple(torch.lerp(x, h, weight).shape[1:])


class Product(nn.Module):
    def __init__(self, transpose: bool) -> None:
        super().__init__()
        self.transpose = transpose

    def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return torch.matmul(x, y.mT if self.transpose else y)


@pytest.mark.parametrize("batch", [(), (3,), (3, 2)])
def test_matmul(batch: tuple[int, ...]) -> None:
    assert_agrees(Matmul(), Product(False), (*batch, 4, 5), (*batch, 5, 6))
    assert_agrees(Matmul(transpose=True), Product(True), (*batch, 4, 5), (*batch, 6, 5))


def test_matmul_has_no_extra_flops() -> None:
    assert Matmul().extra_flops(types((4, 5), (5, 6)), types((4, 6))) == 0


@pytest.mark.parametrize(
    ("merge", "per_element"),
    [(Concat, 0), (Stack, 0), (Lerp, 3), (Sum, 2), (Mul, 2), (Max, 2), (Min, 2), (Mean, 3)],
)
def test_extra_flops_of_three_operands(merge: type[Op], per_element: int) -> None:
    inputs = types(*[(3, 4)] * 3)
    outputs = merge().infer(inputs)
    assert merge().extra_flops(inputs, outputs) == per_element * outputs[0].elements


def test_only_some_stand_after_merge() -> None:
    assert Concat.merges
    assert all(merge.merges for merge in BINARY)
    assert all(merge.merges for merge in (Stack, Lerp, Matmul))
    assert Sub.arity == Div.arity == Matmul.arity == (2, 2)
    assert Lerp.arity == (3, 3)
    assert not Nothing.merges


def test_nothing_yields_no_tensor() -> None:
    assert Nothing().infer(types((3, 4, 4))) == ()


def test_windows() -> None:
    pointwise = ((1, 1, 0),) * 2
    maps = types((3, 4, 4), (3, 4, 4))
    assert Concat().window(maps) == pointwise
    assert Concat(axis=1).window(maps) is None
    assert Lerp().window(types((3, 4, 4), (3, 4, 4), (3,))) == pointwise
    moved: list[Op] = [Stack(), Matmul()]
    assert [op.window(maps) for op in moved] == [None, None]
    assert Mul().window(types((3,), (3, 4, 4))) == pointwise


INT = Tensor((3, 4, 4), "int64")


@pytest.mark.parametrize(
    ("op", "inputs", "code", "words"),
    [
        (Sum(), types((256, 7, 7), (64, 7, 7)), "NS302", "channels (256 and 64)"),
        (Sum(), types((64, 7, 7), (64, 7, 7), (64, 8, 7)), "NS302", "height (7 and 8)"),
        (Mul(), types((32,), (64, 7, 7)), "NS302", "channels (32 and 64)"),
        (Mul(), types((64, 7), (64, 7, 7)), "NS302", "number of axes (2 and 3)"),
        (Sum(), types((64, 7, 7), (64, 1, 7)), "NS302", "height (7 and 1)"),
        (Sum(), types((64, 7, 7), (1, 7, 7)), "NS302", "channels (64 and 1)"),
        (Sub(), types((1, 1, 1, 1, 4), (1, 1, 1, 1, 5)), "NS302", "size (4 and 5)"),
        (Concat(), types((64, 7, 7), (32, 8, 9)), "NS302", "height (7 and 8), width (7 and 9)"),
        (Concat(), types((64, 7, 7), (32, 7)), "NS302", "number of axes (3 and 2)"),
        (Concat(), types((64,), (64, 7)), "NS302", "number of axes (1 and 2)"),
        (Concat(), types((64, 7), (64,)), "NS302", "number of axes (2 and 1)"),
        (Concat(axis=1), types((64, 7, 7), (32, 8, 7)), "NS302", "channels (64 and 32)"),
        (Concat(), (Tensor((3, 4, 4)), INT), "NS302", "type (float32 and int64)"),
        (Concat(axis=3), types((64, 7, 7)), "NS301", "has 3 axes"),
        (Sum(), (INT, INT), "NS301", "int64"),
        (Stack(axis=4), types((3, 4, 4)), "NS301", "has 4 axes"),
        (Stack(), types((64, 7), (64,)), "NS302", "number of axes (2 and 1)"),
        (Stack(), types((64, 7, 7), (64, 1, 7)), "NS302", "height (7 and 1)"),
        (Stack(), (Tensor((3, 4, 4)), INT), "NS302", "type (float32 and int64)"),
        (Lerp(), types((4, 5, 6), (3, 5, 6), (4, 5, 6)), "NS302", "channels (4 and 3)"),
        (Matmul(), types((4, 5), (5,)), "NS301", "not [4, 5] and [5]"),
        (Matmul(), types((4, 5), (6, 5)), "NS302", "[4, 5] cannot be multiplied with [6, 5]"),
        (Matmul(transpose=True), types((4, 5), (5, 6)), "NS302", "[5, 6] transposed"),
        (Matmul(), types((3, 4, 5), (2, 5, 4)), "NS302", "cannot be multiplied"),
        (Matmul(), (INT, INT), "NS301", "int64"),
    ],
)
def test_refuses(op: Op, inputs: tuple[Tensor, ...], code: str, words: str) -> None:
    with pytest.raises(ShapeError) as caught:
        op.infer(inputs)
    assert caught.value.code == code
    assert words in caught.value.message


@pytest.mark.parametrize(
    ("op", "inputs", "words"),
    [
        (Sum(), types((64, 7, 7), (46, 7, 7), (64, 7, 7)), "sum of 3: operand 1 is [64, 7, 7], "),
        (Sum(), types((46, 7), (64, 7), (64, 7)), "operand 1 alone differs in first axis (46 and"),
        (Mul(), types((64, 7, 7), (16,), (64,)), "operand 2 is [16]; operand 2 alone differs"),
        (Sum(), types((64, 1, 1), (64, 1, 1), (32, 7, 7)), "they differ in channels (64 and 32)"),
        (Concat(), types((4, 7), (4, 8), (2, 8), (9, 8)), "operand 1 alone differs in last axis"),
        (Stack(), types((4, 7), (4, 8), (4, 8)), "operand 1 alone differs"),
    ],
)
def test_of_several_operands_the_odd_one_is_named(
    op: Op, inputs: tuple[Tensor, ...], words: str
) -> None:
    with pytest.raises(ShapeError) as caught:
        op.infer(inputs)
    assert words in caught.value.message
