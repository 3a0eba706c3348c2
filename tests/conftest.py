"""Options of the test run, and the fixtures of tests that write specs or have expected files."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from tests.golden import Golden
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


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    return Golden(bool(request.config.getoption("--update-goldens")))
