"""`netspec bench`: throughput, latency and peak memory of a network, alone or beside another."""

from __future__ import annotations

import argparse
import gc
import json
import os
import re
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from netspec.arguments import argument_node
from netspec.backends.torch.module import import_torch
from netspec.catalog import document
from netspec.cli.options import SPEC_HELP, add_overrides, one_network
from netspec.network import Network
from netspec.stats import text_table
from netspec.syntax.nodes import Node

if TYPE_CHECKING:
    from netspec.backends.torch.bench import Contestant, Outcome, Progress, Settings

HEADER = ["network", "samples/s", "p50 ms", "p90 ms", "p99 ms", "peak memory", "steps"]
MEBIBYTE = 2**20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("spec", metavar="SPEC", help=SPEC_HELP)
    parser.add_argument(
        "--against",
        metavar="SPEC|MODULE:FUNCTION",
        help="measure in turns with another spec, or with the module that a function returns",
    )
    parser.add_argument(
        "--device", metavar="DEVICE", default="cpu", help="cpu, cuda, cuda:1 (default: cpu)"
    )
    parser.add_argument("--batch", type=_count, default=1, metavar="N", help="samples (default: 1)")
    parser.add_argument(
        "--train",
        action="store_true",
        help="whole training steps: forward, loss, backward, SGD; default: forward in eval mode",
    )
    parser.add_argument(
        "--dtype",
        choices=["float32", "float64", "bfloat16", "float16"],
        default="float32",
        help="of weights and inputs (default: float32)",
    )
    parser.add_argument("--channels-last", action="store_true", help="torch's memory format")
    parser.add_argument("--compile", action="store_true", help="by torch.compile, before measuring")
    parser.add_argument("--threads", type=_count, metavar="N", help="of the CPU (default: torch's)")
    length = parser.add_mutually_exclusive_group()
    length.add_argument(
        "--seconds", type=_seconds, default=5.0, metavar="S", help="how long (default: 5)"
    )
    length.add_argument("--iterations", type=_count, metavar="N", help="steps of each instead")
    parser.add_argument("--format", choices=["text", "json"], default="text", help="default: text")
    add_overrides(parser)


def run(options: argparse.Namespace) -> int:
    network = one_network(options)
    import_torch()
    from netspec.backends.torch import bench

    gc.enable()  # as in any program that trains
    settings = _settings(options)
    contestants = _contestants(network, options.against)
    inputs = bench.samples(network.program)
    limit = bench.Limit(options.seconds, options.iterations)
    with _reporting() as progress:
        outcome = bench.bench(contestants, settings, inputs, limit, progress)
    found = _found(network, settings, outcome)
    print(json.dumps(found, indent=2) if options.format == "json" else _text(found))
    return 0


def _settings(options: argparse.Namespace) -> Settings:
    from netspec.backends.torch.bench import Settings
    from netspec.backends.torch.placement import Placement

    memory_format = "channels_last" if options.channels_last else None
    placement = Placement.of(options.device, options.dtype, memory_format)
    return Settings(placement, options.batch, options.train, options.compile, options.threads)


def _contestants(network: Network, against: str | None) -> list[Contestant]:
    from netspec.backends.torch.bench import of_function, of_source

    first = of_source(network.name, network.source())
    if against is None:
        return [first]
    if re.fullmatch(r"[\w.]+:[\w.]+|[\w./-]+\.py(:[\w.]*)?", against) and not os.path.exists(
        against
    ):
        return [first, of_function(against)]
    other = Network(document(against), {}, _same_input(network))
    name = other.name if other.name != network.name else f"{other.name} ({against})"
    return [first, of_source(name, other.source())]


def _same_input(network: Network) -> dict[str | None, Node]:
    """The only input's shape; several inputs are to be alike as they are."""
    if len(network.program.inputs) > 1:
        return {}
    return {None: argument_node(network.input_shape, "input")}


# ------------------------------------------------------------------------------------------ reports


def _found(network: Network, settings: Settings, outcome: Outcome) -> dict[str, Any]:
    """What was measured, as in JSON: milliseconds, and bytes of memory."""
    from netspec.backends.torch.bench import environment

    return {
        **environment(settings),
        "input": network.stats().to_dict()["input"],
        "networks": [
            {
                "name": result.name,
                "steps": result.latency.steps,
                "samples_per_second": result.latency.samples_per_second,
                "p50_ms": result.latency.p50,
                "p90_ms": result.latency.p90,
                "p99_ms": result.latency.p99,
                "peak_memory": result.peak_memory,
            }
            for result in outcome.results
        ],
        "ratio": None if outcome.ratio is None else asdict(outcome.ratio),
    }


def _reporting() -> AbstractContextManager[Progress]:
    """On a terminal a bar, elsewhere a line as each phase begins: a log shows what goes on."""
    return _bar() if sys.stderr.isatty() and find_spec("tqdm") else _lines()


@contextmanager
def _lines() -> Iterator[Progress]:
    """Lines on standard error, with the seconds since the start."""
    start, told = time.monotonic(), set()

    def progress(phase: str, done: float) -> None:
        if phase not in told:
            told.add(phase)
            seconds = time.monotonic() - start
            print(f"{seconds:4.0f} s: {phase}", file=sys.stderr, flush=True)

    yield progress
    progress("done", 1.0)


@contextmanager
def _bar() -> Iterator[Progress]:
    """A progress bar on standard error."""
    from tqdm import tqdm

    shown = "{desc}: {percentage:3.0f}%|{bar}| {elapsed}"
    with tqdm(total=1.0, bar_format=shown, leave=False) as bar:

        def progress(phase: str, done: float) -> None:
            bar.set_description_str(phase, refresh=False)
            bar.n = done
            bar.refresh()

        yield progress


def _text(found: dict[str, Any]) -> str:
    gpu = f" ({found['gpu']})" if found["gpu"] else ""
    words = [
        f"{found['mode']}, batch {found['batch']} of {found['input']}",
        found["dtype"],
        *(["channels last"] if found["memory_format"] == "channels_last" else []),
        *(["compiled"] if found["compiled"] else []),
        f"{found['device']}{gpu}",
        f"{found['threads']} CPU thread{'s' if found['threads'] > 1 else ''}",
        f"torch {found['torch']}",
    ]
    table = text_table(HEADER, [_cells(each) for each in found["networks"]], "lrrrrrr")
    return "\n".join([", ".join(words), "", table, *_comparison(found)])


def _cells(found: dict[str, Any]) -> list[str]:
    peak = found["peak_memory"]
    return [
        found["name"],
        f"{found['samples_per_second']:,.1f}",
        *(f"{found[p]:,.3f}" for p in ("p50_ms", "p90_ms", "p99_ms")),
        "-" if peak is None else f"{peak / MEBIBYTE:,.1f} MiB",
        str(found["steps"]),
    ]


def _comparison(found: dict[str, Any]) -> list[str]:
    if found["ratio"] is None:
        return []
    first, second = (each["name"] for each in found["networks"])
    median, low, high = found["ratio"].values()
    speed = f"{first} has {median:.3f} times the speed of {second}"
    return ["", f"{speed} (the middle half of the rounds: {low:.3f} to {high:.3f})"]


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a whole number of at least 1, not {text}")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"a number of seconds, not {text}")
    return seconds
