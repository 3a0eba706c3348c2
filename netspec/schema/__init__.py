"""The JSON Schema of specs, for editors: what may stand where, what it means, what ops take.

It refuses no spec that netspec takes; it cannot see all that netspec refuses.
"""

from __future__ import annotations

from collections.abc import Iterable

from netspec.ops import base
from netspec.schema.file import json_schema

__all__ = ["json_schema", "schema_text"]


def schema_text(names: Iterable[str]) -> str:
    """The schema of specs that may use the ops of these names, as JSON text."""
    import json

    ops = [cls for name in names if (cls := base.find(name)) is not None]
    return json.dumps(json_schema(ops), indent=1) + "\n"
