"""The diagrams of docs/diagrams/.

How wide Graphviz finds a text depends on the fonts of the machine, so a drawing is made again only
when its DOT text, which depends on nothing, is another: the drawing ends with the DOT's hash.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import netspec
from netspec.backends.graphviz import render

DRAWN = ("densenet121", "resnet50", "vgg16")
FOLDER = "diagrams"


def drawing(name: str, path: Path) -> str:
    """The SVG of a shipped network: that of the file if it is up to date, else a new one."""
    dot = netspec.load(name).dot()
    mark = f"<!-- DOT sha256: {hashlib.sha256(dot.encode()).hexdigest()} -->\n"
    known = path.read_text() if path.exists() else ""
    return known if known.endswith(mark) else render(dot, "svg").decode() + mark
