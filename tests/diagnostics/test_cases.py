"""Every case: its faults and no other, its mend, and enough of them for every code."""

from __future__ import annotations

from collections import Counter
from dataclasses import astuple

import pytest

from netspec.diagnostics import CODES
from tests.diagnostics.case import CASES, Case, cases, run_bad, run_mended

ALL = cases()
FEWEST = 3


@pytest.mark.parametrize("case", ALL, ids=str)
def test_every_fault_is_reported_at_its_line_and_no_other(case: Case) -> None:
    exit_code, printed = run_bad(case)
    found = case.faults(printed)
    assert [astuple(each)[:3] for each in found] == [astuple(each)[:3] for each in case.expected]
    for each, expected in zip(found, case.expected, strict=True):
        assert each.has(expected.parts), f"{' ... '.join(expected.parts)}\nnot in\n{each.text}"
    assert exit_code != 0
    assert case.code in {each.code for each in found}


@pytest.mark.parametrize("case", [case for case in ALL if case.has_mend], ids=str)
def test_the_mend_mends_it(case: Case) -> None:
    assert run_mended(case) == (0, "")


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_prose_and_cases(code: str) -> None:
    assert (CASES / code / "about.md").read_text().strip()
    assert Counter(case.code for case in ALL)[code] >= FEWEST


def test_every_folder_is_a_code_and_every_case_says_what_its_author_did() -> None:
    assert {folder.name for folder in CASES.iterdir()} <= set(CODES)
    assert [str(case) for case in ALL if not case.title] == []
