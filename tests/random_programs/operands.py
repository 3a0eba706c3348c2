"""Ops of several tensors: merges of what flows, operands by their names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tests.random_programs.expressions import Arg, condition, literal, number
from tests.random_programs.ops import Arguments, applied, use, written
from tests.random_programs.pen import Pen
from tests.random_programs.scope import Flow, Scope, modified
from tests.random_programs.steps import kind
from tests.random_programs.text import Node
from tests.random_programs.wires import picked, picks

MERGES = ("sum", "concat", "mul", "mean", "max", "min", "stack", "sub", "lerp", "div", "matmul")
MERGES += ("drop_join", "bilinear", "scaled_dot_product", "crop_to")


def fitting_merge(pen: Pen, scope: Scope, names: tuple[str, ...] = MERGES) -> Node | None:
    """A merge, with arguments if it has some, that takes all that flows; the flow becomes its."""
    name = pen.choose(names)
    for candidate in (name, "concat", "sum"):
        step = use(pen, scope, candidate, _arguments(pen, scope, candidate))
        if step is not None:
            return step
    return None


def _arguments(pen: Pen, scope: Scope, name: str) -> Arguments:
    if name in ("concat", "stack") and pen.chance(40):
        return {"axis": literal(scope, pen.integer(-2, 2))}
    if name == "mean" and pen.chance(50):
        return {"flatten": condition(pen, scope)}
    if name == "matmul" and pen.chance(60):
        return {"transpose": condition(pen, scope)}
    if name == "drop_join":
        return {"p": literal(scope, 0.25)}
    return {"out": number(pen, scope, 1, 6)} if name == "bilinear" else {}


@kind(2)
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


@kind(1)
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


@kind(1)
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


@kind(1)
def unpooled(pen: Pen, scope: Scope) -> Node | None:
    """A max pool whose indices take what it gave back to where it was, a step or two later."""
    pool, name = pen.choose(["max_pool", "adaptive_max_pool"]), pen.name("pool_")
    before = scope.flows
    given: Arguments = {} if pool == "max_pool" else {"size": literal(scope, 1)}
    first = use(pen, scope, pool, given)
    if first is None:
        return None
    pooled = scope.flows
    if pool == "adaptive_max_pool" or not pen.chance(70):
        scope.flows = [(flow[0]._replace(dtype="int64"),) for flow in pooled]
        back: Node = [modified("flatten", from_=f"{name}.indices"), {"reshape": [-1]}]
        scope.flows = pooled
        return [modified(first, name=name), {"tanh": None}]
    middle = pen.choose(["tanh", "bn", {"conv": "in_channels"}])
    sizes: list[Arg] = [Arg(None, [flow[0].shape[1:] for flow in before])]
    scope.flows = before
    same = all(size == sizes[0].values[0] for size in sizes[0].values)
    size = {"size": list(before[0][0].shape[1:])} if same else {}
    if not size and any(n % 2 for flow in before for n in flow[0].shape[1:]):
        scope.flows = pooled
        return modified(first, name=name)
    unpool = {"max_unpool": size or None, "from": f"_, {name}.indices"}
    return [modified(first, name=name), middle, unpool]


def merges_that_fit(scope: Scope, names: tuple[str, ...]) -> Iterator[str]:
    """Those that take what flows without arguments."""
    return (name for name in names if applied(scope, name, {}) is not None)


__all__ = ["Flow", "fitting_merge", "merges_that_fit", "written"]
