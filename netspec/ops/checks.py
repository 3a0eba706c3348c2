"""What several ops check of their inputs and arguments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence

from netspec.ops.base import Op, ShapeError, Tensors, Window
from netspec.ops.fields import PerAxis
from netspec.tensor import Tensor

AXES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}


def require_float(op: Op, x: Tensor) -> None:
    """Raise `ShapeError` (NS301) for a tensor of whole numbers."""
    if "float" not in x.dtype:
        raise ShapeError("NS301", f"{op.name} computes with floats, not {x.dtype}")


def spatial_sizes(op: Op, x: Tensor) -> tuple[int, ...]:
    """The 1 to 3 sizes after the channels; `ShapeError` (NS301) if there are none or more."""
    require_float(op, x)
    if not 2 <= len(x.shape) <= 4:
        raise ShapeError("NS301", f"{op.name} takes [C, L], [C, H, W] or [C, D, H, W], not {x}")
    return x.shape[1:]


def per_axis(op: Op, argument: str, value: PerAxis, axes: int) -> tuple[int, ...]:
    """One entry per axis; `ShapeError` (NS301) if their number is another."""
    if isinstance(value, int):
        return (value,) * axes
    if len(value) != axes:
        raise ShapeError(
            "NS301",
            f"`{argument}` of {op.name} has {len(value)} entries; "
            f"the input's axes are {', '.join(AXES[axes])}",
            hint="a single number holds for every axis",
        )
    return value


def require_fit(
    op: Op, sizes: tuple[int, ...], windows: tuple[Window, ...], lengths: tuple[int, ...]
) -> None:
    """Raise `ShapeError` (NS303) if an output length is below 1."""
    each = zip(AXES[len(sizes)], sizes, windows, lengths, strict=True)
    for number, (axis, size, window, length) in enumerate(each):
        if length < 1:
            padded = f", padded by {window.before}" if window.before else ""
            raise ShapeError(
                "NS303",
                f"{op.name}'s window of {window.size} is larger than its input, "
                f"whose {axis} is {size}{padded}",
                about=[(0, 1 + number)],
            )


def axis_of(op: Op, axis: int, x: Tensor) -> int:
    """The axis counted from the first; `ShapeError` (NS301) if there is none."""
    rank = len(x.shape)
    if not -rank <= axis < rank:
        raise ShapeError("NS301", f"{op.name} along axis {axis}, but {x} has {rank} axes")
    return axis % rank


NO_AXIS = -1
"""No axis in particular."""


def axis_name(rank: int, axis: int) -> str:
    """What the field calls an axis of a tensor of so many."""
    if rank == 1:
        return "features"
    if rank == 2:
        return "first axis" if axis == 0 else "last axis"
    return ("channels", *AXES.get(rank - 1, ("size",) * rank))[axis]


class Mismatch(ShapeError):
    """NS302: operands that should have one shape, but for the axis `free`. `wrong` says which are
    not as the others; the first of them stands in the message beside the first of the others.
    """

    def __init__(self, op: Op, inputs: Tensors, wrong: Sequence[int], free: int | None) -> None:
        right = next(k for k in range(len(inputs)) if k not in wrong)
        a, b = sorted((wrong[0], right))
        self.wrong, self.right = wrong[0], right
        self.pair = (a, b)
        self.axes = _differing_axes(inputs[a], inputs[b], free)
        among = f" of {len(inputs)}" if len(inputs) > 2 else ""
        alone = among and len(wrong) == 1
        they = f"operand {wrong[0] + 1} alone differs" if alone else "they differ"
        super().__init__(
            "NS302",
            f"{op.name}{among}: operand {a + 1} is {inputs[a]}, operand {b + 1} is {inputs[b]}; "
            f"{they} in {_difference(inputs[a], inputs[b], self.axes)}",
            about=[(operand, axis) for operand in (a, b) for axis in self.axes or [NO_AXIS]],
        )


def differing(
    x: Sequence[int], y: Sequence[int], operands: tuple[int, int]
) -> list[tuple[int, int]]:
    """What a fault is about where two operands should have one shape: every axis that differs, of
    both; the operands where it is no axis that differs.
    """
    axes = [k for k, (m, n) in enumerate(zip(x, y, strict=False)) if m != n]
    told = axes if len(x) == len(y) and axes else [NO_AXIS]
    return [(operand, axis) for operand in operands for axis in told]


def _differing_axes(x: Tensor, y: Tensor, free: int | None) -> list[int]:
    """The axes that should agree and do not; none where it is no axis that differs."""
    broadcast = free is None and 1 in (len(x.shape), len(y.shape))
    if x.dtype != y.dtype or (len(x.shape) != len(y.shape) and not broadcast):
        return []
    if broadcast or (free is None and min(x.elements // x.shape[0], y.elements // y.shape[0]) == 1):
        return [0]
    pairs = enumerate(zip(x.shape, y.shape, strict=False))
    return [k for k, (m, n) in pairs if m != n and k != free]


def _difference(x: Tensor, y: Tensor, axes: Sequence[int]) -> str:
    if x.dtype != y.dtype:
        return f"type ({x.dtype} and {y.dtype})"
    if not axes:
        return f"number of axes ({len(x.shape)} and {len(y.shape)})"
    rank = max(len(x.shape), len(y.shape))
    return ", ".join(f"{axis_name(rank, k)} ({x.shape[k]} and {y.shape[k]})" for k in axes)


def fewest(keys: Sequence[Hashable]) -> list[int]:
    """Where the entries stand that differ from what most are (of as many: from the first)."""
    most, _ = Counter(keys).most_common(1)[0]
    return [k for k, key in enumerate(keys) if key != most]


class Undivided(ShapeError):
    """NS304: a size does not divide into so many parts; `axis` is that of the first input that has
    the size, if one has.
    """

    def __init__(self, size: int, what: str, by: int, parts: str, axis: int | None = 0) -> None:
        about = [] if axis is None else [(0, axis)]
        message = f"{size} {what} do not divide into {parts}"
        super().__init__("NS304", message, about=about)
        self.size, self.by = size, by
