"""State-dict keys, shapes, types and order are torchvision's, so its weights load."""

from __future__ import annotations

import pytest

import netspec
from netspec.analysis.state import state_dict
from tests.reference import facts

NAMES = sorted(facts.state_dicts())


@pytest.mark.parametrize("name", NAMES)
def test_the_program_has_torchvisions_entries(name: str) -> None:
    weights = state_dict(netspec.load(name).program)
    entries = [facts.Entry(key, w.shape, w.dtype, w.trainable) for key, w in weights.items()]
    assert entries == facts.state_dicts()[name]


@pytest.mark.parametrize("name", NAMES)
def test_the_module_has_torchvisions_entries(name: str) -> None:
    module = netspec.load(name).module(device="meta")
    trained = dict(module.named_parameters())
    entries = [
        facts.Entry(key, tuple(t.shape), str(t.dtype).removeprefix("torch."), key in trained)
        for key, t in module.state_dict().items()
    ]
    assert entries == facts.state_dicts()[name]
