"""Faults as JSON: as its schema in the docs says, whatever their text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from netspec.diagnostics import CODES, Diagnostic
from netspec.diagnostics.formats.json import report
from tests.diagnostics.faults import CALL, MERGE, OVERRIDE, diagnostics

SCHEMA = json.loads(Path("docs/diagnostics.schema.json").read_text())
VALIDATOR = Draft202012Validator(SCHEMA)


def read(faults: list[Diagnostic]) -> Any:
    """The report as it is read again, once it has gone through UTF-8."""
    found = json.loads(report(faults).encode())
    VALIDATOR.validate(found)
    return found


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_a_fault_with_all_its_parts() -> None:
    (fault,) = read([MERGE])["faults"]
    assert fault["code"] == "NS302"
    assert fault["meaning"] == CODES["NS302"]
    assert fault["message"] == MERGE.message
    assert fault["hint"] == MERGE.hint
    assert fault["place"] == {
        "file": "nets/bad.yaml",
        "source": "nets/bad.yaml",
        "line": 6,
        "column": 12,
        "end_line": 6,
        "end_column": 15,
    }
    assert [(each["message"], each["times"]) for each in fault["notes"]] == [
        ("[8, 16, 16] comes from `bn`", 1),
        ("[3, 32, 32] is the network's input", 1),
        ("in `unit`, used here", 2),
    ]
    assert [each["place"] and each["place"]["line"] for each in fault["notes"]] == [4, None, 2]


def test_faults_of_the_call_are_in_no_file() -> None:
    override, call = read([OVERRIDE, CALL])["faults"]
    assert (override["place"]["file"], override["place"]["source"]) == (None, "--set width")
    assert call["place"] is None


def test_no_fault_is_an_empty_list() -> None:
    assert read([]) == {"version": 1, "faults": []}


def test_the_schema_tells_every_key() -> None:
    found = read([MERGE])
    fault = found["faults"][0]
    parts = {"fault": fault, "note": fault["notes"][0], "place": fault["place"]}
    assert list(found) == list(SCHEMA["properties"])
    for name, part in parts.items():
        assert list(part) == list(SCHEMA["$defs"][name]["properties"])
        assert list(part) == SCHEMA["$defs"][name]["required"]


@pytest.mark.parametrize(
    "broken",
    [
        {"version": 2, "faults": []},
        {"version": 1},
        {"version": 1, "faults": [{"code": "NS302"}]},
    ],
)
def test_the_schema_refuses(broken: dict[str, Any]) -> None:
    assert not VALIDATOR.is_valid(broken)


@given(diagnostics)
def test_whatever_the_text_it_is_valid_and_the_text_is_kept(fault: Diagnostic) -> None:
    (found,) = read([fault])["faults"]
    assert found["message"] == fault.message.encode(errors="replace").decode()
