"""What reports of faults look like: one file per format, each with a function `report`."""

from __future__ import annotations

from collections.abc import Sequence

from netspec.diagnostics.data import Diagnostic

FORMATS = ("human", "json", "sarif", "github")


def report(faults: Sequence[Diagnostic], format: str) -> str:
    """The faults of one run in the format of that name; empty where it says nothing of none."""
    from importlib import import_module

    text: str = import_module(f"{__name__}.{format}").report(faults)
    return text
