"""`checkpoints`: how it is read, inherited and expanded, and how its patterns match."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

import netspec
from netspec import Network, SpecError
from netspec.syntax.checkpoints import Rename

BODY = "netspec: 1\ninput: [3, 8, 8]\nbody: [{conv: 4, name: a}]\n"


def load(folder: Path, text: str, variant: str = "") -> Network:
    (folder / "net.yaml").write_text(BODY + text)
    return netspec.load(f"{folder / 'net.yaml'}{variant}")


def test_an_entry(tmp_path: Path) -> None:
    text = "checkpoints: [{source: ours, rename: {b: a}, input: {mean: [0.1, 2, 0], std: 0.5}}]\n"
    (entry,) = load(tmp_path, text).checkpoints
    assert entry.source == "ours"
    assert [(rule.old, rule.new) for rule in entry.renames] == [("b", "a")]
    assert (entry.mean, entry.std) == ((0.1, 2.0, 0.0), (0.5,))
    assert entry.input == "(x - mean) / std of values in 0..1, mean 0.1, 2, 0, std 0.5"


@pytest.mark.parametrize(
    ("entries", "code", "said"),
    [
        ("{source: ours}", "NS205", "`checkpoints` is a list"),
        ("[ours]", "NS205", "a checkpoint is a mapping"),
        ("[{rename: {b: a}}]", "NS205", "a checkpoint has a `source`"),
        ("[{source: ours, renames: {b: a}}]", "NS205", "unknown key `renames`"),
        ("[{source: ours, rename: [b, a]}]", "NS205", "`rename` is a mapping"),
        ("[{source: ours, rename: {b: [a]}}]", "NS205", "the new name is a text"),
        ("[{source: ours, input: {mean: 0.5}}]", "NS205", "has `mean` and `std`"),
        ("[{source: ours, input: {mean: half, std: 1}}]", "NS204", "`mean` is a number"),
        ("[{source: ours, input: {mean: .nan, std: 1}}]", "NS204", "`mean` is a number"),
        ("[{source: ours, input: {mean: [], std: 1}}]", "NS204", "`mean` is a number"),
        ("[{source: ours, input: {mean: true, std: 1}}]", "NS204", "`mean` is a number"),
        ("[{source: ours, input: {mean: 0, std: [1, 0]}}]", "NS204", "is more than 0"),
        ("[{source: ours, input: {mean: [1, 2], std: [1, 2, 3]}}]", "NS204", "2 means and 3"),
        ("[{source: ours, rename: {b..c: a}}]", "NS701", "`b..c` is not a pattern"),
        ("[{source: ours, rename: {b: a..c}}]", "NS701", "`a..c` is not the path"),
        ("[{source: ours, rename: {b: 'a{'}}]", "NS701", "`a{` is not the path"),
    ],
)
def test_faults(entries: str, code: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        load(tmp_path, f"checkpoints: {entries}\n")
    (found,) = caught.value.diagnostics
    assert found.code == code
    assert said in found.message
    assert found.span is not None
    assert found.span.line == 4


def test_every_entry_with_a_fault_is_reported(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        load(
            tmp_path,
            "checkpoints:\n  - {rename: {b: a}}\n  - {source: b, rename: {'{': a, '}': a}}\n",
        )
    assert [(d.code, d.span and d.span.line) for d in caught.value.diagnostics] == [
        *(("NS205", 5), ("NS701", 6), ("NS701", 6))
    ]


def test_a_variant_has_the_files_list_or_its_own(tmp_path: Path) -> None:
    text = "checkpoints: [{source: file}]\nvariants: {a: {}, b: {checkpoints: [{source: own}]}}\n"
    assert [each.source for each in load(tmp_path, text, "@a").checkpoints] == ["file"]
    assert [each.source for each in load(tmp_path, text, "@b").checkpoints] == ["own"]


def test_a_spec_that_extends_another_has_its_list(tmp_path: Path) -> None:
    load(tmp_path, "checkpoints: [{source: file}]\n")
    (tmp_path / "wider.yaml").write_text("netspec: 1\nextends: net.yaml\ninput: [3, 16, 16]\n")
    assert [e.source for e in netspec.load(tmp_path / "wider.yaml").checkpoints] == ["file"]


def test_expand_keeps_it(tmp_path: Path) -> None:
    network = load(tmp_path, "checkpoints: [{source: s, rename: {'b{n}.c': 'a.{n}'}}]\n")
    (tmp_path / "expanded.yaml").write_text(network.expanded())
    assert netspec.load(tmp_path / "expanded.yaml").checkpoints == network.checkpoints


@pytest.mark.parametrize(
    ("old", "new", "key", "renamed"),
    [
        ("b", "a", "b", "a"),
        ("b", "a", "b.weight", "a.weight"),
        ("b", "a", "bc.weight", None),
        ("b", "a", "c.b.weight", None),
        ("b", "a.c", "b.d.weight", "a.c.d.weight"),
        ("b{n}.c", "a.{n}", "b12.c.weight", "a.12.weight"),
        ("b{n}.c", "a.{n}", "b.c.weight", None),
        ("b{n}.c", "a.{n}", "b1.d.weight", None),
        ("{x}.{y}", "{y}.{x}", "b.c.weight", "c.b.weight"),
        ("x{n}x", "a{n}", "xx", None),
        ("x{n}x", "a{n}", "xxx", "ax"),
        ("{n}.c", "{n}{n}.c", "b.c", "bb.c"),
        ("b.{p}", "a_{p}", "b.weight", "a_weight"),
        ("b.{p}", "a_{p}", "b", None),
    ],
)
def test_what_a_rename_makes_of_a_key(old: str, new: str, key: str, renamed: str | None) -> None:
    assert Rename.of(old, new)(key) == renamed


def test_a_long_pattern_takes_no_longer_than_its_text() -> None:
    names = [f"a{{n{i}}}a" for i in range(2_000)]
    rule = Rename.of(".".join(names), ".".join(names))
    key = ".".join(["a" * 2_000] * 1_999 + ["b" * 2_000])
    start = time.perf_counter()
    assert rule(key) is None
    assert time.perf_counter() - start < 2
