"""A spec reads the files of its own folder, as text, and nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import netspec

SECRET = "SECRET"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The folder of the spec; beside it is a file that is none of its business."""
    home = tmp_path / "home"
    home.mkdir()
    (tmp_path / "secret.yaml").write_text(f"{SECRET}: 1\n")
    (home / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    (home / "folder").mkdir()
    (home / "away").symlink_to(tmp_path)
    (home / "zero.yaml").symlink_to("/dev/zero")
    (home / "self.yaml").symlink_to("self.yaml")
    os.mkfifo(home / "pipe.yaml")
    (home / "binary.yaml").write_bytes(bytes(range(256)))
    (home / "wide.yaml").write_bytes("netspec: 1\n".encode("utf-16"))
    with (home / "huge.yaml").open("wb") as file:
        file.truncate(2**40)  # a terabyte of zeros that takes no room
    return home


NAMES = {
    "../secret.yaml": "NS006",
    "folder/../../secret.yaml": "NS006",
    "/etc/passwd": "NS006",
    "/dev/zero": "NS006",
    "/proc/self/environ": "NS006",
    "~/.netrc": "NS001",
    "file:///etc/passwd": "NS001",
    "https://example.org/x.yaml": "NS001",
    "link.yaml": "NS006",
    "away/secret.yaml": "NS006",
    "zero.yaml": "NS006",
    "self.yaml": "NS001",
    "pipe.yaml": "NS001",
    "folder": "NS001",
    ".": "NS001",
    '"\\0"': "NS001",
    '"a\\nb"': "NS001",
    "x" * 5000: "NS001",
    "binary.yaml": "NS001",
    "wide.yaml": "NS001",
    "huge.yaml": "NS103",
    "net.yaml": "NS404",
}


@pytest.mark.parametrize("key", ["use: {a: NAME}", "extends: NAME", "extends: NAME@variant"])
@pytest.mark.parametrize("name", NAMES)
def test_nothing_else_is_read(name: str, key: str, home: Path) -> None:
    if name.startswith('"') and "@" in key:
        name, key = name[:-1] + '@variant"', "extends: NAME"
    spec = home / "net.yaml"
    line = key.replace("NAME", name)
    spec.write_text(f"netspec: 1\nname: net\n{line}\ninput: [3]\nbody: [relu, a.b]\n")
    with pytest.raises(netspec.SpecError) as caught:
        netspec.load(spec)
    known = NAMES.get(name, "NS001")
    found = [each for each in caught.value.diagnostics if each.code == known]
    assert found, caught.value
    assert found[0].span is not None
    assert SECRET not in str(caught.value)
