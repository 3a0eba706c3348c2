"""Axes and sizes of a sample as torch has them, with the batch in front."""

from __future__ import annotations

from netspec.tensor import Tensor


def spatial_axes(inputs: tuple[Tensor, ...]) -> int:
    """The number of spatial axes of the first input."""
    return len(inputs[0].shape) - 1


def dim(axis: int) -> int:
    """An axis of a sample as an axis of a batch."""
    return axis + 1 if axis >= 0 else axis


def per_axis(sizes: int | tuple[int, ...]) -> int | tuple[int, ...]:
    """One number where all axes have the same."""
    return sizes[0] if isinstance(sizes, tuple) and len(set(sizes)) == 1 else sizes


def each_axis(sizes: int | tuple[int, ...], axes: int) -> tuple[int, ...]:
    """A number for each axis."""
    return sizes if isinstance(sizes, tuple) else (sizes,) * axes
