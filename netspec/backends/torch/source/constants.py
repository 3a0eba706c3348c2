"""Tables of numbers, which stand above the classes."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from netspec.backends.torch.code import Argument, Literal, Name, Node, Started
from netspec.backends.torch.source.classes import Class
from netspec.backends.torch.source.layout import literal
from netspec.backends.torch.source.names import distinct
from netspec.backends.torch.source.prose import WIDTH
from netspec.backends.torch.source.steps import Step
from netspec.backends.torch.source.wrapping import INDENT
from netspec.backends.torch.tree import rewrite

MOST_INLINE = 64
"""So many numbers stand where they are used."""


def tables(classes: Sequence[Class], taken: set[str]) -> dict[str, Any]:
    """The large values in the classes by the names that now stand for them; those are `taken`."""
    found: dict[str, Any] = {}

    def named(step: Step, part: str | None, value: Any) -> Name:
        if value in found.values():
            return Name(next(name for name, other in found.items() if other == value))
        words = re.sub(r"\W+", "_", f"{step.label.text}_{part or 'values'}", flags=re.ASCII)
        name = distinct(f"_{words}" if words[0].isdigit() else words, taken).upper()
        taken.add(name)
        found[name] = value
        return Name(name)

    def in_step(node: Node) -> Node | None:
        return replace(node, module=_in_module(node)) if isinstance(node, Step) else None

    def _in_module(step: Step) -> Node | None:
        def in_part(part: str | None) -> Any:
            def small(node: Node) -> Node | None:
                if isinstance(node, Literal) and _size(node.value) > MOST_INLINE:
                    return named(step, part, node.value)
                if isinstance(node, Started):
                    filling = rewrite(node.arguments, in_part(node.weight))
                    return replace(node, module=rewrite(node.module, small), arguments=filling)
                if isinstance(node, Argument) and node.keyword != part and node.keyword:
                    return rewrite(node, in_part(node.keyword))
                return None

            return small

        return rewrite(step.module, in_part(None))

    for cls in classes:
        cls.body = rewrite(cls.body, in_step)
    return found
