"""Networks of many branches or of separable convolutions, written out from their papers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

import netspec
from tests.specs.forward import Layers, assert_computes

Operator = Callable[[Tensor, str], Tensor]
UNITS: dict[str, Callable[[Tensor, Operator], Tensor]] = {
    "poly2": lambda x, f: x + f(x, "power") + f(f(x, "power"), "power"),
    "mpoly2": lambda x, f: x + f(x, "power.0") + f(f(x, "power.0"), "power.1"),
    "2way": lambda x, f: x + f(x, "body1") + f(x, "body2"),
}
"""I + F + F^2, I + F + GF and I + F + G (Zhang et al. 2017, Sec. 3)."""


@pytest.mark.parametrize("kind", UNITS)
def test_polynet(kind: str) -> None:
    """Units end in a ReLU, their operators in a linear 1x1 convolution."""

    def forward(x: Tensor, w: Layers) -> Tensor:
        def normed(x: Tensor, key: str, stride: int = 1) -> Tensor:
            return w.conv_bn(x, f"{key}.conv", f"{key}.bn", stride)

        for stage in 1, 2:
            x = F.relu(normed(x, f"entry{stage}", stride=stage))
            for unit in 0, 1:

                def operator(
                    x: Tensor, name: str, key: str = f"stage{stage}.{unit}.unit"
                ) -> Tensor:
                    convs = [f"{key}.{name}.conv_bn_act{k}" for k in range(1, 6)]
                    kernels = [w[f"{conv}.conv.weight"].shape[2:] for conv in convs]
                    assert kernels == [(1, 1), (1, 1), (1, 3), (3, 1), (1, 1)]
                    narrow, wide = F.relu(normed(x, convs[0])), x
                    for conv in convs[1:4]:
                        wide = F.relu(normed(wide, conv))
                    return normed(torch.cat([narrow, wide], 1), convs[4])

                x = F.relu(UNITS[kind](x, operator))
        return w.classified(x)

    network = netspec.load(f"polynet_{kind}", units=2, widths=(4, 6), input=(3, 10, 10))
    assert_computes(network, forward)


def test_xception() -> None:
    """Chollet 2017, Fig. 5, with one unit of the middle flow."""

    def forward(x: Tensor, w: Layers) -> Tensor:
        def separable(x: Tensor, key: str, bn: str) -> Tensor:
            return w.bn(w.conv(w.conv(x, f"{key}.conv1"), f"{key}.pointwise"), bn)

        def unit(x: Tensor, key: str, *steps: int) -> Tensor:
            for step in steps:
                x = separable(
                    F.relu(x) if step else x, f"{key}.rep.{step}", f"{key}.rep.{step + 1}"
                )
            return x

        def halved(x: Tensor, key: str, *steps: int) -> Tensor:
            pooled = F.max_pool2d(unit(x, key, *steps), 3, stride=2, padding=1)
            return pooled + w.conv_bn(x, f"{key}.skip", f"{key}.skipbn", 2)

        x = F.relu(w.bn(w.conv(x, "conv1", stride=2, padding=0), "bn1"))
        x = F.relu(w.bn(w.conv(x, "conv2", padding=0), "bn2"))
        x = halved(x, "block1", 0, 3)
        x = halved(x, "block2", 1, 4)
        x = halved(x, "block3", 1, 4)
        x = x + unit(x, "block4", 1, 4, 7)
        x = halved(x, "block5", 1, 4)
        x = F.relu(separable(x, "conv3", "bn3"))
        x = F.relu(separable(x, "conv4", "bn4"))
        return w.classified(x)

    assert_computes(netspec.load("xception", middle=1, classes=3, input=(3, 65, 65)), forward)


def test_shufflenet_v2() -> None:
    """Ma et al. 2018, Fig. 3c and 3d, Table 5."""

    def forward(x: Tensor, w: Layers) -> Tensor:
        def branch2(x: Tensor, key: str, stride: int) -> Tensor:
            x = F.relu(w.conv_bn(x, f"{key}.0", f"{key}.1"))
            x = w.conv_bn(x, f"{key}.3", f"{key}.4", stride)
            return F.relu(w.conv_bn(x, f"{key}.5", f"{key}.6"))

        def branch1(x: Tensor, key: str) -> Tensor:
            x = w.conv_bn(x, f"{key}.0", f"{key}.1", 2)
            return F.relu(w.conv_bn(x, f"{key}.2", f"{key}.3"))

        def shuffled(x: Tensor) -> Tensor:
            halves = torch.stack(x.chunk(2, 1), 2)
            return halves.flatten(1, 2)

        x = F.relu(w.conv_bn(x, "conv1.0", "conv1.1", 2))
        x = F.max_pool2d(x, 3, stride=2, padding=1)
        for stage in 2, 3, 4:
            ways = [branch1(x, f"stage{stage}.0.branch1"), branch2(x, f"stage{stage}.0.branch2", 2)]
            left, right = shuffled(torch.cat(ways, 1)).chunk(2, 1)
            x = shuffled(torch.cat([left, branch2(right, f"stage{stage}.1.branch2", 1)], 1))
        return w.classified(F.relu(w.conv_bn(x, "conv5.0", "conv5.1")))

    small = {"widths": (8, 12, 16), "layers": (2, 2, 2), "last_width": 20, "classes": 3}
    assert_computes(netspec.load("shufflenet_v2_x1_0", **small, input=(3, 64, 64)), forward)


def test_inception_resnet_v2() -> None:
    """Szegedy et al. 2016, Fig. 15 to 19; branches, widths and scales as the authors' code has."""

    def forward(x: Tensor, w: Layers) -> Tensor:
        def convs(x: Tensor, *keys: str) -> Tensor:
            for key in keys:
                x = F.relu(w.bn(w.conv(x, f"{key}.conv"), f"{key}.bn", eps=0.001))
            return x

        def valid(x: Tensor, key: str, stride: int = 1) -> Tensor:
            x = w.conv(x, f"{key}.conv", stride, padding=0)
            return F.relu(w.bn(x, f"{key}.bn", eps=0.001))

        def row(key: str, length: int) -> list[str]:
            return [f"{key}.{k}" for k in range(length)]

        def residual(x: Tensor, key: str, lengths: list[int], scale: float) -> Tensor:
            ways = [convs(x, f"{key}.branch0")]
            for way, length in enumerate(lengths, 1):
                ways.append(convs(x, *row(f"{key}.branch{way}", length)))
            return x + scale * w.conv(torch.cat(ways, 1), f"{key}.conv2d")

        def halved(x: Tensor, key: str, lengths: list[int]) -> Tensor:
            ways = []
            for way, length in enumerate(lengths):
                steps = row(f"{key}.branch{way}", length) if length > 1 else [f"{key}.branch{way}"]
                ways.append(valid(convs(x, *steps[:-1]), steps[-1], stride=2))
            return torch.cat([*ways, F.max_pool2d(x, 3, 2)], 1)

        x = valid(valid(x, "conv2d_1a", stride=2), "conv2d_2a")
        x = F.max_pool2d(convs(x, "conv2d_2b"), 3, 2)
        x = F.max_pool2d(valid(convs(x, "conv2d_3b"), "conv2d_4a"), 3, 2)
        averaged = F.avg_pool2d(x, 3, stride=1, padding=1, count_include_pad=False)
        ways = [convs(x, "mixed_5b.branch0")]
        ways += [convs(x, *row("mixed_5b.branch1", 2)), convs(x, *row("mixed_5b.branch2", 3))]
        x = torch.cat([*ways, convs(averaged, "mixed_5b.branch3.1")], 1)
        for k in range(10):
            x = F.relu(residual(x, f"repeat.{k}", [2, 3], 0.17))
        x = halved(x, "mixed_6a", [1, 3])
        for k in range(20):
            x = F.relu(residual(x, f"repeat_1.{k}", [3], 0.1))
        x = halved(x, "mixed_7a", [2, 2, 3])
        for k in range(9):
            x = F.relu(residual(x, f"repeat_2.{k}", [3], 0.2))
        x = residual(x, "block8", [3], 1)
        return w.classified(convs(x, "conv2d_7b"), "classif")

    assert_computes(netspec.load("inception_resnet_v2", classes=3, input=(3, 107, 107)), forward)
