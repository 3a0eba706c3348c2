"""U-Net by loop and by recursion is one network; WaveNet sees what its paper says, and no more."""

from __future__ import annotations

from typing import Any

import pytest
import torch

import netspec
from tests.std.one_step import built, sample

UNETS = [
    ("572", {"width": 4, "depth": 3, "input": (1, 92, 92)}, (2, 4, 4)),
    ("256", {"width": 4, "depth": 4, "input": (3, 32, 48)}, (1, 32, 48)),
]


def recursive_key(key: str, depth: int) -> str:
    """The key in the recursion of what the loop calls `key`."""
    step, _, rest = key.partition(".")
    if step == "head":
        return key
    if step == "bottom":
        return f"{'level.' * (depth + 1)}down.{rest}"
    iteration, _, rest = rest.partition(".")
    levels = int(iteration) + 1 if step == "down" else depth - int(iteration)
    return f"{'level.' * levels}{step}.{rest}"


@pytest.mark.parametrize(("variant", "changes", "output"), UNETS, ids=["valid", "padded"])
def test_both_unets_are_one_network(
    variant: str, changes: dict[str, Any], output: tuple[int, ...]
) -> None:
    by_loop = netspec.load(f"unet_{variant}", **changes)
    by_recursion = netspec.load(f"unet_recursive_{variant}", **changes)
    assert by_loop.output_shape == by_recursion.output_shape == output

    loop, recursion = built(by_loop), by_recursion.module().double().eval()
    depth, weights = changes["depth"], loop.state_dict()
    recursion.load_state_dict({recursive_key(key, depth): weights[key] for key in weights})
    x = sample(by_loop)
    with torch.no_grad():
        torch.testing.assert_close(recursion(x), loop(x))


def test_unet_crops_the_centre_of_its_skips() -> None:
    """With weights that keep only a skip, the output is the centre of what was skipped."""
    network = netspec.load("unet_572", width=1, depth=1, classes=1, input=(1, 44, 44))
    module = network.module().double().eval()
    for key, entry in module.state_dict().items():
        entry.zero_()
        if key.startswith(("down", "up.")) and key.endswith("weight"):
            entry[0, 0, 1, 1] = 1.0
        if key == "head.weight":
            entry.fill_(1.0)
    x = torch.rand(2, *network.input_shape, dtype=torch.float64)
    with torch.no_grad():
        torch.testing.assert_close(module(x), x[:, :, 8:36, 8:36])


def test_unet_drops_out_at_the_end_of_its_contracting_path() -> None:
    module = netspec.load("unet_572").module(device="meta")
    dropouts = [key for key, part in module.named_modules() if isinstance(part, torch.nn.Dropout)]
    assert dropouts == ["skip.0", "dropout"]


def test_wavenet_depends_on_the_samples_of_its_receptive_field_only() -> None:
    """Its reach is 1 for the entry and each dilation, 2 * (1 + 2 + 4), behind the sample itself."""
    changes = {"channels": 4, "skip_channels": 6, "steps": 8, "dilations": (1, 2, 4, 1, 2, 4)}
    network = netspec.load("wavenet", **changes, input=(8, 40))
    x, reach, at = sample(network).requires_grad_(), 1 + 2 * (1 + 2 + 4), 30
    (gradient,) = torch.autograd.grad(built(network)(x)[:, :, at].square().sum(), x)
    seen = gradient.abs().amax((0, 1)).nonzero().flatten().tolist()
    assert seen == list(range(at - reach, at + 1))


def test_wavenet_sums_the_skips_of_all_its_layers() -> None:
    """Aaron van den Oord et al. 2016, Sec. 2.3 and 2.4, written out."""
    changes = {"channels": 4, "skip_channels": 6, "steps": 8, "dilations": (1, 2, 4)}
    network = netspec.load("wavenet", **changes, input=(8, 16))
    module, x = built(network), sample(network)
    weights = module.state_dict()

    def conv(x: torch.Tensor, key: str, dilation: int = 1) -> torch.Tensor:
        weight, bias = weights[f"{key}.weight"], weights[f"{key}.bias"]
        padded = torch.nn.functional.pad(x, (dilation * (weight.shape[2] - 1), 0))
        return torch.nn.functional.conv1d(padded, weight, bias, dilation=dilation)

    current, skips = conv(x, "entry"), []
    for k, dilation in enumerate((1, 2, 4)):
        filtered = torch.tanh(conv(current, f"layer.{k}.gated.filter.0", dilation))
        gate = torch.sigmoid(conv(current, f"layer.{k}.gated.gate.0", dilation))
        skips.append(conv(filtered * gate, f"layer.{k}.skip"))
        if k < 2:
            current = current + conv(filtered * gate, f"layer.{k}.residual.0")
    expected = conv(conv(torch.stack(skips).sum(0).relu(), "conv").relu(), "head")
    with torch.no_grad():
        torch.testing.assert_close(module(x), expected)


def test_wavenet_has_three_times_ten_layers() -> None:
    module = netspec.load("wavenet").module(device="meta")
    filters = [part for key, part in module.named_modules() if key.endswith("filter.0")]
    assert [part.dilation for part in filters] == [(2**k,) for k in range(10)] * 3
