"""Whether an op's facts are what a torch module shows."""

from __future__ import annotations

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from netspec.ops.base import Op, ShapeError, Weight
from netspec.tensor import Tensor

BATCH = 2


def types(*shapes: tuple[int, ...]) -> tuple[Tensor, ...]:
    return tuple(Tensor(shape) for shape in shapes)


def shown_by(module: nn.Module) -> dict[str, tuple[tuple[int, ...], bool, str]]:
    """Shape, trainability and dtype of every weight, in state-dict order."""
    trainable = {name for name, _ in module.named_parameters()}
    return {
        name: (tuple(value.shape), name in trainable, str(value.dtype).removeprefix("torch."))
        for name, value in module.state_dict().items()
    }


def stated(weights: dict[str, Weight]) -> dict[str, tuple[tuple[int, ...], bool, str]]:
    return {name: (w.shape, w.trainable, w.dtype) for name, w in weights.items()}


def assert_agrees(op: Op, module: nn.Module, *shapes: tuple[int, ...]) -> None:
    """The op states the output shape, the weights and the MACs that the module shows."""
    inputs = types(*shapes)
    outputs = op.infer(inputs)
    counter = FlopCounterMode(display=False)
    with counter, torch.no_grad():
        y = module.eval()(*(torch.zeros(BATCH, *shape) for shape in shapes))
    assert outputs[0].shape == tuple(y.shape[1:])
    stated_weights = op.weights(inputs)
    assert list(stated_weights) == list(module.state_dict())
    assert stated(stated_weights) == shown_by(module)
    assert 2 * BATCH * op.macs(inputs, outputs) == counter.get_total_flops()


def outcome_of_torch(module: nn.Module, shape: tuple[int, ...]) -> tuple[int, ...] | None:
    """The shape that torch computes without the batch, or None if it refuses the input, or has
    nothing to say of it: the maximum of a window outside of the input is -inf.
    """
    try:
        with torch.no_grad():
            output = module.eval()(torch.zeros(1, *shape))
    except RuntimeError:
        return None
    return None if output.isinf().any() else tuple(output.shape[1:])


def outcome_of_op(op: Op, shape: tuple[int, ...]) -> tuple[int, ...] | None:
    """The shape that the op infers, or None if it refuses the input."""
    try:
        return op.infer(types(shape))[0].shape
    except ShapeError:
        return None
