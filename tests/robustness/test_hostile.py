"""Hostile specs end in a fault that says what is wrong: soon, and in little memory."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import NamedTuple

import pytest

from tests.robustness.hostile import CASES

SECONDS = 5
STEPS = {"endless loops", "exponential recursion", "doubling channels"}
"""These do all the steps that a spec may ask for, which takes longer."""


class Answer(NamedTuple):
    code: int
    seconds: float
    out: str
    err: str


@pytest.fixture(scope="module")
def answers() -> dict[str, Answer]:
    """What `netspec check` says of each, in one process that has 1 GiB."""
    command = [sys.executable, "-m", "tests.robustness.limited"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {name: Answer(*answer) for name, answer in json.loads(done.stdout).items()}


@pytest.mark.parametrize("case", CASES)
def test_a_hostile_spec_is_answered(case: str, answers: dict[str, Answer]) -> None:
    _, code, fault = CASES[case]
    answer = answers[case]
    assert answer.code == code, answer.err
    assert answer.out == ""
    assert answer.seconds < SECONDS * (4 if case in STEPS else 1)
    if fault is None:
        assert answer.err == ""
    else:
        assert f"error[{fault}]" in answer.err
        assert re.search(r"(bad\.yaml:\d+:\d+: )?error\[NS\d+\]", answer.err)
