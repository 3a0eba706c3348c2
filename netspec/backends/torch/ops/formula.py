"""Pointwise functions that a spec writes out."""

from __future__ import annotations

from collections.abc import Sequence

from netspec.backends.torch.code import Argument, Infix, Negative, Node, Slot
from netspec.backends.torch.lowering import Lowering, Tensors, call, lowers
from netspec.backends.torch.ops.merge import broadcast, nested
from netspec.ops.formula import Formula
from netspec.syntax.formula import Apply, Number, Term, operands

FUNCTIONS = {
    "relu": "F.relu",
    "relu6": "F.relu6",
    "leaky_relu": "F.leaky_relu",
    "elu": "F.elu",
    "selu": "F.selu",
    "gelu": "F.gelu",
    "silu": "F.silu",
    "mish": "F.mish",
    "sigmoid": "torch.sigmoid",
    "tanh": "torch.tanh",
    "softplus": "F.softplus",
    "hard_sigmoid": "F.hardsigmoid",
    "hard_swish": "F.hardswish",
    "exp": "torch.exp",
    "log": "torch.log",
    "sqrt": "torch.sqrt",
    "abs": "torch.abs",
    "sin": "torch.sin",
    "cos": "torch.cos",
}
BOUNDS = {"max": ("torch.maximum", "min"), "min": ("torch.minimum", "max")}
"""The function of two tensors, and the bound that a number is to `torch.clamp`."""


@lowers(Formula)
def formula(op: Formula, inputs: Tensors) -> Lowering:
    return Lowering(_node(op.expr, broadcast(inputs)))


def _node(term: Term, inputs: Sequence[Node]) -> Node:
    if isinstance(term, Number):
        return Slot(term.value, "number")
    if not isinstance(term, Apply):
        return inputs[term.index]
    if term.function in BOUNDS:
        return _bounded(term, inputs)
    nodes = tuple(_node(inner, inputs) for inner in term.terms)
    if term.function in FUNCTIONS:
        return call(FUNCTIONS[term.function], *nodes)
    return Infix(term.function, nodes) if len(nodes) == 2 else Negative(*nodes)


def _bounded(term: Apply, inputs: Sequence[Node]) -> Node:
    """The largest or smallest of tensors, clamped to the numbers among the terms."""
    function, bound = BOUNDS[term.function]
    numbers = [inner for inner in term.terms if not any(operands(inner))]
    node = nested(function, [_node(t, inputs) for t in term.terms if t not in numbers])
    for number in numbers:
        node = call("torch.clamp", node, Argument(_node(number, inputs), bound))
    return node
