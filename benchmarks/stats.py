"""`netspec stats` against the counters that need PyTorch: `python -m benchmarks.stats`.

`--write docs/benchmarks.md` also puts the tables into that page, between its markers.
"""

from __future__ import annotations

import argparse
import functools
import os
import platform
import re
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from statistics import median

import torch

import netspec
from benchmarks import peers

NETWORKS = {
    "densenet121": "specs/densenet121.yaml",
    "resnet152": "specs/resnet.yaml@resnet152",
    "preresnet1001": "benchmarks/preresnet1001.yaml",
}
START_UP = {
    "python": "pass",
    "yaml": "import yaml",
    "pydantic": "import yaml, pydantic",
    "netspec itself": "import netspec.cli.stats, netspec.ops.base as ops; ops.names()",
}
"""What a start consists of: each program imports what the ones before it do, and one thing more."""
FEWEST, MOST, SECONDS = 3, 15, 3.0
MARKERS = "<!-- the rest is written by python -m benchmarks.stats -->", "<!-- end -->"
NETSPEC = "netspec"

Action = Callable[[], object]
Times = dict[str, float]


def interleaved(actions: Mapping[str, Action]) -> Times:
    """The median seconds of each action. They take turns, so that a slow spell of the machine falls
    on all of them, until each has run `MOST` times or `FEWEST` times and for `SECONDS`.
    """
    times: dict[str, list[float]] = {name: [] for name in actions}
    for action in actions.values():
        action()
    pending = dict(actions)
    while pending:
        for name, action in pending.items():
            start = time.perf_counter()
            action()
            times[name].append(time.perf_counter() - start)
        pending = {name: action for name, action in pending.items() if not _enough(times[name])}
    return {name: median(taken) for name, taken in times.items()}


def _enough(times: list[float]) -> bool:
    return len(times) >= MOST or (len(times) >= FEWEST and sum(times) >= SECONDS)


def _process(*arguments: str) -> Action:
    """Run Python with byte code kept between runs, as it is for an installed package."""
    command = [sys.executable, *arguments]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    return lambda: subprocess.run(command, env=environment, check=True, capture_output=True)


def _stats(address: str) -> object:
    return netspec.load(address).stats()


def _peers() -> list[tuple[str, str, str]]:
    """Each counter on each device where it works, with a label."""
    devices = peers.DEVICES.items()
    return [(f"{tool}, {device}", tool, device) for tool, found in devices for device in found]


def whole_process(network: str) -> Times:
    """A fresh interpreter each time, from start to exit."""
    script = ("-m", "benchmarks.peers")
    actions = {NETSPEC: _process("-m", "netspec", "stats", NETWORKS[network])}
    for label, tool, device in _peers():
        actions[label] = _process(*script, tool, device, network)
    return interleaved(actions)


def in_process(network: str) -> Times:
    """netspec: from text to figures. The others: counting a module that stands."""
    require_agreement(network)
    actions: dict[str, Action] = {NETSPEC: functools.partial(_stats, NETWORKS[network])}
    for label, tool, device in _peers():
        module, x = peers.build(network, device)
        actions[label] = functools.partial(peers.COUNTERS[tool], module, x)
    return interleaved(actions)


def require_agreement(network: str) -> None:
    """Raise ValueError if the module that the counters see is not the network of the spec."""
    spec = netspec.load(NETWORKS[network])
    static, counted = (spec.params, spec.macs), peers.figures(network)
    if static != counted:
        raise ValueError(f"{network}: params and MACs are {static}, of the module {counted}")


def start_up() -> list[tuple[str, float]]:
    """What a start of netspec spends its seconds on, and the rest of a whole `netspec stats`."""
    actions = {part: _process("-c", program) for part, program in START_UP.items()}
    actions["densenet121"] = _process("-m", "netspec", "stats", NETWORKS["densenet121"])
    totals = list(interleaved(actions).items())
    before = [0.0, *(seconds for _, seconds in totals)]
    return [(part, seconds - less) for (part, seconds), less in zip(totals, before, strict=False)]


# ------------------------------------------------------------------------------------- the page


def table(header: str, rows: list[list[str]]) -> str:
    columns = header.split(" | ")
    lines = [columns, ["---", *["---:"] * (len(columns) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def comparison(network: str, whole: Times, inside: Times) -> str:
    rows = [
        [
            name,
            f"{1000 * whole[name]:,.0f} ms",
            f"{whole[name] / whole[NETSPEC]:.1f}",
            f"{1000 * inside[name]:,.1f} ms",
            f"{inside[name] / inside[NETSPEC]:.1f}",
        ]
        for name in whole
    ]
    return table(f"{network} | whole process | ratio | in-process | ratio", rows)


def aims(whole: Mapping[str, Times], inside: Mapping[str, Times]) -> str:
    rows = [[network, *_quickest(whole[network]), *_quickest(inside[network])] for network in whole]
    header = "quickest peer | whole process | ratio (aim 10) | in-process | ratio (aim 20)"
    return table(header, rows)


def _quickest(times: Times) -> tuple[str, str]:
    name = min((name for name in times if name != NETSPEC), key=times.__getitem__)
    return name, f"{times[name] / times[NETSPEC]:.1f}"


def machine() -> str:
    """The processor and the versions that matter."""
    info = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*: (.*)", info.read_text()) if info.is_file() else None
    processor = found[1] if found else platform.processor() or platform.machine()
    tools = ["torch", "torchinfo", "fvcore", "pydantic", "PyYAML"]
    versions = ", ".join(f"{tool} {version(tool)}" for tool in tools)
    threads = torch.get_num_threads()
    return f"{processor}, {threads} threads; Python {platform.python_version()}, {versions}."


def page() -> str:
    whole = {network: whole_process(network) for network in NETWORKS}
    inside = {network: in_process(network) for network in NETWORKS}
    parts = [[part, f"{1000 * seconds:.0f} ms"] for part, seconds in start_up()]
    return "\n\n".join(
        [
            f"Measured on: {machine()}",
            "## Against the aims",
            aims(whole, inside),
            "## Each network",
            *(comparison(network, whole[network], inside[network]) for network in NETWORKS),
            "## Where a start goes",
            table("part of `netspec stats densenet121` | time", parts),
        ]
    )


def write(path: Path, text: str) -> None:
    """Put the text between the markers of the page."""
    start, end = MARKERS
    before, after = path.read_text().split(start)[0], path.read_text().split(end)[1]
    path.write_text(f"{before}{start}\n\n{text}\n\n{end}{after}")


def main() -> None:
    parser = argparse.ArgumentParser(description="netspec stats against other counters.")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put the tables into this page")
    options = parser.parse_args()
    text = page()
    print(text)
    if options.write:
        write(options.write, text)


if __name__ == "__main__":
    main()
