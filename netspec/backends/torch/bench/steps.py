"""What is measured: a forward without gradients, or a whole training step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from netspec.backends.torch.bench.rounds import Step

RATE = 1e-6
"""A learning rate so small that the weights stay as they are: so do the times, and no loss ends in
NaN or in subnormal numbers.
"""


def inference_step(module: nn.Module, inputs: Sequence[Tensor]) -> Step:
    """One forward in inference mode, finished when it returns; puts the module into eval mode."""
    module.eval()
    device = _device(module, inputs)

    def step() -> None:
        with torch.inference_mode():
            module(*inputs)
        wait(device)

    return step


def training_step(module: nn.Module, inputs: Sequence[Tensor]) -> Step:
    """Forward, loss over all outputs, backward and SGD step, finished when it returns; puts the
    module into training mode. The labels are random, and the same in every step.
    """
    module.train()
    device = _device(module, inputs)
    optimizer = torch.optim.SGD(module.parameters(), lr=RATE)

    def step() -> None:
        optimizer.zero_grad(set_to_none=True)
        loss(module(*inputs)).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        wait(device)

    return step


def loss(outputs: object) -> Tensor:
    """The sum over the outputs, auxiliary ones too: the cross-entropy of scores `[N, classes]`
    against labels 0, 1, 2 ... in turn, of any other the mean.
    """
    return torch.stack([_loss(output).float() for output in floating(outputs)]).sum()


def _loss(output: Tensor) -> Tensor:
    if output.dim() != 2:
        return output.mean()
    labels = torch.arange(len(output), device=output.device) % output.shape[1]
    return F.cross_entropy(output, labels)


def floating(outputs: object) -> Iterator[Tensor]:
    """The floating-point tensors in what a module returns."""
    if isinstance(outputs, Tensor):
        if outputs.is_floating_point():
            yield outputs
    elif isinstance(outputs, Mapping):
        yield from floating(outputs.values())
    elif isinstance(outputs, Iterable):
        for output in outputs:
            yield from floating(output)


def wait(device: torch.device) -> None:
    """Until the device has finished what it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def _device(module: nn.Module, inputs: Sequence[Tensor]) -> torch.device:
    return next((x.device for x in (*inputs, *module.parameters())), torch.device("cpu"))
