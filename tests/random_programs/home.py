"""The file that a text stands in: what holds for all of its steps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.random_programs.text import Node


@dataclass
class Home:
    """A file: its `defaults` by op, its parameters with their values, its blocks as text."""

    prefix: str = ""
    defaults: dict[str, dict[str, Any]] = field(default_factory=dict)
    params: dict[str, Any] = field(default_factory=dict)
    blocks: dict[str, Node] = field(default_factory=dict)
    known: list[Any] = field(default_factory=list)
    """The blocks that may be used in it (`blocks.Known`)."""
