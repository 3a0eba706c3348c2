"""Ops and standard blocks: what they mean, and what arguments they take."""

from __future__ import annotations

from inspect import cleandoc

from netspec.elaborate.arguments import takes_block
from netspec.elaborate.environment import standard_block, standard_names
from netspec.ops.base import Op
from netspec.schema.parts import Schema, described, open_words, ref
from netspec.schema.types import words
from netspec.schema.wording import block_values, values
from netspec.syntax.spec import Block, Parameter

Ops = tuple[type[Op], ...]

VALUE_TYPES = ["string", "number", "boolean", "array", "object"]
"""The types of what is not left out. (The first decides what an editor writes behind a key.)"""


def standard_blocks() -> list[Block]:
    found = [standard_block(name) for name in sorted(standard_names())]
    return [block for block in found if block is not None]


def documentation(cls: type[Op]) -> str:
    return cleandoc(cls.__doc__ or "")


def summary(cls: type[Op]) -> str:
    """The first paragraph of the documentation."""
    return " ".join(documentation(cls).partition("\n\n")[0].split())


def helped(ops: Ops) -> Schema:
    """The definitions of ops and standard blocks that say what they are, and refuse nothing: a
    file may have a block of its own by that name.
    """
    return {
        **{f"op.{cls.name}": _helped_op(cls) for cls in ops},
        **{f"block.{block.name}": _helped_block(block) for block in standard_blocks()},
    }


def _helped_op(cls: type[Op]) -> Schema:
    properties = {}
    for name, field in cls.arguments().items():
        proposed = words(field)
        holds = open_words(proposed) if proposed else {"type": VALUE_TYPES}
        properties[name] = _told(*values(cls, name, field)) | holds
    return described(documentation(cls)) | ({"properties": properties} if properties else {})


def _helped_block(block: Block) -> Schema:
    return described(
        block.about or "",
        properties={name: _helped_parameter(p, block) for name, p in block.parameters.items()},
        additionalProperties=ref("value"),
        items=ref("value"),
    )


def _helped_parameter(parameter: Parameter, block: Block) -> Schema:
    names = [ref("name")] if takes_block(parameter, block.parameters, block.home) else []
    told = _told(*block_values(parameter))
    return told | {"type": VALUE_TYPES, "allOf": [ref("value"), *names]}


def _told(kind: str, default: str) -> Schema:
    shown = default if default == "required" else f"default {default}"
    return described("; ".join(filter(None, [kind, shown])))


def callables(ops: Ops) -> list[tuple[str, str, Schema]]:
    """Every op and standard block: its name, a sentence on it, the reference to its help."""
    return [
        *((cls.name, summary(cls), ref(f"op.{cls.name}")) for cls in ops),
        *((each.name, each.about or "", ref(f"block.{each.name}")) for each in standard_blocks()),
    ]
