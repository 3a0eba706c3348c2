"""Small parts of the schema."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": ["string", "number", "boolean"]}
"""A text: what YAML takes for a number is one too."""
FLAG: Schema = {"type": "boolean"}
NAME: Schema = {"type": "string"}
LIST_OF_NAMES: Schema = {"type": "array", "items": NAME, "minItems": 1, "uniqueItems": True}


def ref(name: str) -> Schema:
    return {"$ref": f"#/definitions/{name}"}


def described(text: str, schema: Schema | None = None, **keywords: Any) -> Schema:
    """A schema with its documentation."""
    return {"markdownDescription": text, **beside(schema or {}), **keywords}


def beside(schema: Schema) -> Schema:
    """The schema so that others can stand beside it, which a `$ref` would hide. For the editor it
    also ends the search for what a list in a list in a list may hold.
    """
    return {"allOf": [schema]} if "$ref" in schema else schema


def closed(properties: Schema, *, required: Iterable[str] = (), **keywords: Any) -> Schema:
    """A mapping with these keys and no other."""
    needs = {"required": list(required)} if required else {}
    return {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        **needs,
        **keywords,
    }


def open_words(words: Iterable[str]) -> Schema:
    """Words that an editor proposes, where an expression may stand too."""
    return {"anyOf": [{"enum": list(words)}, {}]}


def refused(message: str) -> Schema:
    """What no text, list or mapping is; the YAML language server says the message."""
    return {"type": "null", "errorMessage": message}
