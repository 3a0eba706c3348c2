"""`netspec check`: faults and failing claims, and nothing when all is well."""

from __future__ import annotations

import argparse
import sys

from netspec.cli.options import SPEC_HELP, add_overrides, networks
from netspec.diagnostics import Report


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("specs", metavar="SPEC", nargs="+", help=SPEC_HELP)
    add_overrides(parser)


def run(options: argparse.Namespace) -> int:
    report = Report()
    for network in networks(options, report):
        with report.collecting():
            network.require_claims()
        if skipped := network.skipped_claims:
            print(f"{network.name}: {skipped}", file=sys.stderr)
    report.raise_if_any()
    return 0
