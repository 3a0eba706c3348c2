"""What holds of every registered op, and which arguments ops take."""

from __future__ import annotations

import inspect

import pytest
from pydantic import ValidationError

from netspec.ops.base import Op, find, names, op
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
    dtype = "int64" if name == "embedding" else "float32"
    inputs = (Tensor(SHAPES.get(name, (6, 8, 8)), dtype),) * instance.arity[0]
    outputs = instance.infer(inputs)
    flops = instance.extra_flops(inputs, outputs)
    assert flops is not None
    assert flops >= 0
    assert instance.macs(inputs, outputs) >= 0
    hash(instance)


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
    ],
)
def test_positional_order(name: str, fields: str) -> None:
    assert list(registered(name).model_fields) == fields.split()


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
        ("bn", {"eps": 1, "momentum": 0}),
        ("dropout", {"p": 0}),
        ("scale", {"by": 2}),
        ("pad", {"by": (1, (0, 1))}),
        ("upsample", {"mode": "bilinear", "size": (8, 8)}),
    ],
)
def test_takes_arguments(name: str, arguments: dict[str, object]) -> None:
    instance = registered(name).model_validate(arguments)
    assert {field: getattr(instance, field) for field in arguments} == arguments


def test_a_name_is_taken_once() -> None:
    with pytest.raises(ValueError, match="already registered"):
        op("relu", group="activation")(registered("sigmoid"))
    assert registered("relu").__name__ == "ReLU"


def test_an_unknown_name_is_none() -> None:
    assert find("konv") is None
