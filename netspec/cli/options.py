"""Options that several commands share: which networks, with which parameters and input."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Mapping

from netspec.catalog import Document, document, documents
from netspec.diagnostics import Report, Source, Span, fault
from netspec.network import Network
from netspec.syntax.nodes import Node, Scalar, Sequence
from netspec.syntax.reader import read_nodes

Request = tuple[Document, Mapping[str, Node], Mapping[str | None, Node]]
"""What makes a `Network`: what is written, values for its parameters, shapes for its inputs."""

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
    return Network(*_request(document(options.spec), options))


def networks(options: argparse.Namespace, report: Report) -> Iterator[Network]:
    """Every network that the SPECs name; faults go to `report`."""
    for request in requests(options, report):
        with report.collecting():
            yield Network(*request)


def requests(options: argparse.Namespace, report: Report) -> Iterator[Request]:
    """The same before they are checked."""
    for address in options.specs:
        with report.collecting():
            for chosen in documents(address):
                with report.collecting():
                    yield _request(chosen, options)


def _request(chosen: Document, options: argparse.Namespace) -> Request:
    overrides = dict(_override(text) for text in options.overrides)
    return chosen, overrides, dict(_size(text) for text in options.sizes)


def _override(text: str) -> tuple[str, Node]:
    name, equals, value = text.partition("=")
    if not equals or not name.isidentifier() or not value.strip():
        hint = f"`--set {name}=VALUE`" if name.isidentifier() else None
        raise fault("NS003", f"`--set {text}` is not of the form NAME=VALUE", hint=hint)
    report = Report()
    node = read_nodes(Source(f"--set {name}", value), report)
    report.raise_if_any()
    return name, node


def _size(text: str) -> tuple[str | None, Node]:
    name, _, shape = text.rpartition("=")
    if not re.fullmatch(r"[0-9]+(x[0-9]+)*", shape):
        meant = "x".join(re.findall(r"[0-9]+", shape)) or "3x320x320"
        hint = f"`--input {f'{name}={meant}' if name else meant}`"
        raise fault("NS003", f"`--input {text}` is not of the form CxHxW", hint=hint)
    source = Source(f"--input {name}".rstrip(), shape)
    sizes: list[Node] = [
        Scalar(size[0].lstrip("0") or "0", Span(source, 1, size.start() + 1, 1, size.end() + 1))
        for size in re.finditer(r"[0-9]+", shape)
    ]
    return name or None, Sequence(sizes, Span(source, 1, 1, 1, len(shape) + 1))
