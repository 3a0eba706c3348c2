"""Emitted networks against the same ones written by hand: `python -m benchmarks.speed`.

`--write docs/speed.md` also puts the tables into that page, between its markers.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable

import torch

import netspec
from benchmarks.handwritten import BUILDERS
from benchmarks.report import command, machine, table
from netspec.backends.torch.bench import (
    Limit,
    Ratio,
    inference_step,
    measure,
    speed_ratio,
    training_step,
)

EAGER = ("densenet121", "googlenet", "mobilenet_v2", "resnet50", "vgg16")
COMPILED = ("resnet50", "vgg16")
"""Compiling takes long, and what is compiled is nearly the same graph (tests/handwritten)."""
STEPS = {"inference": inference_step, "training step": training_step}
BATCH, SIDE = 4, 64
"""Small images, so that what Python does between the ops counts."""
LIMIT = Limit(seconds=8)


def compared(network: str, mode: str, compiled: bool) -> Ratio:
    """How many times as fast the emitted module is, with the same weights on the same images."""
    torch.compiler.reset()
    emitted, written = netspec.load(network).module(), BUILDERS[network]()
    written.load_state_dict(emitted.state_dict())
    images = torch.randn(BATCH, 3, SIDE, SIDE)
    steps = {}
    for name, module in {"emitted": emitted, "written": written}.items():
        if compiled:
            module.compile()
        steps[name] = STEPS[mode](module, [images])
    times = measure(steps, LIMIT)
    return speed_ratio(times["emitted"], times["written"])


def rows(networks: Iterable[str], compiled: bool) -> list[list[str]]:
    found = []
    for network in networks:
        ratios = []
        for mode in STEPS:
            ratio = compared(network, mode, compiled)
            ratios.append(f"{ratio.median:.2f} ({ratio.low:.2f} to {ratio.high:.2f})")
            kind = "compiled" if compiled else "eager"
            print(f"{network}, {mode}, {kind}: {ratios[-1]}", file=sys.stderr, flush=True)
        found.append([network, *ratios])
    return found


def page() -> str:
    header = " | ".join(["network", *STEPS])
    return "\n\n".join(
        [
            f"Measured on: {machine()}",
            "## Eager",
            table(header, rows(EAGER, compiled=False)),
            "## Compiled by Inductor",
            table(header, rows(COMPILED, compiled=True)),
        ]
    )


if __name__ == "__main__":
    command("Emitted networks against hand-written ones.", page)
