"""The table of other names: whatever it recommends is there."""

from __future__ import annotations

import pytest

from netspec.diagnostics import Source
from netspec.elaborate.environment import resolve, standard_block, standard_names
from netspec.elaborate.signatures import parameters
from netspec.ops import base
from netspec.syntax import elsewhere
from netspec.syntax.spec import BLOCK_KEYS, FILE_KEYS, SpecFile
from netspec.syntax.steps import MODIFIERS

HOME = SpecFile(Source("a spec", ""))


def taken() -> set[str]:
    """Every argument of an op or a standard block."""
    ops = [base.find(name) for name in base.names()]
    blocks = [standard_block(name) for name in standard_names()]
    return {name for each in (*ops, *blocks) if each is not None for name in parameters(each)}


@pytest.mark.parametrize("ours", sorted(set(elsewhere.OPS.values())))
def test_ops_are_there(ours: str) -> None:
    assert resolve(ours, HOME) is not None


def test_arguments_are_there() -> None:
    assert {ours for each in elsewhere.ARGUMENTS.values() for ours in each} <= taken()


def test_keys_and_modifiers_are_there() -> None:
    assert set(elsewhere.KEYS.values()) <= FILE_KEYS | BLOCK_KEYS
    assert set(elsewhere.MODIFIERS.values()) <= MODIFIERS
    assert not elsewhere.MODIFIERS.keys() & MODIFIERS
