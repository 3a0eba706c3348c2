"""Merges of values that a loop collects: `torch.cat(outs, 1)`, `sum(outs, x)`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from netspec.backends.torch.code import (
    Attribute,
    Call,
    Infix,
    List,
    Literal,
    Module,
    Name,
    Node,
    Operand,
    Starred,
)
from netspec.backends.torch.source.steps import Step
from netspec.backends.torch.tree import rewrite, walk


def gathered(step: Step, values: Sequence[int], collection: int, *, alike: bool) -> Step | None:
    """The step on a list in place of several of its inputs; None if these do not stand together,
    once.

    `alike` values have one shape.
    """
    if any(step.inputs.count(value) != 1 for value in values):
        return None
    start, count = step.inputs.index(values[0]), len(values)
    if list(step.inputs[start : start + count]) != list(values):
        return None
    form = _of_a_list(step.form, start, count, alike=alike)
    if form is None:
        return None
    inputs = (*step.inputs[:start], collection, *step.inputs[start + count :])
    return replace(step, form=form, inputs=inputs)


def _of_a_list(form: Node, start: int, count: int, *, alike: bool) -> Node | None:
    """The form with its operands from `start` on as a list, which is operand `start`."""
    wanted = range(start, start + count)
    operands = (operand.index for operand in walk(form, Operand))
    if sorted(index for index in operands if index in wanted) != list(wanted):
        return None
    done = rewrite(form, lambda node: _merged(node, start, count, alike=alike))
    if sum(operand.index in wanted for operand in walk(done, Operand)) != 1:
        return None

    def renumbered(node: Node) -> Node | None:
        match node:
            case Operand(index) if index >= start + count:
                return Operand(index - count + 1)
        return None

    return rewrite(done, renumbered)


def _merged(node: Node, start: int, count: int, *, alike: bool) -> Node | None:
    """A node that directly has the operands, with the list in their place."""
    run = tuple(Operand(start + k) for k in range(count))
    if isinstance(node, List) and _position(node.items, run) is not None:
        items = _replaced(node.items, run, Starred(run[0]))
        return run[0] if len(items) == 1 else List(items)
    if isinstance(node, Call) and isinstance(node.function, Module):
        found = _position(node.arguments, run) is not None
        arguments = _replaced(node.arguments, run, Starred(run[0])) if found else None
        return replace(node, arguments=arguments) if arguments else None
    if isinstance(node, Call) and node.function == Name("sum"):
        return _total_of_all(node, run) if alike else None
    if isinstance(node, Infix) and node.operator == "+":
        return _total(node, run, alike=alike)
    return None


def _total(node: Infix, run: tuple[Operand, ...], *, alike: bool) -> Node | None:
    """A sum; what stands before the run is where the sum over the list starts."""
    at = _position(node.operands, run)
    if at is None or not (at or alike):
        return None
    before, after = node.operands[:at], node.operands[at + len(run) :]
    start = Infix("+", before) if len(before) > 1 else (*before, None)[0]
    total = Call(Name("sum"), (run[0], start)) if start else _stacked(run[0])
    return Infix("+", (total, *after)) if after else total


def _total_of_all(node: Call, run: tuple[Operand, ...]) -> Node | None:
    """A long sum, written as `sum([b, c, ..], a)`, of nothing but the run."""
    others, first = node.arguments
    terms = (first, *others.items) if isinstance(others, List) else ()
    return _stacked(run[0]) if terms == run else None


def _stacked(values: Node) -> Node:
    """The sum of a list; Python's own `sum` may give a number, by its type."""
    return Call(Attribute(Call(Name("torch.stack"), (values,)), "sum"), (Literal(0),))


def _position(nodes: Sequence[Node], run: Sequence[Node]) -> int | None:
    """Where the run starts among the nodes."""
    nodes = list(nodes)
    if run[0] not in nodes:
        return None
    at = nodes.index(run[0])
    return at if nodes[at : at + len(run)] == list(run) else None


def _replaced(nodes: tuple[Node, ...], run: Sequence[Node], other: Node) -> tuple[Node, ...]:
    at = _position(nodes, run)
    assert at is not None
    return (*nodes[:at], other, *nodes[at + len(run) :])
