"""Ops of several tensors: merges of what flows, operands by their names."""

from __future__ import annotations

from dataclasses import replace

from tests.random_programs.arguments import Arguments
from tests.random_programs.expressions import literal, number
from tests.random_programs.merges import fitting_merge
from tests.random_programs.ops import use
from tests.random_programs.pen import Pen
from tests.random_programs.scope import Scope, modified
from tests.random_programs.steps import kind
from tests.random_programs.text import Node
from tests.random_programs.wires import picked, picks


@kind(8, needs=lambda scope: scope.names)
def operands(pen: Pen, scope: Scope) -> Node | None:
    """An op that takes tensors by their names: `from: _, a`."""
    text = ", ".join(picks(pen, scope) for _ in range(pen.integer(2, 3)))
    flows = picked(scope, f"[{text}]")
    if flows is None or not all(flows):
        return None
    inner = replace(scope, flows=flows)
    step = fitting_merge(pen, inner)
    if step is None:
        return None
    scope.flows = inner.flows
    return modified(step, from_=text)


@kind(2)
def with_itself(pen: Pen, scope: Scope) -> Node | None:
    """An op that takes what flows more than once."""
    name, times = pen.choose(
        [("matmul", 2), ("scaled_dot_product", 3), ("bilinear", 2), ("lerp", 3), ("stack", 2)]
    )
    inner = replace(scope, flows=[flow * times for flow in scope.flows])
    given: Arguments = {"transpose": literal(scope, True)} if name == "matmul" else {}
    given |= {"out": number(pen, scope, 1, 6)} if name == "bilinear" else {}
    step = use(pen, inner, name, given)
    if step is None:
        return None
    scope.flows = inner.flows
    return modified(step, from_=", ".join("_" * times))


@kind(3, needs=lambda scope: scope.names)
def formula(pen: Pen, scope: Scope) -> Node | None:
    """A formula of two tensors of one type, by names of its own."""
    alike = [name for name in scope.names if _same(scope, name)]
    if not alike or not scope.floating:
        return None
    other = pen.choose(alike)
    text = pen.choose(["a * sigmoid(b)", "a + 0.5 * tanh(b)", "max(a, b) - a / 2"])
    return {"formula": text, "from": pen.choose([{"a": "_", "b": other}, {"b": other, "a": "_"}])}


def _same(scope: Scope, name: str) -> bool:
    found = picked(scope, name)
    return found is not None and found == scope.flows


@kind(2)
def unpooled(pen: Pen, scope: Scope) -> Node | None:
    """A max pool, whose indices take back what it gave to where it was, a step later."""
    before, name = scope.flows, pen.name("pool_")
    sizes = [flow[0].shape[1:] for flow in before]
    even = not any(length % 2 for size in sizes for length in size)
    if not (even or all(size == sizes[0] for size in sizes)):
        return None
    if use(pen, scope, "max_pool", {}) is None:
        return None
    scope.flows = before
    unpool = {"max_unpool": None if even else {"size": list(sizes[0])}}
    back = modified(unpool, from_=f"_, {name}.indices")
    middle = pen.choose(["tanh", "bn", {"conv": "in_channels"}])
    return [modified("max_pool", name=name), middle, back]
