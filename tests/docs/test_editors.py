"""The settings of docs/editors.md are readable, and fit what netspec writes."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from netspec.cli import main
from tests.docs.pages import DOCS, Fence, fences

PAGE = DOCS / "editors.md"


def settings(*words: str) -> Any:
    (found,) = (fence for fence in fences(PAGE) if (fence.language, *fence.words) == words)
    return _read(found)


def _read(fence: Fence) -> Any:
    return tomllib.loads(fence.text) if fence.language == "toml" else json.loads(fence.text)


def test_the_settings_name_the_schema_for_the_same_files() -> None:
    vscode = settings("json", "settings")["yaml.schemas"]
    server = settings("toml")["language-server"]["yaml-language-server"]
    helix = server["config"]["yaml"]["schemas"]
    (neovim,) = (fence.text for fence in fences(PAGE) if fence.language == "lua")
    assert vscode == {"./netspec.schema.json": ["nets/*.yaml"]}
    assert helix == {"file:///home/me/netspec.schema.json": "nets/*.yaml"}
    assert all(f'["{path}"] = "{files}"' in neovim for path, files in helix.items())


def test_the_task_of_vs_code_reads_what_check_prints(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (task,) = settings("json", "tasks")["tasks"]
    path = tmp_path / "bad.yaml"
    path.write_text("netspec: 1\nname: bad\ninput: [3]\nbody:\n  - rleu\n")
    command = [each.replace("${file}", str(path)) for each in task["args"]]
    assert (task["command"], main(command)) == ("netspec", 1)
    pattern = task["problemMatcher"]["pattern"]
    regexp = re.compile(pattern.pop("regexp"))
    (found,) = filter(None, map(regexp.match, capsys.readouterr().err.splitlines()))
    read = {name: found[group] for name, group in pattern.items()}
    assert read.pop("message").startswith("unknown op or block `rleu`")
    assert read == {
        "file": str(path),
        "line": "5",
        "column": "5",
        "severity": "error",
        "code": "NS201",
    }
