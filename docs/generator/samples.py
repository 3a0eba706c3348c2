"""An op at work: one use of it, on an input that it takes."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import netspec
from docs.generator.specs import network_of
from netspec.network import Network
from netspec.ops.base import Op, Weight
from netspec.program import Instance
from netspec.tensor import Tensor

USES = {"conv": "conv: 128", "linear": "linear: 1000", "gn": "gn: 8", "scale": "scale: 0.5"}
"""A use of each op that needs arguments."""
INPUTS = ([64, 56, 56], [64])
SEVERAL = 2
"""How many inputs an op that takes any number is given."""


@dataclass(frozen=True)
class Sample:
    """`torch` holds the statements that the op becomes."""

    use: str
    inputs: tuple[Tensor, ...]
    output: Tensor
    weights: Mapping[str, Weight]
    macs: int
    torch: tuple[str, ...]


def sample(cls: type[Op]) -> Sample:
    """The op on the first of `INPUTS` that it takes."""
    use = USES.get(cls.name, cls.name)
    network = _first_accepted(use, cls.arity[0] if cls.arity[1] else SEVERAL)
    target = network.program.root.calls[-1].target
    call = target.calls[0] if isinstance(target, Instance) else network.program.root.calls[0]
    assert isinstance(call.target, Op)
    inputs = tuple(value.type for value in call.inputs)
    return Sample(
        use,
        inputs,
        call.outputs[0].type,
        call.target.weights(inputs),
        network.macs,
        tuple(_statements(network.source(), "Sample" if len(inputs) > 1 else "Net")),
    )


def _first_accepted(use: str, inputs: int) -> Network:
    for shape in INPUTS:
        try:
            return network_of(_text(use, shape, inputs))
        except netspec.SpecError:
            continue
    raise ValueError(f"no sample input for {use}")


def _text(use: str, shape: list[int], inputs: int) -> str:
    head = f"netspec: 1\nname: net\ninput: {shape}\n"
    if inputs == 1:
        return f"{head}body:\n  - {use}\n"
    assert inputs == SEVERAL
    block = f"blocks: {{sample: {{body: [{use}]}}}}\n"
    return f"{head}{block}body:\n  - branches: [identity, relu]\n  - sample\n"


def _statements(source: str, name: str) -> Iterator[str]:
    """What the class of that name registers, and what it returns."""
    classes = (node for node in ast.parse(source).body if isinstance(node, ast.ClassDef))
    cls = next(node for node in classes if node.name == name)
    for node in ast.walk(cls):
        if isinstance(node, ast.Assign):
            yield ast.unparse(node)
        elif isinstance(node, ast.Return):
            assert node.value is not None
            yield ast.unparse(node.value)
