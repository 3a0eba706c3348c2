"""`netspec explain`: the page of a code."""

from __future__ import annotations

import re

import pytest

from netspec.cli import main
from netspec.cli.explain import PAGES
from netspec.diagnostics import CODES

Capture = pytest.CaptureFixture[str]


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_a_page_with_cases_and_mends(code: str, capsys: Capture) -> None:
    assert main(["explain", code.lower()]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith(f"# {code}: {CODES[code]}\n\n")
    assert printed.count("\n## ") >= 3
    assert f"error[{code}]" in printed
    assert re.search(r"```|<!--|\]\(", printed) is None


def test_there_is_no_other_page() -> None:
    assert {page.stem for page in PAGES.iterdir()} == set(CODES)


def test_without_a_code_all_are_listed(capsys: Capture) -> None:
    assert main(["explain"]) == 0
    printed = capsys.readouterr().out
    assert re.findall(r"^  (NS\d{3})  (.*)$", printed, re.MULTILINE) == list(CODES.items())
    assert "Shapes:\n  NS301" in printed


@pytest.mark.parametrize(
    ("code", "hint"), [("302", "did you mean `NS302`?"), ("shapes", "`netspec explain` lists them")]
)
def test_an_unknown_code_is_wrong_usage(code: str, hint: str, capsys: Capture) -> None:
    assert main(["explain", code]) == 2
    told = capsys.readouterr().err
    assert f"error[NS003]: there is no code `{code}`" in told
    assert hint in told
