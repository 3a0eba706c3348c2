"""Times as Markdown tables, and the page that carries them."""

from __future__ import annotations

import argparse
import platform
import re
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from statistics import median

import torch

from benchmarks.timing import Times

NETSPEC = "netspec"
MARKERS = "<!-- the rest is written by `make bench` -->", "<!-- end -->"


def table(header: str, rows: list[list[str]]) -> str:
    columns = header.split(" | ")
    lines = [columns, ["---", *["---:"] * (len(columns) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def comparison(network: str, whole: Times, inside: Times) -> str:
    """A line per tool."""
    header = f"{network} | whole process | ratio | in-process | ratio"
    return table(header, [[tool, *_cells(tool, whole), *_cells(tool, inside)] for tool in whole])


def aims(whole: Mapping[str, Times], inside: Mapping[str, Times]) -> str:
    """The quickest peer of each network."""
    rows = []
    for network in whole:
        process, call = _quickest_peer(whole[network]), _quickest_peer(inside[network])
        ratios = _ratio(process, whole[network]), _ratio(call, inside[network])
        rows.append([network, process, ratios[0], call, ratios[1]])
    columns = "whole process: quickest peer", "ratio, aim 10", "in-process: quickest peer"
    return table(" | ".join(["network", *columns, "ratio, aim 20"]), rows)


def breakdown(header: str, totals: Times) -> str:
    """What each action takes beyond the one before it."""
    rows, before = [], 0.0
    for part, times in totals.items():
        total = min(times)
        rows.append([part, f"{1000 * (total - before):.0f}"])
        before = total
    return table(header, [*rows, ["**total**", f"{1000 * before:.0f}"]])


def _cells(tool: str, times: Times) -> tuple[str, str]:
    best, middle = _milliseconds(min(times[tool])), _milliseconds(median(times[tool]))
    return f"{best} ({middle})", _ratio(tool, times)


def _milliseconds(seconds: float) -> str:
    return f"{1000 * seconds:,.{0 if seconds > 0.1 else 1}f}"


def _quickest_peer(times: Times) -> str:
    return min((tool for tool in times if tool != NETSPEC), key=lambda tool: min(times[tool]))


def _ratio(tool: str, times: Times) -> str:
    return f"{min(times[tool]) / min(times[NETSPEC]):.1f}"


def machine() -> str:
    """The processor and the versions that matter."""
    info = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*: (.*)", info.read_text()) if info.is_file() else None
    processor = found[1] if found else platform.processor() or platform.machine()
    tools = ["torch", "torchinfo", "fvcore", "pydantic", "PyYAML"]
    versions = ", ".join(f"{tool} {version(tool)}" for tool in tools)
    threads = torch.get_num_threads()
    return f"{processor}, {threads} threads; Python {platform.python_version()}, {versions}."


def write(path: Path, text: str) -> None:
    """Put the text between the markers of the page."""
    start, end = MARKERS
    before, after = path.read_text().split(start)[0], path.read_text().split(end)[1]
    path.write_text(f"{before}{start}\n\n{text}\n\n{end}{after}")


def command(description: str, page: Callable[[], str]) -> None:
    """The command line of a benchmark: print its page, and put it between the markers of a file."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put the tables into this page")
    options = parser.parse_args()
    text = page()
    print(text)
    if options.write:
        write(options.write, text)
