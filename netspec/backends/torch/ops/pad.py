"""Borders added and cut off."""

from __future__ import annotations

from netspec.backends.torch.code import Operand
from netspec.backends.torch.lowering import Lowering, Tensors, call, lowers, option, value
from netspec.backends.torch.ops.batch import spatial_axes
from netspec.ops.pad import Borders, Crop, CropTo, Pad, PadChannels

MODULES = {
    "zeros": "ZeroPad",
    "reflect": "ReflectionPad",
    "replicate": "ReplicationPad",
    "circular": "CircularPad",
}


@lowers(Pad)
def pad(op: Pad, inputs: Tensors) -> Lowering:
    axes = spatial_axes(inputs)
    amount = value("padding", _last_axis_first(op.borders(axes)))
    mode = option("mode", "constant" if op.mode == "zeros" else op.mode, "constant")
    form = call("F.pad", Operand(0), amount, mode)
    return Lowering(form, call(f"nn.{MODULES[op.mode]}{axes}d", amount))


@lowers(PadChannels)
def pad_channels(op: PadChannels, inputs: Tensors) -> Lowering:
    channels, *sizes = inputs[0].shape
    amount = value("padding", (0, 0) * len(sizes) + (0, op.to - channels))
    module = call("PadChannels", value("channels", op.to, "to"))
    return Lowering(call("F.pad", Operand(0), amount), module, PAD_CHANNELS)


PAD_CHANNELS = '''
class PadChannels(nn.Module):
    """Channels of zeros behind those of the input."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.channels = channels

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.pad(x, (0, 0) * (x.dim() - 2) + (0, self.channels - x.shape[1]))
'''


@lowers(Crop)
def crop(op: Crop, inputs: Tensors) -> Lowering:
    amount = value("padding", (-op.left, -op.right, -op.top, -op.bottom))
    return Lowering(call("F.pad", Operand(0), amount), call("nn.ZeroPad2d", amount))


@lowers(CropTo)
def crop_to(op: CropTo, inputs: Tensors) -> Lowering:
    margins = tuple((-before, -after) for before, after in op.margins(inputs))
    if not any(map(any, margins)):
        return Lowering(Operand(0), call("nn.Identity"))
    return Lowering(call("F.pad", Operand(0), value("padding", _last_axis_first(margins))))


def _last_axis_first(borders: Borders) -> tuple[int, ...]:
    """The amounts in the order of `F.pad`."""
    return tuple(amount for axis in reversed(borders) for amount in axis)
