"""Runs every hostile spec in this process, which has 1 GiB: `python -m tests.robustness.limited`.

Prints a JSON object: for each its exit code, its seconds of CPU time, what it said.
"""

from __future__ import annotations

import contextlib
import io
import json
import resource
import sys
import tempfile
import time
from pathlib import Path

from netspec.cli import main
from tests.robustness.hostile import CASES

GIBIBYTE = 2**30


def measured(text: bytes, path: Path) -> tuple[int, float, str, str]:
    path.write_bytes(text)
    out, err = io.StringIO(), io.StringIO()
    start = time.process_time()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(["check", str(path)])
    return code, time.process_time() - start, out.getvalue(), err.getvalue()[:100_000]


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (GIBIBYTE, GIBIBYTE))
    path = Path(tempfile.mkdtemp()) / "bad.yaml"
    json.dump({name: measured(text, path) for name, (text, _, _) in CASES.items()}, sys.stdout)
