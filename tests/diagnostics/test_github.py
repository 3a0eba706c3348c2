"""Faults as GitHub's workflow commands: one line each, nothing of a spec breaks out of it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given

from netspec.diagnostics import Diagnostic, Note, Source, Span
from netspec.diagnostics.formats.github import report
from tests.diagnostics.faults import CALL, HOSTILE, MERGE, OVERRIDE, diagnostics, span

COMMAND = re.compile(r"::error ([^:]*)::(.*)")
ESCAPES = {"%25": "%", "%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ","}


def unescaped(text: str) -> str:
    return re.sub("%(25|0D|0A|3A|2C)", lambda match: ESCAPES[match[0]], text)


def command(fault: Diagnostic) -> tuple[dict[str, str], list[str]]:
    """The properties and the lines of the message, as a runner reads them."""
    written = report([fault])
    assert written.isprintable()
    match = COMMAND.fullmatch(written)
    assert match, written
    assert re.search("%(?!25|0D|0A|3A|2C)", written) is None
    parts = (part.split("=", 1) for part in match[1].split(","))
    properties = {name: unescaped(value) for name, value in parts}
    return properties, unescaped(match[2]).split("\n")


def test_a_fault_with_all_its_parts() -> None:
    properties, lines = command(MERGE)
    assert properties == {
        "file": "nets/bad.yaml",
        "line": "6",
        "endLine": "6",
        "col": "12",
        "endColumn": "15",
        "title": "NS302: shapes do not merge",
    }
    assert lines == [
        "sum: operand 1 is [8, 16, 16], operand 2 is [3, 32, 32]",
        "note: nets/bad.yaml:4:11: [8, 16, 16] comes from `bn`",
        "note: [3, 32, 32] is the network's input",
        "note: nets/bad.yaml:2:5: in `unit`, used here (2 times)",
        "hint: `conv: {out: 8, stride: 2}` in place of `identity`",
    ]


def test_columns_only_within_a_line() -> None:
    properties, _ = command(replace(MERGE, span=Span(span(1, 1, 1).source, 2, 5, 4, 3)))
    assert {"line": "2", "endLine": "4"}.items() <= properties.items()
    assert not {"col", "endColumn"} & set(properties)


def test_faults_of_the_call_have_no_file() -> None:
    assert command(CALL) == (
        {"title": "NS003: no such spec, variant or override"},
        ["there is no spec `lenet6`", "hint: did you mean `lenet5`?"],
    )
    properties, lines = command(OVERRIDE)
    assert list(properties) == ["title"]
    assert lines == ["--set width: not a valid expression"]


def test_a_command_is_a_line() -> None:
    assert report([]) == ""
    assert len(report([MERGE, CALL]).split("\n")) == 2


@pytest.mark.parametrize("text", HOSTILE)
def test_text_of_a_spec_stays_in_its_place(text: str) -> None:
    source = Source(text, text, Path(text.replace("\x00", "")))
    fault = Diagnostic("NS201", text, span(1, 1, 1, source), (Note(text),), text)
    properties, lines = command(fault)
    assert list(properties) == ["file", "line", "col", "endLine", "endColumn", "title"]
    assert [line.split(":")[0] for line in lines[1:]] == ["note", "hint"]


@given(diagnostics)
def test_whatever_the_text_a_fault_is_one_command(fault: Diagnostic) -> None:
    _, lines = command(fault)
    distinct = sum(1 for _ in fault.counted_notes())
    assert len(lines) == 1 + distinct + (fault.hint is not None)
