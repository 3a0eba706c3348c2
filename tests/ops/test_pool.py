"""Pools against torch's."""

from __future__ import annotations

from collections.abc import Callable
from math import prod

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from torch import nn

from netspec.ops.base import Op, ShapeError, Window
from netspec.ops.conv import Conv
from netspec.ops.pool import (
    AdaptiveAvgPool,
    AdaptiveMaxPool,
    AvgPool,
    GlobalAvgPool,
    GlobalMaxPool,
    MaxPool,
)
from netspec.tensor import Tensor
from tests.ops.torch_agreement import assert_agrees, outcome_of_op, outcome_of_torch, types

Modules = dict[int, Callable[..., nn.Module]]

MAX: Modules = {1: nn.MaxPool1d, 2: nn.MaxPool2d, 3: nn.MaxPool3d}
AVG: Modules = {1: nn.AvgPool1d, 2: nn.AvgPool2d, 3: nn.AvgPool3d}
ADAPTIVE_AVG: Modules = {1: nn.AdaptiveAvgPool1d, 2: nn.AdaptiveAvgPool2d, 3: nn.AdaptiveAvgPool3d}
ADAPTIVE_MAX: Modules = {1: nn.AdaptiveMaxPool1d, 2: nn.AdaptiveMaxPool2d, 3: nn.AdaptiveMaxPool3d}


def torch_max_pool(op: MaxPool, axes: int) -> nn.Module:
    return MAX[axes](op.kernel, op.stride, op.padding, op.dilation, ceil_mode=op.ceil)


def torch_avg_pool(op: AvgPool, axes: int) -> nn.Module:
    return AVG[axes](op.kernel, op.stride, op.padding, op.ceil, op.count_pad)


@st.composite
def arguments(draw: st.DrawFn) -> tuple[dict[str, object], tuple[int, ...]]:
    axes = draw(st.integers(1, 3))

    def per_axis(least: int, most: int) -> st.SearchStrategy[int | tuple[int, ...]]:
        one = st.integers(least, most)
        return one | st.tuples(*[one] * axes)

    shape = (2, *draw(st.tuples(*[st.integers(1, 9)] * axes)))
    return {
        "kernel": draw(per_axis(1, 4)),
        "stride": draw(st.none() | per_axis(1, 4)),
        "padding": draw(per_axis(0, 2)),
        "ceil": draw(st.booleans()),
    }, shape


@settings(max_examples=200, deadline=None)
@given(arguments(), st.integers(1, 3))
@example(({"kernel": 2, "padding": 1}, (2, 1)), 2)
@example(({"kernel": 5, "padding": 2, "ceil": True}, (2, 1)), 2)
@example(({"kernel": 4, "padding": 2, "stride": 1, "ceil": True}, (2, 2)), 3)
def test_max_pool_takes_and_refuses_what_torch_does(
    case: tuple[dict[str, object], tuple[int, ...]], dilation: int
) -> None:
    given_arguments, shape = case
    op = MaxPool.model_validate(given_arguments | {"dilation": dilation})
    module = torch_max_pool(op, len(shape) - 1)
    assert outcome_of_op(op, shape) == outcome_of_torch(module, shape)


@settings(max_examples=200, deadline=None)
@given(arguments(), st.booleans())
def test_avg_pool_takes_and_refuses_what_torch_does(
    case: tuple[dict[str, object], tuple[int, ...]], count_pad: bool
) -> None:
    given_arguments, shape = case
    op = AvgPool.model_validate(given_arguments | {"count_pad": count_pad})
    module = torch_avg_pool(op, len(shape) - 1)
    assert outcome_of_op(op, shape) == outcome_of_torch(module, shape)


@pytest.mark.parametrize("shape", [(4, 6), (4, 6, 9), (4, 6, 9, 5)])
def test_pools_without_a_sliding_window(shape: tuple[int, ...]) -> None:
    axes = len(shape) - 1
    sizes = (3, 2, 1)[:axes]
    spatial = tuple(range(2, axes + 2))
    assert_agrees(AdaptiveAvgPool(size=sizes), ADAPTIVE_AVG[axes](sizes), shape)
    assert_agrees(AdaptiveMaxPool(size=7), ADAPTIVE_MAX[axes](7), shape)
    assert_agrees(GlobalAvgPool(keep=True), ADAPTIVE_AVG[axes](1), shape)
    assert_agrees(GlobalMaxPool(keep=True), ADAPTIVE_MAX[axes](1), shape)
    x = torch.zeros(1, *shape)
    for op in (GlobalAvgPool(), GlobalMaxPool()):
        assert op.infer(types(shape))[0].shape == tuple(x.mean(spatial).shape[1:])


def test_extra_flops_of_sliding_windows() -> None:
    inputs = types((4, 8, 8))
    for op, per_output in (
        (MaxPool(kernel=3, stride=2, padding=1), 8),
        (MaxPool(kernel=(3, 1)), 2),
        (AvgPool(kernel=3, stride=2, padding=1), 9),
        (AvgPool(kernel=(3, 1)), 3),
    ):
        outputs = op.infer(inputs)
        assert op.extra_flops(inputs, outputs) == per_output * outputs[0].elements


@settings(deadline=None)
@given(st.integers(1, 40), st.integers(1, 12), st.integers(1, 40), st.integers(1, 12))
def test_adaptive_pools_read_every_element_of_every_window(
    height: int, rows: int, width: int, columns: int
) -> None:
    def elements(n: int, m: int) -> int:
        """As in torch: from floor(i n/m) up to ceil((i + 1) n/m)."""
        return sum(-(-(i + 1) * n // m) - i * n // m for i in range(m))

    read = 3 * elements(height, rows) * elements(width, columns)
    inputs, outputs = types((3, height, width)), types((3, rows, columns))
    size = (rows, columns)
    assert AdaptiveAvgPool(size=size).extra_flops(inputs, outputs) == read
    assert AdaptiveMaxPool(size=size).extra_flops(inputs, outputs) == read - prod((3, *size))


def test_extra_flops_of_global_pools() -> None:
    inputs, outputs = types((4, 7, 7)), types((4,))
    assert GlobalAvgPool().extra_flops(inputs, outputs) == 4 * 49
    assert GlobalMaxPool().extra_flops(inputs, outputs) == 4 * 48


@pytest.mark.parametrize("kernel", [3, (3, 2)])
def test_windows_are_those_of_a_conv(kernel: int | tuple[int, int]) -> None:
    inputs = types((4, 9, 9))
    conv = Conv(out=1, kernel=kernel, stride=2, padding=1).window(inputs)
    assert MaxPool(kernel=kernel, stride=2, padding=1).window(inputs) == conv
    assert AvgPool(kernel=kernel, stride=2, padding=1).window(inputs) == conv
    dilated = Conv(out=1, kernel=kernel, stride=kernel, dilation=2).window(inputs)
    assert MaxPool(kernel=kernel, dilation=2).window(inputs) == dilated


@pytest.mark.parametrize(
    ("op", "windows"),
    [
        (AdaptiveAvgPool(size=3), ((2, 2, 0), (3, 3, 0))),
        (AdaptiveAvgPool(size=4), None),
        (GlobalAvgPool(), None),
    ],
)
def test_windows_that_do_not_slide(op: Op, windows: tuple[Window, ...] | None) -> None:
    assert op.window(types((4, 6, 9))) == windows


@pytest.mark.parametrize(
    ("op", "input_type", "code", "words"),
    [
        (MaxPool(), Tensor((4,)), "NS301", "not [4]"),
        (AvgPool(), Tensor((4, 8, 8), "int64"), "NS301", "int64"),
        (MaxPool(stride=(2, 2)), Tensor((4, 8)), "NS301", "`stride`"),
        (AvgPool(kernel=9), Tensor((4, 8, 8)), "NS303", "window of 9"),
        (MaxPool(kernel=3, padding=2), Tensor((4, 8, 8)), "NS303", "more than half"),
        (AvgPool(padding=1), Tensor((4, 1, 2, 2)), "NS303", "over 3 axes"),
        (GlobalAvgPool(), Tensor((4,)), "NS301", "not [4]"),
        (AdaptiveAvgPool(size=(2, 2)), Tensor((4, 8)), "NS301", "`size`"),
    ],
)
def test_refuses(op: Op, input_type: Tensor, code: str, words: str) -> None:
    with pytest.raises(ShapeError) as caught:
        op.infer((input_type,))
    assert caught.value.code == code
    assert words in caught.value.message
