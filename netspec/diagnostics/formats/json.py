"""Faults as JSON, as docs/diagnostics.schema.json describes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from netspec.diagnostics.codes import CODES
from netspec.diagnostics.data import Diagnostic, Note, Span
from netspec.diagnostics.formats.characters import encodable

VERSION = 1
"""Of the format: it grows when a reader would have to change."""


def report(faults: Sequence[Diagnostic]) -> str:
    """One object per run."""
    import json

    return json.dumps({"version": VERSION, "faults": [_fault(each) for each in faults]}, indent=2)


def _fault(diagnostic: Diagnostic) -> dict[str, Any]:
    return {
        "code": diagnostic.code,
        "meaning": CODES[diagnostic.code],
        "severity": "error",
        "message": encodable(diagnostic.message),
        "place": _place(diagnostic.span),
        "notes": [_note(note, times) for note, times in diagnostic.counted_notes()],
        "hint": encodable(diagnostic.hint) if diagnostic.hint else None,
    }


def _note(note: Note, times: int) -> dict[str, Any]:
    return {"message": encodable(note.message), "place": _place(note.span), "times": times}


def _place(span: Span | None) -> dict[str, Any] | None:
    if span is None:
        return None
    return {
        "file": encodable(span.file.as_posix()) if span.file else None,
        "source": encodable(span.source.name),
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }
