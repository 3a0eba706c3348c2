"""Dropout where the original has it, with its probabilities in the order of the network."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import netspec
from netspec.ops.stochastic import Dropout, DropoutChannels
from netspec.program import Instance

RATES = {
    "alexnet": [0.5, 0.5],
    "vgg16": [0.5, 0.5],
    "squeezenet1_0": [0.5],
    "googlenet": [0.7, 0.7, 0.2],
    "inception_v1": [0.7, 0.7, 0.4],
    "inception_v3": [0.5],
    "inception_v4": [],
    "mobilenet_v2": [0.2],
    "resnet50": [],
    "densenet121": [],
    "unet_572": [0.5, 0.5],
    "spatial_transformer_net": [0.5, 0.5],
    "vit_b_16": [0.0] * 37,
}
"""torchvision's models (vit: its default), timm's inception_v4 (0), Ronneberger et al. 2015
(end of the contracting path), PyTorch's tutorial on spatial transformers.
"""


def dropouts(instance: Instance) -> Iterator[float]:
    for call in instance.calls:
        if isinstance(call.target, Instance):
            for _ in range(call.count):
                yield from dropouts(call.target)
        elif isinstance(call.target, Dropout | DropoutChannels):
            yield from [call.target.p] * call.count


@pytest.mark.parametrize("name", RATES)
def test_dropout_rates(name: str) -> None:
    assert list(dropouts(netspec.load(name).program.root)) == RATES[name]
