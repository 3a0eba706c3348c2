"""The package, its test and the standard block of docs/extending.md work as the page says."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import netspec
from netspec.elaborate import environment
from tests.docs.pages import DOCS, write_files
from tests.ops.packages import install, run

PAGE = DOCS / "extending.md"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    write_files(PAGE, tmp_path)
    return tmp_path


def test_the_package_makes_the_op_known(
    page: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    project = tomllib.loads((page / "pyproject.toml").read_text())["project"]
    ((_, module),) = project["entry-points"]["netspec.ops"].items()
    site = tmp_path_factory.mktemp("site")
    install(site, project["name"], module, (page / f"{module}.py").read_text())
    (page / f"{module}.py").unlink()
    assert run("-m", "netspec", "check", "edges.yaml", folder=page, site=site).stderr == ""
    listed = run("-m", "netspec", "list", "--ops", folder=page, site=site).stdout
    assert "\ncentral_difference " in listed
    assert "NS301" in run("-m", "netspec", "check", "tokens.yaml", folder=page, site=site).stderr


def test_the_test_of_the_op_passes(page: Path) -> None:
    done = run("-m", "pytest", "-q", "test_central_difference.py", folder=page, site=page)
    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout


def test_ruff_has_nothing_to_say_of_the_files(page: Path) -> None:
    for command in (["format", "--check"], ["check", "--select", "E4,E7,E9,F,I,UP"]):
        options = ["--isolated", "--line-length", "100", "."]
        done = run("-m", "ruff", *command, *options, folder=page, site=page)
        assert done.returncode == 0, done.stdout


def test_a_block_of_the_standard_library(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "STD", page)
    monkeypatch.setattr(environment, "standard_names", lambda: frozenset({"gated_conv"}))
    monkeypatch.setattr(environment, "standard_block", environment.standard_block.__wrapped__)
    path = page / "net.yaml"
    path.write_text("netspec: 1\nname: net\ninput: [3, 20]\nbody: [gated_conv: 8]\n")
    assert netspec.load(path).output_shape == (8, 20)
    assert netspec.load(path).params == 3 * 16 * 4 + 16
