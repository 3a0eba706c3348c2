"""An op at work: one use of it, on an input that it takes."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import netspec
from docs.generator.specs import network_of
from netspec.analysis.cost import Costs
from netspec.backends.torch import emit
from netspec.network import Network
from netspec.ops.base import Op, Weight
from netspec.program import Instance
from netspec.tensor import Tensor

USES = {
    "attention": "attention: 4",
    "bilinear": "bilinear: 10",
    "channel_shuffle": "channel_shuffle: 4",
    "conv": "conv: 128",
    "conv_transpose": "conv_transpose: {out: 32, stride: 2}",
    "crop": "crop: {top: 1, left: 1}",
    "drop_join": "drop_join: 0.15",
    "drop_path": "drop_path: 0.1",
    "embedding": "embedding: [1000, 64]",
    "formula": "formula: 1.7159 * tanh(2 / 3 * x)",
    "gn": "gn: 8",
    "linear": "linear: 1000",
    "pad": "pad: {by: [[0, 1], [0, 1]]}",
    "pad_channels": "pad_channels: 128",
    "parameter": "parameter: [196, 64]",
    "permute": "permute: [1, 2, 0]",
    "pixel_shuffle": "pixel_shuffle: 2",
    "rbf": "rbf: 10",
    "reshape": "reshape: [64, -1]",
    "scale": "scale: 0.5",
    "select": "select: {at: [0, 1, 2]}",
    "shift": "shift: 0.5",
    "subsample": "subsample: 2",
}
"""A use of each op that needs arguments."""
INPUTS = ("[64, 56, 56]", "[64]", "[196, 64]")
SEVERAL = 2
"""How many inputs an op that takes any number is given."""
TAKEN = {
    "embedding": ("{shape: [196], dtype: int64}",),
    "formula": ("[64, 56, 56]",),
    "grid_sample": ("[64, 56, 56]", "[2, 3]"),
    "max_unpool": ("[64, 28, 28]", "{shape: [64, 28, 28], dtype: int64}"),
    "parameter": ("[64]",),
    "unstack": ("[2, 64]",),
}
"""The inputs of ops that do not take one of `INPUTS`, however often."""
NAMES = ("x", "y", "z")
"""What the inputs are called."""
SPLITTING = ("split", "unstack")
"""Ops whose outputs are several; a network has one."""


@dataclass(frozen=True)
class Sample:
    """`torch` holds the statements that the op becomes."""

    use: str
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    weights: Mapping[str, Weight]
    macs: int
    torch: tuple[str, ...]


def sample(cls: type[Op]) -> Sample:
    """The op on inputs that it takes."""
    use = USES.get(cls.name, cls.name)
    program = _network(cls, use).program
    inner = program.root.calls[0].target
    assert isinstance(inner, Instance)
    call = inner.calls[0]
    assert isinstance(call.target, Op)
    inputs = tuple(value.type for value in call.inputs)
    cost = Costs(program).total
    return Sample(
        use,
        inputs,
        tuple(value.type for value in call.outputs),
        call.target.weights(inputs),
        cost.macs,
        tuple(_statements(emit(program, cost), "Sample")),
    )


def _network(cls: type[Op], use: str) -> Network:
    """A network of a block that is the op alone."""
    count = cls.arity[0] if cls.arity[1] else SEVERAL
    body = "[sample, concat]" if cls.name in SPLITTING else "[sample]"
    for inputs in [TAKEN[cls.name]] if cls.name in TAKEN else [(x,) * count for x in INPUTS]:
        try:
            return network_of(_text(use, inputs, body))
        except netspec.SpecError:
            continue
    raise ValueError(f"no sample input for {use}")


def _text(use: str, inputs: Sequence[str], body: str) -> str:
    named = ", ".join(f"{name}: {x}" for name, x in zip(NAMES, inputs, strict=False))
    return f"""\
netspec: 1
name: net
inputs: {{{named}}}
blocks: {{sample: {{body: [{use}]}}}}
body: {body}
"""


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
