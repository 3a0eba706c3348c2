"""`compare` finds every kind of difference between the emitted module and the figures."""

from __future__ import annotations

import pytest

import netspec
from netspec.backends.torch import compare


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("nn.Linear(84, classes)", "nn.Linear(84, classes, bias=False)", "params: computed 61706"),
        ("nn.Linear(84, classes)", "nn.Linear(84, classes, bias=False)", "output.bias: computed"),
        ("nn.Linear(84, classes)", "nn.Linear(84, 11)", "output: computed"),
        ("self.f6", "self.f7", "f7.weight: computed nothing"),
        ("F.avg_pool2d(x, 2)", "F.avg_pool2d(x, 3)", "the emitted module fails on its input"),
        ("torch.tanh(self.c1(x))", "torch.tanh(self.c1(self.c1(x)[:, :1]))", "fails"),
        ("self.output(x)", "self.output(x) + self.output(x)", "macs: computed 416520"),
    ],
)
def test_a_difference_is_named(old: str, new: str, expected: str) -> None:
    network = netspec.load("lenet5")
    changed = network.source().replace(old, new)
    assert changed != network.source()
    assert any(expected in line for line in compare(network.program, changed, network.cost))


def test_another_order_of_registration_is_a_difference() -> None:
    network = netspec.load("lenet5")
    lines = network.source().splitlines()
    at = lines.index("        self.c1 = nn.Conv2d(1, 6, 5)")
    changed = "\n".join([*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]])
    (difference,) = compare(network.program, changed, network.cost)
    assert difference == "the order of the state dict differs from c1.weight on"


@pytest.mark.parametrize("name", ["lenet5", "resnet18"])
def test_there_is_none(name: str) -> None:
    network = netspec.load(name)
    assert compare(network.program, network.source(), network.cost) == []
