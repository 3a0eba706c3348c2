"""Normalisations: the output has the input's shape."""

from typing import Literal

from netspec.ops.base import Op, ShapeError, Tensors, Weight, Window, op
from netspec.ops.checks import Undivided, require_float, spatial_sizes
from netspec.ops.fields import Epsilon, Positive, Probability


@op("bn", group="normalisation")
class BatchNorm(Op):
    """`(x - mean) / sqrt(var + eps) * weight + bias` per channel, of `[C]` to `[C, D, H, W]`.

    Mean and variance are the batch's in training, running averages (buffers) in evaluation.
    FLOPs: 4 per element (subtract, divide, scale, shift), 2 without `affine`.
    """

    eps: Epsilon = 1e-5
    momentum: Probability = 0.1
    affine: bool = True

    def infer(self, inputs: Tensors) -> Tensors:
        require_float(self, inputs[0])
        if not 1 <= len(inputs[0].shape) <= 4:
            raise ShapeError("NS301", f"bn takes [C] to [C, D, H, W], not {inputs[0]}")
        return inputs

    def weights(self, inputs: Tensors) -> dict[str, Weight]:
        channels = inputs[0].shape[:1]
        learned = _scale_and_shift(channels) if self.affine else {}
        return learned | {
            "running_mean": Weight(channels, "zeros", trainable=False),
            "running_var": Weight(channels, "ones", trainable=False),
            "num_batches_tracked": Weight((), "zeros", trainable=False, dtype="int64"),
        }

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return (4 if self.affine else 2) * outputs[0].elements


@op("ln", group="normalisation")
class LayerNorm(Op):
    """`(x - mean) / sqrt(var + eps) * weight + bias` along one axis, with that axis' statistics.

    `axis: -1` normalises the features of `[D]`, `[T, D]`; `axis: 0` the channels of `[C, H, W]`.
    `eps` is that of vision transformers; PyTorch's own default is 1e-5.
    FLOPs: 7 per element (3 for the statistics, subtract, divide, scale, shift).
    """

    eps: Epsilon = 1e-6
    axis: Literal[-1, 0] = -1

    def infer(self, inputs: Tensors) -> Tensors:
        require_float(self, inputs[0])
        return inputs

    def weights(self, inputs: Tensors) -> dict[str, Weight]:
        return _scale_and_shift((inputs[0].shape[self.axis],))

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return 7 * outputs[0].elements

    def window(self, inputs: Tensors) -> tuple[Window, ...] | None:
        along_channels = self.axis == 0 or len(inputs[0].shape) == 1
        return super().window(inputs) if along_channels else None


@op("gn", group="normalisation")
class GroupNorm(Op):
    """`(x - mean) / sqrt(var + eps) * weight + bias`, with one mean and variance per channel group.

    `[C]` to `[C, D, H, W]`; the groups divide C and have more than one element each. The statistics
    reach over the whole map; the receptive field, as usual, leaves them out.
    FLOPs: 7 per element (3 for the statistics, subtract, divide, scale, shift).
    """

    groups: Positive
    eps: Epsilon = 1e-5

    def infer(self, inputs: Tensors) -> Tensors:
        x = inputs[0]
        require_float(self, x)
        if x.shape[0] % self.groups:
            raise Undivided(x.shape[0], "channels", self.groups, f"{self.groups} groups")
        if x.elements == self.groups:
            message = f"gn of {x} in {self.groups} groups: one element has no variance"
            raise ShapeError("NS301", message)
        return inputs

    def weights(self, inputs: Tensors) -> dict[str, Weight]:
        return _scale_and_shift(inputs[0].shape[:1])

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return 7 * outputs[0].elements


@op("instance_norm", group="normalisation")
class InstanceNorm(Op):
    """`(x - mean) / sqrt(var + eps)` with each channel's mean and variance over its own map.

    `[C, L]`, `[C, H, W]`, `[C, D, H, W]`, of more than one element per channel; `affine` adds
    `* weight + bias` per channel. Training and evaluation are the same. The receptive field, as
    usual, leaves the statistics out.
    FLOPs: 5 per element (3 for the statistics, subtract, divide), 7 with `affine`.
    """

    eps: Epsilon = 1e-5
    affine: bool = False

    def infer(self, inputs: Tensors) -> Tensors:
        if spatial_sizes(self, inputs[0]) and inputs[0].elements == inputs[0].shape[0]:
            raise ShapeError("NS301", f"instance_norm of {inputs[0]}: one element has no variance")
        return inputs

    def weights(self, inputs: Tensors) -> dict[str, Weight]:
        return _scale_and_shift(inputs[0].shape[:1]) if self.affine else {}

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return (7 if self.affine else 5) * outputs[0].elements


@op("rms_norm", group="normalisation")
class RMSNorm(Op):
    """`x / sqrt(mean(x^2) + eps) * weight` over the features of `[D]`, `[T, D]`: the last axis.

    Zhang and Sennrich 2019. FLOPs: 4 per element (square, add, divide, scale).
    """

    eps: Epsilon = 1e-6

    def infer(self, inputs: Tensors) -> Tensors:
        require_float(self, inputs[0])
        return inputs

    def weights(self, inputs: Tensors) -> dict[str, Weight]:
        return {"weight": Weight(inputs[0].shape[-1:], "ones")}

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return 4 * outputs[0].elements

    def window(self, inputs: Tensors) -> tuple[Window, ...] | None:
        return super().window(inputs) if len(inputs[0].shape) == 1 else None


@op("lrn", group="normalisation")
class LocalResponseNorm(Op):
    """`x / (k + alpha / size * sum of x^2 over size neighbouring channels) ^ beta`.

    `[C, L]` to `[C, D, H, W]` (Krizhevsky et al. 2012, with torch's `alpha / size`).
    FLOPs: `size + 4` per element (square, `size - 1` adds, multiply, add, power, divide).
    """

    size: Positive = 5
    alpha: float = 1e-4
    beta: float = 0.75
    k: float = 1.0

    def infer(self, inputs: Tensors) -> Tensors:
        spatial_sizes(self, inputs[0])
        return inputs

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return (self.size + 4) * outputs[0].elements


def _scale_and_shift(shape: tuple[int, ...]) -> dict[str, Weight]:
    return {"weight": Weight(shape, "ones"), "bias": Weight(shape, "zeros")}
