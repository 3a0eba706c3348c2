"""Bad specs, each with the fault beside its line: `#! CODE part of the rendered message`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import netspec
from netspec.diagnostics import Diagnostic, render

CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
EXPECTED = re.compile(r"#! (NS\d{3}) (.*)")


def faults(path: Path) -> tuple[Diagnostic, ...]:
    with pytest.raises(netspec.SpecError) as caught:
        netspec.load(path).require_claims()
    return caught.value.diagnostics


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_every_fault_is_reported_at_its_line_and_no_other(path: Path) -> None:
    lines = path.read_text().splitlines()
    expected = [
        (number, match[1], match[2])
        for number, line in enumerate(lines, 1)
        if (match := EXPECTED.search(line))
    ]
    found = faults(path)
    assert [(d.span.line, d.code) for d in found if d.span] == [
        (n, code) for n, code, _ in expected
    ]
    for diagnostic, (_, _, part) in zip(found, expected, strict=True):
        assert part in render(diagnostic)
