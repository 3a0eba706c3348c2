"""Many paths that are others now, in few lines."""

from __future__ import annotations

import pytest

from netspec.weights.moves import moves_in_words


@pytest.mark.parametrize(
    ("moves", "lines"),
    [
        ([("fc", "head")], ["fc -> head"]),
        ([("a.conv", "b.conv")], ["a.conv -> b.conv"]),
        ([("a.conv", "b.conv"), ("a.0.bn", "b.0.bn")], ["a.* -> b.* (2 layers)"]),
        ([("conv", "a.conv"), ("bn", "a.bn")], ["* -> a.* (2 layers)"]),
        ([("a.b.conv", "conv"), ("a.b.bn", "bn")], ["a.b.* -> * (2 layers)"]),
        ([("x.1", "x.2"), ("x.4", "x.6")], ["x.1 -> x.2", "x.4 -> x.6"]),
        (
            [("s1.0.conv", "s1.0.conv1"), ("s2.3.conv", "s2.3.conv1")],
            ["s{n}.{m}.conv -> s{n}.{m}.conv1 (2 layers)"],
        ),
        (
            [("s1.0.bn", "l1.0.bn"), ("s1.0.conv", "l1.0.conv"), ("s2.0.conv", "l2.0.conv")],
            ["s{n}.* -> l{n}.* (3 layers)"],
        ),
        ([("s1.fc", "l1.head"), ("s2.fc", "l3.head")], ["s1.fc -> l1.head", "s2.fc -> l3.head"]),
        (
            [("a.0.conv", "b.0.conv"), ("a.0.proj", "b.0.skip"), ("a.0.bn", "b.0.bn")],
            ["a.* -> b.* (2 layers)", "a.0.proj -> b.0.skip"],
        ),
        ([], []),
    ],
)
def test_a_line_for_what_moved_together(moves: list[tuple[str, str]], lines: list[str]) -> None:
    assert moves_in_words(moves, "layers") == lines
