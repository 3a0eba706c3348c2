"""Ops that make a map larger or smaller and learn nothing."""

from __future__ import annotations

from netspec.backends.torch.lowering import Lowering, Tensors, lowers, option, stateless, value
from netspec.backends.torch.ops.batch import per_axis, spatial_axes
from netspec.ops.resize import PixelShuffle, Subsample, Upsample


@lowers(Upsample)
def upsample(op: Upsample, inputs: Tensors) -> Lowering:
    if op.size is None:
        target = option("scale_factor", per_axis(op.factor), None, "by")
    else:
        target = option("size", per_axis(op.size), None)
    return stateless("F.interpolate", "nn.Upsample", target, option("mode", op.mode, "nearest"))


@lowers(PixelShuffle)
def pixel_shuffle(op: PixelShuffle, inputs: Tensors) -> Lowering:
    factor = value("upscale_factor", op.by, "by")
    return stateless("F.pixel_shuffle", "nn.PixelShuffle", factor)


@lowers(Subsample)
def subsample(op: Subsample, inputs: Tensors) -> Lowering:
    """Windows of one element, which torch moves in steps."""
    axes = spatial_axes(inputs)
    window = value("kernel_size", 1), option("stride", per_axis(op.by), None, "by")
    return stateless(f"F.max_pool{axes}d", f"nn.MaxPool{axes}d", *window)
