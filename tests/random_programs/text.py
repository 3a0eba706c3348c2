"""YAML text of nested lists and mappings: short ones on one line, longer ones as blocks."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

Node = Any
"""A mapping, a list, or a scalar: a number, a boolean, text, None for a key without a value."""

WIDTH = 92
_PLAIN = re.compile(r"[A-Za-z_][\w.]*( (//|[-+*/%<>.\w]|[<>=!]=)+)*")
_WORDS = {"true", "false", "null"}


def document(node: Mapping[str, Node]) -> str:
    """The text of a file."""
    return "\n".join(_block(node, 0)) + "\n"


def _block(node: Node, indent: int) -> list[str]:
    """The lines of a mapping or list, each indented."""
    pad = " " * indent
    if isinstance(node, list):
        return [line for item in node for line in _item(item, indent)]
    lines = []
    for key, value in node.items():
        short = f"{pad}{key}:{' ' if value is not None else ''}{flow(value)}"
        if (len(short) <= WIDTH and key not in ("body", "blocks", "variants")) or _empty(value):
            lines.append(short)
        else:
            lines += [f"{pad}{key}:", *_block(value, indent + 2)]
    return lines


def _item(item: Node, indent: int) -> list[str]:
    short = f"{' ' * indent}- {flow(item)}"
    if (len(short) <= WIDTH and not (isinstance(item, dict) and len(item) > 1)) or _empty(item):
        return [short]
    first, *rest = _block(item, indent + 2)
    return [f"{' ' * indent}- {first.lstrip()}", *rest]


def _empty(node: Node) -> bool:
    return not isinstance(node, dict | list) or not node


def flow(node: Node) -> str:
    """The node on one line."""
    if isinstance(node, dict):
        return "{" + ", ".join(f"{key}: {flow(value)}" for key, value in node.items()) + "}"
    if isinstance(node, list):
        return "[" + ", ".join(map(flow, node)) + "]"
    return _scalar(node)


def _scalar(value: Node) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str):
        return repr(value)
    plain = _PLAIN.fullmatch(value) and value not in _WORDS
    return value if plain else json.dumps(value)
