"""Merges of what flows."""

from __future__ import annotations

from tests.random_programs.arguments import Arguments
from tests.random_programs.expressions import condition, literal, number
from tests.random_programs.ops import use
from tests.random_programs.pen import Pen
from tests.random_programs.scope import Scope
from tests.random_programs.text import Node

MERGES: tuple[str, ...] = (
    "sum",
    "concat",
    "mul",
    "mean",
    "max",
    "min",
    "stack",
    "sub",
    "lerp",
    "div",
    "matmul",
)
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
    if name == "mean" and pen.chance(70):
        return {"flatten": condition(pen, scope)}
    if name == "matmul" and pen.chance(60):
        return {"transpose": condition(pen, scope)}
    if name == "drop_join":
        return {"p": literal(scope, 0.25)}
    return {"out": number(pen, scope, 1, 6)} if name == "bilinear" else {}
