"""Faults on their way out: in which format, to which stream, in colour or not, with which code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TextIO

from netspec.diagnostics import Diagnostic
from netspec.diagnostics.formats import human, report


def print_faults(faults: Sequence[Diagnostic], format: str = "human") -> int:
    """Print the faults, for people to standard error; returns the exit code that they mean."""
    if format != "human":
        text, stream = report(faults, format), sys.stdout
    else:
        paint = human.coloured if in_colour(sys.stderr) else human.plain
        text, stream = human.report(faults, paint), sys.stderr
    if text:
        print(text, file=stream)
    return exit_code(faults)


def exit_code(faults: Sequence[Diagnostic]) -> int:
    """0 without a fault, 2 if the call alone is at fault, else 1."""
    if not faults:
        return 0
    return 2 if all(map(_of_the_call, faults)) else 1


def _of_the_call(diagnostic: Diagnostic) -> bool:
    in_a_file = diagnostic.span is not None and diagnostic.span.source.path is not None
    return diagnostic.code.startswith("NS0") and not in_a_file


def in_colour(stream: TextIO) -> bool:
    """Whether to colour what goes there: as `NO_COLOR` and `FORCE_COLOR` say, or on a terminal."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"
