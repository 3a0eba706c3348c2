"""What a network was made of: the texts that say it, the values from outside, a hash of both."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from netspec.diagnostics import Source
from netspec.syntax.nodes import Mapping as MappingNode
from netspec.syntax.nodes import Node, Scalar, Sequence
from netspec.syntax.spec import SpecFile

if TYPE_CHECKING:
    from netspec.catalog import Document

DIGITS = 12
"""Of a hash as it is shown."""


def title(chosen: Document) -> str:
    """The spec by the name of its file, and its variant: `resnet.yaml@resnet50`."""
    name = Path(chosen.source.name).name
    return f"{name}@{chosen.variant}" if chosen.variant else name


def words(overrides: Mapping[str, Node], sizes: Mapping[str | None, Node]) -> Iterator[str]:
    """The values from outside as words of the command line."""
    for name, node in sorted(overrides.items()):
        yield from ("--set", f"{name}={flow(node)}")
    for size, shape in sizes.items():
        assert isinstance(shape, Sequence)
        sides = "x".join(map(flow, shape.items))
        yield from ("--input", f"{size}={sides}" if size else sides)


def digest(
    chosen: Document,
    file: SpecFile,
    overrides: Mapping[str, Node],
    sizes: Mapping[str | None, Node],
) -> str:
    """The start of a SHA-256 over the text of the spec, those of the files that it uses or extends,
    the variant and the values from outside. Of a file alone it is that of the file.
    """
    top = chosen.folder.top
    others = {_place(source, top): source.text for source in _sources(chosen, file)}
    others.pop(_place(chosen.source, top), None)
    parts = [chosen.source.text]
    parts += [f"{place}\n{text}" for place, text in sorted(others.items())]
    parts += [f"@{chosen.variant}"] if chosen.variant else []
    parts += words(overrides, sizes)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:DIGITS]


def flow(node: Node) -> str:
    """A node on one line, the same for all ways of writing it."""
    if isinstance(node, Scalar):
        return node.text if node.plain else json.dumps(node.text)
    if isinstance(node, Sequence):
        return f"[{', '.join(map(flow, node.items))}]"
    return f"{{{', '.join(f'{key.text}: {flow(value)}' for key, value in node)}}}"


def _place(source: Source, top: Path) -> str:
    """The path of a file from the folder of the spec."""
    assert source.path is not None
    return source.path.resolve().relative_to(top).as_posix()


def _sources(chosen: Document, file: SpecFile) -> set[Source]:
    """The texts that the network is made of, less those of the standard library."""
    return {node.span.source for node in _nodes(chosen.root)}.union(*map(_library, _used(file)))


def _library(file: SpecFile) -> set[Source]:
    spans = [block.span for block in file.blocks.values()]
    spans += [param.span for param in file.params.values()]
    spans += [node.span for node in (*file.defaults.values(), *file.init.values())]
    return {file.source, *(span.source for span in spans)}


def _used(file: SpecFile) -> Iterator[SpecFile]:
    """The files that a file uses, and those that they use."""
    for library in file.uses.values():
        yield library
        yield from _used(library)


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    if isinstance(node, Sequence):
        for item in node.items:
            yield from _nodes(item)
    elif isinstance(node, MappingNode):
        for key, value in node:
            yield key
            yield from _nodes(value)
