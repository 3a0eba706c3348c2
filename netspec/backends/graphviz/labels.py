"""Numbers and shapes as a figure prints them: `9.4K`, `64 × 56 × 56`, `64…512`, `C/2 × H × W`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from textwrap import wrap
from typing import Any, TypeVar

from netspec.backends.graphviz.symbols import Symbols, Values
from netspec.tensor import Tensor

T = TypeVar("T")
UNITS = {"T": 10**12, "G": 10**9, "M": 10**6, "K": 10**3}


def quantity(number: int, decimals: int = 1) -> str:
    """A count with a unit: 9408 is `9.4K`, 215808 is `216K`."""
    for unit, size in UNITS.items():
        if number >= 0.9995 * size:
            scaled = number / size
            return f"{scaled:.{decimals if scaled < 99.95 else 0}f}{unit}"
    return str(number)


def extent(numbers: Sequence[int | float]) -> str:
    """`64` where all agree, else from the smallest to the largest in the order of the network."""
    low, high = _text(min(numbers)), _text(max(numbers))
    if low == high:
        return low
    return f"{high}…{low}" if _text(numbers[0]) == high else f"{low}…{high}"


def listing(values: Sequence[Any]) -> str:
    """Different values: two in full, of more numbers the extent and of more lists the ends."""
    distinct = list(dict.fromkeys(values))
    if len(distinct) > 2 and all(type(value) in (int, float) for value in distinct):
        return extent(distinct)
    if len(distinct) > 2 and all(isinstance(value, tuple) for value in distinct):
        return f"{_text(distinct[0])}, …, {_text(distinct[-1])}"
    return ", ".join(map(_text, distinct))


def settled(values: Values, symbols: Symbols) -> str:
    """One value where all agree, else the argument of the block that it is, else all values."""
    return _constant(values) or symbols.argument(values) or listing(_flat(values))


def channels(counts: Values, symbols: Symbols) -> str:
    return _constant(counts) or symbols.channels(counts) or extent(_flat(counts))


def shape(shapes: Sequence[Sequence[tuple[int, ...]]], symbols: Symbols) -> str:
    """The shape of one tensor, by version and iteration."""
    listed = _flat(shapes)
    if len(set(map(len, listed))) > 1:
        return " or ".join(dict.fromkeys(map(plain_shape, listed)))
    sizes = (
        [[each[axis] for each in version] for version in shapes] for axis in range(len(listed[0]))
    )
    return plain_shape([_size(axis, each, symbols) for axis, each in enumerate(sizes)])


def plain_shape(sizes: Iterable[object]) -> str:
    return " × ".join(map(str, sizes)) or "scalar"


def tensor(type: Tensor) -> str:
    """Its shape, and its element type if that is not the usual one."""
    return typed(plain_shape(type.shape), type.dtype)


def typed(shape: str, dtype: str) -> str:
    return shape if dtype == Tensor(()).dtype else f"{shape} {dtype}"


def wrapped(phrases: Iterable[str], width: int) -> list[str]:
    """The phrases with commas between, in lines that break between phrases only."""
    text = ", ".join(phrase.replace(" ", "\xa0") for phrase in phrases)
    lines = wrap(text, width, break_long_words=False, break_on_hyphens=False)
    return [line.replace("\xa0", " ") for line in lines]


def _size(axis: int, sizes: Values, symbols: Symbols) -> str:
    if axis == 0:
        return channels(sizes, symbols)
    return _constant(sizes) or symbols.size(axis, sizes) or extent(_flat(sizes))


def _flat(values: Sequence[Sequence[T]]) -> list[T]:
    return list(chain.from_iterable(values))


def _constant(values: Values) -> str | None:
    texts = set(map(_text, _flat(values)))
    return texts.pop() if len(texts) == 1 else None


def _text(value: Any) -> str:
    """As a spec has it, fractions to four digits."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(_text, value))}]"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
