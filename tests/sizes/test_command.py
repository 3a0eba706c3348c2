"""`netspec check --sizes`, and the work that it takes."""

from __future__ import annotations

import pytest

from netspec.catalog import document
from netspec.cli import main
from netspec.compilation import legal_sizes
from netspec.diagnostics import Report
from netspec.program import Program
from netspec.sizes.probe import MOST_STEPS, Probe
from netspec.syntax.spec import SpecFile
from tests.language.programs import Specs

HALVED = "body: [{branches: [identity, [{max_pool: 2}, {upsample: 2}]], merge: sum}]"
LEGAL = (
    "net: heights and widths: even numbers, at least 2; at 9 the sum at net.yaml:4 gets 9 and 8\n"
)
Capture = pytest.CaptureFixture[str]


def test_sizes_are_printed_and_all_is_well(specs: Specs, capsys: Capture) -> None:
    path = specs.write(HALVED, input="[4, 8, 8]")
    assert main(["check", str(path), "--sizes"]) == 0
    assert capsys.readouterr() == (LEGAL, "")


def test_sizes_are_printed_beside_the_fault_of_the_spec(specs: Specs, capsys: Capture) -> None:
    path = specs.write(HALVED, input="[4, 9, 9]")
    assert main(["check", str(path), "--sizes"]) == 1
    printed = capsys.readouterr()
    assert printed.out == LEGAL
    assert "error[NS302]" in printed.err


def test_an_input_from_outside_is_where_the_search_starts(specs: Specs, capsys: Capture) -> None:
    path = specs.write(HALVED, input="[4, 64, 64]")
    assert main(["check", str(path), "--sizes", "--input", "4x8x8"]) == 0
    assert capsys.readouterr().out == LEGAL


def test_several_networks_are_told_apart(capsys: Capture) -> None:
    assert main(["check", "lenet5", "wavenet", "--sizes"]) == 0
    names = [line.partition(":")[0] for line in capsys.readouterr().out.splitlines()]
    assert names == ["lenet5", "lenet5", "wavenet"]


def test_a_fault_that_no_size_mends_is_reported_once(specs: Specs, capsys: Capture) -> None:
    path = specs.write("body: [{cnov: 8}]", input="[4, 8, 8]")
    assert main(["check", str(path), "--sizes"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("error[NS201]") == 1


@pytest.mark.parametrize("format", ["json", "sarif", "github"])
def test_sizes_are_for_people(format: str, capsys: Capture) -> None:
    assert main(["check", "lenet5", "--sizes", "--format", format]) == 2
    assert "`--sizes` has no other format than human" in capsys.readouterr().out


MOST = {"resnet18": 50, "unet_256": 90, "densenet121": 70, "inception_v3@inception_v3": 60}


@pytest.mark.parametrize("name", MOST)
def test_few_elaborations_settle_all_sizes(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A comparison that sizes do not need, in an op or in elaboration, would cut paths short."""
    made: list[object] = []
    program = Probe.program

    def counted(probe: Probe, shapes: dict[str | None, tuple[int, ...]]) -> Program:
        made.append(shapes)
        return program(probe, shapes)

    monkeypatch.setattr(Probe, "program", counted)
    legal_sizes(document(name), {}, {})
    assert len(made) < MOST[name]


LOOP = "body: [{{for: {{a: 'range({a})'}}, do: [{{for: {{b: 'range({b})'}}, do: [{{conv: 3}}]}}]}}]"
LARGE = {
    "more steps than are looked at": (
        LOOP.format(a=400, b=300),
        ["net: too large for a look at other sizes"],
    ),
    "many steps": (LOOP.format(a=300, b=100), ["net: heights and widths: none tried but 32"]),
    "as many steps as the input has pixels": (
        LOOP.format(a="in_height", b="in_width"),
        ["net: heights and widths: any size (tried up to 33)"],
    ),
}


@pytest.mark.parametrize(("body", "texts"), LARGE.values(), ids=LARGE)
def test_there_is_an_end_to_the_work(
    specs: Specs, body: str, texts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    probes: list[Probe] = []
    made = Probe.__init__

    def kept(probe: Probe, file: SpecFile, report: Report) -> None:
        made(probe, file, report)
        probes.append(probe)

    monkeypatch.setattr(Probe, "__init__", kept)
    path = specs.write(body, input="[3, 32, 32]")
    assert legal_sizes(document(str(path)), {}, {}) == texts
    assert probes[0].work > -MOST_STEPS


def test_a_fault_of_a_large_spec_does_without_the_sentence(specs: Specs, capsys: Capture) -> None:
    many = LOOP.format(a=100, b=90).removesuffix("]")
    path = specs.write(f"{many}, {{conv: {{out: 3, kernel: 5}}}}]", input="[3, 9, 9]")
    assert main(["check", str(path), "--input", "3x4x4"]) == 1
    printed = capsys.readouterr().err
    assert "error[NS303]" in printed
    assert "legal" not in printed
