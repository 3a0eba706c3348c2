"""Files that are no checkpoints, are cut off, or attack: a fault, and nothing of them is run."""

from __future__ import annotations

import json
import pickle
import random
import struct
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import torch

from netspec import SpecError
from netspec.backends.torch.checkpoint import read_checkpoint
from tests.weights.files import FORMATS, Attack

STATE: dict[Any, Any] = {"conv.weight": torch.ones(8, 4, 3, 3), "conv.bias": torch.arange(8.0)}


def refused(path: Path) -> str:
    """What is said of a file that holds no weights."""
    with pytest.raises(SpecError) as caught:
        read_checkpoint(path)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "NS703"
    assert diagnostic.message.isprintable()
    return diagnostic.message.removeprefix(f"cannot read weights from {path}: ")


@pytest.mark.parametrize("format", ["torch", "legacy"])
def test_an_attack_is_not_run(format: str, tmp_path: Path) -> None:
    mark, path = tmp_path / "mark", tmp_path / "weights"
    for content in (Attack(mark), {"a": Attack(mark)}, {**STATE, "a": Attack(mark)}):
        FORMATS[format](content, path)
        assert refused(path).startswith("it holds more than weights (")
    path.write_bytes(pickle.dumps(Attack(mark)))
    refused(path)
    assert not mark.exists()


def test_a_whole_module_is_more_than_weights(tmp_path: Path) -> None:
    torch.save(torch.nn.Linear(2, 2), tmp_path / "module.pth")
    assert "(torch.nn.modules.linear.Linear)" in refused(tmp_path / "module.pth")


@pytest.mark.parametrize("format", FORMATS)
def test_every_cut_is_a_fault(format: str, tmp_path: Path) -> None:
    path = tmp_path / "weights"
    FORMATS[format](STATE, path)
    whole = path.read_bytes()
    for length in (*range(0, 200, 7), len(whole) // 2, len(whole) - 64, len(whole) - 1):
        path.write_bytes(whole[:length])
        refused(path)


@pytest.mark.parametrize("format", FORMATS)
def test_changed_bytes_give_weights_or_a_fault(format: str, tmp_path: Path) -> None:
    path = tmp_path / "weights"
    FORMATS[format](STATE, path)
    whole, chance = path.read_bytes(), random.Random(format)
    for _ in range(60):
        changed = bytearray(whole)
        for _ in range(3):
            changed[chance.randrange(min(len(whole), 600))] = chance.randrange(256)
        path.write_bytes(changed)
        with suppress(SpecError):
            assert all(isinstance(x, torch.Tensor) for x in read_checkpoint(path).values())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "neither"),
        (b"netspec: 1\nname: a\n", "neither"),
        (b"PK\x03\x04 and no archive", "not a whole file"),
        (b"\x80\x02 and no pickle", "broken, or more than weights"),
        (struct.pack("<Q", 1 << 60) + b"{}", "not a whole safetensors file"),
    ],
)
def test_other_files(content: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "weights").write_bytes(content)
    assert said in refused(tmp_path / "weights")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ([1, 2], "there is no state dict in it"),
        ({"epoch": 3}, "there is no state dict in it"),
        ({"state_dict": {"state_dict": {}}}, "there is no state dict in it"),
        (torch.ones(3), "there is no state dict in it"),
        ({**STATE, "epoch": 3}, "`epoch` in its state dict is not a dense tensor"),
        ({**STATE, 4: torch.ones(3)}, "`4` in its state dict is not a dense tensor"),
        ({"a": torch.ones(3).to_sparse()}, "`a` in its state dict is not a dense tensor"),
        ({"a": torch.ones(3, device="meta")}, "`a` in its state dict is not a dense tensor"),
        ({"\x1b[2J": 3, **STATE}, r"`\x1b[2J` in its state dict is not a dense tensor"),
    ],
    ids=str,
)
def test_what_is_no_state_dict(content: Any, said: str, tmp_path: Path) -> None:
    torch.save(content, tmp_path / "weights")
    assert said in refused(tmp_path / "weights")


@pytest.mark.parametrize(
    ("content", "way"),
    [
        ({"ema": {"shadow": STATE}}, "['ema']['shadow']"),
        ({"epoch": 3, 7: {"\x1b[2J": STATE}}, r"[7]['\x1b[2J']"),
    ],
)
def test_a_state_dict_where_none_is_looked_for(content: Any, way: str, tmp_path: Path) -> None:
    torch.save(content, tmp_path / "weights")
    with pytest.raises(SpecError) as caught:
        read_checkpoint(tmp_path / "weights")
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.hint == f"the tensors are in `torch.load(...){way}`: save that by itself"


def test_what_the_system_says_of_a_file_cut_off_is_left_out(tmp_path: Path) -> None:
    torch.save({"a": torch.ones(10_000)}, tmp_path / "weights")
    (tmp_path / "weights").write_bytes((tmp_path / "weights").read_bytes()[:20_000])
    assert refused(tmp_path / "weights") == "it is not a whole file of `torch.save`"


def test_a_state_dict_within_itself_ends(tmp_path: Path) -> None:
    endless: dict[str, Any] = {}
    endless["state_dict"] = endless
    torch.save(endless, tmp_path / "weights")
    assert "there is no state dict" in refused(tmp_path / "weights")


def test_a_torchscript_archive(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "script.pt", "w") as archive:
        archive.writestr("script/constants.pkl", b"\x80\x02).")
        archive.writestr("script/version", "3\n")
        archive.writestr("script/data.pkl", b"\x80\x02).")
    assert refused(tmp_path / "script.pt").startswith(("it is a TorchScript", "it is not a whole"))


def test_offsets_outside_a_safetensors_file(tmp_path: Path) -> None:
    entry = {"dtype": "F32", "shape": [1 << 40], "data_offsets": [0, 1 << 42]}
    header = json.dumps({"a": entry}).encode()
    (tmp_path / "weights").write_bytes(struct.pack("<Q", len(header)) + header + bytes(16))
    assert "not a whole safetensors file" in refused(tmp_path / "weights")


@pytest.mark.parametrize("path", ["nowhere.pth", "."])
def test_no_file(path: str, tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="NS001"):
        read_checkpoint(tmp_path / path)
