"""Options of the test run, and the fixture of tests that write specs."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from tests.language.programs import Specs

settings.register_profile("netspec", deadline=None)
settings.load_profile("netspec")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-goldens",
        action="store_true",
        help="rewrite the expected files that tests compare their output with",
    )


@pytest.fixture
def specs(tmp_path: Path) -> Specs:
    return Specs(tmp_path)
