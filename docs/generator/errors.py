"""docs/errors.md: every code, and the message of a spec that has the fault."""

from __future__ import annotations

import re
from pathlib import Path

import netspec
from docs.generator.markdown import code, fenced, page, table
from docs.generator.specs import network_of
from netspec.diagnostics import CODES, Diagnostic, render

CASES = Path(__file__).parents[2] / "tests" / "diagnostics" / "cases"
GROUPS = {
    "NS0": "Files and usage",
    "NS1": "Text",
    "NS2": "Names and arguments",
    "NS3": "Shapes",
    "NS4": "Structure and limits",
    "NS5": "Claims",
    "NS6": "Emission",
}
INTRODUCTION = """\
A fault is reported with its code, its place, the line with the offending part marked, the shapes
and lines that led there, and a hint where there is one. Independent faults are reported together.
Codes are stable: they keep their meaning from version to version.

Codes that begin with NS0 are faults of the call, and the command exits with 2, unless they point
into a file; the others are faults of the spec, and it exits with 1.
"""


def errors_page() -> str:
    unplaced = {each for each in CODES if each[:3] not in GROUPS}
    if unplaced:
        raise ValueError(f"codes without a place on the page: {unplaced}")
    examples = _examples()
    parts = []
    for prefix, title in GROUPS.items():
        known = {each: meaning for each, meaning in CODES.items() if each.startswith(prefix)}
        parts.append(f"## {title}")
        parts.append(table(["code", "meaning"], [[code(c), m] for c, m in known.items()]))
        shown = [examples[each] for each in known if each in examples]
        if shown:
            parts.append(fenced("text", "\n\n".join(shown)))
    return page("Errors", INTRODUCTION, *parts)


def _examples() -> dict[str, str]:
    """The message of each code that a case of the diagnostics tests has, from the first such."""
    found: dict[str, str] = {}
    for path in sorted(CASES.glob("*.yaml")):
        text = re.sub(r" *#!.*", "", path.read_text())
        for diagnostic in _faults(text):
            found.setdefault(diagnostic.code, render(diagnostic))
    return found


def _faults(text: str) -> tuple[Diagnostic, ...]:
    try:
        network_of(text, "net.yaml").require_claims()
    except netspec.SpecError as error:
        return error.diagnostics
    return ()
