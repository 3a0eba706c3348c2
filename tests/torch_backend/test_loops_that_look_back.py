"""Loops whose body reads a value from before the loop, and values named like loop variables."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import netspec

INJECTION = """netspec: 1
name: injection
input: [8, 4, 4]
body:
  - {conv: 8, name: stem}
  - repeat: 3
    do: [conv: 8, {sum: , from: "_, stem"}]
"""
NAMED_LAYER = """netspec: 1
name: named
input: [8, 4, 4]
blocks:
  unit:
    inputs: [layer]
    body: [{repeat: 3, do: [conv: 8, relu]}, {sum: , from: "_, layer"}]
body: [unit]
"""


def test_the_value_before_the_loop_is_kept(tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text(INJECTION)
    module = netspec.load(tmp_path / "net.yaml").module(dtype=torch.float64).eval()
    images = torch.randn(2, 8, 4, 4, dtype=torch.float64)
    children = dict(module.named_children())
    stem = x = children["stem"](images)
    for k in (1, 2, 3):
        x = children[f"conv{k}"](x) + stem
    torch.testing.assert_close(module(images), x)


@pytest.mark.parametrize("name", ["layer", "block"])
def test_a_value_may_be_called_like_a_loop_variable(name: str, tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text(NAMED_LAYER.replace("layer", name))
    module = netspec.load(tmp_path / "net.yaml").module(dtype=torch.float64).eval()
    images = torch.randn(2, 8, 4, 4, dtype=torch.float64)
    (unit,) = module.children()
    x = images
    for conv in unit.children():
        x = torch.relu(conv(x))
    torch.testing.assert_close(module(images), x + images)
