"""Transposed convolutions."""

from math import prod
from typing import ClassVar

from netspec.ops.base import Op, ShapeError, Tensors, Weight, Window, op
from netspec.ops.checks import AXES, Undivided, per_axis, spatial_sizes
from netspec.ops.fields import Paddings, Positive, Sizes
from netspec.tensor import Tensor


@op("conv_transpose", group="convolution")
class ConvTranspose(Op):
    """Transposed convolution over 1, 2 or 3 spatial axes: the gradient of `conv` to its input.

    `[C, L]`, `[C, H, W]`, `[C, D, H, W]` -> `out` channels; a length becomes
    `(n - 1) stride - 2 padding + dilation (kernel - 1) + output_padding + 1`. The output padding,
    at the end of an axis only, is less than the stride or the dilation.
    MACs: `out / groups * kernel` per input element. FLOPs beside them: 1 per output element for
    the bias.
    """

    states: ClassVar[tuple[int, str]] = (0, "out")

    out: Positive
    kernel: Sizes = 2
    stride: Sizes = 1
    padding: Paddings = 0
    output_padding: Paddings = 0
    dilation: Sizes = 1
    groups: Positive = 1
    bias: bool = True

    def infer(self, inputs: Tensors) -> Tensors:
        x = inputs[0]
        sizes = spatial_sizes(self, x)
        self._require_groups(x.shape[0])
        lengths = tuple(map(self._length, AXES[len(sizes)], sizes, *self._per_axis(len(sizes))))
        return (Tensor((self.out, *lengths), x.dtype),)

    def weights(self, inputs: Tensors) -> dict[str, Weight]:
        channels, *sizes = inputs[0].shape
        kernel = per_axis(self, "kernel", self.kernel, len(sizes))
        weight = Weight((channels, self.out // self.groups, *kernel), "kaiming_uniform(a=sqrt(5))")
        if not self.bias:
            return {"weight": weight}
        bias = Weight((self.out,), "uniform(-1/sqrt(fan_in), 1/sqrt(fan_in))")
        return {"weight": weight, "bias": bias}

    def macs(self, inputs: Tensors, outputs: Tensors) -> int:
        kernel = per_axis(self, "kernel", self.kernel, len(inputs[0].shape) - 1)
        return inputs[0].elements * (self.out // self.groups) * prod(kernel)

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return outputs[0].elements if self.bias else 0

    def window(self, inputs: Tensors) -> tuple[Window, ...] | None:
        """With a stride the step is a fraction, which no `Window` holds: None."""
        kernel, stride, padding, _, dilation = self._per_axis(len(inputs[0].shape) - 1)
        if any(step != 1 for step in stride):
            return None
        reach = [d * (k - 1) for d, k in zip(dilation, kernel, strict=True)]
        return tuple(Window(r + 1, 1, r - p) for r, p in zip(reach, padding, strict=True))

    def _per_axis(self, axes: int) -> tuple[tuple[int, ...], ...]:
        return (
            per_axis(self, "kernel", self.kernel, axes),
            per_axis(self, "stride", self.stride, axes),
            per_axis(self, "padding", self.padding, axes),
            per_axis(self, "output_padding", self.output_padding, axes),
            per_axis(self, "dilation", self.dilation, axes),
        )

    def _length(
        self, axis: str, size: int, kernel: int, stride: int, padding: int, more: int, dilation: int
    ) -> int:
        if more >= max(stride, dilation):
            raise ShapeError(
                "NS301",
                f"conv_transpose's `output_padding` of {more} is not less than "
                f"its stride of {stride} or its dilation of {dilation}",
            )
        length = (size - 1) * stride - 2 * padding + dilation * (kernel - 1) + more + 1
        if length < 1:
            raise ShapeError(
                "NS303",
                f"conv_transpose's padding of {padding} cuts off the whole {axis}, "
                f"which would be {length + 2 * padding}",
                hint="less padding, or a larger kernel",
            )
        return length

    def _require_groups(self, channels: int) -> None:
        groups = f"{self.groups} groups"
        if channels % self.groups:
            raise Undivided(channels, "input channels", self.groups, groups)
        if self.out % self.groups:
            raise Undivided(self.out, "output channels", self.groups, groups, None)
