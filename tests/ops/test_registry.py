"""What holds of every registered op, and which arguments ops take."""

from __future__ import annotations

import inspect

import pytest
from pydantic import ValidationError

from netspec.ops.base import Op, ShapeError, find, names, op
from netspec.syntax.formula import Apply, Operand
from netspec.tensor import Tensor

GROUPS = {
    "convolution",
    "linear",
    "normalisation",
    "activation",
    "pooling",
    "merge",
    "shape",
    "stochastic",
    "arithmetic",
    "attention",
}

REQUIRED: dict[str, dict[str, object]] = {
    "conv": {"out": 4},
    "conv_transpose": {"out": 4},
    "linear": {"out": 4},
    "gn": {"groups": 2},
    "scale": {"by": 2},
    "rbf": {"out": 4},
    "bilinear": {"out": 4},
    "embedding": {"count": 10, "dim": 4},
    "attention": {"heads": 2},
    "shift": {"by": 2},
    "drop_path": {"p": 0.5},
    "channel_shuffle": {"groups": 2},
    "reshape": {"shape": (-1,)},
    "permute": {"order": (2, 0, 1)},
    "select": {"at": 0},
    "pad": {"by": 1},
    "pad_channels": {"to": 8},
    "pixel_shuffle": {"by": 2},
    "subsample": {"by": 2},
    "drop_join": {"p": 0.15},
    "formula": {"expr": Apply("tanh", (Operand(0, "x"),))},
    "parameter": {"shape": (5, 4)},
}
SHAPES: dict[str, tuple[int, ...]] = {
    "linear": (6,),
    "rbf": (6,),
    "bilinear": (6,),
    "matmul": (6, 6),
    "attention": (5, 6),
    "pixel_shuffle": (8, 3, 3),
}
"""What an op takes that does not take an image of 6 channels."""
MIXED = {
    "embedding": (Tensor((6,), "int64"),),
    "max_unpool": (Tensor((6, 8, 8)), Tensor((6, 8, 8), "int64")),
    "grid_sample": (Tensor((6, 8, 8)), Tensor((2, 3))),
}
"""What an op takes whose inputs are not all alike, or whole numbers."""


def registered(name: str) -> type[Op]:
    found = find(name)
    assert found is not None
    return found


@pytest.mark.parametrize("name", names())
def test_every_op_is_documented_and_has_a_group(name: str) -> None:
    cls = registered(name)
    documentation = cls.__dict__.get("__doc__") or ""
    assert "FLOPs" in inspect.cleandoc(documentation)
    assert cls.name == name
    assert cls.group in GROUPS


@pytest.mark.parametrize("name", names())
def test_every_op_says_what_it_computes_and_costs(name: str) -> None:
    instance = registered(name).model_validate(REQUIRED.get(name, {}))
    alike = (Tensor(SHAPES.get(name, (6, 8, 8))),) * instance.arity[0]
    inputs = MIXED.get(name, alike)
    outputs = instance.infer(inputs)
    flops = instance.extra_flops(inputs, outputs)
    assert flops is not None
    assert flops >= 0
    assert instance.macs(inputs, outputs) >= 0
    assert len(instance.extras) < len(outputs) or name == "nothing"
    hash(instance)


@pytest.mark.parametrize("name", names())
def test_only_ops_that_say_so_take_whole_numbers(name: str) -> None:
    instance = registered(name).model_validate(REQUIRED.get(name, {}))
    shape = SHAPES.get(name, (6, 8, 8))
    inputs = MIXED.get(name, (Tensor(shape, "int64"),) * instance.arity[0])
    takes_them = any(x.dtype == "int64" for x in inputs)
    try:
        instance.infer(inputs)
    except ShapeError:
        takes_them = False
    assert instance.integers == takes_them


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("conv", "out kernel stride padding dilation groups bias padding_mode"),
        ("conv_transpose", "out kernel stride padding output_padding dilation groups bias"),
        ("linear", "out bias"),
        ("bilinear", "out bias"),
        ("embedding", "count dim"),
        ("bn", "eps momentum affine"),
        ("ln", "eps axis"),
        ("gn", "groups eps"),
        ("instance_norm", "eps affine"),
        ("rms_norm", "eps"),
        ("affine", "bias"),
        ("lrn", "size alpha beta k"),
        ("max_pool", "kernel stride padding dilation ceil"),
        ("avg_pool", "kernel stride padding ceil count_pad"),
        ("adaptive_avg_pool", "size"),
        ("global_avg_pool", "keep"),
        ("concat", "axis"),
        ("stack", "axis"),
        ("matmul", "transpose"),
        ("glu", "axis"),
        ("maxout", "pieces"),
        ("leaky_relu", "slope"),
        ("prelu", "per_channel"),
        ("elu", "alpha"),
        ("softmax", "axis"),
        ("dropout", "p"),
        ("scale", "by"),
        ("pad", "by mode"),
        ("select", "at axis"),
        ("crop", "top left bottom right"),
        ("upsample", "by mode size"),
        ("split", "parts sizes axis"),
        ("max_unpool", "kernel stride padding size"),
        ("grid_sample", "size"),
        ("drop_join", "p global flatten"),
    ],
)
def test_positional_order(name: str, fields: str) -> None:
    assert list(registered(name).arguments()) == fields.split()


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("conv", {}),
        ("conv", {"out": 0}),
        ("conv", {"out": 8.0}),
        ("conv", {"out": True}),
        ("conv", {"out": 8, "kernel": 0}),
        ("conv", {"out": 8, "kernel": (3, 0)}),
        ("conv", {"out": 8, "kernel": ()}),
        ("conv", {"out": 8, "kernel": (3, True)}),
        ("conv", {"out": 8, "kernel": "3"}),
        ("conv", {"out": 8, "padding": -1}),
        ("conv", {"out": 8, "padding": "valid"}),
        ("conv", {"out": 8, "padding_mode": "mirror"}),
        ("conv", {"out": 8, "bias": 1}),
        ("conv", {"out": 8, "kernal": 3}),
        ("max_pool", {"stride": 0}),
        ("bn", {"eps": 0}),
        ("bn", {"eps": 64}),
        ("bn", {"eps": float("nan")}),
        ("bn", {"momentum": True}),
        ("dropout", {"p": 1.5}),
        ("ln", {"axis": 1}),
        ("reshape", {"shape": ()}),
        ("reshape", {"shape": (-1, -1)}),
        ("reshape", {"shape": (0, 4)}),
        ("reshape", {"shape": 4}),
        ("permute", {"order": (1, 1)}),
        ("permute", {"order": (1, 2)}),
        ("permute", {"order": 0}),
        ("select", {"at": ()}),
        ("select", {"at": (0, True)}),
        ("pad", {"by": -1}),
        ("pad", {"by": (1, (0, 1, 2))}),
        ("pad", {"by": ()}),
        ("crop", {"top": -1}),
        ("upsample", {"by": 2, "size": 8}),
        ("upsample", {"by": 0.5}),
        ("split", {"parts": 2, "sizes": (3, 3)}),
        ("split", {"sizes": ()}),
        ("split", {"sizes": 3}),
        ("parameter", {"shape": (4, -1)}),
        ("formula", {"expr": "tanh(x)"}),
        ("drop_join", {"p": 0.1, "global": 2}),
    ],
)
def test_refuses_arguments(name: str, arguments: dict[str, object]) -> None:
    with pytest.raises(ValidationError) as caught:
        registered(name).model_validate(arguments)
    assert len(caught.value.errors()) == 1


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("conv", {"out": 8, "kernel": (3, 1), "padding": "same"}),
        ("conv", {"out": 8, "padding": (0, 1)}),
        ("max_pool", {"kernel": 3, "stride": None}),
        ("bn", {"eps": 0.1, "momentum": 0}),
        ("dropout", {"p": 0}),
        ("scale", {"by": 2}),
        ("pad", {"by": (1, (0, 1))}),
        ("upsample", {"mode": "bilinear", "size": (8, 8)}),
        ("split", {"sizes": (3, 4)}),
    ],
)
def test_takes_arguments(name: str, arguments: dict[str, object]) -> None:
    instance = registered(name).model_validate(arguments)
    assert {field: getattr(instance, field) for field in arguments} == arguments


def test_an_argument_may_have_a_name_that_python_keeps_for_itself() -> None:
    assert registered("drop_join").model_validate({"p": 0.1, "global": 1}).global_ == 1  # type: ignore[attr-defined]


def test_a_name_is_taken_once() -> None:
    with pytest.raises(ValueError, match="already registered"):
        op("relu", group="activation")(registered("sigmoid"))
    assert registered("relu").__name__ == "ReLU"


def test_an_unknown_name_is_none() -> None:
    assert find("konv") is None
