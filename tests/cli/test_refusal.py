"""What cannot be emitted is refused by its op and line; no file is written, no diagram either."""

from __future__ import annotations

from pathlib import Path

import pytest

import netspec
from netspec.backends.torch import Lowering, lowering, lowers, stateless, value
from netspec.cli import main
from netspec.ops import Op, Tensors, base
from tests.diagnostics.case import Case, cases

Capture = pytest.CaptureFixture[str]
HEAD = "netspec: 1\nname: net\ninput: [8, 6, 6]\n"
BODIES = {
    "in the body": (5, "body:\n  - softsign\n"),
    "in a block": (6, "blocks:\n  unit:\n    body: [conv: 8, softsign]\nbody: [unit, unit]\n"),
    "in a loop": (8, "body:\n  - repeat: 3\n    do:\n    - conv: 8\n    - softsign\n"),
    "handed to a block of the standard library": (5, "body:\n  - residual: [conv: 8, softsign]\n"),
    "in a branch": (6, "body:\n  - branches:\n    - softsign\n    - relu\n    merge: sum\n"),
}
TARGETS = [[], ["torch"], ["dot", "torch"], ["json", "torch", "png"]]


class Softsign(Op):
    """An op that states only its facts."""

    name = "softsign"
    group = "activation"

    def infer(self, inputs: Tensors) -> Tensors:
        return inputs


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    base.names()  # those of netspec are registered at the first question
    monkeypatch.setitem(base._registry, "softsign", Softsign)


def build(spec: Path, targets: list[str]) -> int:
    chosen = [word for target in targets for word in ("--target", target)]
    return main(["build", str(spec), "-o", str(spec.parent / "built"), *chosen])


def files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("targets", TARGETS, ids=str)
@pytest.mark.parametrize("body", BODIES)
def test_no_file_is_written(body: str, targets: list[str], tmp_path: Path, capsys: Capture) -> None:
    line, text = BODIES[body]
    spec = tmp_path / "net.yaml"
    spec.write_text(HEAD + text)
    assert build(spec, targets) == 1
    output, errors = capsys.readouterr()
    assert f"net.yaml:{line}:" in errors
    assert errors.count("error[NS602]: the op `softsign` has no lowering to torch") == 1
    assert output == ""
    assert [*tmp_path.iterdir()] == [spec]


def test_what_stood_there_is_as_it_was(tmp_path: Path, capsys: Capture) -> None:
    spec = tmp_path / "net.yaml"
    spec.write_text(HEAD + "body: [relu]\n")
    assert build(spec, []) == 0
    spec.write_text(HEAD + BODIES["in the body"][1])
    before = files(tmp_path)
    assert len(before) == 4
    assert build(spec, []) == 1
    assert files(tmp_path) == before


def test_nothing_is_printed_in_place_of_a_file(tmp_path: Path, capsys: Capture) -> None:
    spec = tmp_path / "net.yaml"
    spec.write_text(HEAD + BODIES["in the body"][1])
    assert main(["build", str(spec), "-o", "-", "--target", "torch"]) == 1
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("method", ["source", "module", "compare"])
def test_the_api_raises_it(method: str, tmp_path: Path) -> None:
    spec = tmp_path / "net.yaml"
    spec.write_text(HEAD + BODIES["in a block"][1])
    network = netspec.load(spec)
    with pytest.raises(netspec.SpecError) as caught:
        getattr(network, method)()
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "NS602"
    assert diagnostic.span is not None
    assert diagnostic.span.line == 6


def test_facts_alone_are_good_for_the_rest(tmp_path: Path, capsys: Capture) -> None:
    spec = tmp_path / "net.yaml"
    spec.write_text(HEAD + BODIES["in the body"][1])
    assert build(spec, ["dot", "json"]) == 0
    assert {path.name for path in files(tmp_path)} == {"net.yaml", "net.dot", "net.json"}


def test_source_that_is_not_what_was_computed(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lowering, "_table", {**lowering._table})

    @lowers(Softsign)
    def pooled(op: Op, inputs: Tensors) -> Lowering:
        return stateless("F.max_pool2d", "nn.MaxPool2d", value("kernel_size", 2))

    spec = tmp_path / "net.yaml"
    spec.write_text(HEAD + BODIES["in the body"][1])
    assert build(spec, ["dot", "torch"]) == 1
    assert "error[NS601]" in capsys.readouterr().err
    assert [*tmp_path.iterdir()] == [spec]


@pytest.mark.parametrize("case", [c for c in cases() if c.code in ("NS604", "NS605")], ids=str)
def test_what_torch_cannot_be_told(
    case: Case, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    spec = tmp_path / case.path.name
    spec.write_text(case.bad[spec.name])
    assert build(spec, ["dot", "torch"]) == 1
    assert f"error[{case.code}]" in capsys.readouterr().err
    assert [*tmp_path.iterdir()] == [spec]
