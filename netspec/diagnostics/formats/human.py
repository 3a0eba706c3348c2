"""Faults for people: on a terminal in colour, elsewhere as plain text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from netspec.diagnostics.data import Diagnostic, Note, Span
from netspec.diagnostics.formats.characters import blanked, printable, width

Paint = Callable[[str, str], str]
"""Gives a part of the text the colour of its role."""

COLOURS = {
    "place": "1",
    "error": "1;31",
    "message": "1",
    "gutter": "34",
    "note": "36",
    "hint": "32",
    "aside": "2",
}
"""The terminal's codes (SGR) for each role."""

WIDEST = 120
"""Characters of a line that an excerpt shows."""
BEFORE = 60
"""Those of them before the marked part."""
FIRST_NOTES, LAST_NOTES = 8, 4
"""How many notes are shown of one fault; those between are counted."""


def plain(text: str, role: str) -> str:
    return text


def coloured(text: str, role: str) -> str:
    return f"\x1b[{COLOURS[role]}m{text}\x1b[0m"


def report(faults: Sequence[Diagnostic], paint: Paint = plain) -> str:
    """Every fault, and where to read more of them."""
    if not faults:
        return ""
    paragraphs = [render(each, paint) for each in faults]
    return "\n\n".join([*paragraphs, paint(_more(faults), "aside")])


def _more(faults: Sequence[Diagnostic]) -> str:
    codes = list(dict.fromkeys(each.code for each in faults))
    if len(codes) == 1:
        return f"`netspec explain {codes[0]}` says more."
    return f"`netspec explain CODE` says more, of {', '.join(codes)}."


def render(diagnostic: Diagnostic, paint: Paint = plain) -> str:
    """One fault: place, code, message, marked excerpt, notes, hint."""
    return "\n".join(_lines(diagnostic, paint))


def _lines(diagnostic: Diagnostic, paint: Paint) -> Iterator[str]:
    span = diagnostic.span
    code = paint(f"error[{diagnostic.code}]", "error")
    message = paint(printable(diagnostic.message), "message")
    yield f"{_place(span, paint)}{code}: {message}"
    if span:
        yield from excerpt(span, paint, "error")
    yield from _notes(diagnostic, paint)
    if diagnostic.hint:
        yield f"  {paint('hint:', 'hint')} {printable(diagnostic.hint)}"


def _place(span: Span | None, paint: Paint) -> str:
    return f"{paint(f'{printable(str(span))}:', 'place')} " if span else ""


def _notes(diagnostic: Diagnostic, paint: Paint) -> Iterator[str]:
    notes = list(diagnostic.counted_notes())
    between = len(notes) - FIRST_NOTES - LAST_NOTES
    quoted = {_line(diagnostic.span)}
    for number, (note, times) in enumerate(notes):
        if between > 0 and number == FIRST_NOTES:
            yield f"  {paint('note:', 'note')} {between} more like these"
        if FIRST_NOTES <= number < FIRST_NOTES + between:
            continue
        yield _note(note, times, paint)
        if note.span and _line(note.span) not in quoted:
            quoted.add(_line(note.span))
            yield from _quote(note.span, paint)


def _note(note: Note, times: int, paint: Paint) -> str:
    place = _place(note.span, paint)
    often = f" ({times} times)" if times > 1 else ""
    return f"  {paint('note:', 'note')} {place}{printable(note.message)}{often}"


def _line(span: Span | None) -> tuple[str, int] | None:
    return (span.source.name, span.line) if span else None


def _quote(span: Span, paint: Paint) -> Iterable[str]:
    """The excerpt of a note: without the marks where they would stand below the line's start."""
    lines = excerpt(span, paint, "note")
    at_the_start = lines and not span.source.lines[span.line - 1][: span.column - 1].strip(" -")
    return lines[:1] if at_the_start else lines


def excerpt(span: Span, paint: Paint = plain, role: str = "error") -> list[str]:
    """The first line of the span with its offending part underlined; long lines are cut."""
    if span.line > len(span.source.lines):
        return []
    text = span.source.lines[span.line - 1]
    first = span.column - 1
    start = max(0, first - BEFORE)
    end = span.end_column - 1 if span.end_line == span.line else len(text.rstrip())
    left = "..." if start else ""
    right = "..." if len(text) > start + WIDEST else ""
    shown = left + text[start + len(left) : start + WIDEST - len(right)] + right
    before = width(blanked(left + text[start + len(left) : first]))
    marked = width(blanked(text[first : min(end, start + WIDEST)]))
    carets = paint("^" * max(1, marked), role)
    return [
        f"{paint(f'{span.line:>5} |', 'gutter')} {blanked(shown)}",
        f"{paint('      |', 'gutter')} {' ' * before}{carets}",
    ]
