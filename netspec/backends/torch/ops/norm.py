"""Normalisations."""

from __future__ import annotations

from netspec.backends.torch.code import Attribute, Call, Operand
from netspec.backends.torch.lowering import (
    Lowering,
    Tensors,
    call,
    lowers,
    option,
    registered,
    stateless,
    value,
)
from netspec.backends.torch.ops.batch import spatial_axes
from netspec.ops.norm import (
    BatchNorm,
    GroupNorm,
    InstanceNorm,
    LayerNorm,
    LocalResponseNorm,
    RMSNorm,
)


@lowers(BatchNorm)
def batch_norm(op: BatchNorm, inputs: Tensors) -> Lowering:
    return registered(
        call(
            f"nn.BatchNorm{max(1, spatial_axes(inputs))}d",
            value("num_features", inputs[0].shape[0]),
            option("eps", op.eps, 1e-5),
            option("momentum", op.momentum, 0.1),
            option("affine", op.affine, True),
        ),
        fresh=True,
    )


@lowers(LayerNorm)
def layer_norm(op: LayerNorm, inputs: Tensors) -> Lowering:
    over_channels = op.axis == 0 and spatial_axes(inputs) > 0
    features = value("normalized_shape", inputs[0].shape[0 if over_channels else -1])
    eps = option("eps", op.eps, 1e-5)
    if over_channels:
        return registered(call("ChannelNorm", features, eps), CHANNEL_NORM)
    return registered(call("nn.LayerNorm", features, eps))


CHANNEL_NORM = '''
class ChannelNorm(nn.LayerNorm):
    """Layer normalisation over the channels at each position."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)
'''


@lowers(GroupNorm)
def group_norm(op: GroupNorm, inputs: Tensors) -> Lowering:
    return registered(
        call(
            "nn.GroupNorm",
            value("num_groups", op.groups, "groups"),
            value("num_channels", inputs[0].shape[0]),
            option("eps", op.eps, 1e-5),
        )
    )


@lowers(InstanceNorm)
def instance_norm(op: InstanceNorm, inputs: Tensors) -> Lowering:
    return registered(
        call(
            f"nn.InstanceNorm{spatial_axes(inputs)}d",
            value("num_features", inputs[0].shape[0]),
            option("eps", op.eps, 1e-5),
            option("affine", op.affine, False),
        )
    )


@lowers(RMSNorm)
def rms_norm(op: RMSNorm, inputs: Tensors) -> Lowering:
    features = value("normalized_shape", inputs[0].shape[-1])
    return registered(call("nn.RMSNorm", features, option("eps", op.eps, None)))


@lowers(LocalResponseNorm)
def local_response_norm(op: LocalResponseNorm, inputs: Tensors) -> Lowering:
    arguments = (
        value("size", op.size, "size"),
        option("alpha", op.alpha, 1e-4),
        option("beta", op.beta, 0.75),
        option("k", op.k, 1.0),
    )
    if len(inputs[0].shape) < 4:
        return stateless("F.local_response_norm", "nn.LocalResponseNorm", *arguments)
    contiguous = Call(Attribute(Operand(0), "contiguous"), ())  # torch's own code needs it there
    return Lowering(call("F.local_response_norm", contiguous, *arguments))
