"""Figures of specs that a test writes, read back as what they show."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path

from pygraphviz import AGraph

import netspec
from netspec.backends.graphviz import dot
from netspec.program import Program


@dataclass(frozen=True)
class Figure:
    """The texts of every node and every cluster's heading, and the edges between the nodes.

    Edges that are drawn from their end point from it here; `dashed` are those that are.
    """

    nodes: dict[str, list[str]]
    clusters: dict[str, list[str]]
    edges: list[tuple[str, str]]
    dashed: list[tuple[str, str]]

    @property
    def strips(self) -> list[list[str]]:
        """Of nodes that are tables: what stands in each."""
        return [texts for name, texts in self.nodes.items() if ": " not in name]

    @property
    def shapes(self) -> list[str]:
        return ["".join(texts) for name, texts in self.nodes.items() if ": " in name]

    def node(self, text: str) -> str:
        """The name of the one node that shows `text`."""
        (name,) = (name for name, texts in self.nodes.items() if text in texts)
        return name

    def between(self, one: str, other: str) -> str:
        """The shape on the way from the node that shows `one` to the one that shows `other`."""
        (wire,) = (
            head
            for tail, head in dict.fromkeys(self.edges)
            if tail == self.node(one) and (head, self.node(other)) in self.edges
        )
        return "".join(self.nodes[wire])


def load(folder: Path, body: str, input: str | None = "[8, 16, 16]") -> Program:
    """The network of that body; without `input` the text has its own `inputs`."""
    path = folder / "net.yaml"
    given = f"input: {input}\n" if input else ""
    path.write_text(f"netspec: 1\nname: net\n{given}{textwrap.dedent(body)}")
    return netspec.load(path).program


def figure(program: Program) -> Figure:
    with AGraph(string=dot(program)) as graph:
        return Figure(
            {str(node): _texts(node.attr["label"]) for node in graph.nodes()},
            {
                cluster.name: _texts(cluster.graph_attr["label"] or "")
                for cluster in _clusters(graph)
            },
            [(str(tail), str(head)) for tail, head in graph.edges()],
            [(str(e[0]), str(e[1])) for e in graph.edges() if e.attr["style"] == "dashed"],
        )


def _clusters(graph: AGraph) -> Iterator[AGraph]:
    for cluster in graph.subgraphs():
        yield cluster
        yield from _clusters(cluster)


def _texts(label: str) -> list[str]:
    return [unescape(text) for text in re.findall(r">([^<>]+)<", label)]
