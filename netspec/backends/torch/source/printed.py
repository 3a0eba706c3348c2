"""Printed lines that know where in the spec they come from."""

from __future__ import annotations

from collections.abc import Iterable

from netspec.backends.torch.code import NOWHERE, Origin, origin_of


class Printed(str):
    """A line of emitted source."""

    origin: Origin

    def __new__(cls, text: str, origin: Origin) -> Printed:
        line = super().__new__(cls, text)
        line.origin = origin
        return line


def origin_of_line(line: str) -> Origin:
    return line.origin if isinstance(line, Printed) else NOWHERE


def traced(lines: Iterable[str], origin: Origin | None = None) -> list[str]:
    """The lines; those of unknown origin come from `origin`, or from where the others do."""
    known = list(lines)
    rest = origin or origin_of(map(origin_of_line, known))
    return [line if origin_of_line(line).spans else Printed(line, rest) for line in known]
