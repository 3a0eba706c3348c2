"""`netspec explain`: what a code of a fault means, with specs that have it and their mends."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

from netspec.diagnostics import CODES, GROUPS, fault, nearest

_PACKAGE = Path(__file__).parents[1]
PAGES = next(
    path for path in (_PACKAGE / "errors", _PACKAGE.parent / "docs" / "errors") if path.is_dir()
)
"""The pages of docs/errors/: in the package where it is installed."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "code", metavar="CODE", nargs="?", help="a code such as NS302; without it, all are listed"
    )


def run(options: argparse.Namespace) -> int:
    print("\n".join(_listing()) if options.code is None else _plain(_page(options.code)))
    return 0


def _listing() -> Iterator[str]:
    """Every code with its meaning, by group."""
    for title, codes in GROUPS.items():
        yield f"{title}:"
        yield from (f"  {code}  {meaning}" for code, meaning in codes.items())
        yield ""
    yield "`netspec explain CODE` shows specs that have the fault, and their mends."


def _page(code: str) -> str:
    """The page of a code. Raises `SpecError` (NS003) if there is no such code."""
    if code.upper() not in CODES:
        hint = nearest(code, CODES) or "`netspec explain` lists them"
        raise fault("NS003", f"there is no code `{code}`", hint=hint)
    return (PAGES / f"{code.upper()}.md").read_text(encoding="utf-8")


def _plain(page: str) -> str:
    """A page for a terminal: without comments and fences, code indented, links as their words."""
    page = re.sub(r"<!--.*?-->\s*", "", page)
    page = re.sub(r"\[([^]\n]+)\]\([^)\n]*\.md[^)\n]*\)", r"\1", page)
    fenced = re.compile(r"^```[^\n]*\n(.*?)^```$\n?", re.MULTILINE | re.DOTALL)
    return fenced.sub(lambda block: re.sub(r"^(?=.)", "    ", block[1], flags=re.M), page).rstrip()
