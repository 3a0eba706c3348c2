"""`netspec draw`: the diagram, in the format that the file's ending names."""

from __future__ import annotations

import argparse
from pathlib import Path

from netspec.cli.options import SPEC_HELP, add_overrides, one_network
from netspec.cli.output import write_files
from netspec.cli.targets import TARGETS, render_target
from netspec.diagnostics import fault

DRAWINGS = ("svg", "png", "pdf", "dot")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("spec", metavar="SPEC", help=SPEC_HELP)
    parser.add_argument(
        "-o", "--output", metavar="FILE", required=True, help=f"ends in {', '.join(DRAWINGS)}"
    )
    add_overrides(parser)


def run(options: argparse.Namespace) -> int:
    path = Path(options.output)
    ending = path.suffix.removeprefix(".")
    if ending not in DRAWINGS or ending not in TARGETS:
        raise fault("NS003", f"{path} does not end in {', '.join(DRAWINGS)}")
    network = one_network(options)
    write_files({path: render_target(network, ending)})
    print(f"wrote {path}")
    return 0
