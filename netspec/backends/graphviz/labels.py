"""Numbers, shapes and ops as a figure prints them: `9.4K`, `64 × 56 × 56`, `conv 3×3 / 2, 64`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

from netspec.backends.graphviz.fold import Versions
from netspec.backends.graphviz.symbols import Symbols, Values
from netspec.ops.base import Op
from netspec.program import Call

QUIET = frozenset(
    ("out", "stride", "padding", "padding_mode", "bias", "affine", "eps", "momentum", "keep")
    + ("ceil", "count_pad", "alpha", "beta", "k")
)
"""Arguments that a figure leaves out, or shows in a way of their own."""


def quantity(number: int, decimals: int = 1) -> str:
    """A count with a unit: 9408 is `9.4K`, 215808 is `216K`."""
    for unit, size in (("", 1), ("K", 10**3), ("M", 10**6), ("G", 10**9), ("T", 10**12)):
        if number < 999.5 * size:
            break
    scaled = number / size
    return f"{scaled:.{decimals}f}{unit}" if unit and scaled < 99.95 else f"{scaled:.0f}{unit}"


def extent(numbers: Iterable[int]) -> str:
    """`64` where all agree, else from the smallest to the largest in the order of the network."""
    listed = list(numbers)
    low, high = min(listed), max(listed)
    if low == high:
        return str(low)
    return f"{high}…{low}" if listed[0] == high else f"{low}…{high}"


def extents(values: Sequence[Any]) -> str:
    """Two values in full, more numbers by their extent, other things all."""
    distinct = list(dict.fromkeys(values))
    if len(distinct) > 2 and all(type(value) is int for value in distinct):
        return extent(distinct)
    return ", ".join(map(_text, distinct))


def repetitions(times: Sequence[int], symbols: Symbols) -> str:
    """How often: a number, or the argument that says so."""
    return settled([[count] for count in times], symbols)


def shape(shapes: Sequence[Sequence[tuple[int, ...]]], symbols: Symbols) -> str:
    """The shape of one tensor, over versions and their iterations."""
    listed = list(chain.from_iterable(shapes))
    if len(set(map(len, listed))) > 1:
        return " or ".join(dict.fromkeys(map(plain_shape, listed)))
    axes = range(len(listed[0]))
    sizes = [[[each[axis] for each in version] for version in shapes] for axis in axes]
    return plain_shape([_size(axis, sizes[axis], symbols) for axis in axes])


def plain_shape(shape: Iterable[object]) -> str:
    return " × ".join(map(str, shape)) or "scalar"


def _size(axis: int, sizes: Values, symbols: Symbols) -> str:
    if axis == 0:
        return channels(sizes, symbols)
    return _constant(sizes) or symbols.size(axis, sizes) or extent(chain.from_iterable(sizes))


def channels(counts: Values, symbols: Symbols) -> str:
    return _constant(counts) or symbols.channels(counts) or extent(chain.from_iterable(counts))


def operation(versions: Versions, symbols: Symbols) -> str:
    """What these calls of one op do."""
    calls = list(chain.from_iterable(versions))
    op = calls[0].target
    assert isinstance(op, Op)
    fields = type(op).model_fields
    words = op.name.replace("_", " ")
    depthwise = all(map(_is_depthwise, calls))
    if depthwise:
        words = f"depthwise {words}"
    window = next((key for key in ("kernel", "size") if key in fields and op.group in WINDOWED), None)
    if window is not None:
        words += f" {_window(versions, window, symbols)}"
    if "stride" in fields and any(_get(call, "stride") != 1 for call in calls):
        words += f" / {_argument(versions, 'stride', symbols)}"
    if "out" in fields:
        out = channels([[call.target.out for call in calls] for calls in versions], symbols)
        words += f"{', ' if window else ' '}{out}"
    told = QUIET | {window} | ({"groups"} if depthwise else set())
    return ", ".join([words, *_others(versions, told, symbols)])


WINDOWED = ("convolution", "pooling")


def _others(versions: Versions, told: set[str | None], symbols: Symbols) -> Iterable[str]:
    calls = list(chain.from_iterable(versions))
    for key, field in type(calls[0].target).model_fields.items():
        if key not in told and any(getattr(call.target, key) != field.default for call in calls):
            yield f"{key} {_argument(versions, key, symbols)}"


def _is_depthwise(call: Call) -> bool:
    channels = call.inputs[0].type.shape[0] if call.inputs[0].type.shape else 0
    return call.target.group == "convolution" and getattr(call.target, "groups", 1) == channels > 1


def _window(versions: Versions, key: str, symbols: Symbols) -> str:
    text = _argument(versions, key, symbols)
    axes = len(versions[0][0].inputs[0].type.shape) - 1
    return text if "×" in text else "×".join([text] * axes)


def _argument(versions: Versions, key: str, symbols: Symbols) -> str:
    return settled([[_get(call, key) for call in calls] for calls in versions], symbols)


def _get(call: Call, key: str) -> Any:
    value = getattr(call.target, key)
    return call.target.kernel if key == "stride" and value is None else value


def settled(versions: Values, symbols: Symbols) -> str:
    """One value where all agree, else the argument of the block that it is, else all values."""
    values = list(chain.from_iterable(versions))
    known = _constant(versions) or symbols.argument(versions)
    if known is None and all(type(value) is int for value in values):
        return extent(values)
    return known or " or ".join(dict.fromkeys(map(_text, values)))


def _constant(versions: Values) -> str | None:
    texts = {_text(value) for values in versions for value in values}
    return texts.pop() if len(texts) == 1 else None


def _text(value: Any) -> str:
    return "×".join(map(_text, value)) if isinstance(value, tuple) else str(value)
