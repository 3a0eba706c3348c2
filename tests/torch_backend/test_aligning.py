"""Sequences side by side."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from netspec.backends.torch.source.aligning import segments
from tests.examples import examples

SEQUENCES = st.lists(st.text("abcd", min_size=1, max_size=8), min_size=1, max_size=4)


@examples(300)
@given(SEQUENCES)
def test_each_sequence_is_what_it_has_of_the_whole(sequences: list[str]) -> None:
    found = segments(sequences)
    for k, sequence in enumerate(sequences):
        rows = [row for then, otherwise in found for row in (*then, *otherwise) if k in row]
        assert [row[k] for row in rows] == list(range(len(sequence)))
    for then, otherwise in found:
        for row in (*then, *otherwise):
            assert len({sequences[k][position] for k, position in row.items()}) == 1


@examples(300)
@given(SEQUENCES)
def test_ways_exclude_each_other(sequences: list[str]) -> None:
    everyone = set(range(len(sequences)))
    for segment in segments(sequences):
        assert all(set(row) == segment.having for row in segment.then)
        assert all(set(row) == everyone - segment.having for row in segment.otherwise)


def test_what_one_lacks_is_a_segment_of_its_own() -> None:
    found = segments(["abcd", "acd"])
    assert [sorted(segment.having) for segment in found] == [[0, 1], [0], [0, 1]]


def test_what_each_has_instead_stands_side_by_side() -> None:
    then, otherwise = segments(["abd", "acd"])[1]
    assert (then, otherwise) == (({0: 1},), ({1: 1},))
