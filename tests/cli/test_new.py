"""`netspec new`: what it writes is good under any name that a network may have."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import netspec
from netspec.cli import main
from netspec.cli.new import STARTER

NAMES = ["tiny", "a-b", "_", "é", "null", "true", "unit", "conv", "torch", "class"]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", NAMES)
def test_what_it_writes_checks_and_trains(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "--", name]) == 0
    assert capsys.readouterr().out == f"wrote {name}.yaml\n"
    assert main(["check", f"./{name}.yaml"]) == 0
    assert capsys.readouterr().err == ""
    network = netspec.load(f"./{name}.yaml")
    assert network.name == name
    network.compare()
    module = network.module()
    before = {key: value.clone() for key, value in module.named_parameters()}
    module(torch.randn(2, 3, 32, 32)).square().mean().backward()
    torch.optim.SGD(module.parameters(), lr=0.1).step()
    assert all(not torch.equal(before[key], value) for key, value in module.named_parameters())


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("nets/tiny", "nets/tiny.yaml"),
        ("tiny.yaml", "tiny.yaml"),
        ("nets/tiny.yml", "nets/tiny.yml"),
    ],
)
def test_it_writes_to_a_path(path: str, written: str) -> None:
    assert main(["new", path]) == 0
    assert netspec.load(written).name == "tiny"


def test_it_overwrites_nothing(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "tiny.yaml").write_text("mine")
    assert main(["new", "tiny"]) == 2
    assert "error[NS002]: tiny.yaml is there already" in capsys.readouterr().err
    assert (here / "tiny.yaml").read_text() == "mine"


@pytest.mark.parametrize("name", ["3d", "-", "a b", "a.b", "", "a\nb", "🙂"])
def test_it_takes_no_name_that_a_network_cannot_have(
    name: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", name]) != 0
    error = capsys.readouterr().err
    assert "error[NS208]: " in error
    assert "cannot name a network" in error
    assert list(here.rglob("*")) == []


def test_the_starter_is_short() -> None:
    assert len(STARTER.read_text().splitlines()) < 60
