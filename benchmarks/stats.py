"""`netspec stats` against the counters that need PyTorch: `python -m benchmarks.stats`.

`--write docs/benchmarks.md` also puts the tables into that page, between its markers.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator

import netspec
from benchmarks import peers
from benchmarks.report import NETSPEC, aims, breakdown, command, comparison, machine
from benchmarks.timing import Action, Times, interleaved, process

NETWORKS = {
    "densenet121": "specs/densenet121.yaml",
    "resnet152": "specs/resnet.yaml@resnet152",
    "preresnet1001": "benchmarks/preresnet1001.yaml",
}
START_UP = {
    "Python": "pass",
    "yaml": "import yaml",
    "pydantic": "import yaml; from pydantic import BaseModel",
    "netspec's modules": "import netspec.cli.stats",
    "the op classes": "import netspec.cli.stats, netspec.ops.base as ops; ops.names()",
}
"""What a start consists of: each program imports what the ones before it do, and one thing more."""


def whole_process(network: str) -> Times:
    """A fresh interpreter each time, from start to exit."""
    actions = {NETSPEC: process("-m", "netspec", "stats", NETWORKS[network])}
    for label, tool, device in _peers():
        actions[label] = process("-m", "benchmarks.peers", tool, device, network)
    return interleaved(actions)


def in_process(network: str) -> Times:
    """netspec: from text to figures. The others: counting a module that stands."""
    require_agreement(network)
    actions: dict[str, Action] = {NETSPEC: lambda: netspec.load(NETWORKS[network]).stats()}
    for label, tool, device in _peers():
        actions[label] = functools.partial(peers.COUNTERS[tool], *peers.build(network, device))
    return interleaved(actions)


def _peers() -> Iterator[tuple[str, str, str]]:
    """Each counter on each device where it works, after a label."""
    for tool, devices in peers.DEVICES.items():
        for device in devices:
            yield f"{tool}, {device}", tool, device


def require_agreement(network: str) -> None:
    """Raise ValueError if the module that the counters see is not the network of the spec."""
    spec = netspec.load(NETWORKS[network])
    static, counted = (spec.params, spec.macs), peers.figures(network)
    if static != counted:
        raise ValueError(f"{network}: params and MACs are {static}, of the module {counted}")


def start_up() -> Times:
    """What a start imports, piece by piece, and the whole of `netspec stats densenet121`."""
    actions = {part: process("-c", program) for part, program in START_UP.items()}
    actions["densenet121"] = process("-m", "netspec", "stats", NETWORKS["densenet121"])
    return interleaved(actions)


def page() -> str:
    whole = {network: whole_process(network) for network in NETWORKS}
    inside = {network: in_process(network) for network in NETWORKS}
    return "\n\n".join(
        [
            f"Measured on: {machine()}",
            "## Against the aims",
            aims(whole, inside),
            "## Each network",
            "Milliseconds: the best run, in parentheses the median; ratios are of best runs.",
            *(comparison(network, whole[network], inside[network]) for network in NETWORKS),
            "## Where a start goes",
            breakdown("part of `netspec stats densenet121` | ms", start_up()),
        ]
    )


if __name__ == "__main__":
    command("netspec stats against other counters.", page)
