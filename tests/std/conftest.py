from __future__ import annotations

from pathlib import Path

import pytest

from tests.std.one_step import Steps


@pytest.fixture
def step(tmp_path: Path) -> Steps:
    return Steps(tmp_path)
