"""ShuffleNet, NASNet, Wide & Deep, the deconvnet, the spatial-transformer network, by hand."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F

import netspec
from tests.std.one_step import built, sample

SMALL_DECONVNET = {"widths": (4, 5, 6, 7, 8)}


class Count:
    """Parameters and MACs, summed over convolutions without bias on square maps."""

    def __init__(self) -> None:
        self.params = self.macs = 0

    def conv(
        self, inputs: int, outputs: int, size: int, kernel: int = 1, norm: bool = True
    ) -> None:
        weights = inputs * outputs * kernel**2
        self.params += weights + (2 * outputs if norm else 0)
        self.macs += weights * size**2

    def separables(self, filters: int, size: int, *kernels: int) -> None:
        """Each is applied twice: a depthwise convolution, a 1x1 one, a normalisation."""
        for kernel in kernels * 2:
            self.conv(1, filters, size, kernel, norm=False)
            self.conv(filters, filters, size)


@pytest.mark.parametrize(("groups", "width"), [(1, 144), (2, 200), (3, 240), (4, 272), (8, 384)])
def test_shufflenet_counts_what_its_table_has(groups: int, width: int) -> None:
    """Zhang et al. 2018, Table 1; bottlenecks have a quarter of their unit's channels."""
    count, channels, size = Count(), 24, 56
    count.conv(3, 24, 112, kernel=3)
    for stage, units in enumerate((4, 8, 4)):
        out = width * 2**stage
        for unit in range(units):
            reduce = 1 if (stage, unit) == (0, 0) else groups
            count.conv(channels // reduce, out // 4, size)
            size = size if unit else size // 2
            count.conv(1, out // 4, size, kernel=3)
            count.conv(out // 4 // groups, out if unit else out - channels, size)
            channels = out
    count.params += channels * 1000 + 1000
    count.macs += channels * 1000

    network = netspec.load(f"shufflenet_g{groups}")
    assert (network.params, network.macs) == (count.params, count.macs)


def test_nasnet_counts_what_its_cells_have() -> None:
    """Zoph et al. 2018, Fig. 4."""
    count, filters, size = Count(), 32, 32
    count.conv(3, 96, 32, kernel=3)
    previous = current = 96
    for stage in range(3):
        if stage:
            filters, size = 2 * filters, size // 2
            count.conv(previous, filters, 2 * size)
            count.conv(current, filters, 2 * size)
            count.separables(filters, size, 5, 7, 7, 5, 3)
            previous, current = current, 4 * filters
        for _ in range(6):
            count.conv(previous, filters, size)
            count.conv(current, filters, size)
            count.separables(filters, size, 5, 3, 5, 3, 3)
            previous, current = current, 6 * filters
    count.params += 768 * 10 + 10
    count.macs += 768 * 10

    network = netspec.load("nasnet")
    assert (network.params, network.macs) == (count.params, count.macs)


def test_nasnets_cells_see_the_two_before_them() -> None:
    """The first cell of a stage brings the state before the reduction to its own size."""
    module: Any = netspec.load("nasnet", cells=3, filters=4).module(device="meta")
    widths = [
        (cell.left.conv1.in_channels, cell.right.conv1.in_channels)
        for cell in (*module.cells1, module.reduction[0])
    ]
    assert widths == [(12, 12), (12, 24), (24, 24), (24, 24)]
    halved = module.cells2[0]
    assert [halved.left.conv2.in_channels, halved.left.conv3.in_channels] == [24, 24]
    assert halved.right.conv1.in_channels == 4 * 8
    assert module.cells2[1].left.conv1.in_channels == 4 * 8


def test_nasnet_trains() -> None:
    network = netspec.load("nasnet", cells=1, filters=4)
    module: Any = network.module().double().train()
    module(sample(network)).square().sum().backward()
    assert all(weight.grad is not None for weight in module.parameters())


def test_wide_and_deep_adds_both_logits() -> None:
    network = netspec.load("wide_and_deep", crossed=20, vocabulary=30, dim=4, categories=3)
    assert [tuple(x.shape) for x in network.program.inputs] == [(20,), (3,), (16,)]
    module = built(network)
    crossed = torch.randint(2, (2, 20)).double()
    categories, continuous = torch.randint(30, (2, 3)), torch.randn(2, 16, dtype=torch.float64)
    w = module.state_dict()

    features = torch.cat([w["embedding.weight"][categories].flatten(1), continuous], 1)
    for k in (0, 2, 4):
        features = F.relu(F.linear(features, w[f"deep.{k}.weight"], w[f"deep.{k}.bias"]))
    deep = F.linear(features, w["deep.6.weight"], w["deep.6.bias"])
    expected = torch.sigmoid(crossed @ w["wide.weight"].T + deep)
    with torch.no_grad():
        torch.testing.assert_close(module(crossed, categories, continuous), expected)


def deconvolved(
    x: torch.Tensor, chosen: torch.Tensor, weights: dict[str, torch.Tensor], k: int = 0
) -> torch.Tensor:
    """Zeiler & Fergus 2014, Sec. 2.1: a layer up, the layers above it, and the same layer down."""
    if k == 5:
        return x * chosen
    stride, padding, pooled = (2, 2, 1, 1, 1)[k], (1, 0, 1, 1, 1)[k], k < 2
    key = "layer." * (k + 1) + "conv"
    size, weight = x.shape[-1], weights[f"{key}.weight"]
    y = F.relu(F.conv2d(x, weight, weights[f"{key}.bias"], stride, padding))
    if pooled:
        convolved = list(y.shape[2:])
        y, switches = F.max_pool2d_with_indices(y, [3, 3], [2, 2], [1, 1])
        y = deconvolved(F.local_response_norm(y, 5, k=2.0), chosen, weights, k + 1)
        y = F.max_unpool2d(y, switches, [3, 3], [2, 2], [1, 1], convolved)
    else:
        y = deconvolved(y, chosen, weights, k + 1)
    unseen = (size + 2 * padding - weight.shape[-1]) % stride
    return F.conv_transpose2d(F.relu(y), weight, None, stride, padding, unseen)


def test_deconvnet_comes_back_by_the_same_weights_and_switches() -> None:
    network = netspec.load("deconvnet", **SMALL_DECONVNET)
    module, image = built(network), sample(network)
    chosen = torch.zeros(2, 8, 13, 13, dtype=torch.float64)
    chosen[0, 3, 6, 6] = chosen[1, 5, 2, 9] = 1.0
    with torch.no_grad():
        torch.testing.assert_close(
            module(image, chosen), deconvolved(image, chosen, module.state_dict())
        )


def test_deconvnet_has_the_weights_of_its_convolutions_only() -> None:
    module = netspec.load("deconvnet").module(device="meta")
    levels = ["layer." * k for k in range(1, 6)]
    expected = [f"{level}conv.{leaf}" for level in levels for leaf in ("weight", "bias")]
    assert list(module.state_dict()) == expected


def test_deconvnet_shows_the_receptive_field_of_one_unit() -> None:
    """A unit of layer 5 sees no more than 139 x 139 pixels; all other pixels stay at zero."""
    network = netspec.load("deconvnet", **SMALL_DECONVNET)
    module, image = built(network), sample(network)
    chosen = torch.zeros(2, 8, 13, 13, dtype=torch.float64)
    chosen[:, :, 6, 6] = 1.0
    with torch.no_grad():
        shown = module(image, chosen).abs().amax((0, 1))
        assert not module(image, torch.zeros_like(chosen)).any()
    rows, columns = shown.amax(1).nonzero().flatten(), shown.amax(0).nonzero().flatten()
    for places in (rows, columns):
        assert len(places) > 1
        assert places[-1] - places[0] < 139


@pytest.mark.parametrize("mode", ["train", "eval"])
def test_the_spatial_transformer_network_classifies(mode: str) -> None:
    network = netspec.load("spatial_transformer_net")
    module: Any = network.module().double().train(mode == "train")
    x = sample(network)
    logs = module(x)
    torch.testing.assert_close(logs.exp().sum(1), torch.ones(2, dtype=torch.float64))
    logs[:, 0].sum().backward()
    theta = module.transformer.theta
    torch.testing.assert_close(theta.bias.detach(), torch.eye(2, 3).flatten().double())
    assert theta.bias.grad.any()
