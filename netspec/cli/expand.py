"""`netspec expand`: the effective spec, as YAML with the origin of each line."""

from __future__ import annotations

import argparse
import sys

from netspec.cli.options import SPEC_HELP, add_overrides, one_network


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("spec", metavar="SPEC", help=SPEC_HELP)
    add_overrides(parser)


def run(options: argparse.Namespace) -> int:
    sys.stdout.write(one_network(options).expanded())
    return 0
