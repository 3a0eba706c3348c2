"""`netspec check --sizes`, and the work that it takes."""

from __future__ import annotations

import pytest

from netspec.catalog import document
from netspec.cli import main
from netspec.network import legal_sizes
from netspec.program import Program
from netspec.sizes.probe import Probe
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


@pytest.mark.parametrize(("name", "most"), [("resnet18", 130), ("unet_256", 200), ("lenet5", 100)])
def test_few_elaborations_settle_all_sizes(
    name: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A comparison that sizes do not need, in an op or in elaboration, would cut paths short."""
    made: list[object] = []
    program = Probe.program

    def counted(probe: Probe, shapes: dict[str | None, tuple[int, ...]]) -> Program:
        made.append(shapes)
        return program(probe, shapes)

    monkeypatch.setattr(Probe, "program", counted)
    legal_sizes(document(name), {}, {})
    assert len(made) < most
