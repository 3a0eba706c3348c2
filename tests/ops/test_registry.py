"""What holds of every registered op, and which arguments ops take."""

from __future__ import annotations

import inspect

import pytest
from pydantic import ValidationError

from netspec.ops.base import Op, find, names, op
from tests.ops.torch_agreement import types

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

REQUIRED = {"conv": {"out": 4}, "linear": {"out": 4}, "gn": {"groups": 2}, "scale": {"by": 2}}


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
    shape = (6,) if name == "linear" else (6, 8, 8)
    inputs = types(*[shape] * instance.arity[0])
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
        ("linear", "out bias"),
        ("bn", "eps momentum affine"),
        ("ln", "eps axis"),
        ("gn", "groups eps"),
        ("lrn", "size alpha beta k"),
        ("max_pool", "kernel stride padding dilation ceil"),
        ("avg_pool", "kernel stride padding ceil count_pad"),
        ("adaptive_avg_pool", "size"),
        ("global_avg_pool", "keep"),
        ("concat", "axis"),
        ("leaky_relu", "slope"),
        ("prelu", "per_channel"),
        ("elu", "alpha"),
        ("softmax", "axis"),
        ("dropout", "p"),
        ("scale", "by"),
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
