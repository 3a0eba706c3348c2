"""The operators and functions of expressions, with bounds on work and on the size of results."""

from __future__ import annotations

import ast
import math
import operator
import threading
from collections.abc import Callable, Iterable
from typing import Any

MAX_WORK = 200_000
"""Entries of lists made and read by one evaluation."""
MAX_TOTAL_WORK = 20_000_000
"""The same of all evaluations of one spec together."""
MAX_BITS = 512


class WorkLimit(Exception):
    """An expression asks for more work, or a larger result, than is allowed."""


class _Meter(threading.local):
    """Work done by the evaluation in progress, and by those before it of the same spec: entries of
    lists made and read.
    """

    work = 0
    total = 0

    @property
    def spent(self) -> int:
        """All work so far."""
        return self.total + self.work

    def begin(self) -> None:
        """Start an evaluation; raises `WorkLimit` where those before it did too much."""
        self.total += self.work
        self.work = 0
        if self.total > MAX_TOTAL_WORK:
            raise WorkLimit(f"more than {MAX_TOTAL_WORK} steps of work in all expressions")


meter = _Meter()


def spend(work: int) -> None:
    meter.work += work
    if meter.work > MAX_WORK:
        raise WorkLimit(f"more than {MAX_WORK} steps of work")


def bounded(value: Any) -> Any:
    if isinstance(value, int) and value.bit_length() > MAX_BITS:
        raise WorkLimit(f"a number of more than {MAX_BITS} bits")
    if isinstance(value, tuple | str):
        spend(_size(value))
    return value


def whole_list(entries: Iterable[Any]) -> tuple[Any, ...]:
    """A list that stands in YAML, within the same bounds as one that an expression makes."""
    meter.begin()
    made = tuple(entries)
    meter.work = 0
    return bounded(made)  # type: ignore[no-any-return]


def _size(value: Any) -> int:
    """Entries, those of inner lists too: a list of lists of lists stays small as a whole."""
    if isinstance(value, tuple):
        return len(value) + sum(_size(entry) for entry in value if isinstance(entry, tuple))
    return len(value)


def _divide(a: Any, b: Any) -> Any:
    """Exact where it is whole: 64 / 2 is 32, 65 / 2 is 32.5."""
    if isinstance(a, int) and isinstance(b, int) and b != 0 and a % b == 0:
        return a // b
    return a / b


def _power(a: Any, b: Any) -> Any:
    if isinstance(a, int) and isinstance(b, int) and abs(b) * a.bit_length() > 2 * MAX_BITS:
        raise WorkLimit(f"a number of more than {MAX_BITS} bits")
    result = a**b
    if isinstance(result, complex):
        raise ValueError("the result is not a real number")
    return bounded(result)


def _multiply(a: Any, b: Any) -> Any:
    for sequence, times in ((a, b), (b, a)):
        if isinstance(sequence, tuple | str) and isinstance(times, int):
            spend(_size(sequence) * max(times, 0))
            return sequence * position(times)
    return bounded(a * b)


def _add(a: Any, b: Any) -> Any:
    return bounded(a + b)


def position(value: Any) -> Any:
    """A whole number as Python counts with it: `range`, indices and repeats of lists read past what
    a subclass says (`netspec.sizes` has one).
    """
    return int(value) if isinstance(value, int) else value


def spelled(value: Any) -> str:
    """A value in a name: a size that is followed becomes the number that it is."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return str(position(value) if is_number else value)


def _range(*bounds: int) -> tuple[int, ...]:
    numbers = range(*map(position, bounds))
    spend((numbers.stop - numbers.start) // numbers.step)
    return tuple(numbers)


def divisible(value: float, by: int) -> int:
    """The multiple of `by` nearest to `value`, at least `by` and at least 0.9 of `value`.

    The channel rounding of MobileNetV2 (`_make_divisible` in its published code).
    """
    rounded = max(by, int(value + by / 2) // by * by)
    return rounded + by if rounded < 0.9 * value else rounded


def _round(value: float, digits: int | None = None) -> float:
    if digits is not None and abs(digits) > MAX_BITS:
        raise WorkLimit(f"rounding to more than {MAX_BITS} digits")
    return round(value, digits)


def _prod(numbers: tuple[Any, ...]) -> Any:
    result: Any = 1
    for number in numbers:
        result = _multiply(result, number)
    return result


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "min": min,
    "max": max,
    "abs": abs,
    "sum": sum,
    "len": len,
    "range": _range,
    "floor": math.floor,
    "ceil": math.ceil,
    "round": _round,
    "sqrt": math.sqrt,
    "log2": math.log2,
    "prod": _prod,
    "divisible": divisible,
}

BINARY: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: _add,
    ast.Sub: operator.sub,
    ast.Mult: _multiply,
    ast.Div: _divide,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: lambda a, b: operator.mod(_number(a), _number(b)),
    ast.Pow: _power,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda a, b: bounded(a) in bounded(b),
    ast.NotIn: lambda a, b: bounded(a) not in bounded(b),
}
UNARY: dict[type[ast.AST], Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
}


def _number(value: Any) -> Any:
    """Keeps `%` arithmetic: on a string it would be Python's formatting."""
    if isinstance(value, int | float):
        return value
    raise TypeError(f"{value!r} is not a number")


SIGNS: dict[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not in",
}
"""How the operators of `BINARY` are written."""
