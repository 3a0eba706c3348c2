"""The same spec gives the same bytes in every process, from wherever it is read.

That it does so on every machine and in every run is what the digests of test_shipped.py hold.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import netspec
from netspec.catalog import SHIPPED
from tests.goldens.targets import digests

ROOT = Path(__file__).parents[2]
FILES = {
    "fractalnet.yaml@fractalnet20": "fractalnet20",
    "inception_v3.yaml@inception_v3": "inception_v3",
    "lenet5_1998.yaml": "lenet5_1998",
    "nasnet.yaml": "nasnet",
    "seresnet.yaml@seresnet50": "seresnet50",
    "wavenet.yaml": "wavenet",
}
"""Each with its name among the shipped: random drops, split classes, tables, helpers, `extends`."""
SETTINGS = {
    "one": {
        "PYTHONHASHSEED": "77",
        "LC_ALL": "tr_TR.UTF-8",
        "TZ": "Pacific/Kiritimati",
        "SOURCE_DATE_EPOCH": "1",
    },
    "another": {
        "PYTHONHASHSEED": "0",
        "LC_ALL": "C",
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONUTF8": "0",
        "PYTHONOPTIMIZE": "2",
    },
}


@pytest.mark.parametrize("setting", SETTINGS)
def test_in_another_process_and_folder(setting: str, tmp_path: Path) -> None:
    shutil.copytree(SHIPPED, tmp_path / "ä folder" / "specs")
    found = subprocess.run(
        [sys.executable, "-m", "tests.goldens.targets", *(f"ä folder/specs/{p}" for p in FILES)],
        env={**os.environ, "PYTHONPATH": str(ROOT), **SETTINGS[setting]},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    expected = [digests(netspec.load(name)) for name in FILES.values()]
    assert found.stdout.splitlines() == expected
