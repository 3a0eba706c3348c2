"""Options that several commands share: which networks, with which parameters and input."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator

from netspec.catalog import Document, document, documents
from netspec.diagnostics import Report, Source, fault
from netspec.network import Network, argument_node
from netspec.syntax.nodes import Node
from netspec.syntax.reader import read_nodes

SPEC_HELP = "a file, FILE@VARIANT, or the name of a shipped spec or variant"


def add_overrides(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--set",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        dest="overrides",
        help="give a parameter of the spec another value: --set growth=48 --set 'layers=[3, 4]'",
    )
    parser.add_argument(
        "--input",
        metavar="[NAME=]CxHxW",
        action="append",
        default=[],
        dest="sizes",
        help="another input shape, without the batch: 3x320x320; of several inputs, by its name",
    )


def one_network(options: argparse.Namespace) -> Network:
    """The network that SPEC names."""
    return _network(document(options.spec), options)


def networks(options: argparse.Namespace, report: Report) -> Iterator[Network]:
    """Every network that the SPECs name; faults go to `report`."""
    for address in options.specs:
        with report.collecting():
            for chosen in documents(address):
                with report.collecting():
                    yield _network(chosen, options)


def _network(chosen: Document, options: argparse.Namespace) -> Network:
    overrides = dict(_override(text) for text in options.overrides)
    return Network(chosen, overrides, dict(_size(text) for text in options.sizes))


def _override(text: str) -> tuple[str, Node]:
    name, equals, value = text.partition("=")
    if not equals or not name.isidentifier() or not value.strip():
        raise fault("NS003", f"`--set {text}` is not of the form NAME=VALUE")
    report = Report()
    node = read_nodes(Source(f"--set {name}", value), report)
    report.raise_if_any()
    return name, node


def _size(text: str) -> tuple[str | None, Node]:
    name, _, shape = text.rpartition("=")
    if not re.fullmatch(r"[0-9]{1,9}(x[0-9]{1,9})*", shape):
        raise fault("NS003", f"`--input {text}` is not of the form CxHxW", hint="--input 3x320x320")
    return name or None, argument_node([int(size) for size in shape.split("x")], "--input")
