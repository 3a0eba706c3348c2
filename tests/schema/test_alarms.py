"""The schema sees the common slips, where they are."""

from __future__ import annotations

from itertools import pairwise

import pytest

from netspec.ops import base
from tests.schema.validation import alarms

HEAD = "netspec: 1\ninput: [3, 32, 32]\n"

FILE = {
    "bodyy: [relu]": ("", "additionalProperties"),
    "name: [a]": ("name", "type"),
    "body: [relu]\nbudget: {parms: <8M}": ("budget", "additionalProperties"),
    "body: [relu]\nvariants: {a: {extends: b.yaml}}": ("variants.a", "additionalProperties"),
    "body: [relu]\nclaims: [{at: relu, shapes: [3]}]": ("claims.0", "additionalProperties"),
    "body: [relu]\nasserts: [{that: true}]": ("asserts.0", "required"),
    "blocks: {a: {params: {b: 1}}}\nbody: [a]": ("blocks.a", "required"),
    "blocks: {a: {children: number, body: [relu]}}": ("blocks.a.children", "enum"),
    "defaults: {conv: {bais: false}}\nbody: [conv: 3]": ("defaults.conv", "additionalProperties"),
    "inputs: {a: [3]}\nbody: [relu]": ("", "properties"),
    "defaults: {conv: 4}\nbody: [conv: 3]": ("defaults.conv", "type"),
    "defaults: {conv: }\nbody: [conv: 3]": ("defaults.conv", "type"),
    "blocks: {a b: {body: [relu]}}\nbody: [relu]": ("blocks", "pattern"),
}
STEP = {
    "{conv: 4, relu: }": ("body.0", "anyOf"),
    "{do: [relu], relu: }": ("body.0", "anyOf"),
    "{relu: , from: []}": ("body.0.from", "minItems"),
    "{relu: , name: ''}": ("body.0.name", "minLength"),
    "conv: {out: 3, kernal: 3}": ("body.0.conv", "additionalProperties"),
    "conv: {out: 3, kernel: true}": ("body.0.conv.kernel", "type"),
    "conv: {out: 3, kernel: }": ("body.0.conv.kernel", "type"),
    "conv: {out: 3, bias: 0}": ("body.0.conv.bias", "type"),
    "conv: {out: 0}": ("body.0.conv.out", "exclusiveMinimum"),
    "conv: {kernel: 3}": ("body.0.conv", "required"),
    "conv:": ("body.0.conv", "type"),
    "conv": ("body.0", "pattern"),
    "conv: [3, 3, 1, 0, 1, 1, true, zeros, 5]": ("body.0.conv", "additionalItems"),
    "linear: 0": ("body.0.linear", "exclusiveMinimum"),
    "relu: 3": ("body.0.relu", "type"),
    "{relu: , nmae: x}": ("body.0", "additionalProperties"),
    "{relu: , share: 'yes'}": ("body.0.share", "type"),
    "{relu: , merge: sum}": ("body.0", "dependencies"),
    "{relu: , index: k}": ("body.0", "anyOf"),
    "{name: x}": ("body.0", "type"),
    "5": ("body.0", "type"),
    "{relu: , repeat: 2, for: {n: [1]}}": ("body.0", "properties"),
    "{do: [relu], init: {weight: 1}}": ("body.0", "properties"),
    "{linear: 3, init: {weight: {kaiming: {}}}}": (
        "body.0.init.weight",
        "additionalProperties",
    ),
    "branches: [relu, {conv: {out: 3, kernal: 3}}]": (
        "body.0.branches.1.conv",
        "additionalProperties",
    ),
    "branches: {a: [conv: {out: 3, kernal: 3}]}": (
        "body.0.branches.a.0.conv",
        "additionalProperties",
    ),
    "{branches: [relu, tanh], merge: {concat: {axes: 0}}}": (
        "body.0.merge.concat",
        "additionalProperties",
    ),
    "do: [{do: {conv: {out: 3, kernal: 3}}}]": ("body.0.do.0.do.conv", "additionalProperties"),
    "own: {layer: {conv: {kernal: 3}}}": ("body.0.own.layer.conv", "additionalProperties"),
}


@pytest.mark.parametrize("text", FILE)
def test_a_slip_in_a_file(text: str) -> None:
    assert FILE[text] in _without_false(alarms(HEAD + text))


@pytest.mark.parametrize("step", STEP)
def test_a_slip_in_a_step_is_the_one_alarm(step: str) -> None:
    assert _without_false(alarms(f"{HEAD}body:\n  - {step}\n")) == [STEP[step]]


def _without_false(found: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """A key that is refused (`False`) is named by the keyword around it."""
    return [(where, "properties" if how == "None" else how) for where, how in found]


def test_the_version_is_missing() -> None:
    assert alarms("input: [3]\nbody: [relu]\n") == [("", "required")]


def test_a_slip_in_a_block_and_in_a_variant() -> None:
    text = "blocks: {a: {body: [conv: {ot: 3}]}}\nvariants: {b: {body: [conv: {ot: 3}]}}\n"
    refused = [(where, how) for where, how in alarms(HEAD + text) if how == "additionalProperties"]
    assert [where for where, _ in refused] == ["blocks.a.body.0.conv", "variants.b.body.0.conv"]


def test_an_input_with_an_element_type_has_a_shape() -> None:
    text = "netspec: 1\ninput: {dtype: int64}\nbody: [relu]\n"
    assert alarms(text) == [("input", "dependencies")]


def test_of_all_ops_no_two_stand_in_a_step() -> None:
    names = ["do", "branches", *sorted(base.names())]
    for one, other in pairwise(names):
        assert ("body.0", "anyOf") in alarms(f"{HEAD}body: [{{{one}: , {other}: }}]\n")
