"""The table of netspec's files, in docs/architecture.md."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import netspec
from docs.generator.markdown import code, table

PACKAGE = Path(netspec.__file__).parent
PIPELINE = (
    "version.py diagnostics tensor.py syntax ops program elaborate analysis backends stats.py "
    "schema sizes arguments.py content.py catalog.py compilation.py expand weights network.py "
    "where.py cli"
).split()
FOLDED = (
    "ops",
    "backends/graphviz",
    "backends/torch/ops",
    "backends/torch/source",
    "schema",
    "cli",
)
"""Packages that are one line."""
SHOWN = ("ops/base.py", "ops/installed.py")
"""Files of them that have a line of their own."""


def modules() -> str:
    """The files in the order of the pipeline, each with the first line of its docstring."""
    unplaced = {path.name for path in PACKAGE.iterdir() if _is_code(path)} - set(PIPELINE)
    if unplaced:
        raise ValueError(f"no place in the pipeline for {sorted(unplaced)}")
    rows = [
        [code(name), summary]
        for entry in PIPELINE
        for name, path in _listed(PACKAGE / entry)
        if (summary := _summary(path))
    ]
    return table(["netspec/", "holds"], rows)


def _is_code(path: Path) -> bool:
    if path.is_dir():
        return (path / "__init__.py").exists()
    return path.suffix == ".py" and not path.name.startswith("__")


def _listed(path: Path) -> Iterator[tuple[str, Path]]:
    """The files below a path, each with its name in the table: a package has that of its folder."""
    name = path.relative_to(PACKAGE).as_posix()
    if path.is_file():
        yield name, path
        return
    yield f"{name}/", path / "__init__.py"
    for inner in sorted(filter(_is_code, path.iterdir()), key=lambda each: (each.is_dir(), each)):
        if name not in FOLDED or inner.relative_to(PACKAGE).as_posix() in SHOWN:
            yield from _listed(inner)


def _summary(path: Path) -> str:
    docstring = ast.get_docstring(ast.parse(path.read_text())) or ""
    return " ".join(docstring.split("\n\n")[0].split())
