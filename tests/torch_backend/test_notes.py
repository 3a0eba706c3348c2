"""Errors in the forward of a live module name the line of the spec."""

from __future__ import annotations

import copy
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import netspec

Input = tuple[int, ...]

SHIPPED: list[tuple[str, Input, str]] = [
    ("densenet121", (2, 4, 32, 32), "- conv: {out: stem, kernel: 7, stride: 2, padding: 3}"),
    ("vgg11", (2, 3, 16, 16), "- max_pool: 2"),
    ("lenet5", (2, 1, 28, 28), "- linear: 120"),
    ("googlenet", (2, 1, 224, 224), "- conv:"),
]
SPEC = """
netspec: 1
name: small
input: [3, 8, 8]
blocks:
  unit:
    params: {out: int}
    body:
      - branches:
          - conv: {out: out, kernel: 3, padding: 1}
          - conv: {out: out, kernel: 3, stride: 1}
            when: false
        merge: concat
  deeper:
    params: {depth: int}
    body:
      - deeper: depth - 1
        when: depth > 1
      - do: [flatten, linear: 8]
        when: depth == 1
body:
  - unit: 8
    repeat: 2
  - name: chain
    do:
      - conv: {out: 16, kernel: 3, padding: 1}
      - relu
      - conv: {out: 8, kernel: 5}
      - dropout: 0.5
  - deeper: 3
""".lstrip()


def notes(error: BaseException) -> str:
    return "\n".join(getattr(error, "__notes__", []))


@pytest.mark.parametrize(("name", "shape", "step"), SHIPPED)
def test_shipped_networks(name: str, shape: Input, step: str) -> None:
    network = netspec.load(name)
    path, text = network.document.source.path, network.document.source.text
    with pytest.raises((RuntimeError, ValueError)) as caught:
        network.module()(torch.zeros(shape))
    note = notes(caught.value)
    number = int(note.removeprefix(f"{path}:").partition(":")[0])
    assert note.startswith(f"{path}:{number}: {step.removeprefix('- ')}")
    assert text.split("\n")[number - 1].strip() == step


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "small.yaml").write_text(SPEC)
    return Path("specs/small.yaml")


def failing(spec: Path, *shape: int, dtype: torch.dtype = torch.float32) -> str:
    with pytest.raises((RuntimeError, ValueError)) as caught:
        netspec.load(spec).module()(torch.zeros(shape, dtype=dtype))
    return notes(caught.value)


CONV = "specs/small.yaml:9: conv: {out: out, kernel: 3, padding: 1}"


def test_a_wrong_number_of_channels_in_a_loop(spec: Path) -> None:
    assert failing(spec, 1, 4, 8, 8).startswith(CONV)


def test_in_a_class_that_is_a_helper(spec: Path) -> None:
    spec.write_text("netspec: 1\nname: n\ninput: [8, 4, 4]\nbody:\n  - ln: {axis: 0}\n")
    assert failing(spec, 1, 9, 4, 4).startswith("specs/small.yaml:5: ln: {axis: 0}")


def test_a_wrong_type(spec: Path) -> None:
    assert failing(spec, 1, 3, 8, 8, dtype=torch.float64).startswith(CONV)


def test_a_wrong_size_in_a_sequence(spec: Path) -> None:
    expected = "specs/small.yaml:27: conv: {out: 8, kernel: 5}, in chain.2"
    assert failing(spec, 1, 3, 4, 4) == expected


def test_in_a_recursive_block(spec: Path) -> None:
    note = failing(spec, 1, 3, 10, 10)
    assert note.startswith("specs/small.yaml:18: do: [flatten, linear: 8], in deeper")


def test_in_a_block_of_the_standard_library(tmp_path: Path) -> None:
    path = tmp_path / "squeezed.yaml"
    text = "netspec: 1\ninput: [4, 8, 8]\nbody: [squeeze_excite: 2]\n"
    path.write_text(text)
    with pytest.raises(RuntimeError) as caught:
        netspec.load(path).module()(torch.zeros(1, 3, 8, 8))
    assert notes(caught.value).startswith("std/squeeze_excite.yaml:")
    assert ": linear: channels // reduction" in notes(caught.value)


def test_an_error_of_the_code_itself(tmp_path: Path) -> None:
    """One that no module raises: the sum of two maps of other sizes."""
    path = tmp_path / "sum.yaml"
    halved = "conv: {out: 3, kernel: 3, stride: 2, padding: 1}"
    body = f"  - branches: [identity, {halved}]\n    merge: sum\n"
    path.write_text(f"netspec: 1\ninput: [3, 1, 1]\nbody:\n{body}")
    with pytest.raises(RuntimeError) as caught:
        netspec.load(path).module()(torch.zeros(1, 3, 8, 8))
    assert notes(caught.value).startswith(f"{path}:")


FRESH = """
import pickle, sys, torch
with open(sys.argv[1], "rb") as file:
    module = pickle.load(file)
try:
    module(torch.zeros(1, 4, 8, 8))
except RuntimeError as error:
    print(error.__notes__[0])
"""


def test_copies_and_pickles_say_it_too(spec: Path, tmp_path: Path) -> None:
    module = netspec.load(spec).module()
    for other in (copy.deepcopy(module), pickle.loads(pickle.dumps(module))):
        with pytest.raises(RuntimeError) as caught:
            other(torch.zeros(1, 4, 8, 8))
        assert notes(caught.value).startswith(CONV)
    (tmp_path / "module.pickle").write_bytes(pickle.dumps(module))
    environment = os.environ | {"PYTHONPATH": str(Path(netspec.__file__).parents[1])}
    command = [sys.executable, "-c", FRESH, "module.pickle"]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert ran.stdout.startswith(CONV)


def test_without_the_spec_the_place_is_still_named(spec: Path) -> None:
    module = netspec.load(spec).module()
    spec.unlink()
    with pytest.raises(RuntimeError) as caught:
        module(torch.zeros(1, 4, 8, 8))
    assert notes(caught.value).startswith("specs/small.yaml:9, in unit1")


def test_the_error_stays_what_it_is(spec: Path) -> None:
    """One note, its type and its text, and nothing where all is well."""
    module = netspec.load(spec).module()
    plain = torch.nn.Module.__call__
    images = torch.zeros(1, 4, 8, 8)
    with pytest.raises(RuntimeError) as noted:
        module(images)
    with pytest.raises(RuntimeError) as bare:
        plain(module, images)
    assert str(noted.value) == str(bare.value)
    assert len(noted.value.__notes__) == 1
    assert module(torch.zeros(1, 3, 8, 8)).shape[0] == 1


@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")
def test_of_a_compiled_module_the_line_that_the_compiler_quotes(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(SPEC)
    module = netspec.load(tmp_path / "small.yaml").module()
    module.compile(backend="eager")
    with pytest.raises(RuntimeError) as caught:
        module(torch.zeros(2, 4, 8, 8))
    assert notes(caught.value) == f"{tmp_path / 'small.yaml'}:9-12"
