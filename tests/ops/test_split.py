"""Ops that make several tensors of one, against torch."""

from __future__ import annotations

import pytest
import torch

from netspec.ops.base import Op, ShapeError
from netspec.ops.split import MAX_PIECES, Split, Unstack
from netspec.tensor import Tensor
from tests.ops.torch_agreement import types

IMAGE = (6, 5, 4)


@pytest.mark.parametrize("axis", [-3, -1, 0, 2])
def test_parts(axis: int) -> None:
    outputs = Split(parts=2, axis=axis).infer(types(IMAGE))
    expected = torch.zeros(IMAGE).chunk(2, axis)
    assert [y.shape for y in outputs] == [tuple(y.shape) for y in expected]


@pytest.mark.parametrize(("sizes", "axis"), [((1, 2, 3), 0), ((4, 1), 1), ((4,), -1)])
def test_sizes(sizes: tuple[int, ...], axis: int) -> None:
    outputs = Split(sizes=sizes, axis=axis).infer(types(IMAGE))
    expected = torch.split(torch.zeros(IMAGE), list(sizes), axis)
    assert [y.shape for y in outputs] == [tuple(y.shape) for y in expected]


def test_two_halves_where_nothing_is_said() -> None:
    assert Split().infer(types(IMAGE)) == types((3, 5, 4), (3, 5, 4))


@pytest.mark.parametrize("axis", [-3, -1, 0, 1])
def test_unstack(axis: int) -> None:
    outputs = Unstack(axis=axis).infer(types(IMAGE))
    expected = torch.zeros(IMAGE).unbind(axis)
    assert [y.shape for y in outputs] == [tuple(y.shape) for y in expected]


@pytest.mark.parametrize("op", [Split(), Split(sizes=(2, 4)), Unstack()])
def test_cutting_costs_nothing_and_keeps_the_type(op: Op) -> None:
    inputs = (Tensor(IMAGE, "int64"),)
    outputs = op.infer(inputs)
    assert {y.dtype for y in outputs} == {"int64"}
    assert op.extra_flops(inputs, outputs) == op.macs(inputs, outputs) == 0


def test_windows() -> None:
    assert Split().window(types(IMAGE)) == ((1, 1, 0),) * 2
    ops: list[Op] = [Split(axis=-1), Unstack()]
    assert [op.window(types(IMAGE)) for op in ops] == [None, None]


@pytest.mark.parametrize(
    ("op", "shape", "code", "words"),
    [
        (Split(parts=4), IMAGE, "NS304", "6 of [6, 5, 4] do not divide into 4"),
        (Split(axis=1), IMAGE, "NS304", "5 of [6, 5, 4] do not divide into 2"),
        (Split(sizes=(2, 3)), IMAGE, "NS301", "2 + 3 = 5, but axis 0 of [6, 5, 4] has 6"),
        (Split(axis=3), IMAGE, "NS301", "has 3 axes"),
        (Split(parts=2**31 - 1), (2**31 - 1,), "NS301", f"at most {MAX_PIECES}"),
        (Unstack(axis=-4), IMAGE, "NS301", "has 3 axes"),
        (Unstack(), (6,), "NS301", "leaves no axis"),
        (Unstack(), (2**31 - 1, 2), "NS301", f"at most {MAX_PIECES}"),
    ],
)
def test_refuses(op: Op, shape: tuple[int, ...], code: str, words: str) -> None:
    with pytest.raises(ShapeError) as caught:
        op.infer(types(shape))
    assert caught.value.code == code
    assert words in caught.value.message
