"""How checking a spec grows with the network: `python -m benchmarks.scale`.

`--write docs/scale.md` also puts the tables into that page, between its markers. Each point is a
process of its own, which checks a small spec first.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable

from benchmarks.report import command, machine, table

FRACTAL = """
body:
  - fractal: {columns: %d, layer: [conv: {out: 64, kernel: 3, padding: 1}, bn, relu]}
"""
REPEATED = """
blocks:
  unit: {body: [conv: {out: 64, kernel: 3, padding: 1}, bn, relu]}
body:
  - unit:
    repeat: %d
"""
OPS = """
body:
  - conv: 1 + i
    repeat: %d
"""
BLOCKS = """
blocks:
  unit: {params: {out: int}, body: [conv: out, relu]}
body:
  - unit: 1 + i
    repeat: %d
"""
CURVES = {
    "a fractal of n columns": (FRACTAL, (4, 15, 30, 45, 60)),
    "`repeat: n` of a block that keeps its shape": (REPEATED, (10, 1_000, 100_000, 10_000_000)),
    "n different convolutions": (OPS, (1_000, 10_000, 100_000)),
    "n different blocks of a convolution and a ReLU": (BLOCKS, (1_000, 10_000, 100_000)),
}
PROBE = """
import gc, json, re, sys, tempfile, time
from pathlib import Path
import netspec
path = Path(tempfile.mkdtemp()) / "net.yaml"
def figures(body):
    path.write_text("netspec: 1\\nname: net\\ninput: [64, 8, 8]\\n" + body)
    network = netspec.load(path)
    return network.params
def memory():
    return int(re.search(r"VmHWM:\\s*(\\d+) kB", Path("/proc/self/status").read_text())[1])
gc.disable()
figures("body: [fractal: {columns: 3, layer: {conv: 64}}]")
before, start = memory(), time.perf_counter()
params = figures(sys.argv[1])
seconds = time.perf_counter() - start
print(json.dumps([seconds, (memory() - before) / 1024, params]))
"""
RUNS = 3


def point(body: str) -> tuple[float, float, int]:
    """Best seconds, and MiB beyond those of a small spec, to the parameters of a network."""
    command = [sys.executable, "-c", PROBE, body]
    runs = [
        json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        for _ in range(RUNS)
    ]
    seconds, mebibytes, params = min(runs)
    return seconds, mebibytes, params


def curve(body: str, sizes: Iterable[int]) -> str:
    """A line per size; ratios are to the line above."""
    rows: list[list[str]] = []
    before: tuple[int, float] | None = None
    for n in sizes:
        seconds, mebibytes, params = point(body % n)
        times = [f"{n / before[0]:.1f}", f"{seconds / before[1]:.1f}"] if before else ["", ""]
        rows.append(
            [f"{n:,}", _counted(params), f"{1000 * seconds:,.1f}", f"{mebibytes:,.1f}", *times]
        )
        before = n, seconds
    return table("n | parameters | ms | MiB more | n, times | ms, times", rows)


def _counted(params: int) -> str:
    return f"{params:,}" if params < 10**12 else f"{params:.2e}"


def page() -> str:
    curves = [f"## {title}\n\n{curve(body, sizes)}" for title, (body, sizes) in CURVES.items()]
    return "\n\n".join([f"Measured on: {machine()}", *curves])


if __name__ == "__main__":
    command("How checking a spec grows with the network.", page)
