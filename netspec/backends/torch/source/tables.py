"""Tables of numbers: values too many to stand where they are used."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from netspec.backends.torch.code import Affine, Literal, Name, Node, Started, Subscript
from netspec.backends.torch.source.classes import Class
from netspec.backends.torch.source.layout import lines, literal
from netspec.backends.torch.source.names import distinct, variable
from netspec.backends.torch.source.prose import WIDTH
from netspec.backends.torch.source.steps import Step
from netspec.backends.torch.source.wrapping import INDENT
from netspec.backends.torch.tree import Tree, rewrite

MARGIN = " " * INDENT
MOST_INLINE = 64
"""So many numbers stand where they are used."""


class Tables:
    """Constants of a file, by their values as text; their names are `taken`."""

    def __init__(self, taken: set[str]) -> None:
        self.names: dict[str, str] = {}
        self.tables: dict[str, Literal] = {}
        self.taken = taken

    def move(self, classes: Sequence[Class]) -> None:
        """Take the large values out of the classes, and leave their names."""
        for cls in classes:
            cls.body = self.without(cls.body, "values")

    def without(self, tree: Tree, name: str) -> Tree:
        """The tree with names in place of tables, called after the step and the weight."""

        def replaced(node: Node) -> Node | None:
            if isinstance(node, Subscript) and isinstance(node.index, Affine):
                assert isinstance(node.value, Literal)
                return replace(node, value=self.named(_word(node.value), node.value))
            if isinstance(node, Literal) and _size(node.value) > MOST_INLINE:
                return self.named(name, node)
            if isinstance(node, Step):
                module = self.without(node.module, node.label.text)
                return replace(node, module=module, form=self.without(node.form, name))
            if isinstance(node, Started):
                arguments = self.without(node.arguments, f"{name}_{node.weight}")
                return replace(node, module=self.without(node.module, name), arguments=arguments)
            return None

        return rewrite(tree, replaced)

    def named(self, name: str, table: Literal) -> Name:
        values = literal(table.value)
        if values not in self.names:
            self.names[values] = distinct(variable(name).upper(), self.taken)
            self.taken.add(self.names[values])
            self.tables[self.names[values]] = table
        return Name(self.names[values])

    def text(self) -> Iterator[str]:
        """The statements; the lines of large ones are filled, which no formatter may spread out."""
        for name, table in self.tables.items():
            if _size(table.value) > MOST_INLINE:
                rows = literal(table.value)[1:-1].replace("), (", "),\n(").split("\n")
                yield "\n".join(
                    ["# fmt: off", f"{name} = (", *map(_filled, rows), ")", "# fmt: on"]
                )
            else:
                yield "\n".join(lines(f"{name} = ", table))


def _filled(row: str) -> str:
    return textwrap.fill(
        row,
        WIDTH,
        initial_indent=MARGIN,
        subsequent_indent=f"{MARGIN} ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _word(table: Literal) -> str:
    """What the spec calls the numbers of a table, or torch."""
    slot = table.wording.slot
    assert slot is not None
    stated = slot.expression or ""
    return stated if stated.isidentifier() else slot.name


def _size(value: Any) -> int:
    return sum(map(_size, value)) if isinstance(value, tuple) else 1
