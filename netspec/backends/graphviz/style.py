"""How figures look: colours of op families and of everything else, sizes of text.

The family colours are light enough for black print on them and stay apart for colour-blind eyes,
after Paul Tol's "light" scheme (SRON technical note 09-002).
"""

from __future__ import annotations

from netspec.backends.graphviz.markup import bold, font

FAMILIES = {
    "convolution": "#9CC3E6",
    "linear": "#C3B1E1",
    "normalisation": "#F3E5AB",
    "activation": "#F4B183",
    "pooling": "#8FD3BE",
    "merge": "#F2B5C4",
    "shape": "#DCDCDC",
    "stochastic": "#D5E08F",
    "arithmetic": "#E8D5C4",
    "attention": "#B8E3F2",
}
OTHER_FAMILY = "#F0F0F0"
BLOCK = "#F6F7F9"
PANEL = "#F6F7F9"
INK = "#222222"
FAINT = "#5F6368"
LINE = "#80868B"
FRAME = "#C4C9CF"
BADGE = "#5F6368"
PAPER = "#FFFFFF"

FONT = "Helvetica,Arial,DejaVu Sans Condensed,sans-serif"
SMALL, NORMAL, LARGE = 8, 10, 18

GRAPH = {
    "fontname": FONT,
    "fontcolor": INK,
    "labelloc": "t",
    "ranksep": "0.12",
    "nodesep": "0.25",
    "size": "7.5,10.9",
}
"""`size` is A4 less its margins, in inches: a larger figure is scaled down to it."""

NODE = {"shape": "plain", "fontname": FONT, "fontsize": str(NORMAL), "fontcolor": INK}
EDGE = {"color": LINE, "arrowsize": "0.6"}
FRAMED = {"peripheries": "1", "style": "rounded", "color": FRAME, "margin": "8", "labeljust": "l"}
REPEATED = {**FRAMED, "margin": "14"}
PANELLED = {**FRAMED, "style": "rounded,filled", "fillcolor": PANEL, "margin": "10"}
UNFRAMED = {"peripheries": "0", "margin": "0"}


def family_colour(family: str) -> str:
    return FAMILIES.get(family, OTHER_FAMILY)


def faint(markup: str) -> str:
    return font(markup, size=SMALL, colour=FAINT)


def on_badge(markup: str) -> str:
    return font(bold(markup), size=SMALL, colour=PAPER)
