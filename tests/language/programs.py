"""Specs written in a test, and what a test asks of the programs that they make."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

import netspec
from netspec import Network
from netspec.analysis.state import state_dict
from netspec.analysis.tree import rows

HEAD = "netspec: 1\nname: net\n"


class Specs:
    """Writes specs into a folder of the test's own and loads them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def load(self, body: str, *, input: str = "[8, 16, 16]", head: str = HEAD) -> Network:
        """The network of a spec without its `netspec`, `name` and `input`."""
        path = self.folder / "net.yaml"
        path.write_text(f"{head}input: {input}\n{textwrap.dedent(body)}")
        return netspec.load(path)

    def faults(self, body: str, *, input: str = "[8, 16, 16]") -> list[str]:
        """The codes of its faults."""
        with pytest.raises(netspec.SpecError) as caught:
            self.load(body, input=input)
        return [diagnostic.code for diagnostic in caught.value.diagnostics]


def keys(network: Network) -> list[str]:
    """The state-dict keys of weights (not of biases, not of buffers)."""
    return [key for key in state_dict(network.program) if key.endswith("weight")]


def paths(network: Network) -> list[str]:
    """The paths of all ops, in order."""
    return [".".join(row.path) for row in rows(network.program, network.costs, 100)]
