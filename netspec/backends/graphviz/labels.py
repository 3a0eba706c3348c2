"""Numbers, shapes and ops as a figure prints them: `9.4K`, `64 × 56 × 56`, `conv 3×3 / 2, 64`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from netspec.ops.base import Op
from netspec.program import Argument, Call

QUIET = frozenset(
    ("kernel", "stride", "out", "padding", "padding_mode", "bias", "affine", "eps", "momentum")
    + ("ceil", "count_pad", "keep", "alpha", "beta", "k")
)
LONGEST_EXPRESSION = 20


def quantity(number: int) -> str:
    """Three figures at most, and a unit: 9408 is `9.4K`."""
    for unit, size in (("", 1), ("K", 10**3), ("M", 10**6), ("G", 10**9)):
        if number < 999.5 * size:
            break
    else:
        unit, size = "T", 10**12
    scaled = number / size
    return f"{scaled:.1f}{unit}" if size > 1 and scaled < 99.95 else f"{scaled:.0f}{unit}"


def extent(numbers: Iterable[int]) -> str:
    """`64` where all agree, else from the smallest to the largest in the order of the network."""
    listed = list(numbers)
    low, high = min(listed), max(listed)
    if low == high:
        return str(low)
    return f"{high}…{low}" if listed[0] == high else f"{low}…{high}"


def quantities(numbers: Iterable[int]) -> str:
    listed = list(numbers)
    low, high = quantity(min(listed)), quantity(max(listed))
    return low if low == high else f"{low}…{high}"


def shape(shapes: Sequence[tuple[int, ...]]) -> str:
    """One shape, or the extent of several along each axis."""
    if len({len(s) for s in shapes}) > 1:
        return " or ".join(dict.fromkeys(shape([s]) for s in shapes))
    return " × ".join(map(extent, zip(*shapes, strict=True))) or "scalar"


def operation(calls: Sequence[Call]) -> str:
    """What these calls of one op do; an argument in which they differ is shown as written."""
    op = calls[0].target
    assert isinstance(op, Op)
    fields = type(op).model_fields
    words = op.name.replace("_", " ")
    if _is_depthwise(calls):
        words = f"depthwise {words}"
    window = "kernel" if "kernel" in fields else "size" if op.group == "pooling" else None
    if window in fields:
        words += " " + _window(calls, window)
    if "stride" in fields and any(_stride(call) != 1 for call in calls):
        words += f" / {_argument(calls, 'stride')}"
    listed = [_argument(calls, "out")] if "out" in fields else []
    return ", ".join([words, *listed, *_others(calls, shown=window)])


def _others(calls: Sequence[Call], shown: str | None) -> list[str]:
    op = calls[0].target
    told = QUIET | {shown} | ({"groups"} if _is_depthwise(calls) else set())
    texts = []
    for key, field in type(op).model_fields.items():
        if key in told or all(getattr(call.target, key) == field.default for call in calls):
            continue
        texts.append(_argument(calls, key) if key == "p" else f"{key} {_argument(calls, key)}")
    return texts


def _is_depthwise(calls: Sequence[Call]) -> bool:
    groups = [(getattr(call.target, "groups", 1), call.inputs[0].type.shape[0]) for call in calls]
    return calls[0].target.group == "convolution" and all(g == c > 1 for g, c in groups)


def _window(calls: Sequence[Call], key: str) -> str:
    text = _argument(calls, key)
    axes = len(calls[0].inputs[0].type.shape) - 1
    single = all(isinstance(getattr(call.target, key), int) for call in calls)
    return "×".join([text] * axes) if single else text


def _stride(call: Call) -> Any:
    stride = getattr(call.target, "stride", 1)
    return call.target.kernel if stride is None else stride


def _argument(calls: Sequence[Call], key: str) -> str:
    values = [_stride(call) if key == "stride" else getattr(call.target, key) for call in calls]
    written = {call.arguments.get(key, Argument(None)).expression for call in calls}
    return settled(values, written.pop() if len(written) == 1 else None)


def settled(values: Sequence[Any], expression: str | None) -> str:
    """The value where all agree, else the expression that gave them, else their extent."""
    distinct = list(dict.fromkeys(map(_value, values)))
    if len(distinct) == 1:
        return distinct[0]
    if expression is not None and len(expression) <= LONGEST_EXPRESSION:
        return expression
    if all(type(value) is int for value in values):
        return extent(values)
    return " or ".join(distinct)


def _value(value: Any) -> str:
    return "×".join(map(_value, value)) if isinstance(value, tuple) else str(value)
