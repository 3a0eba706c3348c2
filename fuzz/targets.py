"""What is fuzzed: each target takes any bytes, and raises nothing.

They import neither torch nor atheris: the tests replay what was found.
"""

from __future__ import annotations

import ast
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from netspec.catalog import documents
from netspec.diagnostics import Report, Source, Span, SpecError, render
from netspec.network import Network
from netspec.syntax.arithmetic import meter
from netspec.syntax.expression import parse_expression
from netspec.syntax.formula import resolve_formula
from netspec.syntax.reader import read_nodes

MANY = 200
"""Of larger networks no source is made: instrumented, it takes seconds."""
SCOPE = {
    **{"in_shape": (64, 32, 16), "in_channels": 64, "in_height": 32, "in_width": 16},
    **{"in_features": 16, "i": 2, "first": False, "last": True, "width": 1.5, "word": "same"},
    **{"widths": (16, 24, 32), "nested": ((1, 2), (3, (4,)), ()), "x": 0, "n": -7},
}
"""What expressions are evaluated over."""


def reader(data: bytes) -> None:
    """Text to nodes, and what was read past."""
    report = Report()
    try:
        read_nodes(_source(data), report)
        report.raise_if_any()
    except SpecError as error:
        _require_places(error)


def expression(data: bytes) -> None:
    """The text as an expression and as a formula."""
    text = data.decode("utf-8", "ignore")
    span = Span(Source("fuzz", text), 1, 1, 1, len(text) + 1)
    for read in (_evaluate, _resolve):
        try:
            read(text, span)
        except SpecError as error:
            _require_places(error)


def _evaluate(text: str, span: Span) -> None:
    meter.work = meter.total = 0
    parse_expression(text, span).evaluate(SCOPE)


def _resolve(text: str, span: Span) -> None:
    str(resolve_formula(text, span, ["_", "x", "y"], SCOPE))


def elaborator(data: bytes) -> None:
    """A spec, in each of its first variants, becomes a program, its source and its diagram."""
    path = _folder() / "fuzz.yaml"
    path.write_bytes(data)
    try:
        for each in documents(str(path))[:3]:
            network = Network(each, {}, {})
            network.verdicts()
            if sum(len(each.calls) for each in network.program.instances()) < MANY:
                ast.parse(network.source())
                network.dot()
    except SpecError as error:
        _require_places(error)


@cache
def _folder() -> Path:
    """A folder with nothing else in it."""
    return Path(tempfile.mkdtemp())


def _source(data: bytes) -> Source:
    return Source("fuzz.yaml", data.decode("utf-8", "ignore").replace("\r\n", "\n"))


def _require_places(error: SpecError) -> None:
    """Every fault can be shown, and stands inside its text."""
    assert error.diagnostics
    for each in error.diagnostics:
        render(each)
        if each.span is not None:
            assert 1 <= each.span.line <= len(each.span.source.lines)
            assert each.span.column >= 1


TARGETS: dict[str, Callable[[bytes], None]] = {
    "reader": reader,
    "expression": expression,
    "elaborator": elaborator,
}
