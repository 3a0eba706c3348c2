"""Pooling undone, by the positions that a pool remembers."""

from netspec.ops.base import Op, ShapeError, Tensors, op
from netspec.ops.checks import AXES, differing, per_axis, spatial_sizes
from netspec.ops.fields import Paddings, Sizes
from netspec.tensor import Tensor


@op("max_unpool", group="pooling")
class MaxUnpool(Op):
    """Each value at the position that it was pooled from, zero elsewhere (Zeiler & Fergus 2014).

    Takes the value and the `indices` of a `max_pool` with the same arguments: `[C, L]`,
    `[C, H, W]`, `[C, D, H, W]`. The map is as large as the one that was pooled. Of indices from
    elsewhere a length becomes `(n - 1) stride - 2 padding + kernel`; `size` gives another that
    pools to the same: more or less by under one stride. FLOPs: 0.
    """

    kernel: Sizes = 2
    stride: Sizes | None = None
    padding: Paddings = 0
    size: Sizes | None = None

    arity = (2, 2)
    integers = True

    def infer(self, inputs: Tensors) -> Tensors:
        x, indices = inputs
        sizes = spatial_sizes(self, x)
        if indices.dtype != "int64":
            raise ShapeError("NS301", f"max_unpool takes int64 indices, not {indices.dtype}")
        if indices.shape != x.shape:
            message = f"max_unpool: the indices are {indices}, the values {x}"
            raise ShapeError("NS302", message, about=differing(x.shape, indices.shape, (0, 1)))
        return (Tensor((x.shape[0], *self._lengths(sizes, indices.within)), x.dtype),)

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return 0

    def window(self, inputs: Tensors) -> None:
        return None

    def usual(self, sizes: tuple[int, ...]) -> tuple[int, ...]:
        """The lengths that torch takes, of those that are pooled to these."""
        axes = len(sizes)
        kernel = per_axis(self, "kernel", self.kernel, axes)
        padding = per_axis(self, "padding", self.padding, axes)
        steps = zip(sizes, self._stride(axes), padding, kernel, strict=True)
        return tuple((n - 1) * s - 2 * p + k for n, s, p, k in steps)

    def _stride(self, axes: int) -> tuple[int, ...]:
        given = self.kernel if self.stride is None else self.stride
        return per_axis(self, "stride", given, axes)

    def _lengths(self, sizes: tuple[int, ...], within: tuple[int, ...] | None) -> tuple[int, ...]:
        axes, usual = len(sizes), self.usual(sizes)
        lengths = within or usual
        if self.size is not None:
            lengths = per_axis(self, "size", self.size, axes)
        if within is not None and lengths != within:
            raise ShapeError(
                "NS303",
                f"max_unpool to maps of {list(lengths)}, but the indices count positions in maps "
                f"of {list(within)}",
            )
        pairs = zip(AXES[axes], lengths, usual, self._stride(axes), strict=True)
        for name, length, expected, step in pairs:
            if length < 1 or abs(length - expected) >= step:
                raise ShapeError(
                    "NS303",
                    f"max_unpool to a {name} of {length}, but its input is pooled from {expected}, "
                    f"give or take less than the stride of {step}",
                )
        return lengths
