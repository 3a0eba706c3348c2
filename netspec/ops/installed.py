"""Ops of other installed packages: modules that entry points of the group `netspec.ops` name.

They are imported when a spec has a name that no op of netspec's own has, and for suggestions.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from netspec.diagnostics import Diagnostic, SpecError
from netspec.ops import base
from netspec.ops.base import NameTaken, Op

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "netspec.ops"


class Refused(NamedTuple):
    """A module whose ops cannot be used; `clash` is the op's name that it would have taken."""

    diagnostic: Diagnostic
    clash: str | None


def find(name: str) -> type[Op] | None:
    """The op of that name, installed ones included. Raises `SpecError` (NS007) if a second package
    has an op of that name.
    """
    clashes = [each.diagnostic for each in _refused() if each.clash == name]
    if clashes:
        raise SpecError(clashes)
    return base.find(name)


def names() -> list[str]:
    """The names of all ops, installed ones included, sorted."""
    _refused()
    return base.names()


def faults() -> list[Diagnostic]:
    """NS007 for each module of a package whose ops cannot be used."""
    return [each.diagnostic for each in _refused()]


@cache
def _refused() -> tuple[Refused, ...]:
    """Import every such module; returns those that fail, whose ops then are not registered."""
    from importlib.metadata import entry_points

    base.names()
    ordered = sorted(entry_points(group=GROUP), key=lambda each: (_package(each), each.name))
    return tuple(found for each in ordered if (found := _load(each)) is not None)


def _load(entry: EntryPoint) -> Refused | None:
    try:
        with base.all_or_none():
            entry.load()
    except (Exception, SystemExit) as error:
        reason = f"{type(error).__name__}: {' '.join(str(error).split())}"
        message = f"the ops of the package `{_package(entry)}` cannot be used: {reason}"
        hint = f"`python -c 'import {entry.module}'` shows where; or uninstall the package"
        clash = error.name if isinstance(error, NameTaken) else None
        return Refused(Diagnostic("NS007", message, hint=hint), clash)
    return None


def _package(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist is not None else entry.value
