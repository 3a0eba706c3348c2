"""Specs held against the JSON Schema."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator

from netspec.diagnostics import Report, Source
from netspec.ops.base import names
from netspec.schema import schema_text
from netspec.syntax.nodes import Mapping, Node, Scalar
from netspec.syntax.reader import read_nodes, read_source


@cache
def schema() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(schema_text(names()))
    return loaded


def alarms(text: str) -> list[tuple[str, str]]:
    """Where the schema refuses a spec, as `body.0.conv`, and the keyword by which it does."""
    return _alarms(read_nodes(Source("net.yaml", text), Report()))


def alarms_in(path: Path) -> list[tuple[str, str]]:
    return _alarms(read_nodes(read_source(path), Report()))


def _alarms(root: Node) -> list[tuple[str, str]]:
    errors = Draft7Validator(schema()).iter_errors(_plain(root))
    found = {(".".join(map(str, each.absolute_path)), str(each.validator)) for each in errors}
    return sorted(found)


def _plain(node: Node) -> Any:
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Mapping):
        return {key.text: _plain(value) for key, value in node}
    return [_plain(item) for item in node.items]
