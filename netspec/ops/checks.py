"""What several ops check of their inputs and arguments."""

from __future__ import annotations

from netspec.ops.base import Op, ShapeError, Window
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
