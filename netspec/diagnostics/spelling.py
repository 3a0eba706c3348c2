"""Slips of the pen: the known word that was meant."""

from __future__ import annotations

from collections.abc import Iterable

MOST_CANDIDATES = 2_000
"""Among more no slip is looked for: each takes some microseconds."""


def nearest(word: str, candidates: Iterable[str], cutoff: float = 0.7) -> str | None:
    """A hint with the candidate that `word` may be a slip of, or None. Case and separators do not
    count.
    """
    import difflib

    candidates = list(candidates)
    if len(candidates) > MOST_CANDIDATES:
        return None
    if len(word) < 4:
        cutoff = 1 if len(word) == 1 else min(cutoff, 0.66)  # two letters of three
    known = {_bare(candidate): candidate for candidate in sorted(candidates, reverse=True)}
    matches = difflib.get_close_matches(_bare(word), known, n=1, cutoff=cutoff)
    return f"did you mean `{known[matches[0]]}`?" if matches else None


def _bare(word: str) -> str:
    return word.lower().replace("_", "").replace("-", "")
