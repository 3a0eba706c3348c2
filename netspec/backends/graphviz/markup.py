"""DOT and its HTML-like labels as text. Whatever comes from a spec goes through `escaped` or `quoted`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape


def printable(text: str) -> str:
    """`text` with every character that XML or a line of DOT cannot hold replaced."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def escaped(text: str) -> str:
    """Text for an HTML-like label."""
    return escape(printable(text))


def quoted(text: str) -> str:
    """A DOT string: an identifier or a plain attribute value."""
    body = printable(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{body}"'


def attributes(pairs: Mapping[str, str]) -> str:
    """`[key="value", ...]`; a value that is markup already (`<...>`) stays as it is."""
    return "[" + ", ".join(f"{key}={_value(value)}" for key, value in pairs.items()) + "]"


def _value(value: str) -> str:
    return value if value.startswith("<") else quoted(value)


def label(markup: str) -> str:
    return f"<{markup}>"


def font(markup: str, *, size: float | None = None, colour: str | None = None) -> str:
    given = {"point-size": size, "color": colour}
    inside = "".join(f' {key}="{value}"' for key, value in given.items() if value is not None)
    return f"<font{inside}>{markup}</font>"


def bold(markup: str) -> str:
    return f"<b>{markup}</b>"


def cell(markup: str, **given: str | int) -> str:
    inside = "".join(f' {key}="{value}"' for key, value in given.items())
    return f"<td{inside}>{markup}</td>"


def row(cells: Iterable[str]) -> str:
    return f"<tr>{''.join(cells)}</tr>"


def table(rows: Iterable[str], **given: str | int) -> str:
    inside = "".join(f' {key}="{value}"' for key, value in given.items())
    return f"<table{inside}>{''.join(rows)}</table>"
