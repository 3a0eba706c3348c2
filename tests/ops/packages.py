"""Packages as pip leaves them in a folder, and commands that find them there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def install(folder: Path, package: str, module: str, source: str | None = None) -> None:
    """A package whose entry point names `module`, and that module."""
    info = folder / f"{package.replace('-', '_')}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[netspec.ops]\n{package} = {module}\n")
    if source is not None:
        (folder / f"{module}.py").write_text(source)


def run(*arguments: str, folder: Path, site: Path) -> subprocess.CompletedProcess[str]:
    """Python with these arguments in `folder`, the packages of `site` and netspec installed."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(site), str(ROOT)])},
        capture_output=True,
        text=True,
        check=False,
    )
