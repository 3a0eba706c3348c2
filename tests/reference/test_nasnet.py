"""NASNet-A's cells, operation by operation (Zoph et al. 2018, Fig. 4)."""

from __future__ import annotations

import netspec
from netspec.program import Call, Instance, Value

NORMAL = {
    "a": [("separable", 5, "right"), ("separable", 3, "left")],
    "b": [("separable", 5, "left"), ("separable", 3, "left")],
    "c": [("avg_pool", 3, "right"), ("", 0, "left")],
    "d": [("avg_pool", 3, "left"), ("avg_pool", 3, "left")],
    "e": [("separable", 3, "right"), ("", 0, "right")],
}
"""Each sum of two: the operation, its kernel, and the state that it takes."""
REDUCTION = {
    "a": [("separable", 5, "right"), ("separable", 7, "left")],
    "b": [("max_pool", 3, "right"), ("separable", 7, "left")],
    "c": [("avg_pool", 3, "right"), ("separable", 5, "left")],
    "d": [("avg_pool", 3, "a"), ("", 0, "b")],
    "e": [("separable", 3, "a"), ("max_pool", 3, "right")],
}


def cell(name: str) -> Instance:
    instances = netspec.load("nasnet").program.instances()
    return next(instance for instance in instances if instance.block == name)


def origin(value: Value) -> str:
    """The state or sum that a value is: the name of its level."""
    assert value.producer is not None
    path = value.producer.place.path()
    return path[0]


def operand(value: Value) -> tuple[str, int, str]:
    call = value.producer
    assert call is not None
    if origin(value) in ("left", "right") or call.place.path()[-1] == "sum":
        return "", 0, origin(value)
    kernel = call.arguments["kernel"].value
    name = call.target.block if isinstance(call.target, Instance) else call.target.name
    return name, kernel, origin(call.inputs[0])


def sums(instance: Instance) -> dict[str, list[tuple[str, int, str]]]:
    found: list[Call] = [call for call in instance.calls if call.place.path()[-1] == "sum"]
    return {call.place.group[0]: [operand(value) for value in call.inputs] for call in found}


def test_the_normal_cell() -> None:
    assert sums(cell("normal_cell")) == NORMAL


def test_the_reduction_cell() -> None:
    assert sums(cell("reduction_cell")) == REDUCTION
