"""Networks that tests run: of each shipped file one at a small input, and some of `specs/`."""

from __future__ import annotations

from pathlib import Path

import torch

import netspec
from netspec import Network
from netspec.catalog import shipped
from tests.torch_backend.checks import samples

SMALL = {
    "alexnet": (3, 63, 63),
    "densenet121": (3, 32, 32),
    "lenet5": (1, 32, 32),
    "resnet18": (3, 32, 32),
    "resnet50": (3, 32, 32),
    "vgg11_bn": (3, 32, 32),
}
"""A network of each family, and an input that suits it."""
LEAST = {
    "inception_resnet_v2": 75,
    "inception_v1": 79,
    "inception_v3": 299,
    "inception_v3_noaux": 75,
    "inception_v4": 75,
    "unet_572": 188,
    "unet_recursive_572": 188,
    "very_deep_polynet": 75,
}
"""The least side of images, for networks that 64 is too little for."""


EXPORTED = ("dense_lists", "fractal", "inception", "shared_blocks", "skips")
FEATURES = ("clashes", *EXPORTED)
"""`torch.export` cannot reach children that are called `type` or `forward`."""


def shipped_networks() -> list[str]:
    """Of every shipped file the network with the fewest parameters, and those that have outputs in
    training only.
    """
    chosen: list[str] = []
    for name, variants in shipped().items():
        networks = {variant: netspec.load(variant) for variant in variants or [name]}
        smallest = min(networks, key=lambda variant: networks[variant].params)
        late = [variant for variant in networks if networks[variant].program.train_only]
        chosen += dict.fromkeys([smallest, *late])
    return chosen


def network(name: str) -> Network:
    """The network at a small input, if it has one input alone."""
    if name in FEATURES:
        return netspec.load(Path(__file__).parent / "specs" / f"{name}.yaml")
    full = netspec.load(name)
    if len(full.program.inputs) > 1:
        return full
    return netspec.load(name, input=SMALL.get(name) or small_input(name))


def inputs_of(net: Network, batch: int = 2) -> list[torch.Tensor]:
    inputs = samples(net.program, batch)
    return [x.float() if x.is_floating_point() else x for x in inputs]


def outputs_of(returned: object) -> list[torch.Tensor]:
    """The tensors that a network returned."""
    outputs = returned if isinstance(returned, tuple) else (returned,)
    return [output for output in outputs if output is not None]


def small_input(name: str) -> tuple[int, ...]:
    """The spec's own input, images cut down to 64 x 64 or to what the network takes."""
    channels, *sizes = netspec.load(name).input_shape
    return (channels, *(min(size, LEAST.get(name, 64)) for size in sizes))


SHIPPED = shipped_networks()
