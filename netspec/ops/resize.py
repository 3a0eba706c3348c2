"""Ops that make a map larger or smaller and learn nothing."""

from typing import Any, Literal

from pydantic import ValidationInfo, field_validator

from netspec.ops.base import Op, ShapeError, Tensors, Window, op
from netspec.ops.checks import Undivided, per_axis, spatial_sizes
from netspec.ops.fields import Positive, Sizes
from netspec.tensor import Tensor

AXES_OF_MODE = {"linear": 1, "bilinear": 2, "bicubic": 2, "trilinear": 3}
"""How many spatial axes an interpolation is for; the others take any number."""
NEIGHBOURS = {"linear": 2, "bilinear": 4, "bicubic": 16, "trilinear": 8}
"""How many elements an interpolation weighs."""


@op("upsample", group="shape")
class Upsample(Op):
    """`by` times as many elements per axis, or `size` of them, interpolated; `by: 2` by default.

    `[C, L]`, `[C, H, W]`, `[C, D, H, W]`. The modes are torch's, with `align_corners: false`:
    `linear` is for one axis, `bilinear` and `bicubic` for two, `trilinear` for three. A `size`
    may also be smaller than the input.
    FLOPs: `2 n - 1` per output element that weighs n input elements (2, 4, 16, 8); `nearest` 0.
    """

    by: Sizes | None = None
    mode: Literal["nearest", "nearest-exact", "linear", "bilinear", "bicubic", "trilinear"] = (
        "nearest"
    )
    size: Sizes | None = None

    @field_validator("size")
    @classmethod
    def _instead_of_by(cls, size: Any, info: ValidationInfo) -> Any:
        if size is not None and info.data.get("by") is not None:
            raise ValueError("cannot be given beside `by`")
        return size

    @property
    def factor(self) -> int | tuple[int, ...]:
        """How many times as many elements there are, where no size is given."""
        return 2 if self.by is None else self.by

    def infer(self, inputs: Tensors) -> Tensors:
        x = inputs[0]
        sizes = spatial_sizes(self, x)
        wanted = AXES_OF_MODE.get(self.mode, len(sizes))
        if wanted != len(sizes):
            raise ShapeError(
                "NS301", f"`mode: {self.mode}` is for {wanted} spatial axes; {x} has {len(sizes)}"
            )
        return (Tensor((x.shape[0], *self._lengths(sizes)), x.dtype),)

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        neighbours = NEIGHBOURS.get(self.mode)
        return 0 if neighbours is None else (2 * neighbours - 1) * outputs[0].elements

    def window(self, inputs: Tensors) -> None:
        """The step is a fraction, which no `Window` holds."""
        return None

    def _lengths(self, sizes: tuple[int, ...]) -> tuple[int, ...]:
        if self.size is not None:
            return per_axis(self, "size", self.size, len(sizes))
        factors = per_axis(self, "by", self.factor, len(sizes))
        return tuple(size * factor for size, factor in zip(sizes, factors, strict=True))


@op("pixel_shuffle", group="shape")
class PixelShuffle(Op):
    """Channels laid out as pixels: `[C by^2, H, W]` -> `[C, H by, W by]` (Shi et al. 2016).

    FLOPs: 0.
    """

    by: Positive

    def infer(self, inputs: Tensors) -> Tensors:
        x = inputs[0]
        sizes = spatial_sizes(self, x)
        if len(sizes) != 2:
            raise ShapeError("NS301", f"pixel_shuffle takes [C, H, W], not {x}")
        if x.shape[0] % self.by**2:
            pixels = f"{self.by} x {self.by} pixels"
            raise Undivided(x.shape[0], "channels", self.by**2, pixels)
        channels = x.shape[0] // self.by**2
        return (Tensor((channels, *(size * self.by for size in sizes)), x.dtype),)

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return 0

    def window(self, inputs: Tensors) -> None:
        """The step is a fraction, which no `Window` holds."""
        return None


@op("subsample", group="shape")
class Subsample(Op):
    """Every `by`-th element along each spatial axis, from the first: a length n -> `ceil(n / by)`.

    `[C, L]`, `[C, H, W]`, `[C, D, H, W]`. FLOPs: 0.
    """

    by: Sizes

    def infer(self, inputs: Tensors) -> Tensors:
        x = inputs[0]
        sizes = spatial_sizes(self, x)
        steps = per_axis(self, "by", self.by, len(sizes))
        lengths = (-(-size // step) for size, step in zip(sizes, steps, strict=True))
        return (Tensor((x.shape[0], *lengths), x.dtype),)

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return 0

    def window(self, inputs: Tensors) -> tuple[Window, ...]:
        steps = per_axis(self, "by", self.by, len(inputs[0].shape) - 1)
        return tuple(Window(stride=step) for step in steps)
