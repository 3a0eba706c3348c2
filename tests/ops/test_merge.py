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
        (Sum(), types((256, 7, 7), (64, 7, 7)), "NS302", "channels (64 and 256)"),
        (Sum(), types((64, 7, 7), (64, 7, 7), (64, 8, 7)), "NS302", "height (7 and 8)"),
        (Mul(), types((32,), (64, 7, 7)), "NS302", "channels (32 and 64)"),
        (Mul(), types((64, 7), (64, 7, 7)), "NS302", "number of axes (2 and 3)"),
        (Sum(), types((64, 7, 7), (64, 1, 7)), "NS302", "height (1 and 7)"),
        (Sum(), types((64, 7, 7), (1, 7, 7)), "NS302", "channels (1 and 64)"),
        (Sub(), types((1, 1, 1, 1, 4), (1, 1, 1, 1, 5)), "NS302", "size (4 and 5)"),
        (Concat(), types((64, 7, 7), (32, 8, 9)), "NS302", "height (8 and 7), width (9 and 7)"),
        (Concat(), types((64, 7, 7), (32, 7)), "NS302", "number of axes (2 and 3)"),
        (Concat(), types((64,), (64, 7)), "NS302", "number of axes (2 and 1)"),
        (Concat(), types((64, 7), (64,)), "NS302", "number of axes (1 and 2)"),
        (Concat(axis=1), types((64, 7, 7), (32, 8, 7)), "NS302", "channels (32 and 64)"),
        (Concat(), (Tensor((3, 4, 4)), INT), "NS302", "type (int64 and float32)"),
        (Concat(axis=3), types((64, 7, 7)), "NS301", "has 3 axes"),
        (Sum(), (INT, INT), "NS301", "int64"),
        (Stack(axis=4), types((3, 4, 4)), "NS301", "has 4 axes"),
        (Stack(), types((64, 7), (64,)), "NS302", "number of axes (1 and 2)"),
        (Stack(), types((64, 7, 7), (64, 1, 7)), "NS302", "height (1 and 7)"),
        (Stack(), (Tensor((3, 4, 4)), INT), "NS302", "type (int64 and float32)"),
        (Lerp(), types((4, 5, 6), (3, 5, 6), (4, 5, 6)), "NS302", "channels (3 and 4)"),
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
    ("inputs", "words"),
    [
        (types((256, 7, 7), (64, 7, 7)), "`conv: 256`"),
        (types((256,), (64,)), "`linear: 256`"),
        (types((256, 7, 7), (256, 14, 14)), "strides"),
    ],
)
def test_a_sum_that_fails_hints_at_what_is_missing(inputs: tuple[Tensor, ...], words: str) -> None:
    with pytest.raises(ShapeError) as caught:
        Sum().infer(inputs)
    assert words in (caught.value.hint or "")
