"""Ops that are random in training and the identity in evaluation."""

from netspec.ops.base import Op, Tensors, op
from netspec.ops.checks import require_float, spatial_sizes
from netspec.ops.fields import Probability


@op("dropout", group="stochastic")
class Dropout(Op):
    """In training each element is zero with probability `p`, else divided by `1 - p`.

    FLOPs: 0 (the evaluation graph).
    """

    p: Probability = 0.5

    def infer(self, inputs: Tensors) -> Tensors:
        require_float(self, inputs[0])
        return inputs

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return 0


@op("dropout_channels", group="stochastic")
class DropoutChannels(Op):
    """In training each channel of `[C, L]` to `[C, D, H, W]` is dropped as a whole.

    With probability `p`, else divided by `1 - p`. FLOPs: 0 (the evaluation graph).
    """

    p: Probability = 0.5

    def infer(self, inputs: Tensors) -> Tensors:
        spatial_sizes(self, inputs[0])
        return inputs

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return 0


@op("drop_path", group="stochastic")
class DropPath(Op):
    """In training each sample is zero as a whole with probability `p`, else divided by `1 - p`.

    At the end of a residual branch it leaves the branch out (Huang et al. 2016).
    FLOPs: 0 (the evaluation graph).
    """

    p: Probability

    def infer(self, inputs: Tensors) -> Tensors:
        require_float(self, inputs[0])
        return inputs

    def extra_flops(self, inputs: Tensors, outputs: Tensors) -> int:
        return 0
