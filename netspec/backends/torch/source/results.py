"""What the network returns, if it has several outputs."""

from __future__ import annotations

import keyword
import re

from netspec.backends.torch.source.classes import Results
from netspec.backends.torch.source.names import distinct
from netspec.program import Program


def results_of(program: Program, network: str, taken: set[str]) -> Results | None:
    """The named tuple of the outputs; None if there is one, or if they have no names."""
    names = program.root.output_names
    if len(names) < 2:
        return None
    fields: dict[str, str] = {}
    for name in names:
        fields[name] = distinct(_field(name), set(fields.values()))
    title = distinct(f"{network}Output", taken)
    late = frozenset(fields[name] for name in program.train_only)
    return Results(title, tuple(fields.values()), late)


def _field(name: str) -> str:
    """The name as one of the fields of a named tuple, which do not start with `_`."""
    word = re.sub(r"\W", "_", name, flags=re.ASCII).lstrip("_")
    if not word[:1].isalpha():
        return f"output_{word}"
    return f"{word}_" if keyword.iskeyword(word) else word
