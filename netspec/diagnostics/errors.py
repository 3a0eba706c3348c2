"""Faults raised one by one, and collected while work goes on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from netspec.diagnostics.data import Diagnostic, Note, Span
from netspec.diagnostics.formats.human import render


class SpecError(Exception):
    """One or more faults; `diagnostics` holds them in the order of the text."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__(self.diagnostics)

    def __str__(self) -> str:
        return "\n\n".join(map(render, self.diagnostics))


class Flood(SpecError):
    """So many faults that the rest of the text is not looked at."""


MAX_FAULTS = 200


class Report:
    """Collects faults while work goes on, each place and message once; `Flood` ends that."""

    def __init__(self, known: Report | None = None) -> None:
        self._faults: dict[tuple[str, Span | None, str], Diagnostic] = dict(
            known._faults if known else {}
        )

    def add(self, error: SpecError) -> None:
        for diagnostic in error.diagnostics:
            key = (diagnostic.code, diagnostic.span, diagnostic.message)
            self._faults.setdefault(key, diagnostic)
            if len(self._faults) >= MAX_FAULTS:
                message = f"{MAX_FAULTS} faults: the rest of the text is not looked at"
                raise Flood([*self.faults, Diagnostic("NS103", message, diagnostic.span)])

    @contextmanager
    def collecting(self) -> Iterator[None]:
        """Add the faults that the block raises, and go on behind it."""
        try:
            yield
        except Flood:
            raise
        except SpecError as error:
            self.add(error)

    def __bool__(self) -> bool:
        return bool(self._faults)

    @property
    def codes(self) -> set[str]:
        """The codes of the faults collected so far."""
        return {diagnostic.code for diagnostic in self._faults.values()}

    @property
    def faults(self) -> list[Diagnostic]:
        """The faults collected so far, in the order of the text."""
        return sorted(self._faults.values(), key=_text_order)

    def raise_if_any(self) -> None:
        """Raise every fault collected so far as one `SpecError`."""
        if self._faults:
            raise SpecError(self.faults)


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
