"""Faults as GitHub's workflow commands, which show them beside the lines of a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netspec.diagnostics.codes import CODES
from netspec.diagnostics.data import Diagnostic, Note, Span
from netspec.diagnostics.formats.characters import printable


def report(faults: Sequence[Diagnostic]) -> str:
    """A command per fault, a line each."""
    return "\n".join(map(_command, faults))


def _command(diagnostic: Diagnostic) -> str:
    title = f"{diagnostic.code}: {CODES[diagnostic.code]}"
    properties = {**_place(diagnostic.span), "title": title}
    written = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::error {written}::{'%0A'.join(map(_data, _message(diagnostic)))}"


def _place(span: Span | None) -> dict[str, str]:
    """Columns only within one line: GitHub takes no others."""
    if span is None or span.file is None:
        return {}
    place = {
        "file": span.file.as_posix(),
        "line": str(span.line),
        "col": str(span.column),
        "endLine": str(span.end_line),
        "endColumn": str(span.end_column),
    }
    if span.line != span.end_line:
        del place["col"], place["endColumn"]
    return place


def _message(diagnostic: Diagnostic) -> Iterator[str]:
    """The message, the notes and the hint, a line each."""
    span = diagnostic.span
    of_the_call = f"{span}: " if span and not span.file else ""
    yield f"{of_the_call}{diagnostic.message}"
    yield from (_note(note, times) for note, times in diagnostic.counted_notes())
    if diagnostic.hint:
        yield f"hint: {diagnostic.hint}"


def _note(note: Note, times: int) -> str:
    place = f"{note.span}: " if note.span else ""
    return f"note: {place}{note.message}{f' ({times} times)' if times > 1 else ''}"


def _data(line: str) -> str:
    """A line in the text of a command; line breaks of a spec are written out as `\\n`."""
    return printable(line).replace("%", "%25")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")
