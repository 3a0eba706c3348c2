"""Numbers, shapes and ops in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from netspec.backends.graphviz.labels import extent, listing, quantity, shape, wrapped
from netspec.backends.graphviz.symbols import Symbols
from tests.graphviz.figures import figure, load

NONE = Symbols([], {})
SQUARES = Symbols([(64, 56, 56), (128, 28, 28)], {"width": (16, 24)})


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1.0K"),
        (9408, "9.4K"),
        (99_949, "99.9K"),
        (99_951, "100K"),
        (999_600, "1.0M"),
        (25_557_032, "25.6M"),
        (1500 * 10**12, "1500T"),
    ],
)
def test_quantity(number: int, text: str) -> None:
    assert quantity(number) == text


def test_extent() -> None:
    assert extent([7, 7]) == "7"
    assert extent([64, 256, 128]) == "64…256"
    assert extent([56, 28, 7]) == "56…7"
    assert extent([1 / 3, 0.5, 2 / 3]) == "0.3333…0.6667"


def test_listing() -> None:
    assert listing([2, 1, 2]) == "2, 1"
    assert listing([1, 2, 4]) == "1…4"
    assert listing([0.0, 0.1, 0.2]) == "0…0.2"
    assert listing([(0, 1), (1, 2), (2, 3)]) == "[0, 1], …, [2, 3]"
    assert listing(["same", 1, (1, 3)]) == "same, 1, [1, 3]"


@pytest.mark.parametrize(
    ("shapes", "text"),
    [
        ([[(3, 5, 5)], [(3, 5, 5)]], "3 × 5 × 5"),
        ([[(64, 56, 56)], [(128, 28, 28)]], "C × H × W"),
        ([[(32, 28, 56)], [(64, 14, 28)]], "C/2 × H/2 × W"),
        ([[(96, 56, 56)], [(192, 14, 28)]], "3C/2 × H' × W"),
        ([[(16, 7, 7)], [(24, 7, 7)]], "width × 7 × 7"),
        ([[(48, 7, 7)], [(72, 7, 7)]], "48…72 × 7 × 7"),
        ([[(5, 7, 7)], [(11, 7, 7)]], "5…11 × 7 × 7"),
        ([[(128,)], [(256,)]], "2C"),
        ([[()], [()]], "scalar"),
        ([[(4,)], [(4, 4)]], "4 or 4 × 4"),
    ],
)
def test_shape_of_two_versions(shapes: list[list[tuple[int, ...]]], text: str) -> None:
    assert shape(shapes, SQUARES) == text


def test_shape_over_iterations() -> None:
    assert shape([[(8, 7, 7), (12, 7, 7), (16, 7, 7)]], NONE) == "8…16 × 7 × 7"


@pytest.mark.parametrize(
    ("step", "text"),
    [
        ("conv: {out: 4, kernel: [1, 7], padding: [0, 3]}", "conv 1×7, 4"),
        ("conv: {out: 4, kernel: 3, stride: 2}", "conv 3×3 / 2, 4"),
        ("conv: {out: 4, kernel: 3, dilation: 2}", "conv 3×3, 4, dilation 2"),
        ("conv: {out: 4, groups: 2}", "conv 1×1, 4, groups 2"),
        ("conv: {out: 16, groups: 8}", "depthwise conv 1×1, 16"),
        ("max_pool: 2", "max pool 2×2 / 2"),
        ("avg_pool: {kernel: 3, stride: 1}", "avg pool 3×3"),
        ("adaptive_avg_pool: 7", "adaptive avg pool 7×7"),
        ("dropout: 0.2", "dropout, p 0.2"),
        ("dropout", "dropout"),
        ("leaky_relu: {slope: 0.1}", "leaky relu, slope 0.1"),
        ("bn: {eps: 0.001}", "bn"),
        ("conv: {out: 4, kernel: [3, 5], stride: [1, 2]}", "conv 3×5 / 1×2, 4"),
        ("conv: {out: 4, kernel: 3, dilation: [2, 1]}", "conv 3×3, 4, dilation 2×1"),
        ("pad: {by: [0, 1]}", "pad, by [0, 1]"),
        ("pad: {by: [[0, 1], [0, 1]]}", "pad, by [[0, 1], [0, 1]]"),
        ("reshape: [8, -1]", "reshape [8, -1]"),
        ("permute: [2, 0, 1]", "permute [2, 0, 1]"),
        ("select: 0", "select 0"),
        ("select: {at: [0, 3]}", "select [0, 3]"),
        ("drop_path: 1 / 3", "drop path, p 0.3333"),
        ("formula: 1.7159 * tanh(2 / 3 * x)", "1.7159 * tanh(2 / 3 * x)"),
        ("formula: 1 / 3 + sqrt(2) * x", "1 / 3 + 1.414 * x"),
    ],
)
def test_op(step: str, text: str, tmp_path: Path) -> None:
    (strip,) = figure(load(tmp_path, f"body:\n  - {step}\n")).strips
    assert strip[0] == text


def test_causal_convolution(tmp_path: Path) -> None:
    step = "conv: {out: 4, kernel: 2, padding: causal, dilation: 4}"
    (strip,) = figure(load(tmp_path, f"body:\n  - {step}\n", "[8, 16]")).strips
    assert strip[0] == "causal conv 2, 4, dilation 4"


def test_argument_of_the_block_by_the_same_name(tmp_path: Path) -> None:
    program = load(
        tmp_path,
        """
        blocks:
          pair:
            params: {dilation: int}
            body:
              - branches: [{conv: {out: 8, dilation: dilation}}, identity]
                merge: sum
        body: [pair: 2, pair: 3]
        """,
    )
    assert ["conv 1×1, 8, dilation"] in [strip[:1] for strip in figure(program).strips]


def test_long_formula_is_cut(tmp_path: Path) -> None:
    text = " + ".join(["x"] * 30)
    (strip,) = figure(load(tmp_path, f"body:\n  - formula: {text}\n")).strips
    assert len(strip[0]) <= 48
    assert strip[0].endswith(" …")


def test_wrapped() -> None:
    assert wrapped(["width 1", "stride 2", "groups 3"], 20) == ["width 1, stride 2,", "groups 3"]
