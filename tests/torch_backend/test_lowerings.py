"""The table of lowerings: complete, exact, and right in both of an op's forms."""

from __future__ import annotations

from pathlib import Path

import pytest

import netspec
from netspec.analysis.cost import Cost, Costs
from netspec.backends.torch import Lowering, emit, lowers
from netspec.backends.torch.code import Call, Name, Operand
from netspec.backends.torch.lowering import Tensors, find
from netspec.backends.torch.ops import NEVER_CALLED
from netspec.ops import base
from netspec.ops.activation import ReLU
from netspec.ops.base import Op
from netspec.syntax.formula import ACTIVATIONS, ELEMENTARY, Term, resolve_formula
from netspec.tensor import Tensor
from tests.torch_backend.by_hand import SPAN, Body, single
from tests.torch_backend.checks import assert_clean, assert_same_gradients, checked_source

CHANNELS, SEQUENCE, IMAGE, VOLUME = (6,), (6, 9), (6, 9, 8), (6, 5, 4, 7)

Shape = tuple[int, ...] | Tensor

POINTWISE = (
    "1.7159 * tanh(2 / 3 * x)",
    "-x**2 + (-x)**2 - x**3 / -2 + (abs(x) + 1) ** -x",
    "x - (2 - x) - 1 / (2 / x) + (x + 1) * (x - 1) * 0.5",
    "(x**2)**2 + 2 ** (x**2 - 1) + -(x + 1) + -(-x)",
    "exp(-(x - 0.25) * (x - 0.25) / (2 * 0.5 * 0.5)) * cos(1.75 * x + 0.125) + log(1 + exp(-x))",
)


FUNCTIONS_OF_ONE = (*ACTIVATIONS, *ELEMENTARY)


def formula(text: str, *names: str) -> Term:
    return resolve_formula(text, SPAN, names or ("x",), {})


CASES: dict[str, list[tuple[dict[str, object], list[Shape]]]] = {
    "conv": [
        ({"out": 4, "kernel": 3}, [SEQUENCE]),
        ({"out": 4, "kernel": 3, "padding": "causal", "dilation": 2}, [SEQUENCE]),
        ({"out": 4, "kernel": (3,), "padding": "causal"}, [SEQUENCE]),
        ({"out": 4, "kernel": (1, 3), "stride": 2, "padding": (0, 1), "bias": False}, [IMAGE]),
        ({"out": 9, "kernel": 4, "padding": "same", "dilation": 2, "groups": 3}, [IMAGE]),
        ({"out": 4, "kernel": 3, "padding": 1, "padding_mode": "reflect"}, [IMAGE]),
        ({"out": 4, "kernel": (3, 3, 3), "padding": (1, 1, 1)}, [VOLUME]),
    ],
    "linear": [({"out": 4}, [CHANNELS]), ({"out": 4, "bias": False}, [SEQUENCE])],
    "bn": [
        ({}, [CHANNELS]),
        ({}, [SEQUENCE]),
        ({"eps": 1e-3, "momentum": 0.01}, [IMAGE]),
        ({"affine": False}, [VOLUME]),
    ],
    "ln": [({}, [CHANNELS]), ({}, [SEQUENCE]), ({"axis": 0}, [IMAGE]), ({"axis": 0}, [CHANNELS])],
    "gn": [({"groups": 3}, [CHANNELS]), ({"groups": 2, "eps": 1e-3}, [IMAGE])],
    "lrn": [({}, [IMAGE]), ({"size": 4, "alpha": 0.1, "k": 2.0}, [SEQUENCE])],
    "prelu": [({}, [IMAGE]), ({"per_channel": True}, [IMAGE]), ({}, [CHANNELS])],
    "leaky_relu": [({}, [IMAGE]), ({"slope": 0.2}, [CHANNELS])],
    "elu": [({"alpha": 0.5}, [IMAGE])],
    "softmax": [({}, [CHANNELS]), ({"axis": -1}, [IMAGE]), ({"axis": 1}, [IMAGE])],
    "log_softmax": [({}, [IMAGE])],
    "max_pool": [
        ({}, [SEQUENCE]),
        ({"kernel": 3, "stride": 2, "padding": 1}, [IMAGE]),
        ({"kernel": (3, 2), "stride": (1, 2), "ceil": True}, [IMAGE]),
        ({"kernel": 2, "dilation": 2, "stride": 2}, [VOLUME]),
    ],
    "avg_pool": [
        ({}, [SEQUENCE]),
        ({"kernel": 3, "stride": 2, "padding": 1, "count_pad": False, "ceil": True}, [IMAGE]),
        ({"kernel": 2}, [VOLUME]),
    ],
    "adaptive_avg_pool": [({}, [SEQUENCE]), ({"size": (2, 3)}, [IMAGE]), ({"size": 2}, [VOLUME])],
    "adaptive_max_pool": [({}, [SEQUENCE]), ({"size": (2, 3)}, [IMAGE]), ({"size": 2}, [VOLUME])],
    "global_avg_pool": [({}, [SEQUENCE]), ({}, [IMAGE]), ({"keep": True}, [VOLUME])],
    "global_max_pool": [({}, [SEQUENCE]), ({}, [IMAGE]), ({"keep": True}, [VOLUME])],
    "concat": [
        ({}, [IMAGE, (2, 9, 8), IMAGE]),
        ({"axis": -1}, [IMAGE, (6, 9, 3)]),
        ({"axis": 1}, [IMAGE, IMAGE]),
        ({}, [CHANNELS]),
    ],
    "sum": [({}, [IMAGE, IMAGE, IMAGE]), ({}, [CHANNELS, IMAGE]), ({}, [IMAGE])],
    "mul": [({}, [IMAGE, CHANNELS]), ({}, [VOLUME, CHANNELS]), ({}, [IMAGE, (6, 1, 1)])],
    "mean": [({}, [IMAGE, IMAGE, CHANNELS]), ({}, [IMAGE])],
    "max": [({}, [IMAGE] * 5), ({}, [SEQUENCE, CHANNELS])],
    "min": [({}, [IMAGE, IMAGE]), ({}, [IMAGE])],
    "sub": [({}, [IMAGE, IMAGE]), ({}, [CHANNELS, IMAGE])],
    "div": [({}, [CHANNELS, CHANNELS])],
    "flatten": [({}, [IMAGE]), ({}, [CHANNELS])],
    "dropout": [({}, [CHANNELS]), ({"p": 0.2}, [IMAGE])],
    "dropout_channels": [({}, [SEQUENCE]), ({"p": 0.2}, [IMAGE]), ({}, [VOLUME])],
    "scale": [({"by": 0.5}, [IMAGE])],
    "lerp": [({}, [IMAGE] * 3), ({}, [IMAGE, IMAGE, CHANNELS]), ({}, [CHANNELS, IMAGE, (6, 1, 1)])],
    "stack": [({}, [IMAGE, IMAGE, IMAGE]), ({"axis": -1}, [SEQUENCE, SEQUENCE]), ({}, [CHANNELS])],
    "matmul": [
        ({}, [(6, 9), (9, 5)]),
        ({"transpose": True}, [(6, 9), (5, 9)]),
        ({}, [(3, 6, 9), (3, 9, 5)]),
        ({"transpose": True}, [IMAGE, IMAGE]),
    ],
    "glu": [({}, [CHANNELS]), ({}, [IMAGE]), ({"axis": -1}, [IMAGE])],
    "maxout": [({}, [CHANNELS]), ({"pieces": 3}, [IMAGE])],
    "rbf": [({"out": 4}, [CHANNELS]), ({"out": 5}, [SEQUENCE])],
    "attention": [({"heads": 1}, [SEQUENCE]), ({"heads": 3}, [SEQUENCE])],
    "scaled_dot_product": [
        ({}, [(6, 9), (4, 9), (4, 5)]),
        ({}, [(3, 6, 9), (3, 4, 9), (3, 4, 9)]),
    ],
    "embedding": [
        ({"count": 4, "dim": 3}, [Tensor((5,), "int64")]),
        ({"count": 9, "dim": 6}, [Tensor((5, 2), "int64")]),
    ],
    "bilinear": [
        ({"out": 4}, [CHANNELS, (5,)]),
        ({"out": 4, "bias": False}, [SEQUENCE, (6, 2)]),
    ],
    "shift": [({"by": -0.5}, [IMAGE])],
    "square": [({}, [IMAGE])],
    "sqrt": [({}, [IMAGE])],
    "affine": [({}, [CHANNELS]), ({}, [IMAGE]), ({"bias": False}, [SEQUENCE])],
    "hadamard": [({}, [CHANNELS]), ({}, [IMAGE])],
    "instance_norm": [({}, [SEQUENCE]), ({"eps": 1e-3, "affine": True}, [IMAGE]), ({}, [VOLUME])],
    "rms_norm": [({}, [CHANNELS]), ({"eps": 1e-2}, [SEQUENCE])],
    "drop_path": [({"p": 0.2}, [CHANNELS]), ({"p": 0.5}, [IMAGE])],
    "reshape": [
        ({"shape": (3, -1)}, [CHANNELS]),
        ({"shape": (-1,)}, [CHANNELS]),
        ({"shape": (2, 27, 8)}, [IMAGE]),
    ],
    "permute": [({"order": (1, 0)}, [SEQUENCE]), ({"order": (0, 2, 1)}, [IMAGE])],
    "select": [
        ({"at": 0}, [SEQUENCE]),
        ({"at": -2, "axis": -1}, [IMAGE]),
        ({"at": (0, 2, 2)}, [IMAGE]),
        ({"at": (3, -1), "axis": 1}, [IMAGE]),
    ],
    "channel_shuffle": [
        ({"groups": 2}, [SEQUENCE]),
        ({"groups": 3}, [IMAGE]),
        ({"groups": 2}, [VOLUME]),
    ],
    "conv_transpose": [
        ({"out": 4}, [SEQUENCE]),
        ({"out": 4, "kernel": (3, 2), "stride": (2, 1), "padding": 1}, [IMAGE]),
        ({"out": 9, "kernel": 3, "stride": 2, "output_padding": 1, "groups": 3}, [IMAGE]),
        ({"out": 4, "dilation": (1, 2, 2), "bias": False}, [VOLUME]),
    ],
    "upsample": [
        ({}, [SEQUENCE]),
        ({"by": (2, 3), "mode": "bilinear"}, [IMAGE]),
        ({"by": 2, "mode": "bicubic"}, [IMAGE]),
        ({"mode": "linear", "size": 5}, [SEQUENCE]),
        ({"mode": "nearest-exact", "size": (4, 11)}, [IMAGE]),
        ({"by": 2, "mode": "trilinear"}, [VOLUME]),
    ],
    "pixel_shuffle": [({"by": 2}, [(8, 3, 5)])],
    "subsample": [({"by": 2}, [SEQUENCE]), ({"by": (2, 3)}, [IMAGE]), ({"by": 3}, [VOLUME])],
    "pad": [
        ({"by": ((2, 1),)}, [SEQUENCE]),
        ({"by": (1, (0, 2))}, [IMAGE]),
        ({"by": (1, (0, 2)), "mode": "reflect"}, [IMAGE]),
        ({"by": 1, "mode": "replicate"}, [VOLUME]),
        ({"by": 2, "mode": "circular"}, [IMAGE]),
    ],
    "pad_channels": [({"to": 9}, [CHANNELS]), ({"to": 8}, [IMAGE]), ({"to": 6}, [VOLUME])],
    "crop": [({"top": 1, "right": 2}, [IMAGE]), ({"left": 3, "bottom": 4}, [IMAGE])],
    "split": [
        ({}, [IMAGE]),
        ({"parts": 3, "axis": 1}, [IMAGE]),
        ({"sizes": (1, 3, 2)}, [VOLUME]),
        ({"parts": 1}, [SEQUENCE]),
        ({"sizes": (4, 5), "axis": -1}, [SEQUENCE]),
    ],
    "unstack": [({}, [SEQUENCE]), ({"axis": -1}, [VOLUME]), ({}, [(1, 4)])],
    "max_unpool": [
        ({}, [SEQUENCE, Tensor(SEQUENCE, "int64")]),
        ({"kernel": (3, 2), "stride": 2, "padding": (1, 0)}, [IMAGE, Tensor(IMAGE, "int64")]),
        ({"size": (18, 17)}, [IMAGE, Tensor(IMAGE, "int64")]),
        ({"kernel": 3, "size": 15}, [(6, 5, 5), Tensor((6, 5, 5), "int64")]),
        ({}, [VOLUME, Tensor(VOLUME, "int64")]),
    ],
    "grid_sample": [
        ({}, [IMAGE, (2, 3)]),
        ({"size": (4, 11)}, [IMAGE, (6,)]),
        ({"size": 5}, [VOLUME, (12,)]),
        ({}, [VOLUME, (3, 4)]),
    ],
    "parameter": [({"shape": (4,)}, [CHANNELS]), ({"shape": (1, 9)}, [SEQUENCE, IMAGE])],
    "formula": [
        ({"expr": formula("a * sigmoid(b) + (1 - b) * a", "a", "b")}, [IMAGE, CHANNELS]),
        ({"expr": formula("max(b, 0.5, a, -2 / 3) - min(a, b, c)", *"abc")}, [SEQUENCE] * 3),
        ({"expr": formula("b ** 2 + a", "a", "b")}, [IMAGE, (6, 1, 1)]),
    ],
    "drop_join": [({"p": 0.15}, [IMAGE] * 3), ({"p": 0.2, "global": 0}, [CHANNELS] * 2)],
    "crop_to": [({}, [SEQUENCE, (2, 4)]), ({}, [IMAGE, (2, 6, 5)]), ({}, [VOLUME, (1, 5, 2, 2)])],
}
WITHOUT_ARGUMENTS = (
    "gelu hard_sigmoid hard_swish mish relu relu6 selu sigmoid silu softplus tanh".split()
)
CASES |= {name: [({}, [CHANNELS]), ({}, [IMAGE])] for name in WITHOUT_ARGUMENTS}
CASES["formula"] += [({"expr": formula(text)}, [IMAGE]) for text in POINTWISE]
CASES["formula"] += [
    ({"expr": formula(f"{name}(abs(x) + 1)")}, [CHANNELS]) for name in FUNCTIONS_OF_ONE
]

EVERY_CASE = [
    pytest.param(name, arguments, shapes, id=f"{name}-{number}")
    for name, cases in sorted(CASES.items())
    for number, (arguments, shapes) in enumerate(cases)
]


def made(name: str, arguments: dict[str, object]) -> Op:
    op_class = base.find(name)
    assert op_class is not None
    return op_class(**arguments)


def test_every_op_has_a_lowering_and_a_case() -> None:
    classes = {name: base.find(name) for name in base.names()}
    called = {name for name, cls in classes.items() if cls not in NEVER_CALLED}
    assert {name for name, cls in classes.items() if cls and find(cls)} == called
    assert CASES.keys() == called


@pytest.mark.parametrize(("name", "arguments", "shapes"), EVERY_CASE)
def test_an_op_in_forward(name: str, arguments: dict[str, object], shapes: list[Shape]) -> None:
    checked_source(single(made(name, arguments), *shapes))


@pytest.mark.parametrize(("name", "arguments", "shapes"), EVERY_CASE)
def test_gradients(name: str, arguments: dict[str, object], shapes: list[Shape]) -> None:
    assert_same_gradients(single(made(name, arguments), *shapes))


@pytest.mark.parametrize(("name", "arguments", "shapes"), EVERY_CASE)
def test_an_op_in_a_group(name: str, arguments: dict[str, object], shapes: list[Shape]) -> None:
    op = made(name, arguments)
    source = checked_source(single(op, *shapes, group=("group",)))
    lower = find(type(op))
    assert lower is not None
    lowering = lower(op, single(op, *shapes).inputs)
    assert ("self.group = nn.Sequential(" in source) == lowering.in_sequence


def test_what_ops_become_is_clean(tmp_path: Path) -> None:
    for name, cases in CASES.items():
        for number, (arguments, shapes) in enumerate(cases):
            for form, group in (("alone", ()), ("grouped", ("group",))):
                program = single(made(name, arguments), *shapes, group=group)
                path = tmp_path / f"{name}_{number}_{form}.py"
                path.write_text(emit(program, Costs(program).total))
    assert_clean(tmp_path)


@pytest.mark.parametrize("shape", [SEQUENCE, IMAGE, VOLUME])
@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("max_pool", {}),
        ("max_pool", {"kernel": 3, "stride": 2, "padding": 1}),
        ("adaptive_max_pool", {"size": 2}),
    ],
)
def test_pools_give_indices_where_they_are_read(
    name: str, arguments: dict[str, object], shape: Shape
) -> None:
    body = Body(shape)
    pooled, indices = body.call(made(name, arguments), *body.inputs)
    source = checked_source(body.program(pooled, indices))
    assert "return_indices=True" in source


def test_an_unpool_undoes_a_pool() -> None:
    body = Body(IMAGE)
    pooled, indices = body.call(made("max_pool", {}), *body.inputs)
    relu = body.call(made("relu", {}), pooled)
    outputs = body.call(made("max_unpool", {"size": IMAGE[1:]}), *relu, indices)
    checked_source(body.program(*outputs))
    assert_same_gradients(body.program(*outputs))


def test_a_helper_is_emitted_only_where_it_is_used() -> None:
    permute = made("permute", {"order": (0, 2, 1)})
    alone, grouped = single(permute, IMAGE), single(permute, IMAGE, group=("group",))
    assert "class Permute" not in emit(alone, Costs(alone).total)
    assert "class Permute" in emit(grouped, Costs(grouped).total)


def test_a_second_lowering_of_a_class_is_refused() -> None:
    with pytest.raises(ValueError, match="ReLU already has a lowering"):
        lowers(ReLU)(lambda op, inputs: Lowering(Operand(0)))


class Doubled(ReLU):
    """An op that is not registered and inherits from one that has a lowering."""


class Negative(Op):
    """A user's op."""

    name = "negative"
    group = "arithmetic"

    def infer(self, inputs: Tensors) -> Tensors:
        return inputs


def test_a_subclass_does_not_inherit_a_lowering() -> None:
    with pytest.raises(netspec.SpecError) as caught:
        emit(single(Doubled(), IMAGE), Cost())
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "NS602"
    assert str(diagnostic.span) == "net.yaml:1:8"


def test_users_may_lower_their_own_ops() -> None:
    @lowers(Negative)
    def negative(op: Negative, inputs: Tensors) -> Lowering:
        return Lowering(Call(Name("torch.neg"), (Operand(0),)))

    program = single(Negative(), IMAGE)
    assert "return torch.neg(x)" in emit(program, Costs(program).total)
