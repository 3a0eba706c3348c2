"""Faults as SARIF: valid by the schema of the standard, whatever their text."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from hypothesis import given
from jsonschema import Draft4Validator

import netspec
from netspec.diagnostics import CODES, Diagnostic, Note, Source
from netspec.diagnostics.formats.sarif import report
from tests.diagnostics.faults import CALL, HOSTILE, MERGE, OVERRIDE, diagnostics, span

VALIDATOR = Draft4Validator(
    json.loads((Path(__file__).parent / "schemas/sarif-2.1.0-rtm.5.json").read_text())
)
LINK = re.compile(r"\[([^]\[]*)\]\(([^)]*)\)")


def run(faults: list[Diagnostic]) -> Any:
    """The one run of the report as it is read again, once it has gone through UTF-8."""
    log = json.loads(report(faults).encode())
    VALIDATOR.validate(log)
    assert log["version"] == "2.1.0"
    (found,) = log["runs"]
    return found


def messages(found: Any) -> list[str]:
    """Every message of a run."""
    notified = found["invocations"][0]["toolExecutionNotifications"]
    related = [each for result in found["results"] for each in result.get("relatedLocations", [])]
    return [each["message"]["text"] for each in [*found["results"], *notified, *related]]


def artifact(path: str) -> Any:
    source = Source(path, "- relux", Path(path))
    (result,) = run([Diagnostic("NS201", "unknown op", span(1, 3, 5, source))])["results"]
    return result["locations"][0]["physicalLocation"]["artifactLocation"]


def test_the_schema_refuses_what_is_not_sarif() -> None:
    log = json.loads(report([MERGE]))
    del log["runs"][0]["results"][0]["message"]
    assert not VALIDATOR.is_valid(log)


def test_the_tool_and_its_rules() -> None:
    driver = run([])["tool"]["driver"]
    assert (driver["name"], driver["semanticVersion"]) == ("netspec", netspec.__version__)
    assert [rule["id"] for rule in driver["rules"]] == list(CODES)
    assert {rule["id"]: rule["shortDescription"]["text"] for rule in driver["rules"]} == CODES
    assert "netspec explain NS001" in driver["rules"][0]["help"]["text"]


def test_no_fault_is_a_run_without_results() -> None:
    found = run([])
    assert found["results"] == []
    assert found["invocations"][0]["executionSuccessful"]


def test_a_result_with_all_its_parts() -> None:
    found = run([MERGE])
    (result,) = found["results"]
    assert (result["ruleId"], result["level"]) == ("NS302", "error")
    assert found["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "NS302"
    assert found["columnKind"] == "unicodeCodePoints"
    assert result["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "nets/bad.yaml", "uriBaseId": "%SRCROOT%"},
                "region": {"startLine": 6, "startColumn": 12, "endLine": 6, "endColumn": 15},
            }
        }
    ]
    assert result["message"]["text"].split("\n") == [
        "sum: operand 1 is [8, 16, 16], operand 2 is [3, 32, 32]",
        "note: [8, 16, 16] comes from `bn`, [line 4](1)",
        "note: [3, 32, 32] is the network's input",
        "note: in `unit`, used here (2 times), [line 2](3)",
        "hint: `conv: {{out: 8, stride: 2}}` in place of `identity`",
    ]
    related = result["relatedLocations"]
    assert [each["id"] for each in related] == [1, 3]
    assert [each["physicalLocation"]["region"]["startLine"] for each in related] == [4, 2]


def test_faults_of_the_call_are_notifications() -> None:
    found = run([OVERRIDE, CALL])
    (invocation,) = found["invocations"]
    assert found["results"] == []
    assert not invocation["executionSuccessful"]
    notified = invocation["toolExecutionNotifications"]
    assert [each["associatedRule"]["id"] for each in notified] == ["NS110", "NS003"]
    assert messages(found)[0] == "--set width: not a valid expression"


@pytest.mark.parametrize(
    "path",
    [
        "nets/a b.yaml",
        "nets/50%.yaml",
        "nets/netz-ü-網.yaml",
        "nets/a?b#c.yaml",
        "a:b.yaml",
        "nets/[x]\n\x1b.yaml",
        "nets/\udcff.yaml",
    ],
)
def test_paths_are_percent_encoded(path: str) -> None:
    found = artifact(path)
    assert found["uriBaseId"] == "%SRCROOT%"
    assert re.fullmatch(r"(?:[\w.~/-]|%[0-9A-F]{2})+", found["uri"], re.ASCII)
    assert unquote(found["uri"], errors="surrogateescape") == path


def test_paths_are_below_the_base_or_absolute(tmp_path: Path) -> None:
    base = run([])["originalUriBaseIds"]["%SRCROOT%"]["uri"]
    assert base.endswith("/")
    whole = urlsplit(urljoin(base, artifact("nets/a b.yaml")["uri"]))
    assert (whole.scheme, unquote(whole.path)) == ("file", str(Path.cwd() / "nets/a b.yaml"))
    assert artifact(str(Path.cwd() / "x.yaml"))["uri"] == "x.yaml"
    assert artifact("nets/../x.yaml")["uri"] == "x.yaml"
    for elsewhere in (str(tmp_path / "x y.yaml"), "../x y.yaml"):
        found = artifact(elsewhere)
        assert "uriBaseId" not in found
        assert found["uri"].startswith("file:///")
        assert found["uri"].endswith("/x%20y.yaml")


@pytest.mark.parametrize("text", HOSTILE)
def test_text_of_a_spec_is_no_link_and_no_placeholder(text: str) -> None:
    here = MERGE.span
    found = run([replace(MERGE, message=text, notes=(Note(text, here),), hint=text)])
    for message in messages(found):
        assert [link for link in LINK.findall(message) if link != ("line 6", "1")] == []
        assert re.search(r"(?<!\{)\{(\{\{)*\d", message) is None


@given(diagnostics)
def test_whatever_the_text_it_is_valid(fault: Diagnostic) -> None:
    found = run([fault])
    assert len(found["results"]) == (fault.span is not None and fault.span.file is not None)
    (result,) = found["results"] or [{}]
    known = {str(each["id"]) for each in result.get("relatedLocations", [])}
    for message in messages(found):
        assert {target for _, target in LINK.findall(message)} <= known
