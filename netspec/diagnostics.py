"""Faults in a spec: where they are, what is wrong, how they came about and what would mend them.

A diagnostic is data; `render` turns it into text. Only the command line prints.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from pathlib import Path

CODES = {
    # files and usage
    "NS001": "the file cannot be read",
    "NS002": "the output cannot be written",
    "NS003": "no such spec, variant or override",
    "NS004": "torch is needed and is not installed",
    "NS005": "pygraphviz is needed and is not installed",
    "NS006": "a file outside the folder of the spec",
    "NS007": "the ops of an installed package cannot be used",
    # text
    "NS101": "not valid YAML",
    "NS102": "a key is written twice",
    "NS103": "the text is larger or deeper than a spec may be",
    "NS104": "a YAML feature that specs do not use",
    "NS110": "not a valid expression",
    "NS111": "an expression fails when it is evaluated",
    "NS112": "an expression is more work than a spec may ask for",
    # names and arguments
    "NS201": "unknown op or block",
    "NS202": "unknown argument",
    "NS203": "missing argument",
    "NS204": "wrong type or value of an argument",
    "NS205": "unknown key or modifier",
    "NS206": "unknown name in an expression",
    "NS207": "unknown step in `from`",
    "NS208": "a name is not allowed or already taken",
    "NS209": "a parameter is never used",
    "NS211": "a step is not written as a step",
    # shapes
    "NS301": "the op does not take this input shape",
    "NS302": "shapes do not merge",
    "NS303": "the window is larger than its input",
    "NS304": "channels do not divide",
    "NS305": "a size must be a whole number",
    "NS306": "a different number of tensors is needed",
    "NS307": "a channel count that is not a whole, positive number",
    "NS308": "weights that are not there, or of another shape",
    # structure and limits
    "NS401": "recursion without end",
    "NS402": "the network is larger than netspec may build",
    "NS403": "an inline block calls itself",
    "NS404": "files that use or extend each other in a circle",
    # claims
    "NS501": "a claim does not hold",
    "NS502": "a disputed claim holds",
    "NS503": "a claim cannot be read or checked",
    "NS504": "an assert does not hold",
    "NS505": "the budget is exceeded",
    # emission
    "NS601": "the emitted module does not agree with the computed figures",
    "NS602": "the op has no lowering for this target",
    "NS603": "two ops bring helper classes of one name",
    "NS604": "a module that is applied again would be built differently for this input",
    "NS605": "PyTorch has no place for a tensor there",
}


@dataclass(frozen=True)
class Source:
    """A text and the name under which messages show it."""

    name: str
    text: str = field(repr=False)
    path: Path | None = field(default=None, compare=False)
    """The file that it was read from."""

    @cached_property
    def lines(self) -> list[str]:
        return self.text.split("\n")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a source; lines and columns count from 1, the end is exclusive."""

    source: Source
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        return f"{self.source.name}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Note:
    """A related place: the producer of an operand, a block on the chain that led to the fault."""

    message: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One fault. `code` is stable and listed in `CODES`."""

    code: str
    message: str
    span: Span | None = None
    notes: tuple[Note, ...] = ()
    hint: str | None = None

    def __post_init__(self) -> None:
        assert self.code in CODES, self.code


class SpecError(Exception):
    """One or more faults; `diagnostics` holds them in the order of the text."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n\n".join(render(d) for d in self.diagnostics))

    def __reduce__(self) -> tuple[type[SpecError], tuple[tuple[Diagnostic, ...]]]:
        return (SpecError, (self.diagnostics,))


class Report:
    """Collects faults while work goes on, each place and message once."""

    def __init__(self, known: Report | None = None) -> None:
        self._faults: dict[tuple[str, str, str], Diagnostic] = dict(known._faults if known else {})

    def add(self, error: SpecError) -> None:
        for diagnostic in error.diagnostics:
            key = (diagnostic.code, str(diagnostic.span), diagnostic.message)
            self._faults.setdefault(key, diagnostic)

    @contextmanager
    def collecting(self) -> Iterator[None]:
        """Add the faults that the block raises, and go on behind it."""
        try:
            yield
        except SpecError as error:
            self.add(error)

    def __bool__(self) -> bool:
        return bool(self._faults)

    @property
    def codes(self) -> set[str]:
        """The codes of the faults collected so far."""
        return {diagnostic.code for diagnostic in self._faults.values()}

    def raise_if_any(self) -> None:
        """Raise every fault collected so far as one `SpecError`, in the order of the text."""
        if self._faults:
            raise SpecError(sorted(self._faults.values(), key=_text_order))


def _text_order(diagnostic: Diagnostic) -> tuple[str, int, int]:
    span = diagnostic.span
    return (span.source.name, span.line, span.column) if span else ("", 0, 0)


def fault(
    code: str,
    message: str,
    span: Span | None = None,
    *,
    notes: Iterable[Note] = (),
    hint: str | None = None,
) -> SpecError:
    """A `SpecError` with a single diagnostic."""
    return SpecError([Diagnostic(code, message, span, tuple(notes), hint)])


def nearest(word: str, candidates: Iterable[str], cutoff: float = 0.7) -> str | None:
    """A hint with the candidate that `word` may be a slip of, or None. Case does not count."""
    import difflib

    known = {candidate.lower(): candidate for candidate in sorted(candidates, reverse=True)}
    matches = difflib.get_close_matches(word.lower(), known, n=1, cutoff=cutoff)
    return f"did you mean `{known[matches[0]]}`?" if matches else None


def render(diagnostic: Diagnostic) -> str:
    """The diagnostic as plain text: place, code, message, marked excerpt, notes, hint."""
    where = f"{diagnostic.span}: " if diagnostic.span else ""
    lines = [f"{where}error[{diagnostic.code}]: {diagnostic.message}"]
    if diagnostic.span:
        lines += excerpt(diagnostic.span)
    for note, run in groupby(diagnostic.notes):
        place, times = f"{note.span}: " if note.span else "", len(list(run))
        lines.append(f"  note: {place}{note.message}{f' ({times} times)' if times > 1 else ''}")
    if diagnostic.hint:
        lines.append(f"  hint: {diagnostic.hint}")
    return "\n".join(lines)


def excerpt(span: Span) -> list[str]:
    """The first line of the span with its offending part underlined; long lines are cut."""
    if span.line > len(span.source.lines):
        return []
    text = span.source.lines[span.line - 1]
    end = span.end_column if span.end_line == span.line else len(text.rstrip()) + 1
    start = max(0, span.column - 1 - 60)
    shown = "".join(c if c.isprintable() else " " for c in text[start : start + 120])
    width = max(1, min(end - span.column, 120 - (span.column - 1 - start)))
    gutter = f"{span.line:>5} | "
    return [gutter + shown, " " * 5 + " | " + " " * (span.column - 1 - start) + "^" * width]
