"""What a network can be turned into, by the name of the target."""

from __future__ import annotations

import json
from collections.abc import Callable

from netspec.network import Network

EVERY_LEVEL = 1_000


def _drawing(format: str) -> Callable[[Network], bytes]:
    def render_drawing(network: Network) -> bytes:
        from netspec.backends.graphviz import render

        return render(network.dot(), format)

    return render_drawing


def _json(network: Network) -> bytes:
    return (json.dumps(network.stats(EVERY_LEVEL).to_dict(), indent=2) + "\n").encode()


TARGETS: dict[str, tuple[str, Callable[[Network], bytes]]] = {
    "torch": ("py", lambda network: network.source().encode()),
    "dot": ("dot", lambda network: network.dot().encode()),
    "svg": ("svg", _drawing("svg")),
    "png": ("png", _drawing("png")),
    "pdf": ("pdf", _drawing("pdf")),
    "json": ("json", _json),
}
"""The ending of the file and the function that makes its content."""


def render_target(network: Network, target: str) -> bytes:
    """The content of the target's file."""
    return TARGETS[target][1](network)
