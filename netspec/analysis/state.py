"""The state dict of a program's module: keys, shapes and order, without a weight being made."""

from __future__ import annotations

from netspec.ops.base import Weight
from netspec.program import Program
from netspec.program.weights import instance_weights


def state_dict(program: Program) -> dict[str, Weight]:
    """Every weight by its key (`layer1.0.conv1.weight`), in the order in which the emitted module
    registers them: modules by first appearance in the text, children within their module.
    """
    return {".".join(path): weight for path, weight in instance_weights(program.root)}
