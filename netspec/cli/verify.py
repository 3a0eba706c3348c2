"""`netspec verify`: every claim of every variant, printed beside what is computed."""

from __future__ import annotations

import argparse

from netspec.analysis.claims import Verdict
from netspec.cli.options import SPEC_HELP, networks
from netspec.diagnostics import Report
from netspec.diagnostics.formats.characters import printable
from netspec.network import Network
from netspec.stats import text_table

HEADER = ["network", "quantity", "printed", "computed", "verdict", "source"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("specs", metavar="SPEC", nargs="+", help=SPEC_HELP)
    parser.set_defaults(overrides=[], sizes=[])


def run(options: argparse.Namespace) -> int:
    report = Report()
    cells = []
    for network in networks(options, report):
        cells += [_cells(network, verdict) for verdict in network.read_claims(report)]
        with report.collecting():
            network.require_claims()
    if cells:
        print(text_table(HEADER, cells, "llrrll"))
    report.raise_if_any()
    return 0


def _cells(network: Network, verdict: Verdict) -> list[str]:
    claim = verdict.claim
    word = "holds" if verdict.holds else "FAILS"
    if claim.disputed:
        word = "holds, though disputed" if verdict.holds else "disputed"
    reasons = [text for text in (claim.source, claim.disputed) if text]
    figures = [verdict.quantity, verdict.printed, verdict.computed]
    return [network.name, *map(printable, figures), word, printable(": ".join(reasons)) or "-"]
