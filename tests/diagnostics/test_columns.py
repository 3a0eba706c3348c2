"""What is marked in the line of a fault: the words that are wrong, and no more."""

from __future__ import annotations

from pathlib import Path

import pytest

import netspec

PARAMS = "params: {widths: [8, 16], width: 8}\n"


@pytest.mark.parametrize(
    ("step", "marked"),
    [
        ("conv: 2 * widht", ["widht"]),
        ('conv: {out: "2 * widht", kernel: 3}', ["widht"]),
        ("conv: widths[2] + width", ["widths[2]"]),
        ("conv: width + math.floor(1.5)", ["math.floor(1.5)"]),
        ("conv: width // 0", ["width // 0"]),
        ("{conv: 8, from: '_, skip'}", ["skip"]),
        ("conv: {out: 8, krnel: 3, strid: 2}", ["krnel", "strid"]),
        ("conv: {out: widths, bias: 3}", ["widths", "3"]),
        ("relu: [1, 2]", ["[1, 2]"]),
        ("Conv2d: 8", ["Conv2d"]),
        ("{conv: 8, nmae: stem}", ["nmae"]),
        ("{conv: 8, name: st-em}", ["st-em"]),
        ("{conv: 8, name: 'stem{widht}'}", ["widht"]),
        ("{conv: 8, init: {weight: nromal}}", ["nromal"]),
        ("{conv: 8, repeat: [1, 2]}", ["[1, 2]"]),
        ("conv {out: 8}", ["conv {out"]),
        ("conv: {out: 8 kernel: 3}", ["kernel"]),
    ],
)
def test_the_words_that_are_wrong_are_marked(step: str, marked: list[str], tmp_path: Path) -> None:
    spec = tmp_path / "bad.yaml"
    uses = "  - conv: widths[0] + width\n"
    spec.write_text(f"netspec: 1\nname: bad\n{PARAMS}input: [3, 8, 8]\nbody:\n{uses}  - {step}\n")
    with pytest.raises(netspec.SpecError) as caught:
        netspec.load(spec)
    spans = [each.span for each in caught.value.diagnostics if each.span is not None]
    assert [
        span.source.lines[span.line - 1][span.column - 1 : span.end_column - 1] for span in spans
    ] == marked
