"""Networks of texts that stand in no file."""

from __future__ import annotations

from pathlib import Path

from netspec.catalog import Document
from netspec.diagnostics import Report, Source
from netspec.network import Network
from netspec.syntax.folder import Folder
from netspec.syntax.reader import read_nodes


def network_of(text: str, name: str = "net.yaml") -> Network:
    """The network of a spec's text; messages call it `name`. Raises `SpecError`."""
    source, report = Source(name, text), Report()
    document = Document(name, source, read_nodes(source, report), Folder(Path(), report))
    return Network(document, {}, {})
