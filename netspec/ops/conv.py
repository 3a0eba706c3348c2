"""Convolutions."""

from math import prod
from typing import Annotated, ClassVar, Literal

from pydantic import PlainValidator

from netspec.ops.base import Op, ShapeError, Tensors, Weight, Window, op
from netspec.ops.checks import Undivided, per_axis, require_fit, spatial_sizes
from netspec.ops.fields import Positive, Sizes, paddings
from netspec.tensor import Tensor


def _conv_padding(value: object) -> object:
    if value in ("same", "causal"):
        return value
    if isinstance(value, str):
        raise ValueError("must be a number, one per axis, `same` or `causal`")
    return paddings(value)


Padding = Annotated[
    int | tuple[int, ...] | Literal["same", "causal"], PlainValidator(_conv_padding)
]


@op("conv", group="convolution")
class Conv(Op):
    """Convolution over 1, 2 or 3 spatial axes: each output channel sees `in / groups` channels.

    `[C, L]`, `[C, H, W]`, `[C, D, H, W]` -> `out` channels; a length becomes
    `floor((n + 2 padding - dilation (kernel - 1) - 1) / stride) + 1`. `padding: same` keeps the
    lengths (stride 1 only), `causal` pads only in front (1-D only).
    MACs: `in / groups * kernel` per output element. FLOPs beside them: 1 per output element for
    the bias.
    """

    states: ClassVar[tuple[int, str]] = (0, "out")

    out: Positive
    kernel: Sizes = 1
    stride: Sizes = 1
    padding: Padding = 0
    dilation: Sizes = 1
    groups: Positive = 1
    bias: bool = True
    padding_mode: Literal["zeros", "reflect", "replicate", "circular"] = "zeros"

    def infer(self, inputs: Tensors) -> Tensors:
        x = inputs[0]
        sizes = spatial_sizes(self, x)
        self._require_groups(x.shape[0])
        windows = self._windows(len(sizes))
        after = self._padding_after(windows)
        if self.padding_mode != "zeros":
            self._require_padding_source(sizes, windows, after)
        lengths = tuple(
            (size + window.before + behind - window.size) // window.stride + 1
            for size, window, behind in zip(sizes, windows, after, strict=True)
        )
        if any(length < 1 for length in lengths):
            require_fit(self, sizes, windows, lengths)
        return (Tensor((self.out, *lengths), x.dtype),)

    def weights(self, inputs: Tensors) -> dict[str, Weight]:
        channels, *sizes = inputs[0].shape
        kernel = per_axis(self, "kernel", self.kernel, len(sizes))
        weight = Weight((self.out, channels // self.groups, *kernel), "kaiming_uniform(a=sqrt(5))")
        if not self.bias:
            return {"weight": weight}
        bias = Weight((self.out,), "uniform(-1/sqrt(fan_in), 1/sqrt(fan_in))")
        return {"weight": weight, "bias": bias}

    def macs(self, inputs: Tensors, outputs: Tensors) -> int:
        channels, *sizes = inputs[0].shape
        kernel = per_axis(self, "kernel", self.kernel, len(sizes))
        return outputs[0].elements * (channels // self.groups) * prod(kernel)

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return outputs[0].elements if self.bias else 0

    def window(self, inputs: Tensors) -> tuple[Window, ...]:
        return self._windows(len(inputs[0].shape) - 1)

    def _windows(self, axes: int) -> tuple[Window, ...]:
        kernel = per_axis(self, "kernel", self.kernel, axes)
        stride = per_axis(self, "stride", self.stride, axes)
        dilation = per_axis(self, "dilation", self.dilation, axes)
        spans = tuple(d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True))
        return tuple(map(Window, spans, stride, self._padding_before(spans, stride)))

    def _padding_before(self, spans: tuple[int, ...], stride: tuple[int, ...]) -> tuple[int, ...]:
        if self.padding == "same":
            self._require_unit_stride(stride)
            return tuple((span - 1) // 2 for span in spans)
        if self.padding == "causal":
            self._require_one_axis(len(spans))
            return (spans[0] - 1,)
        return per_axis(self, "padding", self.padding, len(spans))

    def _padding_after(self, windows: tuple[Window, ...]) -> tuple[int, ...]:
        if self.padding == "same":
            return tuple(window.size - 1 - window.before for window in windows)
        if self.padding == "causal":
            return (0,)
        return tuple(window.before for window in windows)

    def _require_groups(self, channels: int) -> None:
        if self.groups == 1:
            return
        groups = f"{self.groups} groups"
        if channels % self.groups:
            raise Undivided(channels, "input channels", self.groups, groups)
        if self.out % self.groups:
            raise Undivided(self.out, "output channels", self.groups, groups, None)

    def _require_unit_stride(self, stride: tuple[int, ...]) -> None:
        if any(step != 1 for step in stride):
            raise ShapeError(
                "NS301",
                f"conv with `padding: same` has stride 1, not {max(stride)}",
                hint="give `padding` a number, or put `pad` before a conv without padding",
            )

    def _require_one_axis(self, axes: int) -> None:
        if axes != 1:
            raise ShapeError(
                "NS301",
                f"`padding: causal` is for [C, L]; this input has {axes} spatial axes",
                hint="give `padding` one number per axis",
            )

    def _require_padding_source(
        self, sizes: tuple[int, ...], windows: tuple[Window, ...], after: tuple[int, ...]
    ) -> None:
        """A reflection leaves out the border itself; a wrap goes round once at most."""
        spare = {"reflect": 1, "circular": 0}.get(self.padding_mode)
        if spare is None:
            return
        for size, window, behind in zip(sizes, windows, after, strict=True):
            if max(window.before, behind) > size - spare:
                raise ShapeError(
                    "NS303",
                    f"`padding_mode: {self.padding_mode}` cannot take a padding of "
                    f"{max(window.before, behind)} from an input of {size}",
                )
