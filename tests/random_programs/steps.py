"""Steps of every kind, and the modifiers beside them. Other files add kinds to the table."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.random_programs.expressions import condition
from tests.random_programs.fitting import one_of_several
from tests.random_programs.merges import fitting_merge
from tests.random_programs.ops import op_step
from tests.random_programs.pen import Pen
from tests.random_programs.scope import Flow, Played, Scope, in_a_row, modified, wire_of
from tests.random_programs.text import Node, flow
from tests.random_programs.wires import from_elsewhere

Kind = Callable[[Pen, Scope], Node | None]
"""Draws a step of its kind and moves the flow on; None where none fits."""

RESERVED = {"again", "share", "tie", "fixed"}
"""What is not drawn inside of a step whose weights are fixed."""
Needs = Callable[[Scope], object]
_kinds: list[tuple[Kind, int, Needs]] = []


def kind(share: int, needs: Needs = lambda scope: True) -> Callable[[Kind], Kind]:
    """Enter a kind of step, with its share among those whose needs the scope meets."""

    def enter(draw: Kind) -> Kind:
        _kinds.append((draw, share, needs))
        return draw

    return enter


def sequence(pen: Pen, scope: Scope, most: int = 3) -> list[Node]:
    """A few steps in a row."""
    return [step(pen, scope) for _ in range(pen.integer(1, most))]


def step(pen: Pen, scope: Scope) -> Node:
    """Any step, plain or with modifiers."""
    if not scope.single:
        return gathered(pen, scope)
    if scope.depth > 0 and pen.chance(75) and pen.spend():
        before = scope.snapshot()
        fitting = [draw for draw, share, needs in _kinds if needs(scope) for _ in range(share)]
        made = pen.choose(fitting)(pen, scope)
        if made is not None:
            return _fixed(pen, scope, before, made)
        scope.restore(before)
    return with_modifiers(pen, scope, op_step)


def _fixed(pen: Pen, scope: Scope, before: Scope, made: Node) -> Node:
    """The step, seldom with weights that are constants; they are nothing to tie to."""
    if not pen.chance(4) or RESERVED & {*re.findall(r"\w+", flow(made))}:
        return made
    scope.weights.clear()
    scope.weights.update(before.weights)
    return modified(made, fixed=True)


def gathered(pen: Pen, scope: Scope) -> Node:
    """A step that takes all the tensors that flow."""
    before = list(scope.flows)
    merged = fitting_merge(pen, scope)
    if merged is not None:
        return with_name(pen, scope, merged, before)
    return one_of_several(pen, scope)


def with_modifiers(pen: Pen, scope: Scope, draw: Callable[[Pen, Scope], Node]) -> Node:
    """What `draw` makes, perhaps from elsewhere, under a condition, or with a name."""
    source = from_elsewhere(pen, scope) if scope.names and pen.chance(25) else None
    before = list(scope.flows)
    made = conditional(pen, scope, draw) if pen.chance(20) else draw(pen, scope)
    made = with_name(pen, scope, made, before)
    if pen.chance(5):
        made = modified(made, note=pen.choose(["as drawn in the paper", "see: Fig. 1"]))
    return made if source is None else modified(made, from_=source)


def conditional(pen: Pen, scope: Scope, draw: Callable[[Pen, Scope], Node]) -> Node:
    """The step under `when`: drawn for the worlds in which it is done."""
    when = condition(pen, scope)
    inner = scope.where(when.values) if any(when.values) else scope.beside()
    made = modified(in_a_row([draw(pen, inner)]), when=when.node)
    done = iter(inner.flows)
    if any(when.values):
        pairs = zip(when.values, scope.flows, strict=True)
        scope.flows = [next(done) if chosen else flow for chosen, flow in pairs]
    return made


def with_name(pen: Pen, scope: Scope, made: Node, before: list[Flow]) -> Node:
    """The step, perhaps with a name by which `from` and `again` reach it."""
    if not pen.chance(45) or (isinstance(made, dict) and "name" in made):
        return made
    name = pen.name()
    scope.names[name] = [wire_of(flow) for flow in scope.flows]
    scope.played[name] = Played(before, list(scope.flows))
    return modified(made, name=name)


@kind(3)
def group(pen: Pen, scope: Scope) -> Node:
    """Steps in a row under a name, or with none."""
    inner, before = scope.beside(), scope.flows
    if not pen.chance(60):
        made = sequence(pen, inner)
        scope.flows = inner.flows
        return made
    name = pen.name()
    inner.path = None if scope.path is None else (*scope.path, name)
    made = sequence(pen, inner)
    scope.flows = inner.flows
    scope.names[name] = [wire_of(flow) for flow in scope.flows]
    scope.played[name] = Played(before, list(scope.flows))
    return {"name": name, "do": made}
