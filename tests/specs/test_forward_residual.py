"""Residual networks for CIFAR, and R3D, written out from their papers."""

from __future__ import annotations

import pytest
import torch.nn.functional as F
from torch import Tensor

import netspec
from tests.specs.forward import Layers, assert_computes, dropped, zero_padded

IMAGE = (3, 12, 12)
STAGES = [(1, 16, 1), (2, 32, 2), (3, 64, 2)]


def two_convolutions(x: Tensor, w: Layers, key: str, stride: int) -> Tensor:
    """The branch of He et al. 2016, Fig. 2."""
    x = F.relu(w.conv_bn(x, f"{key}.conv1", f"{key}.bn1", stride))
    return w.conv_bn(x, f"{key}.conv2", f"{key}.bn2")


@pytest.mark.parametrize("shortcut", ["zero_padded", "projection"])
def test_resnet_cifar(shortcut: str) -> None:
    """He et al. 2016, Sec. 4.2."""

    def forward(x: Tensor, w: Layers) -> Tensor:
        x = F.relu(w.conv_bn(x, "conv1", "bn1"))
        for stage, width, first_stride in STAGES:
            for unit, stride in enumerate([first_stride, 1]):
                key = f"layer{stage}.{unit}"
                branch = two_convolutions(x, w, key, stride)
                if stride == 2 and shortcut == "projection":
                    x = w.conv_bn(x, f"{key}.shortcut.conv", f"{key}.shortcut.norm", 2)
                x = F.relu(
                    branch + (x if shortcut == "projection" else zero_padded(x, width, stride))
                )
        return w.classified(x)

    assert_computes(netspec.load("resnet110", depth=14, shortcut=shortcut, input=IMAGE), forward)


def test_stochastic_depth() -> None:
    """Huang et al. 2016, eq. 4: unit l of L survives with p_l = 1 - l (1 - p_L) / L."""

    def forward(x: Tensor, w: Layers) -> Tensor:
        x = F.relu(w.conv_bn(x, "conv1", "bn1"))
        depth = 0
        for stage, width, first_stride in STAGES:
            for unit, stride in enumerate([first_stride, 1]):
                depth += 1
                branch = two_convolutions(x, w, f"layer{stage}.{unit}.body", stride)
                survival = 1 - depth / 6 * (1 - 0.4)
                x = F.relu(dropped(branch, 1 - survival) + zero_padded(x, width, stride))
        return w.classified(x)

    network = netspec.load("stochastic_depth110", units=2, survival=0.4, input=IMAGE)
    assert_computes(network, forward)


def test_preresnet_cifar() -> None:
    """He et al. 2016b, Fig. 4e; shapes change behind the first activation."""

    def forward(x: Tensor, w: Layers) -> Tensor:
        x = w.conv(x, "conv1")
        for stage, width, first_stride in STAGES:
            for unit, stride in enumerate([first_stride, 1]):
                key = f"layer{stage}.{unit}"
                activated = F.relu(w.bn(x, f"{key}.bn1"))
                branch = w.conv(activated, f"{key}.conv1", stride)
                branch = w.conv(F.relu(w.bn(branch, f"{key}.bn2")), f"{key}.conv2")
                x = branch + (x if stride == 1 else zero_padded(activated, width, stride))
        return w.classified(F.relu(w.bn(x, "bn")))

    assert_computes(netspec.load("preresnet110", units=2, input=IMAGE), forward)


def test_preresnet_cifar_of_bottlenecks() -> None:
    """He et al. 2016b, Fig. 4e and Table 4, with 1x1 convolutions as shortcuts."""

    def forward(x: Tensor, w: Layers) -> Tensor:
        x = w.conv(x, "conv1")
        for stage, _, first_stride in STAGES:
            for unit, stride in enumerate([first_stride, 1]):
                key = f"layer{stage}.{unit}"
                activated = F.relu(w.bn(x, f"{key}.bn1"))
                branch = w.conv(activated, f"{key}.conv1")
                branch = w.conv(F.relu(w.bn(branch, f"{key}.bn2")), f"{key}.conv2", stride)
                branch = w.conv(F.relu(w.bn(branch, f"{key}.bn3")), f"{key}.conv3")
                x = branch + (x if unit else w.conv(activated, f"{key}.shortcut", stride))
        return w.classified(F.relu(w.bn(x, "bn")))

    network = netspec.load("preresnet164", units=2, widths=(8, 12, 16), input=IMAGE)
    assert_computes(network, forward)


def test_wrn() -> None:
    """Zagoruyko & Komodakis 2016, Table 1; dropout between the convolutions (Fig. 1d)."""

    def forward(x: Tensor, w: Layers) -> Tensor:
        x = w.conv(x, "conv1")
        for stage, _, first_stride in STAGES:
            for unit, stride in enumerate([first_stride, 1]):
                key = f"conv{stage + 1}.{unit}"
                activated = F.relu(w.bn(x, f"{key}.bn1"))
                branch = w.conv(activated, f"{key}.conv1", stride)
                branch = dropped(F.relu(w.bn(branch, f"{key}.bn2")), 0.3)
                branch = w.conv(branch, f"{key}.conv2")
                x = branch + (x if unit else w.conv(activated, f"{key}.shortcut", stride))
        return w.classified(F.relu(w.bn(x, "bn")))

    assert_computes(netspec.load("wrn28_10", depth=16, k=2, dropout=0.3, input=IMAGE), forward)


def test_ror() -> None:
    """Zhang et al. 2017, Sec. III: shortcuts of all levels end in one sum, then a ReLU."""

    def forward(x: Tensor, w: Layers) -> Tensor:
        def projected(x: Tensor, key: str, stride: int) -> Tensor:
            return w.conv_bn(x, f"{key}.shortcut.conv", f"{key}.shortcut.norm", stride)

        x = root = F.relu(w.conv_bn(x, "conv", "bn"))
        for stage, _, stride in STAGES:
            key, group = f"levels.part.{stage - 1}", x
            branch = two_convolutions(x, w, f"{key}.part.0.body", stride)
            x = F.relu(branch + (projected(x, f"{key}.part.0", 2) if stride == 2 else x))
            x = x + two_convolutions(x, w, f"{key}.part.1.body", 1)
            x = x + (projected(group, key, 2) if stride == 2 else group)
            if stage == 3:
                x = x + projected(root, "levels", 4)
            x = F.relu(x)
        return w.classified(x)

    assert_computes(netspec.load("ror3_110", depth=14, input=IMAGE), forward)


def test_resnext_cifar() -> None:
    """Xie et al. 2017, Sec. 5.3 and Fig. 3c."""

    def forward(x: Tensor, w: Layers) -> Tensor:
        x = F.relu(w.conv_bn(x, "conv1", "bn1"))
        for stage, _, first_stride in STAGES:
            for unit, stride in enumerate([first_stride, 1]):
                key = f"layer{stage}.{unit}"
                branch = F.relu(w.conv_bn(x, f"{key}.conv1", f"{key}.bn1"))
                branch = F.relu(w.conv_bn(branch, f"{key}.conv2", f"{key}.bn2", stride))
                branch = w.conv_bn(branch, f"{key}.conv3", f"{key}.bn3")
                if unit == 0:
                    x = w.conv_bn(x, f"{key}.shortcut.conv", f"{key}.shortcut.norm", stride)
                x = F.relu(branch + x)
        return w.classified(x)

    network = netspec.load("resnext29_8x64d", units=2, groups=4, width=2, input=IMAGE)
    assert_computes(network, forward)


def test_r3d() -> None:
    """Tran et al. 2018, R3D."""

    def forward(x: Tensor, w: Layers) -> Tensor:
        x = F.relu(w.conv_bn(x, "stem.0", "stem.1", (1, 2, 2)))
        for stage in range(1, 5):
            key, stride = f"layer{stage}.0", 1 if stage == 1 else 2
            branch = F.relu(w.conv_bn(x, f"{key}.conv1.0", f"{key}.conv1.1", stride))
            branch = w.conv_bn(branch, f"{key}.conv2.0", f"{key}.conv2.1")
            if stage > 1:
                x = w.conv_bn(x, f"{key}.downsample.0", f"{key}.downsample.1", stride)
            x = F.relu(branch + x)
        return w.classified(x)

    network = netspec.load("r3d_18", layers=(1, 1, 1, 1), classes=3, input=(3, 4, 18, 18))
    assert_computes(network, forward)
