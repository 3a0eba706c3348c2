from __future__ import annotations

from pathlib import Path

import pytest

from tests.language.programs import Specs


@pytest.fixture
def specs(tmp_path: Path) -> Specs:
    return Specs(tmp_path)
