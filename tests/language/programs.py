"""Specs written in a test, and what a test asks of the programs that they make."""

from __future__ import annotations

import re
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
        """The network of a spec without its `netspec` and `name`, and perhaps without `input`."""
        return netspec.load(self.write(body, input=input, head=head))

    def write(self, body: str, *, input: str = "[8, 16, 16]", head: str = HEAD) -> Path:
        """The path of the spec."""
        path, text = self.folder / "net.yaml", textwrap.dedent(body)
        has_input = re.search(r"^inputs?:", text, re.MULTILINE)
        given = "" if has_input else f"input: {input}\n"
        path.write_text(f"{head}{given}{text}")
        return path

    def faults(self, body: str, *, input: str = "[8, 16, 16]") -> list[str]:
        """The codes of its faults."""
        with pytest.raises(netspec.SpecError) as caught:
            self.load(body, input=input)
        return [diagnostic.code for diagnostic in caught.value.diagnostics]


def keys(network: Network) -> list[str]:
    """The state-dict keys of weights (not of biases, not of buffers)."""
    return [key for key in state_dict(network.program) if key.endswith("weight")]


def entries(network: Network) -> list[str]:
    """All state-dict keys."""
    return list(state_dict(network.program))


def paths(network: Network) -> list[str]:
    """The paths of all ops, in order."""
    return [".".join(row.path) for row in rows(network.program, network.costs, 100)]


def uses(network: Network) -> list[str]:
    """The path of every application in the body of the file; one done again in parentheses."""
    return [
        f"({'.'.join(path)})" if call.weighting.again else ".".join(path)
        for call in network.program.root.calls
        for path in call.paths
    ]
