"""What several ops check of their inputs and arguments."""

from __future__ import annotations

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
    for axis, size, window, length in zip(AXES[len(sizes)], sizes, windows, lengths, strict=True):
        if length < 1:
            padded = f", padded by {window.before}" if window.before else ""
            raise ShapeError(
                "NS303",
                f"{op.name}'s window of {window.size} is larger than its input, "
                f"whose {axis} is {size}{padded}",
                hint="a smaller kernel, more padding or a larger network input",
            )


def axis_of(op: Op, axis: int, x: Tensor) -> int:
    """The axis counted from the first; `ShapeError` (NS301) if there is none."""
    rank = len(x.shape)
    if not -rank <= axis < rank:
        raise ShapeError("NS301", f"{op.name} along axis {axis}, but {x} has {rank} axes")
    return axis % rank


NO_AXIS = -1
"""All axes agree, none is free."""


def mismatch(op: Op, inputs: Tensors, at: int, reference: int, *, free: int | None) -> ShapeError:
    """The NS302 error for operand `at`; its axes but `free` should be those of `reference`."""
    x, other = inputs[at], inputs[reference]
    hint = None
    if x.dtype != other.dtype:
        difference = f"type ({x.dtype} and {other.dtype})"
    elif len(x.shape) != len(other.shape) and (free is not None or len(x.shape) != 1):
        difference = f"number of axes ({len(x.shape)} and {len(other.shape)})"
    else:
        difference, hint = _differing_axes(x, other, free)
    return ShapeError(
        "NS302",
        f"{op.name}: operand {at + 1} is {x}, operand {reference + 1} is {other}; "
        f"they differ in {difference}",
        hint,
    )


def _differing_axes(x: Tensor, other: Tensor, free: int | None) -> tuple[str, str]:
    """The axes that differ, as text, and a hint."""
    names = ("channels", *AXES.get(len(x.shape) - 1, ("size",) * len(x.shape)))
    if len(x.shape) == 2:
        names = ("the first axis", "the last axis")
    differing = [
        (axis, f"{names[axis]} ({size} and {expected})")
        for axis, (size, expected) in enumerate(zip(x.shape, other.shape, strict=False))
        if size != expected and axis != free
    ]
    text = ", ".join(difference for _, difference in differing)
    if len(x.shape) == 2:
        return (
            text,
            "what leads here decides: a `linear` the last axis of tokens, strides of [C, L]",
        )
    if [axis for axis, _ in differing] != [0]:
        return text, "operands need the same strides and paddings on their way here"
    projection = "linear" if len(x.shape) == 1 else "conv"
    return text, f"a projection makes the channels equal: `{projection}: {other.shape[0]}`"
