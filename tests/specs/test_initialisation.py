"""Initial weights of the shipped networks: samples of what their originals state."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import sqrt
from typing import Any

import pytest
import torch
from torch import nn

import netspec
from netspec import catalog
from tests.specs.starts import (
    ONE,
    ZERO,
    Constant,
    Rule,
    Unit,
    assert_drawn,
    by_fan_in,
    constant,
    cut,
    fan_in,
    fan_out,
    gaussian,
    glorot,
    he,
    he_uniform,
    spread,
    truncated,
    uniform,
    within,
)

FEWEST = 1_000
"""Smaller tensors are pooled with others of the same scheme."""

KINDS: list[tuple[type[nn.Module], str]] = [
    (nn.modules.conv._ConvTransposeNd, "conv_transpose"),
    (nn.modules.conv._ConvNd, "conv"),
    (nn.modules.linear.NonDynamicallyQuantizableLinear, "attention.out_proj"),
    (nn.Linear, "linear"),
    (nn.modules.batchnorm._BatchNorm, "bn"),
    (nn.LayerNorm, "ln"),
    (nn.Embedding, "embedding"),
    (nn.MultiheadAttention, "attention"),
]
Schemes = dict[str, Rule]

TORCH: Schemes = {
    "conv.weight": by_fan_in,
    "conv.bias": by_fan_in,
    "conv_transpose.weight": by_fan_in,
    "conv_transpose.bias": by_fan_in,
    "linear.weight": by_fan_in,
    "linear.bias": by_fan_in,
    "bn.weight": ONE,
    "bn.bias": ZERO,
    "ln.weight": ONE,
    "ln.bias": ZERO,
    "embedding.weight": gaussian(1),
    "attention.in_proj_weight": glorot,
    "attention.in_proj_bias": ZERO,
    "attention.out_proj.weight": by_fan_in,
    "attention.out_proj.bias": ZERO,
    "affine.weight": ONE,
    "affine.bias": ZERO,
}
"""The modules of torch, and our own, where a spec says nothing."""


@dataclass(frozen=True)
class Start:
    """A network, perhaps made smaller; how its ops start other than torch's, and what is at single
    paths.
    """

    address: str
    ops: Mapping[str, Rule] = field(default_factory=dict)
    at: Mapping[str, Rule] = field(default_factory=dict)
    smaller: Mapping[str, Any] = field(default_factory=dict)

    def rule(self, path: str, kind: str) -> Rule:
        """How the parameter of that path starts, one of that kind (`conv.weight`)."""
        for pattern, rule in self.at.items():
            if re.fullmatch(pattern, path):
                return rule
        return self.ops[kind] if kind in self.ops else TORCH[kind]


HE_OUT: Schemes = {"conv.weight": he(fan_out)}
HE_OUT_AND_SMALL = HE_OUT | {
    "conv.bias": ZERO,
    "linear.weight": gaussian(0.01),
    "linear.bias": ZERO,
}
"""torchvision's VGG, MobileNetV2 and video ResNets."""
HE_IN: Schemes = {"conv.weight": he(fan_in)}
DENSENET = HE_IN | {"linear.bias": ZERO}
"""torchvision's DenseNet; the paper has the convolutions so."""
HE_2015 = HE_IN | {"linear.weight": he(fan_in), "linear.bias": ZERO}
"""He et al. 2015, which the papers of ResNet, pre-activated ones and ResNeXt refer to."""
UNET = HE_IN | {"conv_transpose.weight": lambda shape: gaussian(sqrt(2 / shape[0]))(shape)}
"""Ronneberger et al. 2015, Sec. 3: sqrt(2 / N) for N incoming nodes."""
LECUN: Schemes = {
    kind: within(lambda shape: 2.4 / fan_in(shape)) for kind in ("conv.weight", "linear.weight")
}
"""LeCun et al. 1998, appendix A."""

STARTS = [
    Start("alexnet", smaller={"hidden": 256}),
    Start("deconvnet", {"conv.weight": gaussian(0.01), "conv.bias": ZERO}),
    Start("densenet121", DENSENET, smaller={"layers": [2, 2, 2, 2]}),
    Start("densenet@densenet169", DENSENET, smaller={"layers": [2, 2, 2, 2]}),
    Start("densenet_cifar@densenet40_12", DENSENET),
    Start("densenet_cifar@densenet_bc100_12", DENSENET),
    Start(
        "fractalnet@fractalnet20",
        {"conv.weight": glorot, "linear.weight": glorot},
        smaller={"widths": [16, 32, 64, 64, 64]},
    ),
    Start("googlenet@googlenet", {"conv.weight": cut(0.01), "linear.weight": cut(0.01)}),
    Start(
        "highway@highway50",
        {"linear.weight": he(fan_in)},
        {r".*\.transform\.bias": constant(-2)},
    ),
    Start("highway@plain50", {"linear.weight": he(fan_in)}),
    Start(
        "inception_v3@inception_v3",
        {"conv.weight": cut(0.1), "linear.weight": cut(0.1)},
        {r"AuxLogits\.fc\.weight": cut(0.001)},
    ),
    Start("lenet5"),
    Start("lenet5_1998", LECUN),
    Start(
        "mobilenet_v1@mobilenetv1_100",
        HE_OUT | {"linear.weight": within(lambda shape: 1 / sqrt(shape[0])), "linear.bias": ZERO},
        {r".*\.conv_dw\.weight": he(fan_in)},
    ),
    Start("mobilenet_v2", HE_OUT_AND_SMALL),
    Start("nasnet", smaller={"cells": 1}),
    Start(
        "neocognitron",
        at={r"us1\.a\.weight": lambda _: uniform(0, 0.1), r"us1\.b\.weight": ZERO},
    ),
    Start("preresnet_cifar@preresnet110", HE_2015, smaller={"units": 3}),
    Start("preresnet_cifar@preresnet164", HE_2015, smaller={"units": 3}),
    Start("r3d", HE_OUT_AND_SMALL, smaller={"layers": [1, 1, 1, 1]}),
    Start("recurrent_resnet"),
    Start("resnet@resnet18", HE_OUT),
    Start("resnet@resnet50", HE_OUT, smaller={"layers": [1, 2, 1, 1]}),
    Start("resnet_cifar@resnet20", HE_2015),
    Start(
        "resnetv2@resnetv2_50",
        HE_OUT | {"conv.bias": ZERO},
        {r"head\.fc\.weight": gaussian(0.01)},
    ),
    Start("resnext@resnext50_32x4d", HE_OUT, smaller={"layers": [1, 1, 1, 1]}),
    Start("resnext_block@resnext_block_split", HE_IN),
    Start("resnext_block@resnext_block_grouped", HE_IN),
    Start("resnext_cifar@resnext29_32x4d", HE_2015),
    Start("seresnet", HE_OUT, {r"layer\d\.\d+\.bn3\.weight": ZERO}, {"layers": [1, 2, 1, 1]}),
    Start("shufflenet_v2@shufflenet_v2_x1_0"),
    Start(
        "spatial_transformer_net",
        at={
            r"transformer\.theta\.weight": ZERO,
            r"transformer\.theta\.bias": lambda _: Constant([1, 0, 0, 0, 1, 0]),
        },
    ),
    Start(
        "squeezenet@squeezenet1_1",
        {"conv.weight": he_uniform, "conv.bias": ZERO},
        {r"classifier\.1\.weight": gaussian(0.01)},
    ),
    Start("stochastic_depth@stochastic_depth110", HE_IN, smaller={"units": 3}),
    Start("two_spirals"),
    Start("unet@unet_256", UNET, smaller={"width": 32}),
    Start("unet_recursive@unet_recursive_256", UNET, smaller={"width": 32}),
    Start("vgg@vgg16", HE_OUT_AND_SMALL, smaller={"hidden": 128}),
    Start("vgg@vgg11_bn", HE_OUT_AND_SMALL, smaller={"hidden": 128}),
    Start(
        "vit@vit_b_16",
        at={
            "class_token": ZERO,
            r"encoder\.pos_embedding": gaussian(0.02),
            r"conv_proj\.weight": lambda shape: truncated(sqrt(1 / fan_in(shape)), -2, 2),
            r"conv_proj\.bias|heads\..*": ZERO,
            r".*\.mlp\..*\.weight": glorot,
            r".*\.mlp\..*\.bias": gaussian(1e-6),
        },
        smaller={"layers": 2},
    ),
    Start("wide_and_deep"),
    Start("wide_resnet@wide_resnet50_2", HE_OUT, smaller={"layers": [1, 1, 1, 1]}),
    Start("wrn@wrn16_8", HE_OUT | {"linear.bias": ZERO}),
    Start("xception", HE_OUT, smaller={"middle": 2}),
]


AS_TORCH_HAS_IT = [
    "googlenet@inception_v1",
    "googlenet@inception_v1_noaux",
    "inception_resnet_v2",
    "inception_v4",
    "multi_resnet@multi_resnet14_10",
    "polynet@polynet_poly2",
    "ror@ror3_56",
    "shufflenet@shufflenet_g3",
    "very_deep_polynet",
    "wavenet",
]
"""Networks of which nothing is stated, and which are larger than those above."""


def test_every_shipped_network_is_there() -> None:
    named = [*(start.address for start in STARTS), *AS_TORCH_HAS_IT]
    assert {address.partition("@")[0] for address in named} == set(catalog.shipped())


@pytest.mark.parametrize("address", AS_TORCH_HAS_IT)
def test_where_nothing_is_stated_nothing_is_filled(address: str) -> None:
    network = netspec.load(address)
    calls = [call for instance in network.program.instances() for call in instance.calls]
    assert not any(call.weighting.init for call in calls)
    assert "nn.init" not in network.source()


@pytest.mark.parametrize("start", STARTS, ids=lambda start: start.address)
def test_weights_start_as_the_original_has_them(start: Start) -> None:
    torch.manual_seed(0)
    module = netspec.load(start.address, **start.smaller).module()
    pools: defaultdict[Unit, list[torch.Tensor]] = defaultdict(list)
    for path, kind, parameter, shape in parameters(module):
        expected = start.rule(path, kind)(shape)
        if isinstance(expected, Constant):
            assert (parameter == torch.tensor(expected.value)).all(), path
            continue
        standard = (spread(parameter.detach().flatten()) - expected.shift) / expected.scale
        if len(standard) < FEWEST:
            pools[expected.unit].append(standard)
        else:
            assert_drawn(standard, expected.unit, path)
    for unit, pool in pools.items():
        assert_drawn(torch.cat(pool), unit, "small tensors")


def parameters(
    module: nn.Module,
) -> Iterator[tuple[str, str, nn.Parameter, tuple[int, ...]]]:
    """The parameters by their paths, each with its kind and the shape of its module's weight."""
    for path, owner in module.named_modules():
        kind = next((name for cls, name in KINDS if isinstance(owner, cls)), "")
        kind = kind or type(owner).__name__.lower()
        weight = next(owner.parameters(recurse=False), None)
        for key, parameter in owner.named_parameters(recurse=False):
            assert weight is not None
            yield ".".join(filter(None, [path, key])), f"{kind}.{key}", parameter, weight.shape
