"""`netspec weights`: a file against a spec, and across an edit of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch

import netspec
from netspec.backends.torch.checkpoint import read_checkpoint
from netspec.cli import main
from tests.weights.files import filled

HEAD = "netspec: 1\ninput: [4, 8, 8]\nbody:\n"
OLD = HEAD + "  - {conv: 8, name: stem}\n  - bn\n  - global_avg_pool\n  - {linear: 3, name: fc}\n"
NEW = OLD.replace("name: stem", "name: first").replace("linear: 3", "linear: 5")
INSERTED = OLD.replace("  - bn\n", "  - bn\n  - identity\n  - {dropout: 0.5}\n")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two specs and a file of weights of the first."""
    monkeypatch.chdir(tmp_path)
    for name, text in (("old", OLD), ("new", NEW), ("inserted", INSERTED)):
        Path(f"{name}.yaml").write_text(text)
    torch.save(filled(netspec.load("old.yaml").module().state_dict()), "old.pth")
    return tmp_path


def test_a_file_that_fits(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["weights", "old.yaml", "old.pth"]) == 0
    assert capsys.readouterr().out == "loaded 9 keys\n"


def test_a_file_that_does_not_fit(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["weights", "new.yaml", "old.pth"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "error[NS702]: the file lacks 2 keys: first.weight, first.bias" in said.err


@pytest.mark.parametrize("ending", ["safetensors", "pth", "pt"])
def test_across_an_edit(folder: Path, ending: str, capsys: pytest.CaptureFixture[str]) -> None:
    output = Path(f"new.{ending}")
    assert main(["weights", "old.yaml", "new.yaml", "old.pth", "-o", str(output)]) == 0
    assert capsys.readouterr().out == TABLE.format(output)
    old, new = read_checkpoint(Path("old.pth")), read_checkpoint(output)
    network = netspec.load("new.yaml")
    assert set(new) == set(network.module(device="meta").state_dict())
    assert network.load_weights(network.module(), output).fits
    assert torch.equal(new["first.weight"], old["stem.weight"])
    assert torch.equal(new["bn.running_var"], old["bn.running_var"])
    assert new["fc.weight"].shape == (5, 8)
    assert not [name for name in os.listdir() if name.startswith(".")]


TABLE = """\
          keys  values
--------------------------------------------------------
kept         5      33  at the same path
renamed      2      40  as they were, under another path
reshaped     2      45  of another shape: start anew
new          0       0  start anew
dropped      0       0  have no place any more

renamed   stem -> first
reshaped  fc: weight [3, 8] -> [5, 8], bias [3] -> [5]

wrote {}
"""


MANY = 25


def test_all_lines_of_a_report(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    steps = "".join(f"  - {{conv: 4, name: a{k}}}\n" for k in range(MANY))
    Path("many.yaml").write_text(HEAD + steps)
    Path("more.yaml").write_text(HEAD + steps.replace("name: a", "name: b"))
    torch.save(netspec.load("many.yaml").module().state_dict(), "many.pth")
    for options, shown in (([], 20), (["--all"], MANY)):
        assert main(["weights", "many.yaml", "more.yaml", "many.pth", "-o", "o.pth", *options]) == 0
        printed = capsys.readouterr().out
        assert printed.count(" -> ") == shown
        assert ("renamed   ... and 5 more: `--all` shows them" in printed) is not bool(options)
    for options, shown in (([], 12), (["--all"], 2 * MANY)):
        assert main(["weights", "more.yaml", "many.pth", *options]) == 1
        lacking, *_ = capsys.readouterr().err.split("\n\n")
        assert lacking.count("b") - lacking.count("bias") == shown


def test_renames_of_the_command_combine(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = (
        HEAD
        + "  - name: body\n    do:\n"
        + "    - {conv: 4, name: %s}\n    - {conv: 4, name: %s}\n"
    )
    Path("a.yaml").write_text(new % ("x", "y"))
    Path("b.yaml").write_text((new % ("z", "x")).replace("name: body", "name: trunk"))
    torch.save(netspec.load("a.yaml").module().state_dict(), "a.pth")
    renames = ["--rename", "body.y=body.z", "--rename", "body=trunk"]
    assert main(["weights", "a.yaml", "b.yaml", "a.pth", "-o", "b.pth", *renames]) == 0
    printed = capsys.readouterr().out
    assert "renamed   body.y -> trunk.z\n" in printed
    assert "renamed   body.x -> trunk.x\n" in printed


def test_outputs_are_equal_where_nothing_has_changed(folder: Path) -> None:
    assert main(["weights", "old.yaml", "inserted.yaml", "old.pth", "-o", "new.safetensors"]) == 0
    x = torch.randn(2, 4, 8, 8)
    outputs = []
    for spec, weights in (("old.yaml", "old.pth"), ("inserted.yaml", "new.safetensors")):
        network = netspec.load(spec)
        module = network.module().eval()
        network.load_weights(module, weights)
        outputs.append(module(x))
    assert torch.equal(*outputs)


def carry(output: str, *options: str) -> bytes:
    """The bytes of the file that is written."""
    assert main(["weights", "old.yaml", "new.yaml", "old.pth", "-o", output, *options]) == 0
    return Path(output).read_bytes()


@pytest.mark.parametrize("ending", ["safetensors", "pth"])
def test_the_same_bytes_on_every_run_and_others_for_another_seed(folder: Path, ending: str) -> None:
    first = carry(f"a.{ending}")
    torch.manual_seed(1234)
    before = torch.random.get_rng_state()
    assert carry(f"b.{ending}") == first
    assert torch.equal(torch.random.get_rng_state(), before)
    assert carry(f"c.{ending}", "--seed", "1") != first


def test_new_weights_have_the_type_of_the_files(folder: Path) -> None:
    state = {k: v.half() if v.is_floating_point() else v for k, v in torch.load("old.pth").items()}
    torch.save(state, "old.pth")
    carry("new.safetensors")
    assert read_checkpoint(Path("new.safetensors"))["fc.weight"].dtype == torch.float16


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ("old.yaml new.yaml old.pth", 2, "`-o FILE` says where"),
        ("old.yaml new.yaml old.pth -o new.bin", 2, "ends in none of .safetensors, .pth, .pt"),
        ("old.yaml new.yaml old.pth -o old.pth", 2, "would lose what NEW drops"),
        ("old.yaml new.yaml old.pth -o link.pth", 2, "would lose what NEW drops"),
        ("old.yaml old.pth -o new.pth", 2, "`-o` is for two specs"),
        ("old.yaml old.pth --rename a=b", 2, "`--rename` is for two specs"),
        ("old.yaml new.yaml old.pth -o a.pth --rename stem", 2, "not of the form OLD=NEW"),
        ("old.yaml new.yaml old.pth -o a.pth --rename {a}=b", 1, "error[NS701]"),
        ("old.yaml new.yaml old.pth -o a.pth --rename x=first", 2, "no layer `x`"),
        ("new.yaml old.yaml old.pth -o a.pth", 1, "error[NS702]: the file lacks"),
        ("old.yaml nowhere.pth", 2, "cannot read nowhere.pth: No such file or directory"),
        ("old.yaml new.yaml old.pth -o old.yaml/a.pth", 2, "a file is where a folder should be"),
    ],
)
def test_what_is_refused_leaves_every_file_as_it_was(
    folder: Path, arguments: str, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("link.pth").symlink_to("old.pth")
    before = {path: path.read_bytes() for path in folder.iterdir()}
    assert main(["weights", *arguments.split()]) == code
    printed = capsys.readouterr()
    assert said in printed.err
    assert printed.out == ""
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_a_write_that_fails_leaves_the_old_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise RuntimeError("PytorchStreamWriter failed writing file data/0: file write failed")

    Path("new.pth").write_bytes(b"before")
    monkeypatch.setattr(torch, "save", full)
    assert main(["weights", "old.yaml", "new.yaml", "old.pth", "-o", "new.pth"]) == 2
    assert "cannot write new.pth: PytorchStreamWriter failed" in capsys.readouterr().err
    assert Path("new.pth").read_bytes() == b"before"
    assert not [name for name in os.listdir() if name.startswith(".")]


def test_weights_that_share_their_memory_are_written_apart(folder: Path) -> None:
    state = torch.load("old.pth")
    state["bn.bias"] = state["bn.weight"]
    state["fc.bias"] = state["fc.weight"][:, 0]
    torch.save(state, "old.pth")
    for output in ("new.safetensors", "new.pth"):
        assert main(["weights", "old.yaml", "inserted.yaml", "old.pth", "-o", output]) == 0
        written = read_checkpoint(Path(output))
        assert all(torch.equal(written[key], state[key]) for key in state)
