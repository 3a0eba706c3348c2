"""Every file that docs/generate.py writes, and the command itself."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from docs.generator.diagrams import FOLDER, drawing, drawn
from docs.generator.errors import code_pages, errors_page
from docs.generator.ops import ops_page
from docs.generator.refresh import refreshed
from docs.generator.std import std_page
from docs.generator.zoo import zoo_page
from netspec.ops.base import names
from netspec.schema import schema_text

DOCS = Path(__file__).parents[1]


def schema() -> str:
    """The JSON Schema of specs, with netspec's own ops alone."""
    return schema_text(names())


GENERATED = {
    "ops.md": ops_page,
    "std.md": std_page,
    "errors.md": errors_page,
    "zoo.md": zoo_page,
    "netspec.schema.json": schema,
}
REFRESHED = (
    "language.md",
    "numbers.md",
    "architecture.md",
    "commands.md",
    "editors.md",
    "extending.md",
    "tutorial.md",
)


def contents() -> Iterator[tuple[Path, str]]:
    """Each file with what it should hold."""
    for name, written in GENERATED.items():
        yield DOCS / name, written()
    for name, text in code_pages():
        yield DOCS / name, text
    for name in REFRESHED:
        yield DOCS / name, refreshed((DOCS / name).read_text())
    for name, network in drawn((DOCS / "tutorial.md").read_text()):
        path = DOCS / FOLDER / f"{name}.svg"
        yield path, drawing(network, path)


def main() -> int:
    """Write the files, or with `--check` say which are stale; returns the exit code."""
    parser = argparse.ArgumentParser(description="Write the generated parts of docs/.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if stale")
    check = parser.parse_args().check
    stale = [(p, text) for p, text in contents() if not p.exists() or p.read_text() != text]
    for path, text in stale:
        print(f"{'stale' if check else 'wrote'}: {path.relative_to(DOCS)}", file=sys.stderr)
        if not check:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
    return 1 if check and stale else 0
