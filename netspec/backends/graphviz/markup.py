"""DOT and its HTML-like labels as text.

Whatever comes from a spec is put in through `escaped` or `quoted`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from html import escape

LONGEST = 80
"""Characters of a text that a figure shows."""


def printable(text: str) -> str:
    """`text`, with what XML or a line of DOT cannot hold replaced."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def escaped(text: str) -> str:
    r"""Text as it stands in an HTML-like label, where Graphviz would expand `\N` to a name."""
    shown = text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
    return escape(printable(shown)).replace("\\", "\\\\")


def quoted(text: str) -> str:
    """Text as a DOT string: an identifier or the value of an attribute."""
    return '"' + printable(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def node(name: str, label: str) -> str:
    return f"{quoted(name)} [label=<{label}>]"


def edge(source: str, target: str, **attributes: str) -> str:
    return f"{quoted(source)} -> {quoted(target)}{listed(attributes)}"


def same_rank(*names: str) -> str:
    return f"{{ rank=same {' '.join(map(quoted, names))} }}"


def defaults(kind: str, attributes: Mapping[str, str], label: str | None = None) -> str:
    """What holds for the graph, its nodes or its edges."""
    return f"{kind}{listed(attributes, label)}"


def subgraph(
    name: str, attributes: Mapping[str, str], label: str | None, body: Iterable[str]
) -> Iterator[str]:
    """A cluster. Graphviz would give one without a label that of the graph around it."""
    given = attributes if label else {**attributes, "label": ""}
    yield f"subgraph {quoted('cluster ' + name)} {{"
    yield "  " + defaults("graph", given, label)
    yield from indented(body)
    yield "}"


def indented(lines: Iterable[str]) -> Iterator[str]:
    return ("  " + line for line in lines)


def listed(attributes: Mapping[str, str], label: str | None = None) -> str:
    """` [key="value", ...]`, with an HTML-like label last."""
    pairs = [f"{key}={quoted(value)}" for key, value in attributes.items()]
    pairs += [] if label is None else [f"label=<{label}>"]
    return f" [{', '.join(pairs)}]" if pairs else ""


def bold(markup: str) -> str:
    return f"<b>{markup}</b>"


def font(markup: str, *, size: int, colour: str) -> str:
    return f'<font point-size="{size}" color="{colour}">{markup}</font>'


def cell(markup: str, **attributes: str | int) -> str:
    return _element("td", markup, attributes)


def table(rows: Iterable[Iterable[str]], **attributes: str | int) -> str:
    """Rows of cells."""
    return _element("table", "".join(f"<tr>{''.join(cells)}</tr>" for cells in rows), attributes)


def _element(tag: str, inside: str, attributes: Mapping[str, str | int]) -> str:
    given = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f"<{tag}{given}>{inside}</{tag}>"
