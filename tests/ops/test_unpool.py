"""`max_unpool`, and the indices that it takes, against torch."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from netspec.ops.base import Op, ShapeError
from netspec.ops.pool import AdaptiveMaxPool, MaxPool
from netspec.ops.unpool import MaxUnpool
from netspec.tensor import Tensor
from tests.ops.torch_agreement import types

UNPOOL: dict[int, Callable[..., nn.Module]] = {
    1: nn.MaxUnpool1d,
    2: nn.MaxUnpool2d,
    3: nn.MaxUnpool3d,
}


@st.composite
def unpools(draw: st.DrawFn) -> tuple[MaxUnpool, tuple[int, ...]]:
    axes = draw(st.integers(1, 3))

    def per_axis(least: int, most: int) -> st.SearchStrategy[int | tuple[int, ...]]:
        one = st.integers(least, most)
        return one | st.tuples(*[one] * axes)

    op = MaxUnpool(
        kernel=draw(per_axis(1, 4)),
        stride=draw(st.none() | per_axis(1, 4)),
        padding=draw(per_axis(0, 2)),
        size=draw(st.none() | per_axis(1, 9)),
    )
    return op, (2, *draw(st.tuples(*[st.integers(1, 4)] * axes)))


def outcome_of_torch(op: MaxUnpool, shape: tuple[int, ...]) -> tuple[int, ...] | None:
    """The shape without the batch, or None where torch refuses or leaves nothing."""
    axes = len(shape) - 1
    size = (op.size,) * axes if isinstance(op.size, int) else op.size
    module = UNPOOL[axes](op.kernel, op.stride, op.padding)
    indices = torch.zeros(1, *shape, dtype=torch.int64)
    try:
        output = module(torch.zeros(1, *shape), indices, output_size=size)
    except (RuntimeError, ValueError):
        return None
    return tuple(output.shape[1:]) if output.numel() else None


@settings(max_examples=200, deadline=None)
@given(unpools())
def test_takes_and_refuses_what_torch_does(case: tuple[MaxUnpool, tuple[int, ...]]) -> None:
    op, shape = case
    inputs = (Tensor(shape), Tensor(shape, "int64"))
    try:
        outcome = op.infer(inputs)[0].shape
    except ShapeError:
        assert outcome_of_torch(op, shape) is None
    else:
        assert outcome == outcome_of_torch(op, shape)
        assert op.extra_flops(inputs, op.infer(inputs)) == 0


@pytest.mark.parametrize("shape", [(3, 9), (3, 9, 8), (3, 5, 6, 7)])
@pytest.mark.parametrize("pool", [MaxPool(kernel=3, stride=2, padding=1), AdaptiveMaxPool(size=2)])
def test_pools_give_values_and_indices(pool: Op, shape: tuple[int, ...]) -> None:
    output, indices = pool.infer(types(shape))
    assert pool.extras == ("indices",)
    assert indices == Tensor(output.shape, "int64", within=shape[1:])


MAP, INDICES = Tensor((3, 4, 5)), Tensor((3, 4, 5), "int64")


@pytest.mark.parametrize(
    ("op", "inputs", "code", "words"),
    [
        (MaxUnpool(), (MAP, MAP), "NS301", "int64 indices, not float32"),
        (MaxUnpool(), (INDICES, INDICES), "NS301", "floats, not int64"),
        (MaxUnpool(), (MAP, Tensor((3, 4, 4), "int64")), "NS302", "the indices are [3, 4, 4]"),
        (MaxUnpool(size=(8, 12)), (MAP, INDICES), "NS303", "width of 12"),
        (MaxUnpool(padding=4), (MAP, INDICES), "NS303", "height of 0"),
        (MaxUnpool(size=(8, 10, 1)), (MAP, INDICES), "NS301", "`size`"),
    ],
)
def test_refuses(op: MaxUnpool, inputs: tuple[Tensor, ...], code: str, words: str) -> None:
    with pytest.raises(ShapeError) as caught:
        op.infer(inputs)
    assert caught.value.code == code
    assert words in caught.value.message
