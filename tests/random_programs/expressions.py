"""Numbers and conditions as a spec writes them: literals, and expressions over what is in scope.

What an expression means is asked of Python itself, whose rules the language follows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from netspec.tensor import Tensor
from tests.random_programs.pen import Pen
from tests.random_programs.scope import Scope, Variables
from tests.random_programs.text import Node, flow


class Arg(NamedTuple):
    """What is written, and what it means in each world."""

    node: Node
    values: list[Any]


def _divisible(value: float, by: int) -> int:
    near = max(by, int(value + by / 2) // by * by)
    return near + by if near < 0.9 * value else near


FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{"min": min, "max": max, "abs": abs, "sum": sum, "len": len, "range": range},
    **{"floor": math.floor, "ceil": math.ceil, "round": round, "sqrt": math.sqrt},
    **{"log2": math.log2, "prod": math.prod, "divisible": _divisible},
}
FORMS = (
    *("{a} + {c}", "{a} * {c}", "{a} // {c}", "{a} / {c}", "{a} - {c}", "{a} % {c}", "{a} + {b}"),
    *("max({a}, {b})", "min({a}, {b}, {c})", "abs({a} - {b})", "divisible({a}, {c})"),
    *("ceil({a} / {c})", "round(sqrt({a}))", "floor(log2({a} + {c}))", "prod([{a}, {c}])"),
    *("sum([v for v in [{a}, {b}] if v > {c}])", "len(range({a}))", "2 ** {c}", "-{a} + {b} * 2"),
    *("{a} if {b} > {c} else {b}", "[{a}, {b}, {c}][-1]", "max([{a}, {b}][:1])"),
    *("[w * {c} for w in range(1, 4)][1]", "{a} if {a} in [{b}, {c}] else {c}"),
)
CONDITIONS = (
    *("{a} > {c}", "{a} == {b}", "not {a} < {c}", "{a} != {c} or {b} > {a}", "{a} % 2 == 0"),
    *("1 <= {a} <= {c}", "{a} in [1, {c}]", "{a} > {c} and {b} > 1"),
)


def literal(scope: Scope, value: Node) -> Arg:
    """The same value in every world."""
    return Arg(value, [value] * len(scope.worlds))


def number(pen: Pen, scope: Scope, low: int, high: int) -> Arg:
    """A whole number from `low` to `high`."""
    if not pen.chance(45):
        return literal(scope, pen.integer(low, high))
    text = _filled(pen, scope, pen.choose(("{a}", *FORMS)))
    values = evaluated(scope, text)
    if values is None:
        return literal(scope, low)
    if not all(isinstance(value, int) for value in values):
        text, values = f"floor({text})", [math.floor(value) for value in values]
    if not all(low <= value <= high for value in values):
        text = f"min(max({text}, {low}), {high})"
        values = [min(max(value, low), high) for value in values]
    return Arg(text, values)


def condition(pen: Pen, scope: Scope) -> Arg:
    """True or false."""
    options: list[str] = ["true", "false"]
    for word in ("first", "last", "not first", "not last"):
        if all(word.split()[-1] in world for world in scope.worlds):
            options += [word, word]
    options += [name for name, value in _shared(scope).items() if isinstance(value, bool)]
    options += [_filled(pen, scope, pen.choose(CONDITIONS))] if pen.chance(40) else []
    text = pen.choose(options)
    if text in ("true", "false"):
        return literal(scope, text == "true")
    values = evaluated(scope, text)
    return literal(scope, True) if values is None else Arg(text, list(map(bool, values)))


def exactly(pen: Pen, scope: Scope, values: Sequence[Any]) -> Arg:
    """These values, one per world: numbers, or lists of numbers."""
    if any(isinstance(value, bool) for value in values):
        return Arg(_looked_up(scope, values) if len({*values}) > 1 else values[0], list(values))
    known = [name for name in _names(scope) if evaluated(scope, name) == list(values)]
    if known and pen.chance(60):
        return Arg(pen.choose(known), list(values))
    if all(value == values[0] for value in values):
        return Arg(_written(pen, scope, values), list(values))
    return Arg(_looked_up(scope, values), list(values))


def _written(pen: Pen, scope: Scope, values: Sequence[Any]) -> Node:
    """A value that is the same in all worlds: as it is, or from a variable near it."""
    value = values[0]
    if not isinstance(value, int) or isinstance(value, bool) or not pen.chance(25):
        return list(value) if isinstance(value, tuple) else value
    name = pen.choose(_names(scope))
    found = evaluated(scope, name)
    if found is None or any(known != found[0] for known in found) or not isinstance(found[0], int):
        return value
    if found[0] and value % found[0] == 0:
        return f"{name} * {value // found[0]}"
    return f"{name} {'+' if value >= found[0] else '-'} {abs(value - found[0])}"


def _looked_up(scope: Scope, values: Sequence[Any]) -> str:
    """A table of the values, indexed by the variables that tell the worlds apart."""
    for keys in ([key] for key in reversed(scope.keys)):
        table = {world[keys[0]]: value for world, value in zip(scope.worlds, values, strict=True)}
        pairs = zip(scope.worlds, values, strict=True)
        if all(table[world[keys[0]]] == value for world, value in pairs):
            return _table(scope, values, keys)
    return _table(scope, values, list(scope.keys))


def _table(scope: Scope, values: Sequence[Any], keys: list[str]) -> str:
    places = [tuple(world[key] for key in keys) for world in scope.worlds]
    known = dict(zip(places, values, strict=True))

    def nested(at: tuple[int, ...]) -> Any:
        if len(at) == len(keys):
            found = known.get(at, values[0])
            return list(found) if isinstance(found, tuple) else found
        return [nested((*at, k)) for k in range(max(place[len(at)] for place in places) + 1)]

    return flow(nested(())) + "".join(f"[{key}]" for key in keys)


def evaluated(scope: Scope, text: str) -> list[Any] | None:
    """What the expression means in each world, or None where it fails in one."""
    try:
        return [
            _evaluate(text, world, flow[0] if flow else None)
            for world, flow in zip(scope.worlds, scope.flows, strict=True)
        ]
    except (ZeroDivisionError, ValueError, OverflowError, IndexError, NameError, TypeError):
        return None


def _evaluate(text: str, world: Variables, tensor: Tensor | None) -> Any:
    words = {"true": True, "false": False}
    shape = _shape_facts(tensor.shape) if tensor else {}
    found = eval(text, {"__builtins__": {}, **FUNCTIONS, **words, **shape, **world})
    return int(found) if isinstance(found, float) and found.is_integer() else found


def _shape_facts(shape: tuple[int, ...]) -> dict[str, Any]:
    facts = {"in_shape": shape, "in_channels": shape[0], "in_features": shape[-1]}
    return facts | ({"in_height": shape[-2], "in_width": shape[-1]} if len(shape) > 2 else {})


def _filled(pen: Pen, scope: Scope, form: str) -> str:
    names = _names(scope)
    parts = {"a": pen.choose(names), "b": pen.choose(names), "c": str(pen.integer(1, 4))}
    return form.format(**parts)


def _names(scope: Scope) -> list[str]:
    """Expressions for numbers: variables, entries of lists, sizes of the input."""
    found = []
    for name, value in _shared(scope).items():
        if isinstance(value, int) and not isinstance(value, bool):
            found.append(name)
        elif isinstance(value, tuple) and value and isinstance(value[0], int):
            found += [f"{name}[0]", f"{name}[-1]", f"len({name})", f"sum({name})", f"max({name})"]
    if all(scope.flows):
        found += ["in_channels", "in_features", "in_shape[0]"]
        found += ["in_height", "in_width"] if scope.rank > 2 else []
    return found or ["1"]


def _shared(scope: Scope) -> Variables:
    """The variables that every world has, with their values in the first."""
    first, *others = scope.worlds
    return {
        name: value
        for name, value in first.items()
        if name[0] != "_" and all(name in world for world in others)
    }
