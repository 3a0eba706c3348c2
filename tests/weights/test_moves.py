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
            [("a.0.conv", "b.0.conv"), ("a.0.proj", "b.0.skip"), ("a.0.bn", "b.0.bn")],
            ["a.* -> b.* (2 layers)", "a.0.proj -> b.0.skip"],
        ),
        ([], []),
    ],
)
def test_a_line_for_what_moved_together(moves: list[tuple[str, str]], lines: list[str]) -> None:
    assert moves_in_words(moves, "layers") == lines
