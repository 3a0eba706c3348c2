"""Classes with conditions do what the spec says for arguments together that only appear apart."""

from __future__ import annotations

import inspect
from collections import defaultdict
from itertools import product
from typing import Any

import pytest
import torch
from torch import nn

from netspec import Network
from netspec.program import Instance
from tests.language.programs import Specs
from tests.torch_backend.checks import checked_source, stir

BODIES = {
    "a layer after an optional one": """
      - conv: out
        when: big
      - {conv: {out: out, kernel: 3, padding: 1}}
      - {conv: out}""",
    "an optional width that is the input's in one use": """
      - conv: out
        when: big
      - conv: out
      - relu""",
    "layers in a row that no use has both of": """
      - conv: {out: in_channels, kernel: 3, padding: 1}
        when: big
      - bn:
        when: post
      - {conv: out}""",
    "conditions of which neither may hold": """
      - conv: in_channels
        when: big and in_channels != out
      - bn:
        when: not big and in_channels != out
      - {conv: {out: out, kernel: 3, padding: 1}}
      - {conv: out}""",
    "an input that is as wide as the output in all uses but is asked for": """
      - branches:
          - [{conv: {out: out, kernel: 3, padding: 1}}, {conv: out}]
          - conv: out
            when: big or in_channels != out
        merge: sum""",
    "sums and concatenations": """
      - branches: [identity, [{bn: , when: big}, {conv: out}]]
        merge: concat
      - affine:
        when: post""",
    "a width that is the step's own": """
      - conv: out
      - conv: in_channels
        when: big
      - {bn: , when: post}""",
}
USES: list[list[dict[str, Any]]] = [
    [{"out": 16}, {"out": 16, "big": True}, {"out": 32}],
    [{"out": 32}, {"out": 32, "big": True}, {"out": 32, "post": True}],
    [{"out": 8}, {"out": 8, "big": True}, {"out": 16, "post": True}],
    [{"out": 8}, {"out": 8, "big": True}, {"out": 8, "post": True}],
    [{"out": 8}, {"out": 16, "big": True, "post": True}, {"out": 32}, {"out": 24, "post": True}],
]


Members = list[tuple[dict[str, Any], Instance]]


@pytest.mark.parametrize("uses", USES, ids=str)
@pytest.mark.parametrize("body", BODIES.values(), ids=list(BODIES))
def test_arguments_that_appear_apart(specs: Specs, body: str, uses: list[dict[str, Any]]) -> None:
    flags = {name: False for name in ("big", "post") if name in body}
    known = [{key: use[key] for key in use if key in {"out", *flags}} for use in uses]
    spec = f"blocks:\n  unit:\n    params: {_flow({'out': 'int', **flags})}\n    body:{body}\n"
    network = specs.load(f"{spec}body: [{', '.join(map(_use, known))}]", input="[8, 6, 6]")
    namespace: dict[str, Any] = {"__name__": "emitted"}
    exec(checked_source(network.program), namespace)
    for title, members in _members(network).items():
        names = list(inspect.signature(namespace[title]).parameters)
        seen = {(c.text, c.holds) for _, instance in members for c in instance.conditions}
        for row in product(*({given[name] for given, _ in members} for name in names)):
            given = _completed(dict(zip(names, row, strict=True)), members)
            channels = given.pop("in_channels")
            one = specs.load(f"{spec}body: [{_use(given)}]", input=f"[{channels}, 6, 6]")
            (call,) = one.program.root.calls
            assert isinstance(call.target, Instance)
            if {(c.text, c.holds) for c in call.target.conditions} <= seen:
                made = namespace[title](**dict(zip(names, row, strict=True)))
                _assert_same(made, one.module().get_submodule("unit"), channels)


def _flow(values: dict[str, Any]) -> str:
    return "{" + ", ".join(f"{key}: {str(value).lower()}" for key, value in values.items()) + "}"


def _use(arguments: dict[str, Any]) -> str:
    return f"{{unit: {_flow(arguments)}}}"


def _members(network: Network) -> dict[str, Members]:
    """The uses by their classes: what they are given, and the instance."""
    module = network.module()
    found: defaultdict[str, Members] = defaultdict(list)
    for call in network.program.root.calls:
        assert isinstance(call.target, Instance)
        values = {name: argument.value for name, argument in call.target.arguments.items()}
        given = {**values, "in_channels": call.inputs[0].type.shape[0]}
        title = type(module.get_submodule(".".join(call.place.path()))).__name__
        found[title] += [(given, call.target)] * call.count
    return found


def _completed(row: dict[str, Any], members: Members) -> dict[str, Any]:
    """The arguments with what the class does not take: it is the same as one of them in all uses,
    or only what conditions speak of that come out alike.
    """
    columns = {name: [given[name] for given, _ in members] for name in members[0][0]}
    for name in columns.keys() - row.keys():
        same = [row[other] for other in row if columns[other] == columns[name]]
        row = {**row, name: (*same, columns[name][0])[0]}
    return row


def _assert_same(made: nn.Module, wanted: nn.Module, channels: int) -> None:
    stir(wanted)
    shapes = [(key, tensor.shape) for key, tensor in wanted.state_dict().items()]
    assert [(key, tensor.shape) for key, tensor in made.state_dict().items()] == shapes
    made.load_state_dict(wanted.state_dict())
    x = torch.randn(2, channels, 6, 6, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(made.eval()(x), wanted.eval()(x))
