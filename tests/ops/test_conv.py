"""`conv` against torch's convolutions."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from netspec.ops.base import ShapeError
from netspec.ops.conv import Conv
from netspec.tensor import Tensor
from tests.ops.torch_agreement import assert_agrees, outcome_of_op, outcome_of_torch, types

MODULES: dict[int, Callable[..., nn.Module]] = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}


def torch_conv(op: Conv, shape: tuple[int, ...]) -> nn.Module:
    return MODULES[len(shape) - 1](
        shape[0],
        op.out,
        op.kernel,
        op.stride,
        op.padding,
        op.dilation,
        op.groups,
        op.bias,
        op.padding_mode,
    )


@st.composite
def convs(draw: st.DrawFn) -> tuple[Conv, tuple[int, ...]]:
    axes = draw(st.integers(1, 3))

    def per_axis(least: int, most: int) -> st.SearchStrategy[int | tuple[int, ...]]:
        one = st.integers(least, most)
        return one | st.tuples(*[one] * axes)

    groups = draw(st.sampled_from([1, 1, 2, 3]))
    op = Conv(
        out=groups * draw(st.integers(1, 3)),
        kernel=draw(per_axis(1, 4)),
        stride=draw(per_axis(1, 3)),
        padding=draw(per_axis(0, 4)),
        dilation=draw(per_axis(1, 2)),
        groups=groups,
        bias=draw(st.booleans()),
        padding_mode=draw(st.sampled_from(["zeros", "reflect", "replicate", "circular"])),
    )
    channels = groups * draw(st.integers(1, 3))
    return op, (channels, *draw(st.tuples(*[st.integers(1, 8)] * axes)))


@settings(max_examples=150, deadline=None)
@given(convs())
def test_takes_and_refuses_what_torch_does(case: tuple[Conv, tuple[int, ...]]) -> None:
    op, shape = case
    assert outcome_of_op(op, shape) == outcome_of_torch(torch_conv(op, shape), shape)


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
@pytest.mark.parametrize(
    ("op", "shape"),
    [
        (Conv(out=8), (4, 9)),
        (Conv(out=8, kernel=3, padding=1, bias=False), (4, 9, 7)),
        (Conv(out=6, kernel=(3, 1), stride=(2, 1), groups=2), (4, 9, 7)),
        (Conv(out=4, kernel=3, padding=1, groups=4), (4, 5, 5)),
        (Conv(out=3, kernel=(1, 2, 3), dilation=2, padding=2), (4, 5, 6, 7)),
        (Conv(out=3, kernel=4, dilation=3, padding="same"), (2, 11, 13)),
        (Conv(out=3, kernel=(3, 5), padding="same", padding_mode="reflect"), (2, 5, 5)),
    ],
)
def test_weights_and_macs(op: Conv, shape: tuple[int, ...]) -> None:
    assert_agrees(op, torch_conv(op, shape), shape)


@pytest.mark.parametrize(
    ("kernel", "stride", "dilation", "length"), [*product((1, 2, 3), (1, 2, 3), (1, 2), (1, 6, 7))]
)
def test_causal_pads_in_front(kernel: int, stride: int, dilation: int, length: int) -> None:
    op = Conv(out=3, kernel=kernel, stride=stride, dilation=dilation, padding="causal")
    in_front = nn.ConstantPad1d((dilation * (kernel - 1), 0), 0.0)
    module = nn.Sequential(in_front, nn.Conv1d(2, 3, kernel, stride, 0, dilation))
    assert outcome_of_op(op, (2, length)) == outcome_of_torch(module, (2, length))


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
@pytest.mark.parametrize(
    "arguments",
    [
        {"kernel": 3},
        {"kernel": 3, "stride": 2, "padding": 1},
        {"kernel": 2, "dilation": 3, "padding": 2, "stride": 3},
        {"kernel": 4, "padding": "same"},
        {"kernel": 5, "padding": "same", "dilation": 2},
    ],
)
def test_window_is_where_the_gradient_goes(arguments: dict[str, object]) -> None:
    op = Conv.model_validate({"out": 1} | arguments)
    module = torch_conv(op, (1, 40))
    nn.init.ones_(module.get_parameter("weight"))
    x = torch.zeros(1, 1, 40, requires_grad=True)
    position = 5
    module(x)[0, 0, position].backward()
    assert x.grad is not None
    (seen,) = x.grad[0, 0].nonzero(as_tuple=True)
    (window,) = op.window(types((1, 40)))
    start = position * window.stride - window.before
    assert (int(seen.min()), int(seen.max())) == (start, start + window.size - 1)


def test_causal_window_ends_at_its_output() -> None:
    (window,) = Conv(out=1, kernel=3, dilation=2, padding="causal").window(types((1, 9)))
    assert window == (5, 1, 4)


def test_bias_adds_one_flop_per_output_element() -> None:
    inputs = types((3, 5, 5))
    for bias, flops in ((True, 4 * 3 * 3), (False, 0)):
        op = Conv(out=4, kernel=3, bias=bias)
        assert op.extra_flops(inputs, op.infer(inputs)) == flops


@pytest.mark.parametrize(
    ("arguments", "input_type", "code", "words"),
    [
        ({}, Tensor((7,)), "NS301", "not [7]"),
        ({}, Tensor((1, 2, 3, 4, 5)), "NS301", "not [1, 2, 3, 4, 5]"),
        ({}, Tensor((3, 8, 8), "int64"), "NS301", "int64"),
        ({"kernel": (3, 3)}, Tensor((3, 8)), "NS301", "2 entries"),
        ({"padding": "same", "stride": 2}, Tensor((3, 8, 8)), "NS301", "stride 1, not 2"),
        ({"padding": "causal"}, Tensor((3, 8, 8)), "NS301", "2 spatial axes"),
        ({"kernel": 7}, Tensor((3, 9, 5)), "NS303", "window of 7"),
        ({"kernel": 7}, Tensor((3, 9, 5)), "NS303", "width is 5"),
        ({"kernel": 3, "dilation": 4, "padding": 1}, Tensor((3, 5, 9)), "NS303", "window of 9"),
        ({"padding": 4, "padding_mode": "reflect"}, Tensor((3, 4, 9)), "NS303", "reflect"),
        ({"groups": 2}, Tensor((3, 8, 8)), "NS304", "3 input channels"),
        ({"groups": 3}, Tensor((3, 8, 8)), "NS304", "8 output channels"),
    ],
)
def test_refuses(arguments: dict[str, object], input_type: Tensor, code: str, words: str) -> None:
    with pytest.raises(ShapeError) as caught:
        Conv.model_validate({"out": 8} | arguments).infer((input_type,))
    assert caught.value.code == code
    assert words in caught.value.message


def test_same_with_a_stride_points_to_pad() -> None:
    with pytest.raises(ShapeError) as caught:
        Conv(out=8, padding="same", stride=2).infer(types((3, 8, 8)))
    assert "`pad`" in (caught.value.hint or "")
