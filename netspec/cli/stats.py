"""`netspec stats`: the module tree of one network, or a row for each of several."""

from __future__ import annotations

import argparse
import csv
import io
import json
from collections.abc import Callable

from netspec.cli.options import SPEC_HELP, add_overrides, networks
from netspec.diagnostics import Report
from netspec.stats import (
    NETWORK_ALIGNMENT,
    NETWORK_HEADER,
    TREE_ALIGNMENT,
    TREE_HEADER,
    Stats,
    markdown_table,
    network_cells,
    summary,
    text_table,
    tree_cells,
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("specs", metavar="SPEC", nargs="+", help=SPEC_HELP)
    parser.add_argument(
        "--depth",
        type=_depth,
        default=2,
        metavar="N",
        help="levels of the module tree (default: 2); json and csv list what stands at level N",
    )
    parser.add_argument("--format", choices=list(FORMATS), default="table", help="default: table")
    add_overrides(parser)


def run(options: argparse.Namespace) -> int:
    report = Report()
    found = [network.stats(options.depth) for network in networks(options, report)]
    report.raise_if_any()
    print(FORMATS[options.format](found))
    return 0


def _depth(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a whole number of at least 1, not {text}")
    return int(text)


def _table(found: list[Stats]) -> str:
    if len(found) == 1:
        return str(found[0])
    return text_table(NETWORK_HEADER, network_cells(found), NETWORK_ALIGNMENT)


def _markdown(found: list[Stats]) -> str:
    if len(found) > 1:
        return markdown_table(NETWORK_HEADER, network_cells(found), NETWORK_ALIGNMENT)
    tree = markdown_table(TREE_HEADER, tree_cells(found[0]), TREE_ALIGNMENT)
    return f"{summary(found[0])}\n\n{tree}"


def _json(found: list[Stats]) -> str:
    entries = [stats.to_dict() for stats in found]
    return json.dumps(entries[0] if len(entries) == 1 else entries, indent=2)


def _csv(found: list[Stats]) -> str:
    entries = [stats.to_dict() for stats in found]
    table = entries[0]["rows"] if len(entries) == 1 else entries
    text = io.StringIO()
    writer = csv.DictWriter(text, [key for key in table[0] if key != "rows"], extrasaction="ignore")
    writer.writeheader()
    for entry in table:
        writer.writerow({k: "x".join(map(str, v)) if k in SHAPES else v for k, v in entry.items()})
    return text.getvalue().replace("\r\n", "\n").rstrip("\n")


SHAPES = ("input", "output")
FORMATS: dict[str, Callable[[list[Stats]], str]] = {
    "table": _table,
    "json": _json,
    "csv": _csv,
    "markdown": _markdown,
}
