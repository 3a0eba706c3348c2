"""Borders added and cut off."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, PlainValidator

from netspec.ops.base import Op, ShapeError, Tensors, Window, op
from netspec.ops.checks import AXES, require_float, spatial_sizes
from netspec.ops.fields import MAX_SIZE, Positive, is_whole
from netspec.tensor import Tensor

Borders = tuple[tuple[int, int], ...]
"""Elements before and after, per axis."""


def borders(value: object) -> object:
    """A whole number of at least 0 for all axes, or per axis a number or `[before, after]`."""
    axes = value if isinstance(value, tuple) and value else (value,)
    ends = [end for axis in axes for end in (axis if _is_pair(axis) else (axis,))]
    if not all(is_whole(end) and 0 <= end <= MAX_SIZE for end in ends):
        raise ValueError(
            "must be a whole number of at least 0, or a list with a number or a pair "
            "[before, after] per axis"
        )
    return value


def _is_pair(axis: object) -> bool:
    return isinstance(axis, tuple) and len(axis) == 2


@op("pad", group="shape")
class Pad(Op):
    """More elements at both ends of each spatial axis: a length n -> `n + before + after`.

    `[C, L]`, `[C, H, W]`, `[C, D, H, W]`. `by` is one number for all ends, or has an entry per
    axis: a number, or `[before, after]`. A reflection is shorter than the axis, a circular
    padding at most as long.
    FLOPs: 0.
    """

    by: Annotated[int | tuple[int | tuple[int, int], ...], PlainValidator(borders)]
    mode: Literal["zeros", "reflect", "replicate", "circular"] = "zeros"

    def infer(self, inputs: Tensors) -> Tensors:
        x = inputs[0]
        sizes = spatial_sizes(self, x)
        lengths = tuple(map(self._length, AXES[len(sizes)], sizes, self.borders(len(sizes))))
        return (Tensor((x.shape[0], *lengths), x.dtype),)

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return 0

    def window(self, inputs: Tensors) -> tuple[Window, ...]:
        borders = self.borders(len(inputs[0].shape) - 1)
        return tuple(Window(before=before) for before, _ in borders)

    def borders(self, axes: int) -> Borders:
        """Elements before and after, per axis; `ShapeError` (NS301) for another number of axes."""
        entries = self.by if isinstance(self.by, tuple) else (self.by,) * axes
        if len(entries) != axes:
            raise ShapeError(
                "NS301",
                f"`by` of pad has {len(entries)} entries; "
                f"the input's axes are {', '.join(AXES[axes])}",
                hint="a single number holds for every end",
            )
        return tuple((entry, entry) if isinstance(entry, int) else entry for entry in entries)

    def _length(self, axis: str, size: int, ends: tuple[int, int]) -> int:
        most = {"reflect": size - 1, "circular": size}.get(self.mode, MAX_SIZE)
        if max(ends) > most:
            raise ShapeError(
                "NS303", f"`mode: {self.mode}` cannot take {max(ends)} from a {axis} of {size}"
            )
        return size + sum(ends)


@op("pad_channels", group="shape")
class PadChannels(Op):
    """Channels of zeros behind the input's, so that there are `to`: `[C, H, W]` -> `[to, H, W]`.

    `[C]` to `[C, D, H, W]`. FLOPs: 0.
    """

    states: ClassVar[tuple[int, str]] = (0, "to")

    to: Positive

    def infer(self, inputs: Tensors) -> Tensors:
        x = inputs[0]
        require_float(self, x)
        if x.shape[0] > self.to:
            raise ShapeError(
                "NS301", f"pad_channels to {self.to}, but {x} already has more", about=[(0, 0)]
            )
        return (Tensor((self.to, *x.shape[1:]), x.dtype),)

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return 0


Margin = Annotated[int, Field(ge=0, le=MAX_SIZE)]


@op("crop", group="shape")
class Crop(Op):
    """The map without its outermost rows and columns: `[C, H, W]` with `top`, ... fewer of them.

    FLOPs: 0.
    """

    top: Margin = 0
    left: Margin = 0
    bottom: Margin = 0
    right: Margin = 0

    def infer(self, inputs: Tensors) -> Tensors:
        x = inputs[0]
        if len(spatial_sizes(self, x)) != 2:
            raise ShapeError("NS301", f"crop takes [C, H, W], not {x}")
        channels, height, width = x.shape
        lengths = (height - self.top - self.bottom, width - self.left - self.right)
        if any(length < 1 for length in lengths):
            raise ShapeError("NS303", f"crop leaves nothing of {x}")
        return (Tensor((channels, *lengths), x.dtype),)

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return 0

    def window(self, inputs: Tensors) -> tuple[Window, ...]:
        return (Window(before=-self.top), Window(before=-self.left))


@op("crop_to", group="shape")
class CropTo(Op):
    """The centre of the first input, as large as the second (value, reference).

    `[C, L]`, `[C, H, W]`, `[C, D, H, W]`; the channels stay. If the lengths differ by an odd
    number, one more is cut off at the end (U-Net's copy and crop).
    FLOPs: 0.
    """

    arity = (2, 2)

    def infer(self, inputs: Tensors) -> Tensors:
        x, reference = inputs
        sizes = spatial_sizes(self, x)
        lengths = reference.shape[1:]
        if len(lengths) != len(sizes):
            raise ShapeError("NS302", f"crop_to: {x} cannot be as large as {reference}")
        for axis, size, length in zip(AXES[len(sizes)], sizes, lengths, strict=True):
            if length > size:
                raise ShapeError(
                    "NS303", f"crop_to: the {axis} of {size} is less than the reference's {length}"
                )
        return (Tensor((x.shape[0], *lengths), x.dtype),)

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return 0

    def window(self, inputs: Tensors) -> tuple[Window, ...]:
        return tuple(Window(before=-before) for before, _ in self.margins(inputs))

    def margins(self, inputs: Tensors) -> Borders:
        """What is cut off before and after, per axis."""
        x, reference = inputs
        spare = [a - b for a, b in zip(x.shape[1:], reference.shape[1:], strict=True)]
        return tuple((more // 2, more - more // 2) for more in spare)
