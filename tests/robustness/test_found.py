"""What fuzzing found once stays mended."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from fuzz.seeds import FOUND
from fuzz.targets import TARGETS

INPUTS = sorted(path for path in FOUND.glob("*/*") if path.is_file())


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_found(path: Path) -> None:
    start = time.process_time()
    TARGETS[path.parent.name](path.read_bytes())
    assert time.process_time() - start < 5
