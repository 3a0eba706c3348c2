"""DOT text to pictures, by the Graphviz that comes inside pygraphviz."""

from __future__ import annotations


def render(dot_text: str, format: str) -> bytes:
    from pygraphviz import AGraph

    return AGraph(string=dot_text).draw(format=format, prog="dot")
