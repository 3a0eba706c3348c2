"""Emitted files, imported on their own, are the modules that `Network.module()` gives."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import torch

import netspec
from netspec import Network
from tests.goldens import alone
from tests.goldens.targets import addresses
from tests.torch_backend.checks import samples

MOST = 2_000_000, 100_000_000
"""Parameters and MACs of networks that are run, too."""


def test_files_are_the_modules(tmp_path: Path) -> None:
    """One test for all networks, since all files are imported by one process."""
    networks = [netspec.load(address) for variants in addresses().values() for address in variants]
    modules = {network.name: alone.told(network.module, inputs_of(network)) for network in networks}
    for network in networks:
        (tmp_path / f"{network.name}.py").write_text(network.source())
    asked = {network.name: (modules[network.name].name, inputs_of(network)) for network in networks}

    assert set(imported(tmp_path)) <= {"torch", *sys.stdlib_module_names}
    files = told_by_files(tmp_path, asked)
    assert [name for name in modules if files[name][:3] != modules[name][:3]] == []
    for name, module in modules.items():
        torch.testing.assert_close(files[name].outputs, module.outputs, msg=name)
    assert sum(module.outputs != () for module in modules.values()) > 12


def inputs_of(network: Network) -> list[torch.Tensor] | None:
    """Inputs of networks that are small enough to run."""
    if network.params > MOST[0] or network.macs > MOST[1]:
        return None
    return [x.float() if x.is_floating_point() else x for x in samples(network.program)]


def told_by_files(folder: Path, asked: object) -> dict[str, alone.Told]:
    """What a process without netspec tells of the files."""
    torch.save(asked, folder / "asked.pt")
    command = [sys.executable, "-I", alone.__file__, str(folder)]
    threads = {"OMP_NUM_THREADS": str(torch.get_num_threads())}
    subprocess.run(command, check=True, env=os.environ | threads)
    return {name: alone.Told(*told) for name, told in torch.load(folder / "told.pt").items()}


def imported(folder: Path) -> Iterator[str]:
    """The top-level names of what the files import."""
    for file in folder.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                yield from (alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield str(node.module).split(".")[0]
