"""What an emitted file says of where its lines come from."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

import netspec
from netspec.backends.torch import provenance
from netspec.backends.torch.provenance import Place, Provenance
from netspec.catalog import shipped_files
from netspec.ops.base import STD
from tests.torch_backend.networks import SHIPPED

SPEC = """
netspec: 1
name: small
params: {width: 4}
input: [3, 16, 16]
blocks:
  unit:
    params: {out: int}
    body:
      - conv: {out: out, kernel: 3, padding: 1}
      - bn
      - relu
body:
  - unit: width
  - unit: 3 * width
  - name: head
    do:
      - conv: 2 * width
      - relu
      - max_pool: 2
  - branches:
      - identity
      - - conv: {out: 2 * width, kernel: 3, padding: 1}
          name: inner
    merge: sum
  - global_avg_pool
  - linear: 10
    name: fc
""".lstrip()
MADE_OF = {
    "self.conv = nn.Conv2d(in_channels, out, 3, padding=1)": ["- conv: {out: out, kernel: 3"],
    "self.bn = nn.BatchNorm2d(out)": ["- bn"],
    "return F.relu_(self.bn(self.conv(x)))": ["- conv: {out: out, kernel: 3", "- bn", "- relu"],
    "self.unit2 = Unit(width, 3 * width)": ["- unit: 3 * width"],
    "self.inner = nn.Conv2d(2 * width, 2 * width, 3, padding=1)": ["- - conv: {out: 2 * width"],
    "self.fc = nn.Linear(2 * width, 10)": ["- linear: 10"],
    "class Unit(nn.Module):": ["unit:"],
}
"""Lines of the emitted file, and what the lines of the spec start with that they come from."""


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("specs") / "small.yaml"
    path.write_text(SPEC)
    return path


@pytest.fixture(scope="module")
def source(spec: Path) -> str:
    return netspec.load(spec).source()


def known(source: str) -> Provenance:
    found = provenance.read(source)
    assert found is not None
    return found


def lines_of(place: Place, text: str) -> list[str]:
    lines = text.split("\n")
    return [line.strip() for first, last in place.stretches for line in lines[first - 1 : last]]


@pytest.mark.parametrize("emitted", MADE_OF)
def test_lines_come_from_their_steps(emitted: str, source: str) -> None:
    (number,) = [n for n, line in enumerate(source.split("\n"), 1) if line.strip() == emitted]
    (place,) = known(source).places[number]
    assert place.file == "small.yaml"
    found, starts = lines_of(place, SPEC), MADE_OF[emitted]
    assert all(line.startswith(start) for line, start in zip(found, starts, strict=True)), found


def test_children_of_a_sequence_come_from_steps_of_their_own() -> None:
    source = netspec.load("densenet121").source()
    text = shipped_files()["densenet121"].read_text()
    for number, line in enumerate(source.split("\n"), 1):
        if child := re.match(r" {16}(conv0|norm0|pool0|denseblock2|transition3)=", line):
            (place,) = known(source).places[number]
            (step,) = lines_of(place, text)
            kind = {"conv0": "conv", "norm0": "bn", "pool0": "max_pool"}
            assert step.startswith(f"- {kind.get(child[1], re.sub('[0-9]', '', child[1])[:5])}")


@pytest.mark.parametrize("name", SHIPPED)
def test_every_place_is_there(name: str) -> None:
    network = netspec.load(name)
    source = network.source()
    found = known(source)
    assert not provenance.is_edited(source, found)
    assert max(map(len, source.split("\n"))) <= 100
    assert "/work/" not in source
    assert str(Path.cwd()) not in source
    folder = network.document.folder.top
    code = source.split("\n")[: found.length]
    for number, places in found.places.items():
        assert code[number - 1].strip(), number
        for place in places:
            path = STD.parent / place.file if place.file.startswith("std/") else folder / place.file
            lines = path.read_text().split("\n")
            assert all(1 <= a <= b <= len(lines) for a, b in place.stretches)
            assert any(line and line[0] != "#" for line in lines_of(place, "\n".join(lines)))


@pytest.mark.parametrize("name", SHIPPED)
def test_every_statement_that_makes_a_module_has_a_place(name: str) -> None:
    source = netspec.load(name).source()
    found = known(source)
    lost = [
        line
        for number, line in enumerate(source.split("\n"), 1)
        if re.match(r" {8}self\.(\w+ = (nn\.(?!init|Parameter)|[A-Z]\w+\()|add_module)", line)
        and number not in found.places
    ]
    assert lost == []


def test_it_is_the_same_wherever_the_spec_is_read(
    source: str, spec: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "deeper").mkdir()
    copied = shutil.copy(spec, tmp_path / "deeper")
    assert netspec.load(copied).source() == source
    monkeypatch.chdir(tmp_path)
    assert netspec.load("deeper/small.yaml").source() == source
    (tmp_path / "crlf.d").mkdir()
    windows = tmp_path / "crlf.d" / "small.yaml"
    windows.write_bytes(SPEC.replace("\n", "\r\n").encode())
    assert netspec.load(windows).source() == source


def test_the_hash_is_that_of_everything_that_the_spec_says(tmp_path: Path) -> None:
    (tmp_path / "units.yaml").write_text("netspec: 1\nblocks:\n  unit: {body: [conv: 8]}\n")
    path = tmp_path / "net.yaml"
    text = (
        "netspec: 1\nparams: {k: 3}\nuse: {u: units.yaml}\ninput: [3, 8, 8]\n"
        "body: [u.unit, {conv: k}]\nvariants: {a: {}, b: {params: {k: 3}}}\n"
    )
    path.write_text(text)

    def digest(name: str, **given: object) -> str:
        return netspec.load(f"{path}@{name}", **given).written.digest  # type: ignore[arg-type]

    first = digest("a")
    others = [digest("b"), digest("a", k=4), digest("a", input=(3, 9, 9))]
    assert len({first, *others}) == 4
    assert digest("a", k=4) == digest("a", k="4")
    (tmp_path / "units.yaml").write_text("netspec: 1\nblocks:\n  unit: {body: [conv: 9]}\n")
    assert digest("a") != first


def test_the_hash_of_a_single_file_is_that_of_the_file(spec: Path) -> None:
    import hashlib

    expected = hashlib.sha256(spec.read_bytes()).hexdigest()
    written = netspec.load(spec).written
    assert expected.startswith(written.digest)
    assert f"from small.yaml, sha256:{written.digest}." in netspec.load(spec).source()


def test_values_from_outside_are_words_of_the_command_line(spec: Path) -> None:
    source = netspec.load(spec, width=8, input=(3, 32, 32)).source()
    assert known(source).given == ("--set", "width=8", "--input", "3x32x32")


def test_an_edit_is_seen(source: str) -> None:
    assert provenance.is_edited(source.replace("10)", "11)"), known(source))
    assert not provenance.is_edited(source.replace("\n", "\r\n"), known(source))


@pytest.mark.parametrize("text", ["", "x = 1\n", "# netspec where\n", "# netspec where zz a.yaml"])
def test_other_files_say_nothing(text: str) -> None:
    assert provenance.read(text) is None
