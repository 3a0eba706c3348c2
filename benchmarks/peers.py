"""The counters that netspec is held against, each on its quickest path.

`python -m benchmarks.peers TOOL DEVICE NETWORK` is the least script that prints a network's figures
with one of them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import torch
from torch import Tensor, nn

from benchmarks.handwritten import BUILDERS

Counter = Callable[[nn.Module, Tensor], int]


def torchinfo(module: nn.Module, x: Tensor) -> int:
    """The multiply-adds of every layer, its biases and normalisation counted in."""
    from torchinfo import summary

    figures = summary(module, input_data=x, device=x.device, verbose=0)
    return int(figures.total_mult_adds)


def flop_counter(module: nn.Module, x: Tensor) -> int:
    """Twice the MACs of convolutions and matrix products."""
    from torch.utils.flop_counter import FlopCounterMode

    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        module(x)
    return int(counter.get_total_flops())


def fvcore(module: nn.Module, x: Tensor) -> int:
    """MACs of convolutions and matrix products, and fvcore's count for the other ops it knows."""
    from fvcore.nn import FlopCountAnalysis

    with torch.no_grad():
        analysis = FlopCountAnalysis(module, x)
        analysis.unsupported_ops_warnings(False).uncalled_modules_warnings(False)
        return int(analysis.total())


COUNTERS: dict[str, Counter] = {
    "torchinfo": torchinfo,
    "FlopCounterMode": flop_counter,
    "fvcore": fvcore,
}
DEVICES = {
    "torchinfo": ("meta", "cpu"),
    "FlopCounterMode": ("meta", "cpu"),
    "fvcore": ("cpu",),
}
"""fvcore traces with torch.jit, which fails on the meta device."""
INPUTS = {
    "densenet121": (3, 224, 224),
    "resnet152": (3, 224, 224),
    "preresnet1001": (3, 32, 32),
}


def build(network: str, device: str) -> tuple[nn.Module, Tensor]:
    """The module, in eval mode, and an input for it."""
    with torch.device(device):
        return BUILDERS[network]().eval(), torch.empty(1, *INPUTS[network])


def params(module: nn.Module) -> int:
    return sum(weight.numel() for weight in module.parameters())


def figures(network: str) -> tuple[int, int]:
    """The parameters and MACs of a network's module, by torch itself."""
    module, x = build(network, "meta")
    return params(module), flop_counter(module, x) // 2


def main(tool: str, device: str, network: str) -> None:
    module, x = build(network, device)
    print(network, params(module), COUNTERS[tool](module, x))


if __name__ == "__main__":
    main(*sys.argv[1:])
