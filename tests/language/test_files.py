"""`use` and `extends`: several files, never from outside the folder of the spec."""

from __future__ import annotations

from pathlib import Path

import pytest

import netspec
from netspec.analysis.state import state_dict
from netspec.cli import main

LIBRARY = """netspec: 1
params: {width: 4}
defaults: {conv: {bias: false}}
blocks:
  unit:
    params: {n: width}
    body: [conv: n, relu]
  pair: {body: [unit, unit]}
  twice: {params: {layer: unit}, body: [layer, layer]}
"""
BASE = """netspec: 1
name: base
about: the base
params: {width: 8, classes: 10}
input: [3, 8, 8]
blocks: {unit: {body: [conv: width, relu]}}
body: [unit, global_avg_pool, linear: classes]
claims: [{params: 122}]
variants:
  wide: {params: {width: 16}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "library.yaml").write_text(LIBRARY)
    (tmp_path / "base.yaml").write_text(BASE)
    return tmp_path


def write(folder: Path, text: str) -> Path:
    path = folder / "net.yaml"
    path.write_text(f"netspec: 1\n{text}")
    return path


def fault(folder: Path, text: str) -> netspec.Diagnostic:
    with pytest.raises(netspec.SpecError) as caught:
        netspec.load(write(folder, text))
    (diagnostic,) = caught.value.diagnostics
    return diagnostic


def test_blocks_of_another_file_under_a_prefix(folder: Path) -> None:
    network = netspec.load(
        write(
            folder,
            "input: [3, 8, 8]\nuse: {lib: parts/library.yaml}\n"
            "params: {layer: lib.unit}\n"
            "body: [lib.unit, lib.pair, layer: {n: 5}, conv: 2]\n",
        )
    )
    assert list(state_dict(network.program)) == [
        "unit.conv.weight",
        "pair.unit1.conv.weight",
        "pair.unit2.conv.weight",
        "layer.conv.weight",
        "conv.weight",
        "conv.bias",
    ]


def test_a_used_file_keeps_its_own_params_and_defaults(folder: Path) -> None:
    text = "input: [3, 8, 8]\nparams: {width: 99}\nuse: {lib: parts/library.yaml}\n"
    network = netspec.load(write(folder, text + "body: [lib.unit, conv: width]\n"))
    assert network.params == 3 * 4 + 4 * 99 + 99


def test_extends_starts_from_another_file(folder: Path) -> None:
    network = netspec.load(write(folder, "extends: base.yaml@wide\nparams: {classes: 3}\n"))
    assert network.params == 3 * 16 + 16 + 16 * 3 + 3
    assert (network.name, network.program.about) == ("wide", "the base")
    network.require_claims()


def test_extends_may_replace_blocks_and_body(folder: Path) -> None:
    text = "extends: base.yaml@wide\nname: other\nblocks: {unit: {body: [conv: width, tanh, bn]}}\n"
    network = netspec.load(write(folder, text))
    assert network.name == "other"
    assert network.params == 3 * 16 + 16 + 32 + 16 * 10 + 10


def test_variants_stay_with_their_file(folder: Path) -> None:
    path = write(folder, "extends: base.yaml\nparams: {width: 4}\n")
    assert netspec.load(path).program.params["width"] == 4
    path = write(folder, "extends: base.yaml\nvariants: {narrow: {params: {width: 2}}}\n")
    assert netspec.load(f"{path}@narrow").program.params["width"] == 2
    with pytest.raises(netspec.SpecError, match="no variant `wide`"):
        netspec.load(f"{path}@wide")


def test_faults_of_a_used_file_are_at_their_place(folder: Path) -> None:
    (folder / "parts" / "library.yaml").write_text(LIBRARY.replace("relu", "rleu"))
    found = fault(folder, "input: [3, 8, 8]\nuse: {l: parts/library.yaml}\nbody: [relu]\n")
    assert found.code == "NS201"
    assert found.span is not None
    assert found.span.source.name.endswith("library.yaml")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("use: {l: missing.yaml}", "NS001"),
        ("use: {l: ../outside.yaml}", "NS006"),
        ("use: {l: /etc/passwd}", "NS006"),
        ("use: {l: 'a\\0b'}", "NS001"),
        ("use: {l: parts}", "NS001"),
        ("use: {l: [a]}", "NS205"),
    ],
)
def test_a_file_that_cannot_be_used(text: str, code: str, folder: Path) -> None:
    found = fault(folder, f"{text}\ninput: [3, 8, 8]\nbody: [relu]\n")
    assert (found.code, found.span is not None) == (code, True)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("extends: missing.yaml", "NS001"),
        ("extends: ../base.yaml", "NS006"),
        ("extends: base.yaml@none", "NS003"),
        ("extends: net.yaml", "NS404"),
        ("extends: [a]", "NS205"),
    ],
)
def test_a_file_that_cannot_be_extended(text: str, code: str, folder: Path) -> None:
    assert fault(folder, text).code == code


def test_a_link_out_of_the_folder_is_outside(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "library.yaml"
    outside.write_text(LIBRARY)
    (folder / "link.yaml").symlink_to(outside)
    text = "use: {l: link.yaml}\ninput: [3, 8, 8]\nbody: [relu]\n"
    assert fault(folder, text).code == "NS006"


def test_files_that_use_each_other_in_a_circle(folder: Path) -> None:
    (folder / "one.yaml").write_text("netspec: 1\nuse: {two: two.yaml}\nblocks: {}\n")
    (folder / "two.yaml").write_text("netspec: 1\nuse: {one: one.yaml}\nblocks: {}\n")
    text = "use: {one: one.yaml}\ninput: [3, 8, 8]\nbody: [relu]\n"
    assert fault(folder, text).code == "NS404"


@pytest.mark.parametrize(
    ("body", "hint"),
    [
        ("[lib.unti]", "did you mean `lib.unit`?"),
        ("[lib.twice: {layer: lib.unti}]", "did you mean `lib.unit`?"),
        ("[unit]", "did you mean `lib.unit`?"),
        ("[lib]", "did you mean `lib.unit` or `lib.pair` or `lib.twice`?"),
    ],
)
def test_an_unknown_block_of_a_used_file_has_a_hint(body: str, hint: str, folder: Path) -> None:
    text = f"use: {{lib: parts/library.yaml}}\ninput: [3, 8, 8]\nbody: {body}\n"
    assert fault(folder, text).hint == hint


USER = """
name: user
use: {lib: parts/library.yaml}
params: {layer: lib.unit}
defaults: {lib.unit: {n: 5}}
input: [3, 8, 8]
blocks: {unit: {body: [tanh]}}
body:
  - lib.twice: {layer: {lib.unit: {n: 7}}}
  - lib.twice: {layer: unit}
  - lib.unit
  - layer
  - lib.unit: 6
    name: named
claims:
  - {at: twice1.layer2, params: 49}
  - {params: 160}
"""


def test_commands_take_used_files(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(write(folder, USER))
    assert main(["check", path]) == 0
    assert main(["build", path, "-o", str(folder / "built"), "--target", "torch"]) == 0
    assert "state-dict keys, output shape and MACs agree" in capsys.readouterr().out


def test_a_fault_in_a_used_block_has_the_way_there(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "parts" / "library.yaml").write_text(LIBRARY.replace("conv: n,", "conv: n - 7,"))
    path = write(
        folder, "input: [3, 8, 8]\nuse: {l: parts/library.yaml}\nbody: [l.twice: {layer: l.unit}]\n"
    )
    assert main(["check", str(path)]) == 1
    told = capsys.readouterr().err.replace(str(folder), "")
    assert told.startswith("/parts/library.yaml:7:18: error[NS307]")
    assert "note: /parts/library.yaml:9:41: in `unit`, used here" in told
    assert "note: /net.yaml:4:8: in `twice`, used here" in told
