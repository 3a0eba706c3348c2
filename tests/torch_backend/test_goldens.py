"""The emitted source of specs that use much of the language, held against expected files.

Those of shipped networks stand in tests/goldens.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import netspec
from netspec import catalog
from tests.golden import Golden
from tests.torch_backend.checks import assert_clean, assert_typed, checked_source

FOLDER = Path(__file__).parent
SHIPPED = {
    "alexnet": 60,
    "densenet121": 100,
    "fractalnet20": 131,
    "googlenet": 154,
    "inception_v3": 260,
    "lenet5": 45,
    "resnet18": 90,
    "resnet50": 90,
    "resnet152": 90,
    "vgg16": 60,
    "vgg16_bn": 65,
}
"""The most lines that a file may have."""
FEATURES = sorted(path.stem for path in (FOLDER / "specs").glob("*.yaml"))


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_network_is_short(name: str) -> None:
    assert len(netspec.load(name).source().splitlines()) <= SHIPPED[name]


@pytest.mark.parametrize("name", FEATURES)
def test_a_feature(name: str, golden: Golden) -> None:
    network = netspec.load(FOLDER / "specs" / f"{name}.yaml")
    source = checked_source(network.program)
    golden(source.encode(), FOLDER / "goldens" / f"{name}.py.txt")


def test_no_golden_is_left_over() -> None:
    found = {path.name.removesuffix(".py.txt") for path in (FOLDER / "goldens").iterdir()}
    assert found == set(FEATURES)


def test_goldens_are_clean(tmp_path: Path) -> None:
    for path in (FOLDER / "goldens").iterdir():
        (tmp_path / path.name.removesuffix(".txt")).write_text(path.read_text())
    assert_clean(tmp_path)
    for path in tmp_path.iterdir():
        if "self._modules[" in path.read_text():  # the only way to some names; of no known type
            path.unlink()
    assert_typed(tmp_path)


def test_what_ships_is_clean(tmp_path: Path) -> None:
    for name, variants in catalog.shipped().items():
        address = f"{name}@{variants[-1]}" if variants else name
        (tmp_path / f"{name}.py").write_text(netspec.load(address).source())
    assert_clean(tmp_path)
    assert_typed(tmp_path)
