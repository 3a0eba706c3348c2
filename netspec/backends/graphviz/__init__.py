"""The architecture diagram: DOT text, and pictures of it."""

from netspec.backends.graphviz.figure import dot
from netspec.backends.graphviz.render import render

__all__ = ["dot", "render"]
