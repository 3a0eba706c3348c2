"""The shipped specs as material: their texts, their nodes, a folder to change one in."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from typing import Any

from netspec.catalog import documents, shipped, shipped_files
from netspec.diagnostics import Report
from netspec.network import Network
from netspec.syntax.nodes import Mapping, Node, Scalar
from netspec.syntax.reader import read_nodes, read_source

Values = Any
"""Mappings, lists, and scalars: what YAML makes of a spec."""

CHANGED = "changed.yaml"
SMALL = 300
"""A variant of at most so many calls is drawn, where there is one: a module of it is soon built."""


@cache
def names() -> list[str]:
    return list(shipped())


@cache
def text(name: str) -> str:
    return shipped_files()[name].read_text()


@cache
def variants(name: str) -> list[str]:
    """The small ones of a spec's variants; of one without variants an empty name."""
    networks = {each.address: Network(each, {}, {}) for each in documents(name)}
    sizes = {
        address.partition("@")[2]: sum(
            call.count for i in n.program.instances() for call in i.calls
        )
        for address, n in networks.items()
    }
    least = max(min(sizes.values()), SMALL)
    return [variant for variant, size in sizes.items() if size <= least]


def values(name: str) -> Values:
    """The nodes of a shipped spec, fresh."""
    return plain(read_nodes(read_source(shipped_files()[name]), Report()))


def plain(node: Node) -> Values:
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Mapping):
        return {key.text: plain(value) for key, value in node}
    return [plain(item) for item in node.items]


def stage(folder: Path) -> Path:
    """A copy of all shipped specs, for the changed one to use and extend them; its own path."""
    for path in shipped_files().values():
        shutil.copy(path, folder)
    return folder / CHANGED
