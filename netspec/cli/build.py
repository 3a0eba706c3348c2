"""`netspec build`: the checked network's table, source file and diagram."""

from __future__ import annotations

import argparse
import sys
from importlib.util import find_spec
from pathlib import Path

from netspec.backends.torch.emitted import Emitted
from netspec.backends.torch.source.names import variable
from netspec.cli.options import SPEC_HELP, add_overrides, one_network
from netspec.cli.output import write_files
from netspec.cli.targets import TARGETS, render_target
from netspec.diagnostics import fault
from netspec.network import Network

DEFAULT_TARGETS = ["torch", "dot", "svg"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("spec", metavar="SPEC", help=SPEC_HELP)
    parser.add_argument(
        "-o",
        "--output",
        metavar="DIR",
        default="build",
        help="the folder for the files (default: build); - prints a single target",
    )
    parser.add_argument(
        "--target",
        action="append",
        choices=list(TARGETS),
        dest="targets",
        help="write this only (may be given several times; default: torch, dot and svg)",
    )
    add_overrides(parser)


def run(options: argparse.Namespace) -> int:
    targets = options.targets or DEFAULT_TARGETS
    if options.output == "-" and len(targets) != 1:
        raise fault("NS003", "`-o -` prints one target; choose it with --target")
    network = one_network(options)
    network.require_claims()
    contents = {target: render_target(network, target) for target in targets}
    if "torch" in targets:
        compared = _compare(network)
    if options.output == "-":
        sys.stdout.buffer.write(contents[targets[0]])
        return 0
    folder = Path(options.output)
    files = {folder / f"{network.name}.{TARGETS[t][0]}": contents[t] for t in targets}
    write_files(files)
    print(network.stats())
    print()
    if skipped := network.skipped_claims:
        print(skipped)
    if "torch" in targets:
        print(compared)
        if fixed := _fixed(network):
            print(f"fixed in the source: {', '.join(fixed)}; `--set` gives them other values")
    print("wrote " + ", ".join(map(str, files)))
    return 0


def _fixed(network: Network) -> list[str]:
    """The params of the spec that the function in the source does not take."""
    taken = Emitted(network.source()).arguments
    return [name for name in network.program.params if variable(name) not in taken]


def _compare(network: Network) -> str:
    """Hold the emitted module against the computed figures; raises `SpecError` (NS601)."""
    if find_spec("torch") is None:
        return "not compared: torch is not installed"
    network.compare()
    return "compared with the emitted module on the meta device: " + COMPARED


COMPARED = "params, buffers, state-dict keys, output shape and MACs agree"
