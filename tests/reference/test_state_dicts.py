"""State-dict keys, shapes, types and order are the library's, so its weights load."""

from __future__ import annotations

import pytest

import netspec
from netspec.analysis.state import state_dict
from tests.reference import facts

NAMES = sorted(facts.state_dicts())
IN_ANOTHER_ORDER = {"resnetv2_50", "resnetv2_101"}
"""timm registers the projection of a block before what the projection is applied to."""


def assert_the_librarys(entries: list[facts.Entry], name: str) -> None:
    expected = facts.state_dicts()[name]
    if name in IN_ANOTHER_ORDER:
        entries, expected = sorted(entries), sorted(expected)
    assert entries == expected


@pytest.mark.parametrize("name", NAMES)
def test_the_program_has_the_librarys_entries(name: str) -> None:
    weights = state_dict(netspec.load(name).program)
    entries = [facts.Entry(key, w.shape, w.dtype, w.trainable) for key, w in weights.items()]
    assert_the_librarys(entries, name)


@pytest.mark.parametrize("name", NAMES)
def test_the_module_has_the_librarys_entries(name: str) -> None:
    module = netspec.load(name).module(device="meta")
    trained = dict(module.named_parameters())
    entries = [
        facts.Entry(key, tuple(t.shape), str(t.dtype).removeprefix("torch."), key in trained)
        for key, t in module.state_dict().items()
    ]
    assert_the_librarys(entries, name)
