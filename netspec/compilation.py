"""From a document to its program, with parameters and input shapes set from outside."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from netspec.catalog import Document
from netspec.diagnostics import Report, fault, nearest
from netspec.elaborate import elaborate
from netspec.program import Program
from netspec.syntax.nodes import Node
from netspec.syntax.parse import parse_spec
from netspec.syntax.spec import SpecFile


def compile_document(
    chosen: Document, overrides: Mapping[str, Node], sizes: Mapping[str | None, Node]
) -> tuple[SpecFile, Program]:
    """Parse and elaborate a document with parameters and input set from outside."""
    file, report = parse_document(chosen, overrides, sizes)
    return file, elaborate(file, report)


def legal_sizes(
    chosen: Document, overrides: Mapping[str, Node], sizes: Mapping[str | None, Node]
) -> list[str]:
    """For which heights, widths and lengths a document checks, in sentences."""
    from netspec.sizes import described

    return described(*parse_document(chosen, overrides, sizes))


def parse_document(
    chosen: Document, overrides: Mapping[str, Node], sizes: Mapping[str | None, Node]
) -> tuple[SpecFile, Report]:
    """The document's spec file, and the report for its faults."""
    report = Report(chosen.folder.report)
    file = parse_spec(chosen.root, chosen.source, report, chosen.folder.library)
    file.name = file.name or re.sub(r"\W|^(?=\d)", "_", Path(chosen.source.name).stem)
    _require_params(file, overrides)
    file.overrides, file.sizes = dict(overrides), dict(sizes)
    return file, report


def _require_params(file: SpecFile, overrides: Mapping[str, Node]) -> None:
    known = list(file.params)
    for name in overrides:
        if name not in known:
            hint = nearest(name, known) or (f"it has {', '.join(known)}" if known else None)
            raise fault("NS003", f"the spec has no parameter `{name}`", hint=hint)
