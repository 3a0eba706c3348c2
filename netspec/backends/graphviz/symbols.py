"""Names for numbers in which the versions of a block differ: `C`, `H/2`, `4·width`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

AXES = {1: ("D",), 2: ("C", "L"), 3: ("C", "H", "W"), 4: ("C", "D", "H", "W")}
LARGEST_FACTOR = 16
ENOUGH = 3

Values = Sequence[Sequence[Any]]
"""What something is in each version of a block, and there in each iteration of a loop."""


class Symbols:
    """The axes of a block's input and its arguments, each with its value in every version."""

    def __init__(
        self, inputs: Sequence[tuple[int, ...]], arguments: Mapping[str, Sequence[Any]]
    ) -> None:
        ranks = {len(shape) for shape in inputs}
        letters = AXES.get(ranks.pop(), ()) if len(ranks) == 1 else ()
        self.axes = dict(zip(letters, zip(*inputs, strict=True), strict=bool(letters)))
        self.arguments = {key: tuple(values) for key, values in arguments.items()}

    def argument(self, values: Values) -> str | None:
        """The argument that has these values."""
        return _named(_one_each(values), self.arguments)

    def channels(self, values: Values) -> str | None:
        """What these channel counts are of the block's input channels or of an argument."""
        counts = _one_each(values)
        channels = dict(list(self.axes.items())[:1])
        return (
            _named(counts, channels | self.arguments)
            or _multiple(counts, self._telling_arguments())
            or _multiple(counts, channels)
        )

    def _telling_arguments(self) -> dict[str, tuple[Any, ...]]:
        """Those with enough different values: fewer are in some ratio to a count by chance."""
        return {key: values for key, values in self.arguments.items() if len(set(values)) >= ENOUGH}

    def size(self, axis: int, values: Values) -> str | None:
        """What these lengths are of the input's along that axis: `H`, `H/2`, else `H'`."""
        if axis >= len(self.axes):
            return None
        letter = list(self.axes)[axis]
        return _multiple(_one_each(values), {letter: self.axes[letter]}) or f"{letter}'"


def _one_each(values: Values) -> tuple[Any, ...] | None:
    """The value in each version, if it is there in each and its iterations agree."""
    agree = all(each and all(value == each[0] for value in each) for each in values)
    return tuple(each[0] for each in values) if agree else None


def _named(values: tuple[Any, ...] | None, symbols: Mapping[str, tuple[Any, ...]]) -> str | None:
    return next((symbol for symbol, each in symbols.items() if each == values), None)


def _multiple(values: tuple[Any, ...] | None, symbols: Mapping[str, tuple[Any, ...]]) -> str | None:
    for symbol, bases in symbols.items():
        ratio = _ratio(values or (), bases)
        if ratio and max(ratio.numerator, ratio.denominator) <= LARGEST_FACTOR:
            return _written(ratio, symbol)
    return None


def _ratio(values: Sequence[Any], bases: Sequence[Any]) -> Fraction | None:
    """`value / base`, if these are counts and it is the same for all."""
    pairs = list(zip(values, bases, strict=False))
    if any(type(value) is not int or type(base) is not int or base <= 0 for value, base in pairs):
        return None
    ratios = {Fraction(value, base) for value, base in pairs}
    return ratios.pop() if len(ratios) == 1 else None


def _written(ratio: Fraction, symbol: str) -> str:
    factor = "" if ratio.numerator == 1 else f"{ratio.numerator}{'·' if symbol[1:] else ''}"
    return f"{factor}{symbol}" + ("" if ratio.denominator == 1 else f"/{ratio.denominator}")
