"""r3d_18 under torchvision's names, written down by hand."""

from __future__ import annotations

from collections.abc import Iterator

import netspec

WIDTHS = [64, 128, 256, 512]
Entry = tuple[str, tuple[int, ...]]


def normed_conv(at: str, into: int, out: int, *kernel: int) -> Iterator[Entry]:
    """The parameters of an `nn.Sequential` of a convolution and its normalisation."""
    yield f"{at}.0.weight", (out, into, *kernel)
    yield f"{at}.1.weight", (out,)
    yield f"{at}.1.bias", (out,)


def parameters() -> Iterator[Entry]:
    yield from normed_conv("stem", 3, 64, 3, 7, 7)
    into = 64
    for stage, out in enumerate(WIDTHS, 1):
        for block in range(2):
            at = f"layer{stage}.{block}"
            yield from normed_conv(f"{at}.conv1", into, out, 3, 3, 3)
            yield from normed_conv(f"{at}.conv2", out, out, 3, 3, 3)
            if into != out:
                yield from normed_conv(f"{at}.downsample", into, out, 1, 1, 1)
            into = out
    yield "fc.weight", (400, 512)
    yield "fc.bias", (400,)


def test_names_and_shapes_are_torchvisions() -> None:
    module = netspec.load("r3d_18").module(device="meta")
    found = [(key, tuple(weight.shape)) for key, weight in module.named_parameters()]
    assert found == list(parameters())


def test_shapes_of_the_stages() -> None:
    network = netspec.load("r3d_18", input=(3, 8, 56, 56))
    assert (network.output_shape, network.params) == ((400,), 33_371_472)
