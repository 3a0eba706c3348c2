"""Loops: `repeat` and `for`, over steps in a row. What an iteration starts from is planned before
its text is drawn, so that the text is drawn for all iterations at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from netspec.tensor import Tensor
from tests.random_programs.expressions import Arg, literal, number
from tests.random_programs.fitting import fitted
from tests.random_programs.ops import op_step, use
from tests.random_programs.pen import Pen
from tests.random_programs.scope import (
    MOST_WORLDS,
    Flow,
    Played,
    Scope,
    Variables,
    in_a_row,
    modified,
)
from tests.random_programs.steps import kind, sequence
from tests.random_programs.text import Node


@dataclass
class Iterations:
    """The iterations of a loop: which outer world each belongs to, and what its variables are."""

    modifiers: dict[str, Node]
    origins: list[int]
    worlds: list[Variables]
    keys: tuple[str, ...]
    counts: list[int]
    variables: frozenset[str]

    def inside(self, scope: Scope) -> Scope:
        """The scope of the loop's body; the flow is what the loop starts from."""
        inner = scope.iterated(self.origins, self.worlds, self.keys)
        inner.loop = self.variables
        return inner

    def together(self, flows: list[Flow]) -> list[Flow]:
        """Per outer world, the tensors of all its iterations."""
        rest = iter(flows)
        return [sum((next(rest) for _ in range(n)), ()) for n in self.counts]

    def collect(self, scope: Scope, inner: Scope) -> None:
        """After the loop, a name of its body is the list of all that it was."""
        for name, wires in inner.names.items():
            if name not in scope.names:
                rest = iter(wires)
                scope.names[name] = [[next(rest) for _ in range(n)] for n in self.counts]


def iterations(pen: Pen, scope: Scope, least: int = 0) -> Iterations | None:
    """The head of a loop; None where the worlds would be too many, or not be told apart."""
    if len(scope.worlds) > 1 and "i" in scope.keys:
        return None
    index = pen.name("index_") if pen.chance(50) else None
    if pen.chance(40):
        counts, modifiers, lists = _lists(pen, scope, max(least, 1))
    else:
        count = number(pen, scope, pen.choose([1, 1, least]), 4)
        counts, modifiers, lists = count.values, {"repeat": count.node}, {}
    if not 0 < sum(counts) <= MOST_WORLDS or any(n < least for n in counts):
        return None
    origins = [w for w, n in enumerate(counts) for _ in range(n)]
    worlds: list[Variables] = []
    for w, n in enumerate(counts):
        for k in range(n):
            own = {"i": k, "first": k == 0, "last": k == n - 1}
            own |= {index: k} if index else {}
            own |= {name: arg.values[w][k] for name, arg in lists.items()}
            worlds.append({**scope.worlds[w], **own})
    modifiers |= {"index": index} if index else {}
    variables = frozenset({"i", "first", "last", *lists, *([index] if index else [])})
    keys = (*scope.keys, index or "i")
    return Iterations(modifiers, origins, worlds, keys, list(counts), variables)


def _lists(pen: Pen, scope: Scope, least: int) -> tuple[list[int], dict[str, Node], dict[str, Arg]]:
    """`for`: one or two lists of equal lengths."""
    length = pen.integer(least, 3)
    lists = {pen.name("w"): _list(pen, scope, length) for _ in range(pen.integer(1, 2))}
    counts = [length] * len(scope.worlds)
    return counts, {"for": {name: arg.node for name, arg in lists.items()}}, lists


def _list(pen: Pen, scope: Scope, length: int) -> Arg:
    values = tuple(pen.integer(1, 8) for _ in range(length))
    made = literal(scope, list(values))._replace(values=[values] * len(scope.worlds))
    if pen.chance(30):
        factor = pen.integer(1, 3)
        text = f"[{factor} * v for v in {list(values)}]"
        return Arg(text, [tuple(factor * v for v in values)] * len(scope.worlds))
    named = [
        name
        for name, value in scope.worlds[0].items()
        if isinstance(value, tuple) and all(len(world[name]) >= length for world in scope.worlds)
    ]
    if named and pen.chance(60):
        name = pen.choose(named)
        whole = all(len(world[name]) == length for world in scope.worlds)
        text = name if whole else f"{name}[:{length}]"
        return Arg(text, [world[name][:length] for world in scope.worlds])
    return made


@dataclass
class Plan:
    """What each iteration starts from and ends with, and the step that takes it there."""

    starts: list[Tensor]
    ends: list[Tensor]
    step: Node | None = None
    dense: list[int] | None = None
    """The channels that each iteration puts beside what it was given."""


@kind(5)
def loop(pen: Pen, scope: Scope) -> Node | None:
    """Steps in a row, several times."""
    if not scope.floating:
        return None
    head = iterations(pen, scope)
    if head is None:
        return None
    plan = _plan(pen, scope, head)
    inner = head.inside(scope)
    inner.flows = [(x,) for x in plan.starts]
    body = _dense(pen, inner, plan) if plan.dense else _body(pen, inner, plan)
    before = scope.flows
    ends = iter(plan.ends)
    results = [[next(ends) for _ in range(n)] for n in head.counts]
    last = [(made[-1],) if made else flow for made, flow in zip(results, before, strict=True)]
    scope.flows = last
    made = _named(pen, scope, modified(body, **head.modifiers), before, results, head)
    head.collect(scope, inner)
    return made


def _body(pen: Pen, inner: Scope, plan: Plan) -> Node:
    single = inner.beside()
    if plan.step is None and pen.chance(40):
        made = op_step(pen, single)
        if single.flows == [(x,) for x in plan.ends]:
            inner.flows = single.flows
            return made
        inner = inner.beside()
    steps = sequence(pen, inner, 3)
    before = plan.starts if plan.step is not None else plan.ends
    steps += fitted(pen, inner, before)
    return in_a_row(steps if plan.step is None else [*steps, plan.step])


def _dense(pen: Pen, inner: Scope, plan: Plan) -> Node:
    assert plan.dense is not None
    path = inner.beside()
    steps = sequence(pen, path, 2) if pen.chance(60) else []
    pairs = zip(plan.starts, plan.dense, strict=True)
    steps += fitted(pen, path, [x._replace(shape=(more, *x.shape[1:])) for x, more in pairs])
    return {"branches": ["identity", in_a_row(steps or ["identity"])], "merge": "concat"}


def _plan(pen: Pen, scope: Scope, head: Iterations) -> Plan:
    """The same type throughout; channels of a list; growing channels; shrinking maps."""
    starts = [scope.tensors[w] for w in head.origins]
    kind_ = pen.choose(["same", "same", "channels", "dense", "pool"]) if scope.rank > 1 else "same"
    if kind_ == "pool":
        return _pooling(pen, scope, head) or Plan(starts, starts)
    if kind_ == "same":
        return Plan(starts, starts)
    inner = head.inside(scope)
    counts = number(pen, inner, 1, 8 if kind_ == "channels" else 3).values
    if kind_ == "channels":
        ends = _with_channels(starts, counts)
        return Plan(_shifted(scope, head, ends), ends)
    grown, rest = list[Tensor](), iter(counts)
    for w, n in enumerate(head.counts):
        x = scope.tensors[w]
        for _ in range(n):
            x = x._replace(shape=(x.shape[0] + next(rest), *x.shape[1:]))
            grown.append(x)
    return Plan(_shifted(scope, head, grown), grown, dense=list(counts))


def _with_channels(tensors: list[Tensor], counts: list[Any]) -> list[Tensor]:
    pairs = zip(tensors, counts, strict=True)
    return [x._replace(shape=(count, *x.shape[1:])) for x, count in pairs]


def _shifted(scope: Scope, head: Iterations, ends: list[Tensor]) -> list[Tensor]:
    """What iterations start from: what the one before ended with."""
    starts, rest = list[Tensor](), iter(ends)
    for w, n in enumerate(head.counts):
        x = scope.tensors[w]
        for _ in range(n):
            starts.append(x)
            x = next(rest)
    return starts


def _pooling(pen: Pen, scope: Scope, head: Iterations) -> Plan | None:
    """Each iteration ends with a pool, if the maps are large enough for all of them."""
    step: Node = pen.choose(["max_pool", {"avg_pool": {"kernel": 3, "stride": 2, "padding": 1}}])
    name, given = ("max_pool", {}) if isinstance(step, str) else ("avg_pool", step["avg_pool"])
    ends = []
    for w, n in enumerate(head.counts):
        x = scope.beside()
        x.flows, x.worlds = [scope.flows[w]], [scope.worlds[w]]
        for _ in range(n):
            if use(pen, x, name, {key: literal(x, value) for key, value in given.items()}) is None:
                return None
            ends.append(x.tensors[0])
    return Plan(_shifted(scope, head, ends), ends, step)


def _named(
    pen: Pen,
    scope: Scope,
    made: Node,
    before: list[Flow],
    results: list[list[Tensor]],
    head: Iterations,
) -> Node:
    """No name, one for the loop, or one for each iteration."""
    if not pen.chance(50) or "name" in made:
        return made
    name = pen.name()
    if pen.chance(50):
        scope.names[name] = [list(tensors) for tensors in results]
        scope.played[name] = Played(before, list(scope.flows))
        return modified(made, name=name)
    return modified(made, name=f"{name}_{{{head.keys[-1]} + 1}}")
