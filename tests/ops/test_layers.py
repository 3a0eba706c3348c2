"""Linear layers, norms, activations, dropout and shape ops against torch's modules."""

from __future__ import annotations

import pytest
from torch import nn

from netspec.ops.activation import (
    ELU,
    GELU,
    SELU,
    HardSigmoid,
    HardSwish,
    LeakyReLU,
    LogSoftmax,
    Mish,
    PReLU,
    ReLU,
    ReLU6,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Tanh,
)
from netspec.ops.arithmetic import Scale
from netspec.ops.base import Op, ShapeError
from netspec.ops.conv import Conv
from netspec.ops.linear import Linear
from netspec.ops.norm import BatchNorm, GroupNorm, LayerNorm, LocalResponseNorm
from netspec.ops.shape import Flatten, Identity
from netspec.ops.stochastic import Dropout, DropoutChannels
from netspec.tensor import Tensor
from tests.ops.torch_agreement import assert_agrees, types

VECTOR, SIGNAL, IMAGE, VOLUME = (6,), (6, 5), (6, 5, 4), (6, 5, 4, 3)


@pytest.mark.parametrize(
    ("op", "module", "shape"),
    [
        (Linear(out=3), nn.Linear(6, 3), VECTOR),
        (Linear(out=3, bias=False), nn.Linear(5, 3, bias=False), SIGNAL),
        (BatchNorm(), nn.BatchNorm1d(6), VECTOR),
        (BatchNorm(), nn.BatchNorm1d(6), SIGNAL),
        (BatchNorm(), nn.BatchNorm2d(6), IMAGE),
        (BatchNorm(affine=False), nn.BatchNorm3d(6, affine=False), VOLUME),
        (LayerNorm(), nn.LayerNorm(6), VECTOR),
        (LayerNorm(), nn.LayerNorm(5), SIGNAL),
        (GroupNorm(groups=3), nn.GroupNorm(3, 6), VECTOR),
        (GroupNorm(groups=2), nn.GroupNorm(2, 6), IMAGE),
        (LocalResponseNorm(size=3), nn.LocalResponseNorm(3), IMAGE),
        (ReLU(), nn.ReLU(), VECTOR),
        (ReLU6(), nn.ReLU6(), IMAGE),
        (LeakyReLU(slope=0.1), nn.LeakyReLU(0.1), IMAGE),
        (PReLU(), nn.PReLU(), IMAGE),
        (PReLU(per_channel=True), nn.PReLU(6), IMAGE),
        (ELU(), nn.ELU(), IMAGE),
        (SELU(), nn.SELU(), IMAGE),
        (GELU(), nn.GELU(), IMAGE),
        (SiLU(), nn.SiLU(), IMAGE),
        (Mish(), nn.Mish(), IMAGE),
        (Sigmoid(), nn.Sigmoid(), IMAGE),
        (Tanh(), nn.Tanh(), VOLUME),
        (Softplus(), nn.Softplus(), IMAGE),
        (HardSigmoid(), nn.Hardsigmoid(), IMAGE),
        (HardSwish(), nn.Hardswish(), IMAGE),
        (Softmax(), nn.Softmax(1), IMAGE),
        (LogSoftmax(axis=-1), nn.LogSoftmax(-1), IMAGE),
        (Dropout(), nn.Dropout(), VECTOR),
        (DropoutChannels(), nn.Dropout1d(), SIGNAL),
        (DropoutChannels(), nn.Dropout2d(), IMAGE),
        (DropoutChannels(), nn.Dropout3d(), VOLUME),
        (Flatten(), nn.Flatten(), VECTOR),
        (Flatten(), nn.Flatten(), VOLUME),
        (Identity(), nn.Identity(), IMAGE),
    ],
)
def test_agrees_with_torch(op: Op, module: nn.Module, shape: tuple[int, ...]) -> None:
    assert_agrees(op, module, shape)


def test_layer_norm_of_channels_has_a_weight_per_channel() -> None:
    weights = LayerNorm(axis=0).weights(types(IMAGE))
    assert [weight.shape for weight in weights.values()] == [(6,), (6,)]


@pytest.mark.parametrize(
    ("op", "module", "shape"),
    [
        (Conv(out=32, kernel=3), nn.Conv2d(64, 32, 3), (64, 9, 9)),
        (Conv(out=64, kernel=3, groups=16), nn.Conv1d(64, 64, 3, groups=16), (64, 9)),
        (Linear(out=64), nn.Linear(50, 64), (50,)),
        (BatchNorm(), nn.BatchNorm2d(6), IMAGE),
        (LayerNorm(), nn.LayerNorm(6), VECTOR),
        (GroupNorm(groups=2), nn.GroupNorm(2, 6), IMAGE),
        (PReLU(per_channel=True), nn.PReLU(6), IMAGE),
    ],
)
def test_initialisation_is_torch_s_default(
    op: Op, module: nn.Module, shape: tuple[int, ...]
) -> None:
    fan_in = module.get_parameter("weight")[0].numel()
    for name, weight in op.weights(types(shape)).items():
        value = module.state_dict()[name]
        match weight.init:
            case "zeros":
                assert (value == 0).all()
            case "ones":
                assert (value == 1).all()
            case "constant(0.25)":
                assert (value == 0.25).all()
            case "kaiming_uniform(a=sqrt(5))" | "uniform(-1/sqrt(fan_in), 1/sqrt(fan_in))":
                assert 0.8 < value.abs().max() * fan_in**0.5 <= 1 + 1e-6
            case unknown:
                pytest.fail(f"no check for {unknown}")


@pytest.mark.parametrize(
    ("op", "per_element"),
    [
        (BatchNorm(), 4),
        (BatchNorm(affine=False), 2),
        (LayerNorm(axis=0), 7),
        (GroupNorm(groups=3), 7),
        (LocalResponseNorm(size=5), 9),
        (ReLU(), 1),
        (Sigmoid(), 4),
        (Softmax(), 5),
        (Scale(by=2.0), 1),
        (Dropout(), 0),
        (DropoutChannels(), 0),
        (Flatten(), 0),
        (Identity(), 0),
    ],
)
def test_extra_flops(op: Op, per_element: int) -> None:
    inputs = types(IMAGE)
    assert op.extra_flops(inputs, op.infer(inputs)) == per_element * 6 * 5 * 4


def test_bias_of_linear_adds_one_flop_per_output_element() -> None:
    inputs = types(SIGNAL)
    for bias, flops in ((True, 6 * 3), (False, 0)):
        op = Linear(out=3, bias=bias)
        assert op.extra_flops(inputs, op.infer(inputs)) == flops


@pytest.mark.parametrize(
    ("op", "shape", "whole"),
    [
        (ReLU(), IMAGE, False),
        (BatchNorm(), IMAGE, False),
        (GroupNorm(groups=2), IMAGE, False),
        (Softmax(axis=-3), IMAGE, False),
        (Softmax(axis=1), IMAGE, True),
        (LayerNorm(axis=0), IMAGE, False),
        (LayerNorm(), IMAGE, True),
        (LayerNorm(), VECTOR, False),
        (Linear(out=2), SIGNAL, True),
        (Flatten(), IMAGE, True),
    ],
)
def test_windows(op: Op, shape: tuple[int, ...], whole: bool) -> None:
    expected = None if whole else ((1, 1, 0),) * (len(shape) - 1)
    assert op.window(types(shape)) == expected


@pytest.mark.parametrize(
    ("op", "input_type", "code", "words"),
    [
        (Linear(out=3), Tensor(IMAGE), "NS301", "vector or tokens, not [6, 5, 4]"),
        (BatchNorm(), Tensor((1, 2, 3, 4, 5)), "NS301", "not [1, 2, 3, 4, 5]"),
        (GroupNorm(groups=4), Tensor(IMAGE), "NS304", "6 channels do not divide into 4 groups"),
        (LocalResponseNorm(), Tensor(VECTOR), "NS301", "not [6]"),
        (DropoutChannels(), Tensor(VECTOR), "NS301", "not [6]"),
        (Softmax(axis=3), Tensor(IMAGE), "NS301", "has 3 axes"),
        (Softmax(axis=-4), Tensor(IMAGE), "NS301", "has 3 axes"),
        (ReLU(), Tensor(VECTOR, "int64"), "NS301", "int64"),
        (Linear(out=3), Tensor(VECTOR, "int64"), "NS301", "int64"),
        (BatchNorm(), Tensor(VECTOR, "int64"), "NS301", "int64"),
        (Dropout(), Tensor(VECTOR, "int64"), "NS301", "int64"),
    ],
)
def test_refuses(op: Op, input_type: Tensor, code: str, words: str) -> None:
    with pytest.raises(ShapeError) as caught:
        op.infer((input_type,))
    assert caught.value.code == code
    assert words in caught.value.message


def test_linear_on_a_map_hints_at_flatten() -> None:
    with pytest.raises(ShapeError) as caught:
        Linear(out=3).infer(types(IMAGE))
    assert "`flatten`" in (caught.value.hint or "")


@pytest.mark.parametrize("op", [Flatten(), Identity()])
def test_moving_elements_keeps_their_type(op: Op) -> None:
    (output,) = op.infer((Tensor(VECTOR, "int64"),))
    assert output.dtype == "int64"


def test_double_precision_stays() -> None:
    for op in (Linear(out=3), Conv(out=3), ReLU(), BatchNorm()):
        shape = VECTOR if isinstance(op, Linear) else IMAGE
        assert op.infer((Tensor(shape, "float64"),))[0].dtype == "float64"
