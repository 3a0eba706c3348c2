"""What expressions decide by, and what they round: noted while a spec is elaborated.

Programs of one spec that decide alike have one structure; what is smooth in between shows in the
numbers of a few of them.
"""

from __future__ import annotations

import ast
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from netspec.syntax.arithmetic import FUNCTIONS

DECIDING = frozenset({"min", "max", "abs", "floor", "ceil", "round", "divisible"})
"""The functions of expressions that make a step or a bend."""
Names = frozenset[str]
Values = tuple[tuple[str, Any], ...]
"""Names with what they stand for."""


class Rounding(NamedTuple):
    """A whole division, what it speaks of, and what came of the expression that it stands in."""

    text: str
    given: Values
    result: int | float


class Decisions:
    """What was decided by, and what was rounded, in the order of the work."""

    def __init__(self) -> None:
        self.made: set[tuple[str, Values]] = set()
        self.roundings: list[Rounding] = []
        self._known: dict[ast.expr, tuple[Names, Names]] = {}

    def note(self, text: str, tree: ast.expr, scope: Mapping[str, Any], result: Any) -> None:
        """An expression that was evaluated."""
        deciding, rounding = self._known.get(tree) or self._known.setdefault(tree, _read_by(tree))
        if rounding and not isinstance(result, int | float):
            deciding |= rounding
        elif rounding:
            self.roundings.append(Rounding(text, _values(rounding, scope), result))
        if deciding:
            self.made.add((text, _values(deciding, scope)))

    def decide(self, text: str, names: Names, scope: Mapping[str, Any]) -> None:
        """A decision by the value of the whole expression."""
        self.made.add((text, _values(names, scope)))


def hide_a_step(programs: Sequence[Decisions]) -> bool:
    """Whether something that differs between programs is rounded to the same in all of them."""
    rows = [each.roundings for each in programs]
    if len({tuple(rounding.text for rounding in row) for row in rows}) > 1:
        return len({frozenset(row) for row in rows}) > 1
    return any(
        len({rounding.given for rounding in column}) > 1 == len({r.result for r in column})
        for column in zip(*rows, strict=True)
    )


class _Noted(threading.local):
    by: Decisions | None = None


noted = _Noted()
"""Who is told of the evaluations in progress."""


@contextmanager
def watched() -> Iterator[Decisions]:
    """The decisions of what is elaborated meanwhile."""
    before, noted.by = noted.by, Decisions()
    try:
        yield noted.by
    finally:
        noted.by = before


def _read_by(tree: ast.expr) -> tuple[Names, Names]:
    """The names that decisions in an expression speak of, and those that roundings do."""
    deciding: set[str] = set()
    rounding: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Compare() | ast.BoolOp() | ast.UnaryOp(op=ast.Not()):
                deciding |= _names(node)
            case ast.IfExp(test=part) | ast.Subscript(slice=part):
                deciding |= _names(part)
            case ast.Call(func=ast.Name(id=name)) if name in DECIDING:
                deciding |= _names(node)
            case ast.comprehension(ifs=tests):
                deciding |= {name for test in tests for name in _names(test)}
            case ast.BinOp(op=ast.FloorDiv() | ast.Mod()):
                rounding |= _names(node)
    bound = [node for node in ast.walk(tree) if isinstance(node, ast.comprehension)]
    lists = {name for each in bound for name in _names(each.iter)}
    targets = {name for each in bound for name in _names(each.target)}
    for found in (deciding, rounding):
        if found & targets:
            found |= lists - targets
    return frozenset(deciding), frozenset(rounding)


def _names(tree: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)} - FUNCTIONS.keys()


def _values(names: Names, scope: Mapping[str, Any]) -> Values:
    """What is plainly known of the names, which are variables or sizes: others, as those that a
    comprehension binds, are not looked for among the ops.
    """
    from netspec.syntax.spec import BUILT_IN

    found = []
    for name in sorted(names):
        if name not in scope and name not in BUILT_IN:
            continue
        try:
            value = scope[name]
        except (KeyError, ValueError):
            continue
        if _is_plain(value):
            found.append((name, value))
    return tuple(found)


def _is_plain(value: Any) -> bool:
    if isinstance(value, tuple):
        return all(map(_is_plain, value))
    return isinstance(value, int | float | str)
