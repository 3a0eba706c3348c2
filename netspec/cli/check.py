"""`netspec check`: faults and failing claims, and nothing when all is well."""

from __future__ import annotations

import argparse
import sys

from netspec.cli.faults import print_faults
from netspec.cli.options import SPEC_HELP, add_overrides, networks, requests
from netspec.compilation import legal_sizes
from netspec.diagnostics import Report, SpecError, fault
from netspec.diagnostics.formats import FORMATS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("specs", metavar="SPEC", nargs="+", help=SPEC_HELP)
    add_overrides(parser)
    parser.add_argument(
        "--sizes",
        action="store_true",
        dest="legal",
        help="print the heights, widths and lengths for which the spec checks",
    )
    parser.add_argument(
        "--format",
        choices=FORMATS,
        default="human",
        help="default: human, on standard error; the others go to standard output",
    )


def run(options: argparse.Namespace) -> int:
    report = Report()
    try:
        _check(options, report)
        report.raise_if_any()
    except SpecError as error:
        return print_faults(error.diagnostics, options.format)
    return print_faults([], options.format)


def _check(options: argparse.Namespace, report: Report) -> None:
    if options.legal:
        _print_legal_sizes(options, report)
    for network in networks(options, report):
        with report.collecting():
            network.require_claims()
        if skipped := network.skipped_claims:
            print(f"{network.name}: {skipped}", file=sys.stderr)


def _print_legal_sizes(options: argparse.Namespace, report: Report) -> None:
    if options.format != "human":
        raise fault("NS003", "`--sizes` has no other format than human")
    for request in requests(options, report):
        with report.collecting():
            print("\n".join(legal_sizes(*request)))
