"""`netspec list`: the shipped specs and variants, or the ops, a line each."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

from netspec.catalog import document, shipped
from netspec.diagnostics import SpecError
from netspec.ops import Op, base, installed
from netspec.syntax.nodes import Mapping, Scalar


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--ops", action="store_true", help="the ops instead, those of installed packages included"
    )


def run(options: argparse.Namespace) -> int:
    if not options.ops:
        _print_table((address, _about(address)) for address in _addresses())
        return 0
    ops = [(name, base.find(name)) for name in installed.names()]
    _print_table((name, _summary(cls)) for name, cls in ops if cls is not None)
    if faults := installed.faults():
        raise SpecError(faults)
    return 0


def _print_table(rows: Iterable[tuple[str, str]]) -> None:
    listed = list(rows)
    width = max(len(name) for name, _ in listed)
    for name, about in listed:
        print(f"{name.ljust(width)}  {about}".rstrip())


def _addresses() -> list[str]:
    return [
        f"{name}@{variant}" if variants else name
        for name, variants in shipped().items()
        for variant in (variants or [""])
    ]


def _about(address: str) -> str:
    root = document(address).root
    about = root.get("about") if isinstance(root, Mapping) else None
    return about.text if isinstance(about, Scalar) else ""


def _summary(cls: type[Op]) -> str:
    """The first line of the op's docstring, and its module if it is not one of netspec's."""
    first = (cls.__doc__ or "").strip().partition("\n")[0]
    return first if cls.__module__.startswith("netspec.") else f"{first} ({cls.__module__})".strip()
