"""An op at work: one use of it, on an input that it takes."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import netspec
from docs.generator.specs import network_of
from netspec.analysis.cost import Costs
from netspec.backends.torch import emit
from netspec.diagnostics import Source, Span
from netspec.network import Network
from netspec.ops.base import Op, Weight
from netspec.ops.embedding import Embedding
from netspec.program import Call, Instance, Place, Program, Value
from netspec.tensor import Tensor

USES = {
    "attention": "attention: 4",
    "bilinear": "bilinear: 10",
    "channel_shuffle": "channel_shuffle: 4",
    "conv": "conv: 128",
    "conv_transpose": "conv_transpose: {out: 32, stride: 2}",
    "crop": "crop: {top: 1, left: 1}",
    "drop_path": "drop_path: 0.1",
    "embedding": "embedding: [1000, 64]",
    "gn": "gn: 8",
    "linear": "linear: 1000",
    "pad": "pad: {by: [[0, 1], [0, 1]]}",
    "pad_channels": "pad_channels: 128",
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
INPUTS = ([64, 56, 56], [64], [196, 64])
SEVERAL = 2
"""How many inputs an op that takes any number is given."""

INDICES = Tensor((196,), "int64")
BRANCHES = ("identity", "relu", "sigmoid")
"""Where the inputs of an op that takes more than one come from."""


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
    if cls is Embedding:
        program = _alone(Embedding(count=1000, dim=64), INDICES)
    else:
        program = _first_accepted(use, cls.arity[0] if cls.arity[1] else SEVERAL).program
    target = program.root.calls[-1].target
    call = target.calls[0] if isinstance(target, Instance) else program.root.calls[0]
    assert isinstance(call.target, Op)
    inputs = tuple(value.type for value in call.inputs)
    cost = Costs(program).total
    return Sample(
        use,
        inputs,
        call.outputs[0].type,
        call.target.weights(inputs),
        cost.macs,
        tuple(_statements(emit(program, cost), "Sample" if len(inputs) > 1 else "Net")),
    )


def _alone(op: Op, x: Tensor) -> Program:
    """A network of one op, on an input that specs cannot declare yet."""
    span = Span(Source("net.yaml", ""), 1, 1, 1, 1)
    taken = Value(x)
    call = Call(op, (taken,), (), Place((), op.name), span)
    call.outputs = tuple(Value(y, call, k) for k, y in enumerate(op.infer((x,))))
    return Program("net", Instance("net", {}, (taken,), [call], call.outputs, span))


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
    block = f"blocks: {{sample: {{body: [{use}]}}}}\n"
    branches = ", ".join(BRANCHES[:inputs])
    return f"{head}{block}body:\n  - branches: [{branches}]\n  - sample\n"


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
