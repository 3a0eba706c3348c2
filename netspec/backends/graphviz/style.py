"""How figures look: colours of op families and of everything else, sizes of text.

The family colours are Paul Tol's "light" scheme (SRON technical note 09-002) with 15 % white: light
enough for black print on them, and apart for colour-blind eyes.
"""

from __future__ import annotations

from netspec.backends.graphviz.markup import bold, font

FAMILIES = {
    "convolution": "#8BB7E2",
    "linear": "#A8E2FF",
    "normalisation": "#F1E29A",
    "activation": "#F19A7D",
    "pooling": "#60C5A8",
    "merge": "#FFB7C5",
    "shape": "#E2E2E2",
    "stochastic": "#C5D452",
    "arithmetic": "#BDB76B",
    "attention": "#D9C6EE",
}
OTHER_FAMILY = "#F0F0F0"
PANEL = "#F6F7F9"
INK = "#222222"
FAINT = "#5F6368"
LINE = "#80868B"
FRAME = "#C4C9CF"
BADGE = "#5F6368"
WHITE = "#FFFFFF"

FONT = "Helvetica,Arial,DejaVu Sans Condensed,sans-serif"
SMALL, NORMAL, MEDIUM, LARGE = 8, 10, 11, 18

PAGE = {
    "fontname": FONT,
    "fontcolor": INK,
    "labelloc": "t",
    "ranksep": "0.12",
    "nodesep": "0.25",
    "pack": "12",
}
"""`pack` lays out the spine and every column of insets by itself."""
HASTY = {"splines": "line", "mclimit": "0.1", "nslimit": "1"}
"""For figures that would take the layout minutes."""

NODE = {"shape": "plain", "fontname": FONT, "fontsize": str(NORMAL), "fontcolor": INK}
EDGE = {"color": LINE, "arrowsize": "0.6"}

UNFRAMED = {"peripheries": "0", "margin": "0"}
FRAMED = {
    "peripheries": "1",
    "style": "rounded",
    "color": FRAME,
    "margin": "8",
    "labeljust": "l",
}
REPEATED = {**FRAMED, "margin": "14"}
PANELLED = {**FRAMED, "style": "rounded,filled", "fillcolor": PANEL, "margin": "10"}

STRIP: dict[str, str | int] = {
    "border": 0,
    "cellborder": 1,
    "cellspacing": 0,
    "cellpadding": 4,
    "color": LINE,
}
TAG = {"fontname": FONT, "fontsize": str(SMALL), "fontcolor": FAINT, "labeldistance": "1.6"}
SKIP = {"minlen": "3"}
"""Across an hourglass."""
LATE = {"style": "dashed"}
"""What training alone computes."""
LATE_CELL: dict[str, str | int] = {"border": 1, "color": LINE, **LATE}
LATE_STRIP = {**STRIP, "border": 1, "cellborder": 0, "columns": "*", **LATE}


def family_colour(family: str) -> str:
    return FAMILIES.get(family, OTHER_FAMILY)


def faint(markup: str) -> str:
    return font(markup, size=SMALL, colour=FAINT)


def on_badge(markup: str) -> str:
    return font(bold(markup), size=SMALL, colour=WHITE)
