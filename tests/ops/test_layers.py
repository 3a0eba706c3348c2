"""Linear layers, norms, activations, dropout and shape ops against torch's modules."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from netspec.ops.activation import (
    ELU,
    GELU,
    GLU,
    SELU,
    HardSigmoid,
    HardSwish,
    LeakyReLU,
    LogSoftmax,
    Maxout,
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
from netspec.ops.affine import Affine, Hadamard
from netspec.ops.arithmetic import Scale, Shift, Sqrt, Square
from netspec.ops.base import Op, ShapeError
from netspec.ops.conv import Conv
from netspec.ops.embedding import Embedding
from netspec.ops.linear import RBF, Bilinear, Linear
from netspec.ops.norm import (
    BatchNorm,
    GroupNorm,
    InstanceNorm,
    LayerNorm,
    LocalResponseNorm,
    RMSNorm,
)
from netspec.ops.shape import Flatten, Identity
from netspec.ops.stochastic import Dropout, DropoutChannels, DropPath
from netspec.tensor import Tensor
from tests.ops.torch_agreement import assert_agrees, shown_by, stated, types

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
        (InstanceNorm(), nn.InstanceNorm1d(6), SIGNAL),
        (InstanceNorm(affine=True), nn.InstanceNorm2d(6, affine=True), IMAGE),
        (InstanceNorm(), nn.InstanceNorm3d(6), VOLUME),
        (RMSNorm(), nn.RMSNorm(6), VECTOR),
        (RMSNorm(), nn.RMSNorm(5), SIGNAL),
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
        (GLU(), nn.GLU(1), IMAGE),
        (GLU(axis=-1), nn.GLU(-1), IMAGE),
        (Maxout(pieces=3), nn.MaxPool1d(3), VECTOR),
        (Maxout(), nn.MaxPool2d((2, 1)), SIGNAL),
        (Maxout(), nn.MaxPool3d((2, 1, 1)), IMAGE),
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


def test_bilinear_agrees_with_torch() -> None:
    assert_agrees(Bilinear(out=4), nn.Bilinear(6, 3, 4), (6,), (3,))
    assert_agrees(Bilinear(out=4, bias=False), nn.Bilinear(6, 3, 4, bias=False), (2, 6), (2, 3))


def test_embedding_agrees_with_torch() -> None:
    indices = Tensor((5, 2), "int64")
    module = nn.Embedding(100, 50)
    y = module(torch.zeros(2, 5, 2, dtype=torch.int64))
    assert Embedding(count=100, dim=50).infer((indices,)) == types(tuple(y.shape[1:]))
    weights = Embedding(count=100, dim=50).weights((indices,))
    assert stated(weights) == shown_by(module)
    assert weights["weight"].init == "normal(0, 1)"
    assert 0.9 < module.weight.std() < 1.1


def test_weights_that_torch_has_no_module_for() -> None:
    channels, image = ((6,), True, "float32"), (IMAGE, True, "float32")
    assert stated(Affine().weights(types(IMAGE))) == {"weight": channels, "bias": channels}
    assert stated(Affine(bias=False).weights(types(IMAGE))) == {"weight": channels}
    assert stated(RBF(out=3).weights(types(SIGNAL))) == {"weight": ((3, 5), True, "float32")}
    assert stated(Hadamard().weights(types(IMAGE))) == {"weight": image}


def test_flops_of_ops_with_fewer_outputs_than_inputs() -> None:
    for op, inputs, flops in (
        (GLU(), types(IMAGE), 5 * 3 * 5 * 4),
        (Maxout(pieces=3), types(IMAGE), 2 * 2 * 5 * 4),
        (Bilinear(out=4), types((6,), (3,)), 18 + 36 * 4),
        (Bilinear(out=4, bias=False), types((2, 6), (2, 3)), 36 + 35 * 8),
        (Embedding(count=9, dim=4), (Tensor(VECTOR, "int64"),), 0),
        (RBF(out=4), types(VECTOR), 17 * 4),
        (RBF(out=4), types(SIGNAL), 14 * 6 * 4),
    ):
        assert op.extra_flops(inputs, op.infer(inputs)) == flops
        assert op.macs(inputs, op.infer(inputs)) == 0


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
        (InstanceNorm(affine=True), nn.InstanceNorm2d(6, affine=True), IMAGE),
        (RMSNorm(), nn.RMSNorm(6), VECTOR),
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
        (InstanceNorm(), 5),
        (InstanceNorm(affine=True), 7),
        (RMSNorm(), 4),
        (Affine(), 2),
        (Affine(bias=False), 1),
        (Hadamard(), 1),
        (Shift(by=1.0), 1),
        (Square(), 1),
        (Sqrt(), 1),
        (DropPath(p=0.1), 0),
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
        (InstanceNorm(), IMAGE, False),
        (RMSNorm(), SIGNAL, True),
        (RMSNorm(), VECTOR, False),
        (Affine(), IMAGE, False),
        (DropPath(p=0.1), IMAGE, False),
        (GLU(), IMAGE, False),
        (GLU(axis=1), IMAGE, True),
        (Maxout(), IMAGE, False),
        (RBF(out=2), SIGNAL, True),
        (Embedding(count=4, dim=2), SIGNAL, True),
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
        (Embedding(count=4, dim=2), Tensor(VECTOR), "NS301", "int64, not float32"),
        (RBF(out=3), Tensor(IMAGE), "NS301", "vector or tokens, not [6, 5, 4]"),
        (GLU(axis=1), Tensor(IMAGE), "NS304", "5 of [6, 5, 4]"),
        (GLU(axis=3), Tensor(IMAGE), "NS301", "has 3 axes"),
        (Maxout(pieces=4), Tensor(IMAGE), "NS304", "6 channels do not divide into pieces of 4"),
        (InstanceNorm(), Tensor(VECTOR), "NS301", "not [6]"),
        (InstanceNorm(), Tensor((6, 1, 1)), "NS301", "no variance"),
        (Affine(), Tensor((1, 2, 3, 4, 5)), "NS301", "not [1, 2, 3, 4, 5]"),
        (RMSNorm(), Tensor(VECTOR, "int64"), "NS301", "int64"),
        (Hadamard(), Tensor(VECTOR, "int64"), "NS301", "int64"),
        (DropPath(p=0.1), Tensor(VECTOR, "int64"), "NS301", "int64"),
        (Square(), Tensor(VECTOR, "int64"), "NS301", "int64"),
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


@pytest.mark.parametrize(
    ("shapes", "code", "words"),
    [
        ([IMAGE, IMAGE], "NS301", "not [6, 5, 4]"),
        ([(2, 6), (3, 6)], "NS302", "not [2, 6] and [3, 6]"),
    ],
)
def test_bilinear_refuses(shapes: list[tuple[int, ...]], code: str, words: str) -> None:
    with pytest.raises(ShapeError) as caught:
        Bilinear(out=3).infer(types(*shapes))
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
