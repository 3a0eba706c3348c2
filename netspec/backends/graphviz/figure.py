"""The figure of a program as DOT: its spine, and beside it every distinct block once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netspec.backends.graphviz import palette
from netspec.backends.graphviz.catalogue import Catalogue, Entry
from netspec.backends.graphviz.cells import SMALL, parameters, strip_label, times_badge
from netspec.backends.graphviz.labels import extent, quantity, settled, shape
from netspec.backends.graphviz.markup import (
    attributes,
    bold,
    cell,
    escaped,
    font,
    label,
    quoted,
    row,
    table,
)
from netspec.backends.graphviz.strips import Frame, Node, Strip, strips
from netspec.ops.base import Op
from netspec.program import Instance, Program

FONT = "Helvetica"
PAGE = "7.5,10.9"
"""A4 less its margins, in inches; a larger figure is scaled down to it."""


def dot(program: Program) -> str:
    """The figure as DOT text; the same program gives the same text."""
    catalogue = Catalogue(program)
    spine, *insets = catalogue.entries
    lines = [
        f"digraph {quoted(program.name)} {{",
        *_indented(_graph_attributes(program, catalogue)),
        *_indented(_body(spine, catalogue, "network")),
    ]
    for inset in insets:
        lines += _indented(_inset(inset, catalogue))
    lines += _indented(_stacked(spine, insets))
    return "\n".join([*lines, "}"]) + "\n"
