"""Specs in the docs: good ones are good and make the modules that stand below them, bad ones have
the faults that their first line names.
"""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

import netspec
from netspec import Network
from netspec.analysis.tree import rows
from netspec.catalog import documents
from tests.docs.pages import PAGES, Fence, fences, write_files

SPECS = [
    fence
    for page in PAGES
    for fence in fences(page)
    if fence.language == "yaml" and "part" not in fence.words
]
"""A `part` is no network by itself: other examples of its page use it."""
GOOD = [fence for fence in SPECS if not fence.codes]
BAD = [fence for fence in SPECS if fence.codes]
MODULES = [
    (spec, modules)
    for page in PAGES
    for spec, modules in pairwise(fences(page))
    if modules.words == ("modules",)
]
MISSING = {
    "netspec": "1",
    "name": "part",
    "input": "[64, 32, 32]",
    "body": "[identity]",
}


def completed(fence: Fence) -> str:
    """The whole spec that an example stands for."""
    if "fragment" not in fence.words:
        return fence.text
    text = fence.text if re.match(r"\w+:", fence.text) else f"body:\n{fence.text}"
    absent = [key for key in MISSING if not re.search(rf"^{key}s?:", text, re.MULTILINE)]
    return text + "".join(f"{key}: {MISSING[key]}\n" for key in absent)


def networks(fence: Fence, folder: Path) -> list[Network]:
    """The networks of an example, their claims checked; raises `SpecError`."""
    write_files(fence.page, folder)
    path = folder / "net.yaml"
    path.write_text(completed(fence))
    found = [Network(document, {}, {}) for document in documents(str(path))]
    for network in found:
        network.require_claims()
    return found


@pytest.mark.parametrize("fence", GOOD, ids=str)
def test_a_spec_is_good(fence: Fence, tmp_path: Path) -> None:
    assert networks(fence, tmp_path)


@pytest.mark.parametrize("fence", BAD, ids=str)
def test_a_bad_spec_has_the_faults_that_it_says(fence: Fence, tmp_path: Path) -> None:
    with pytest.raises(netspec.SpecError) as caught:
        networks(fence, tmp_path)
    assert [fault.code for fault in caught.value.diagnostics] == fence.codes


@pytest.mark.parametrize(("spec", "modules"), MODULES, ids=str)
def test_a_spec_makes_these_modules(spec: Fence, modules: Fence, tmp_path: Path) -> None:
    (network,) = networks(spec, tmp_path)
    found = rows(network.program, network.costs, 100)
    assert [".".join(row.path) for row in found] == modules.text.split()
