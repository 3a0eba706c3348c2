"""Ops that make one tensor of several."""

from __future__ import annotations

from netspec.backends.torch.code import Attribute, Infix, List, Name, Node, Operand, Subscript
from netspec.backends.torch.lowering import (
    Lowering,
    Tensors,
    call,
    constant,
    infix,
    lowers,
    operands,
    value,
)
from netspec.backends.torch.ops.batch import dim
from netspec.ops.merge import Concat, Div, Lerp, Matmul, Max, Mean, Min, Mul, Stack, Sub, Sum

MOST_TERMS = 12
"""Terms that are written with a plus between them."""


@lowers(Concat)
def concat(op: Concat, inputs: Tensors) -> Lowering:
    return Lowering(call("torch.cat", operands(inputs), value("dim", dim(op.axis), "axis")))


@lowers(Sum)
def add(op: Sum, inputs: Tensors) -> Lowering:
    return Lowering(_total(inputs))


def _total(inputs: Tensors) -> Node:
    """The sum of all inputs; Python nests no more than some hundred operators."""
    first, *others = terms = broadcast(inputs)
    if len(terms) <= MOST_TERMS:
        return infix("+", *terms)
    return call("sum", List(tuple(others)), first)


@lowers(Mul)
def multiply(op: Mul, inputs: Tensors) -> Lowering:
    return Lowering(infix("*", *broadcast(inputs)))


@lowers(Mean)
def mean(op: Mean, inputs: Tensors) -> Lowering:
    total = _total(inputs)
    return Lowering(Infix("/", (total, constant(len(inputs)))) if len(inputs) > 1 else total)


@lowers(Sub)
def subtract(op: Sub, inputs: Tensors) -> Lowering:
    return Lowering(infix("-", *broadcast(inputs)))


@lowers(Div)
def divide(op: Div, inputs: Tensors) -> Lowering:
    return Lowering(infix("/", *broadcast(inputs)))


@lowers(Max)
def maximum(op: Max, inputs: Tensors) -> Lowering:
    return Lowering(nested("torch.maximum", broadcast(inputs)))


@lowers(Min)
def minimum(op: Min, inputs: Tensors) -> Lowering:
    return Lowering(nested("torch.minimum", broadcast(inputs)))


@lowers(Lerp)
def lerp(op: Lerp, inputs: Tensors) -> Lowering:
    return Lowering(call("torch.lerp", *broadcast(inputs)))


@lowers(Stack)
def stack(op: Stack, inputs: Tensors) -> Lowering:
    return Lowering(call("torch.stack", operands(inputs), value("dim", dim(op.axis), "axis")))


@lowers(Matmul)
def matmul(op: Matmul, inputs: Tensors) -> Lowering:
    second = Attribute(Operand(1), "mT") if op.transpose else Operand(1)
    return Lowering(call("torch.matmul", Operand(0), second))


def nested(function: str, operands: list[Node]) -> Node:
    """A function of two applied to any number, nested no deeper than need be."""
    if len(operands) == 1:
        return operands[0]
    half = len(operands) // 2
    return call(function, nested(function, operands[:half]), nested(function, operands[half:]))


def broadcast(inputs: Tensors) -> list[Node]:
    """The operands; those that are one value per channel get axes to match the widest."""
    rank = max(len(x.shape) for x in inputs)
    return [
        Operand(k) if len(x.shape) == rank else Subscript(Operand(k), _new_axes(rank - 1))
        for k, x in enumerate(inputs)
    ]


def _new_axes(count: int) -> Name:
    return Name(", ".join([":", ":", *["None"] * count]))
