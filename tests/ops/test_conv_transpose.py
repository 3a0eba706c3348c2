"""`conv_transpose` against torch's transposed convolutions."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from netspec.ops.base import ShapeError
from netspec.ops.conv_transpose import ConvTranspose
from netspec.tensor import Tensor
from tests.ops.torch_agreement import assert_agrees, outcome_of_op, outcome_of_torch, types

MODULES: dict[int, Callable[..., nn.Module]] = {
    1: nn.ConvTranspose1d,
    2: nn.ConvTranspose2d,
    3: nn.ConvTranspose3d,
}


def torch_conv_transpose(op: ConvTranspose, shape: tuple[int, ...]) -> nn.Module:
    return MODULES[len(shape) - 1](
        shape[0],
        op.out,
        op.kernel,
        op.stride,
        op.padding,
        op.output_padding,
        op.groups,
        op.bias,
        op.dilation,
    )


@st.composite
def transposed(draw: st.DrawFn) -> tuple[ConvTranspose, tuple[int, ...]]:
    axes = draw(st.integers(1, 3))

    def per_axis(least: int, most: int) -> st.SearchStrategy[int | tuple[int, ...]]:
        one = st.integers(least, most)
        return one | st.tuples(*[one] * axes)

    groups = draw(st.sampled_from([1, 1, 2, 3]))
    op = ConvTranspose(
        out=groups * draw(st.integers(1, 3)),
        kernel=draw(per_axis(1, 4)),
        stride=draw(per_axis(1, 3)),
        padding=draw(per_axis(0, 3)),
        output_padding=draw(per_axis(0, 2)),
        dilation=draw(per_axis(1, 2)),
        groups=groups,
        bias=draw(st.booleans()),
    )
    channels = groups * draw(st.integers(1, 3))
    return op, (channels, *draw(st.tuples(*[st.integers(1, 6)] * axes)))


@settings(max_examples=150, deadline=None)
@given(transposed())
def test_takes_and_refuses_what_torch_does(case: tuple[ConvTranspose, tuple[int, ...]]) -> None:
    """Torch also gives empty outputs, which netspec refuses."""
    op, shape = case
    outcome = outcome_of_torch(torch_conv_transpose(op, shape), shape)
    assert outcome_of_op(op, shape) == (None if outcome and 0 in outcome else outcome)


@pytest.mark.parametrize(
    ("op", "shape"),
    [
        (ConvTranspose(out=8), (4, 9)),
        (ConvTranspose(out=8, stride=2), (4, 9, 7)),
        (ConvTranspose(out=6, kernel=(3, 1), stride=(2, 1), groups=2, bias=False), (4, 9, 7)),
        (ConvTranspose(out=3, kernel=(1, 2, 3), dilation=2, padding=1), (4, 5, 6, 7)),
    ],
)
def test_weights_and_macs(op: ConvTranspose, shape: tuple[int, ...]) -> None:
    assert_agrees(op, torch_conv_transpose(op, shape), shape)


def test_initialisation_is_torch_s_default() -> None:
    """The fan-in is taken of the weight as it stands: output channels of a group times kernel."""
    op = ConvTranspose(out=32, kernel=4)
    module = nn.ConvTranspose2d(8, 32, 4)
    weight, bias = op.weights(types((8, 5, 5))).values()
    assert weight.init == "kaiming_uniform(a=sqrt(5))"
    assert bias.init == "uniform(-1/sqrt(fan_in), 1/sqrt(fan_in))"
    for value in (module.weight, module.bias):
        assert value is not None
        assert 0.8 < value.abs().max() * (32 * 16) ** 0.5 <= 1 + 1e-6


@pytest.mark.parametrize(
    "arguments", [{"kernel": 3}, {"kernel": 3, "padding": 1}, {"kernel": 4, "dilation": 2}]
)
def test_window_is_where_the_gradient_goes(arguments: dict[str, object]) -> None:
    op = ConvTranspose.model_validate({"out": 1} | arguments)
    module = torch_conv_transpose(op, (1, 40))
    nn.init.ones_(module.get_parameter("weight"))
    x = torch.zeros(1, 1, 40, requires_grad=True)
    position = 20
    module(x)[0, 0, position].backward()
    assert x.grad is not None
    (seen,) = x.grad[0, 0].nonzero(as_tuple=True)
    windows = op.window(types((1, 40)))
    assert windows is not None
    start = position - windows[0].before
    assert (int(seen.min()), int(seen.max())) == (start, start + windows[0].size - 1)


def test_a_stride_has_no_window() -> None:
    assert ConvTranspose(out=1, stride=(1, 2)).window(types((1, 4, 4))) is None


def test_bias_adds_one_flop_per_output_element() -> None:
    inputs = types((3, 5, 5))
    for bias, flops in ((True, 4 * 10 * 10), (False, 0)):
        op = ConvTranspose(out=4, stride=2, bias=bias)
        assert op.extra_flops(inputs, op.infer(inputs)) == flops


@pytest.mark.parametrize(
    ("arguments", "input_type", "code", "words"),
    [
        ({}, Tensor((7,)), "NS301", "not [7]"),
        ({}, Tensor((4, 8, 8), "int64"), "NS301", "int64"),
        ({"kernel": (3, 3)}, Tensor((4, 8)), "NS301", "2 entries"),
        ({"output_padding": 1}, Tensor((4, 8, 8)), "NS301", "not less than its stride of 1"),
        ({"padding": 2}, Tensor((4, 8, 2)), "NS303", "the whole width, which would be 3"),
        ({"groups": 3}, Tensor((4, 8, 8)), "NS304", "4 input channels"),
        ({"out": 6, "groups": 4}, Tensor((4, 8, 8)), "NS304", "6 output channels"),
    ],
)
def test_refuses(arguments: dict[str, object], input_type: Tensor, code: str, words: str) -> None:
    with pytest.raises(ShapeError) as caught:
        ConvTranspose.model_validate({"out": 8} | arguments).infer((input_type,))
    assert caught.value.code == code
    assert words in caught.value.message
