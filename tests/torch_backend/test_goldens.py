"""The emitted source, compared with files that were read and found good.

`pytest tests/torch_backend --update-goldens` rewrites them; they are no `.py` files, so that no
tool takes them for this project's own code.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import netspec
from netspec import catalog
from tests.torch_backend.checks import assert_clean, checked_source

FOLDER = Path(__file__).parent
SHIPPED = {
    "alexnet": 60,
    "densenet121": 110,
    "lenet5": 40,
    "resnet18": 90,
    "resnet50": 110,
    "resnet152": 110,
    "vgg16": 75,
    "vgg16_bn": 90,
}
"""The most lines that a file may have."""
FEATURES = sorted(path.stem for path in (FOLDER / "specs").glob("*.yaml"))


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-goldens"))


def assert_golden(name: str, source: str, update: bool) -> None:
    path = FOLDER / "goldens" / f"{name}.py.txt"
    if update:
        path.write_text(source)
    assert source == path.read_text()


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_network(name: str, update: bool) -> None:
    source = netspec.load(name).source()
    assert_golden(name, source, update)
    assert len(source.splitlines()) <= SHIPPED[name]


@pytest.mark.parametrize("name", FEATURES)
def test_a_feature(name: str, update: bool) -> None:
    network = netspec.load(FOLDER / "specs" / f"{name}.yaml")
    assert_golden(name, checked_source(network.program), update)


def test_no_golden_is_left_over() -> None:
    found = {path.name.removesuffix(".py.txt") for path in (FOLDER / "goldens").iterdir()}
    assert found == {*SHIPPED, *FEATURES}


def test_ruff_finds_nothing_to_do(tmp_path: Path) -> None:
    for path in (FOLDER / "goldens").iterdir():
        (tmp_path / path.name.removesuffix(".txt")).write_text(path.read_text())
    assert_clean(tmp_path)


def test_ruff_finds_nothing_to_do_in_what_ships(tmp_path: Path) -> None:
    for name, variants in catalog.shipped().items():
        address = f"{name}@{variants[-1]}" if variants else name
        (tmp_path / f"{name}.py").write_text(netspec.load(address).source())
    assert_clean(tmp_path)
