"""A spec written in another way is the same network; one whose names no longer meet is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import netspec
from netspec import Network
from netspec.catalog import documents
from tests.random_programs.text import document
from tests.robustness import shipped
from tests.robustness.mutations import Entry, entries, without_claims
from tests.robustness.shipped import Values
from tests.same_code import code_of


def networks(path: Path, text: str) -> list[Network]:
    path.write_text(text)
    return [Network(each, {}, {}) for each in documents(str(path))[:3]]


def assert_same(name: str, path: Path, text: str) -> None:
    """The same figures and the same source as the shipped spec."""
    before, after = networks(path, shipped.text(name)), networks(path, text)
    assert [n.cost for n in after] == [n.cost for n in before]
    assert [n.program.outputs for n in after] == [n.program.outputs for n in before]
    assert code_of(after[0].source()) == code_of(before[0].source())


@pytest.mark.parametrize("name", shipped.names())
def test_as_json_with_keys_in_another_order(name: str, tmp_path: Path) -> None:
    """Every word quoted, all in braces and brackets on one line; the keys of the file and of steps
    from the last to the first.
    """
    spec = dict(reversed(shipped.values(name).items()))
    steps = [each.value for each in entries(spec) if isinstance(each.value, dict)]
    for step in steps:
        if not step.keys().isdisjoint({"name", "when", "repeat"}):
            reordered = list(reversed(step.items()))
            step.clear()
            step.update(reordered)
    assert_same(name, shipped.stage(tmp_path), json.dumps(spec))


@pytest.mark.parametrize("name", shipped.names())
def test_with_an_identity_before_each_step(name: str, tmp_path: Path) -> None:
    """One at a time: the figures stay, whatever becomes of the numbers of unnamed modules."""
    path = shipped.stage(tmp_path)
    spec = shipped.values(name)
    without_claims(spec)
    before = [network.cost for network in networks(path, document(spec))]
    parts = [spec, *(spec.get("blocks") or {}).values()][:2]
    for steps in [part["body"] for part in parts if isinstance(part.get("body"), list)]:
        at = len(steps) // 2
        steps.insert(at, "identity")
        assert [network.cost for network in networks(path, document(spec))] == before
        del steps[at]


@pytest.mark.parametrize("name", shipped.names())
def test_a_renamed_step_is_missed(name: str, tmp_path: Path) -> None:
    """The name of a step that a `from` takes is another one: NS207 where it is taken."""
    path = shipped.stage(tmp_path)
    for named in _taken(name):
        spec = shipped.values(name)
        without_claims(spec)
        (entry,) = [each for each in _names(spec) if each.value == named]
        entry.holder["name"] = "renamed_step"
        with pytest.raises(netspec.SpecError) as caught:
            networks(path, document(spec))
        assert "NS207" in {each.code for each in caught.value.diagnostics}


def _names(spec: Values) -> Iterator[Entry]:
    return (each for each in entries(spec) if each.key == "name" and each.holder is not spec)


def _taken(name: str) -> list[str]:
    """Names that one step has, and a `from` takes."""
    spec = shipped.values(name)
    names = [str(each.value) for each in _names(spec)]
    words = {
        word
        for each in entries(spec)
        if each.key == "from" and isinstance(each.value, str)
        for word in re.findall(r"\w+", each.value)
    }
    return [each for each in names if each in words and names.count(each) == 1]
