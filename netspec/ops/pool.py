"""Pooling: windows that slide, windows that adapt to their input, the whole map as one window."""

from math import gcd, prod

from netspec.ops.base import Op, ShapeError, Tensors, Window, op
from netspec.ops.checks import per_axis, require_fit, spatial_sizes
from netspec.ops.fields import Paddings, Sizes
from netspec.tensor import Tensor


@op("max_pool", group="pooling")
class MaxPool(Op):
    """The largest element of each window, per channel; the stride is by default the kernel.

    A second output, `indices`, says where in its map each was (int64); a step with a name has it:
    `from: pool.indices`.

    `[C, L]`, `[C, H, W]`, `[C, D, H, W]`; a length becomes
    `floor((n + 2 padding - dilation (kernel - 1) - 1) / stride) + 1`; `ceil` rounds up, unless the
    last window would start in the padding behind the input.
    FLOPs: `kernel - 1` comparisons per output element.
    """

    kernel: Sizes = 2
    stride: Sizes | None = None
    padding: Paddings = 0
    dilation: Sizes = 1
    ceil: bool = False

    extras = ("indices",)

    def infer(self, inputs: Tensors) -> Tensors:
        outputs = with_indices(inputs[0], _slide(self, inputs))
        self._require_hits(inputs, outputs)
        return outputs

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        axes = len(inputs[0].shape) - 1
        return (prod(per_axis(self, "kernel", self.kernel, axes)) - 1) * outputs[0].elements

    def window(self, inputs: Tensors) -> tuple[Window, ...]:
        axes = len(inputs[0].shape) - 1
        kernel = per_axis(self, "kernel", self.kernel, axes)
        dilation = per_axis(self, "dilation", self.dilation, axes)
        spans = tuple(d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True))
        return tuple(map(Window, spans, _stride(self, kernel), _padding(self, axes)))

    def _require_hits(self, inputs: Tensors, outputs: Tensors) -> None:
        """A window whose taps all lie in the padding has no largest element."""
        axes = len(inputs[0].shape) - 1
        kernels = per_axis(self, "kernel", self.kernel, axes)
        dilations = per_axis(self, "dilation", self.dilation, axes)
        lengths = zip(inputs[0].shape[1:], outputs[0].shape[1:], strict=True)
        for axis, (size, length) in enumerate(lengths):
            kernel, dilation = kernels[axis], dilations[axis]
            stride, padding = _stride(self, kernels)[axis], _padding(self, axes)[axis]
            before = range(-padding, int(min(0, length * stride - padding)), stride)
            if not all(_hits(start, kernel, dilation, size) for start in before):
                raise ShapeError(
                    "NS303",
                    f"a window of max_pool misses an axis of {size}: its {kernel} elements are "
                    f"{dilation} apart and start in the padding",
                )


def _hits(start: int, kernel: int, dilation: int, size: int) -> bool:
    """Whether a window that starts before the axis has an element on it."""
    skipped = -(start // dilation)
    return skipped < kernel and start + skipped * dilation < size


@op("avg_pool", group="pooling")
class AvgPool(Op):
    """The mean of each window, per channel; the stride is by default the kernel.

    `[C, L]`, `[C, H, W]`, `[C, D, H, W]`; lengths as in `max_pool`. `count_pad: false` leaves the
    zeros of the padding out of the mean. Over 3 axes the input without its padding, too, is as
    large as the kernel (torch's rule).
    FLOPs: `kernel` per output element (`kernel - 1` adds, a division).
    """

    kernel: Sizes = 2
    stride: Sizes | None = None
    padding: Paddings = 0
    ceil: bool = False
    count_pad: bool = True

    def infer(self, inputs: Tensors) -> Tensors:
        output = _slide(self, inputs)
        if len(inputs[0].shape) == 4:
            self._require_unpadded_fit(inputs)
        return (output,)

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        axes = len(inputs[0].shape) - 1
        return prod(per_axis(self, "kernel", self.kernel, axes)) * outputs[0].elements

    def window(self, inputs: Tensors) -> tuple[Window, ...]:
        axes = len(inputs[0].shape) - 1
        kernel = per_axis(self, "kernel", self.kernel, axes)
        return tuple(map(Window, kernel, _stride(self, kernel), _padding(self, axes)))

    def _require_unpadded_fit(self, inputs: Tensors) -> None:
        for size, window in zip(inputs[0].shape[1:], self.window(inputs), strict=True):
            if window.size > size:
                raise ShapeError(
                    "NS303",
                    f"avg_pool's kernel of {window.size} is larger than an axis of {size}; "
                    "over 3 axes padding does not make up for it",
                )


def with_indices(x: Tensor, output: Tensor) -> Tensors:
    """The largest elements, and where in its map each was, counted in the order of the map."""
    return (output, Tensor(output.shape, "int64", within=x.shape[1:]))


def _slide(pool: MaxPool | AvgPool, inputs: Tensors) -> Tensor:
    x = inputs[0]
    sizes = spatial_sizes(pool, x)
    windows = pool.window(inputs)
    _require_half_padding(pool, len(sizes))
    lengths = tuple(_length(pool, *pair) for pair in zip(sizes, windows, strict=True))
    if any(length < 1 for length in lengths):
        require_fit(pool, sizes, windows, lengths)
    return Tensor((x.shape[0], *lengths), x.dtype)


def _stride(pool: MaxPool | AvgPool, kernel: tuple[int, ...]) -> tuple[int, ...]:
    return kernel if pool.stride is None else per_axis(pool, "stride", pool.stride, len(kernel))


def _padding(pool: MaxPool | AvgPool, axes: int) -> tuple[int, ...]:
    return per_axis(pool, "padding", pool.padding, axes)


def _length(pool: MaxPool | AvgPool, size: int, window: Window) -> int:
    room = size + 2 * window.before - window.size
    if not pool.ceil:
        return room // window.stride + 1
    length = -(-room // window.stride) + 1
    starts_behind = (length - 1) * window.stride >= size + window.before
    return length - 1 if starts_behind else length


def _require_half_padding(pool: MaxPool | AvgPool, axes: int) -> None:
    """With more padding a window could lie in it altogether."""
    kernels = per_axis(pool, "kernel", pool.kernel, axes)
    for kernel, padding in zip(kernels, _padding(pool, axes), strict=True):
        if padding > kernel // 2:
            raise ShapeError(
                "NS303",
                f"{pool.name}'s padding of {padding} is more than half of its kernel of {kernel}",
            )


class AdaptivePool(Op):
    """A pool with `size` windows per axis, as even as the input allows."""

    size: Sizes = 1

    def infer(self, inputs: Tensors) -> Tensors:
        x = inputs[0]
        lengths = per_axis(self, "size", self.size, len(spatial_sizes(self, x)))
        return (Tensor((x.shape[0], *lengths), x.dtype),)

    def window(self, inputs: Tensors) -> tuple[Window, ...] | None:
        sizes = inputs[0].shape[1:]
        lengths = per_axis(self, "size", self.size, len(sizes))
        if any(size % length for size, length in zip(sizes, lengths, strict=True)):
            return None
        spans = [size // length for size, length in zip(sizes, lengths, strict=True)]
        return tuple(Window(span, span) for span in spans)


def _elements_read(x: Tensor, y: Tensor) -> int:
    """Elements in all windows; of m windows over n, window i is `floor(i n/m)..ceil((i+1) n/m)`.

    Two neighbours overlap in one element unless their border is whole: m - gcd(n, m) times.
    """
    return x.shape[0] * prod(
        n + m - gcd(n, m) for n, m in zip(x.shape[1:], y.shape[1:], strict=True)
    )


@op("adaptive_avg_pool", group="pooling")
class AdaptiveAvgPool(AdaptivePool):
    """The mean of each of `size` windows per axis, as even as the input allows, per channel.

    `[C, L]`, `[C, H, W]`, `[C, D, H, W]` -> lengths `size`.
    FLOPs: 1 per element of each window (the adds, a division).
    """

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return _elements_read(inputs[0], outputs[0])


@op("adaptive_max_pool", group="pooling")
class AdaptiveMaxPool(AdaptivePool):
    """The largest of each of `size` windows per axis, as even as the input allows, per channel.

    `[C, L]`, `[C, H, W]`, `[C, D, H, W]` -> lengths `size`; a second output are the `indices`, as
    of `max_pool`.
    FLOPs: 1 per element of each window but one (the comparisons).
    """

    extras = ("indices",)

    def infer(self, inputs: Tensors) -> Tensors:
        return with_indices(inputs[0], *super().infer(inputs))

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return _elements_read(inputs[0], outputs[0]) - outputs[0].elements


class GlobalPool(Op):
    """A pool whose window is the whole map."""

    keep: bool = False

    def infer(self, inputs: Tensors) -> Tensors:
        x = inputs[0]
        ones = tuple(1 for _ in spatial_sizes(self, x))
        return (Tensor((x.shape[0], *ones) if self.keep else x.shape[:1], x.dtype),)

    def window(self, inputs: Tensors) -> None:
        return None


@op("global_avg_pool", group="pooling")
class GlobalAvgPool(GlobalPool):
    """The mean of each channel: `[C, H, W]` -> `[C]`, with `keep` -> `[C, 1, 1]`.

    FLOPs: 1 per input element (the adds, a division).
    """

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return inputs[0].elements


@op("global_max_pool", group="pooling")
class GlobalMaxPool(GlobalPool):
    """The largest element of each channel: `[C, H, W]` -> `[C]`, with `keep` -> `[C, 1, 1]`.

    FLOPs: 1 per input element but one of each channel (the comparisons).
    """

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return inputs[0].elements - outputs[0].elements
