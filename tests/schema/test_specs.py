"""The schema takes every spec that netspec takes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given

import netspec
from netspec.catalog import documents, shipped_files
from netspec.cli.new import STARTER
from netspec.elaborate.environment import STD
from netspec.network import Network
from tests.docs.pages import ROOT, Fence
from tests.docs.test_specs import GOOD, completed
from tests.examples import examples
from tests.random_programs.files import Spec, specs
from tests.random_programs.test_mutations import broken
from tests.schema.validation import alarms, alarms_in

FILES = [*shipped_files().values(), *sorted(STD.glob("*.yaml"))]
MODELINE = re.compile(r"# yaml-language-server: \$schema=(\S+)")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_shipped_file_is_taken_and_names_the_schema(path: Path) -> None:
    assert alarms_in(path) == []
    modeline = MODELINE.fullmatch(path.read_text().splitlines()[0])
    assert modeline is not None
    assert (path.parent / modeline[1]).resolve() == ROOT / "docs" / "netspec.schema.json"


@pytest.mark.parametrize("fence", GOOD, ids=str)
def test_an_example_of_the_docs_is_taken(fence: Fence) -> None:
    assert alarms(completed(fence)) == []


def test_the_spec_to_start_from_is_taken() -> None:
    assert alarms_in(STARTER) == []


def test_a_random_program_is_taken() -> None:
    @examples(100)
    @given(specs())
    def check(spec: Spec) -> None:
        for text in spec.files.values():
            assert alarms(text) == []

    check()


def test_what_is_taken_of_broken_programs_is_taken(tmp_path: Path) -> None:
    taken = 0

    @examples(150)
    @given(broken())
    def check(spec: Spec) -> None:
        nonlocal taken
        try:
            for document in documents(spec.write(tmp_path)):
                assert Network(document, {}, {}).program
        except netspec.SpecError:
            return
        taken += 1
        assert [alarm for text in spec.files.values() for alarm in alarms(text)] == []

    check()
    assert taken > 20


HEAD = "netspec: 1\ninput: [8, 16, 16]\n"


@pytest.mark.parametrize(
    "text",
    [
        "blocks: {split: {params: {way: int}, body: [conv: way]}}\nbody: [split: {way: 3}]",
        "blocks: {dense: {params: {way: int}, body: [conv: way]}}\nbody: [dense: {way: 3}]",
        "blocks: {own: {params: {relu: block}, body: [relu: {way: 3}]}}\nbody: [own: {relu: f}]",
        "params: {pad: f}\nbody: [pad: {way: 3}]",
        "defaults: {conv: {out: 4}}\nbody: [conv, conv: {kernel: 3}]",
        "extends: base.yaml\nbody: [conv, split: {way: 3}]",
        "body: [{for: {relu: [conv]}, do: [{relu: 4}]}]",
        "body: [{branches: {for: {relu: [conv]}, relu: 4}, merge: sum}]",
        "body: [{for: {bn: [conv]}, bn: {out: 4}}]",
        "body: [relu]\nvariants: {a: {defaults: {conv: {out: 4}}, body: [conv]}}",
    ],
)
def test_what_a_file_means_by_the_name_of_an_op_goes_before(text: str) -> None:
    assert alarms(HEAD + text) == []


@pytest.mark.parametrize(
    "text",
    [
        "use: {parts: parts.yaml}\nbody: [parts.unit: {way: 3}, parts.unit, parts.unit: [3, 4]]",
        "blocks: {unit: {params: {f: block}, body: [f]}}\nbody: [unit: {f: {conv: {kernel: 3}}}]",
        "blocks: {unit: {params: {f: block}, body: [f]}}\nbody: [unit: [conv: 3, relu]]",
        "blocks: {unit: {params: {f: list}, body: [conv: 'f[0]']}}\nbody: [unit: {f: [1, 2]}]",
        "params: {dropout: 0.5}\nbody: [dropout: dropout, {dropout: , when: dropout > 0}]",
        "body: [{conv: [3, 3], name: 'c{i}', repeat: 2, index: k, note: 3}]",
        "body: [reshape: [4, -1], pad: [[[1, 2], 3]], select: [[0, 1], -1], formula: x * x]",
        "body: {conv: 8.0}",
        "body: [relu]\nclaims: [{shape: '[3, 32, 32]'}]",
        "body: [{branches: {for: {k: [1, 3]}, conv: k}, merge: {concat: {axis: 0}}}]",
        "body: [{branches: {conv: [conv: 8], relu: relu}, merge: parts.join}]",
        "body: [{linear: 3, init: {weight: {normal: {std: 0.1}}, bias: -2}, tie: {w: a.b.T}}]",
        "body: [{do: {conv: 8}, share: true}, {again: 'F{i}', from: {a: x, b: [y, z]}}]",
    ],
)
def test_a_form_of_a_step_is_taken(text: str) -> None:
    assert alarms(HEAD + text) == []
