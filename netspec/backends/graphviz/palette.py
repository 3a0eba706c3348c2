"""Colours of op families: light enough for black print, apart for colour-blind eyes.

After Paul Tol's "light" scheme (SRON technical note 09-002), paler where a family fills the page.
"""

from __future__ import annotations

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
OTHER = "#F0F0F0"
BLOCK = "#FFFFFF"
INK = "#222222"
FAINT = "#666666"
LINE = "#8A8A8A"
BADGE = "#555555"
FRAME = "#C9CDD2"
PANEL = "#F7F8FA"


def colour(family: str) -> str:
    return FAMILIES.get(family, OTHER)
