"""The diagrams of docs/diagrams/.

How wide Graphviz finds a text depends on the fonts of the machine, so a drawing is made again only
when its DOT text, which depends on nothing, is another: the drawing ends with the DOT's hash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import netspec
from docs.generator.refresh import FILE
from docs.generator.specs import network_of
from netspec import Network
from netspec.backends.graphviz import render

DRAWN = ("densenet121", "resnet50", "vgg16")
FOLDER = "diagrams"


def drawn(page: str) -> Iterator[tuple[str, Network]]:
    """What is drawn, by name: shipped networks, and those of the page that it shows."""
    yield from ((name, netspec.load(name)) for name in DRAWN)
    for file, text in FILE.findall(page):
        name = Path(file).stem
        if f"({FOLDER}/{name}.svg)" in page:
            yield name, network_of(text)


def drawing(network: Network, path: Path) -> str:
    """The SVG of a network: that of the file if it is up to date, else a new one."""
    dot = network.dot()
    mark = f"<!-- DOT sha256: {hashlib.sha256(dot.encode()).hexdigest()} -->\n"
    known = path.read_text() if path.exists() else ""
    return known if known.endswith(mark) else render(dot, "svg").decode() + mark
