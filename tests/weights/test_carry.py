"""Weights across an edit: what is the same, what is called otherwise, what starts anew."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import netspec
from netspec import SpecError
from netspec.analysis.state import state_dict
from netspec.syntax.checkpoints import Rename
from netspec.weights.carry import carry
from tests.reference import facts
from tests.weights.edits import carried, kinds

PLAIN = """
  - conv: {out: 8, kernel: 3, padding: 1}
    name: stem
  - bn
  - relu
  - conv: {out: 16, kernel: 3, padding: 1}
  - bn
  - relu
  - global_avg_pool
  - linear: 10
    name: fc
"""


def test_the_same_network_keeps_everything(tmp_path: Path) -> None:
    found = carried(tmp_path, PLAIN, PLAIN)
    assert list(found.kept) == [
        *("stem.weight", "stem.bias", "bn1.weight", "bn1.bias", "bn1.running_mean"),
        *("bn1.running_var", "bn1.num_batches_tracked", "conv.weight", "conv.bias"),
        *("bn2.weight", "bn2.bias", "bn2.running_mean", "bn2.running_var"),
        *("bn2.num_batches_tracked", "fc.weight", "fc.bias"),
    ]
    assert found.sources == {key: key for key in found.kept}
    assert kinds(found) == {"kept"}


def test_a_renamed_step(tmp_path: Path) -> None:
    found = carried(tmp_path, PLAIN, PLAIN.replace("name: stem", "name: first"))
    assert found.moved == [("stem", "first")]
    assert set(found.renamed) == {"first.weight", "first.bias"}
    assert len(found.kept) == 14
    assert kinds(found) == {"kept", "renamed"}


def test_an_inserted_layer_shifts_the_numbers_behind_it(tmp_path: Path) -> None:
    new = PLAIN.replace("  - conv: {out: 16", "  - conv: 8\n  - bn\n  - relu\n  - conv: {out: 16")
    found = carried(tmp_path, PLAIN, new)
    assert found.moved == [("conv", "conv2"), ("bn2", "bn3")]
    assert {key.partition(".")[0] for key in found.new} == {"conv1", "bn2"}
    assert {key.partition(".")[0] for key in found.kept} == {"stem", "bn1", "fc"}
    assert kinds(found) == {"kept", "renamed", "new"}


def test_a_block_around_some_steps(tmp_path: Path) -> None:
    old = "  - {conv: 4}\n  - bn\n  - {conv: 4}\n  - bn\n  - {conv: 2, name: fc}\n"
    new = "  - name: front\n    do: [conv: 4, bn]\n  - {conv: 4}\n  - bn\n  - {conv: 2, name: fc}\n"
    assert carried(tmp_path, old, new).moved == [
        *(("conv1", "front.0"), ("bn1", "front.1")),
        *(("conv2", "conv"), ("bn2", "bn")),
    ]
    assert carried(tmp_path, new, old).moved == [
        *(("front.0", "conv1"), ("front.1", "bn1")),
        *(("conv", "conv2"), ("bn", "bn2")),
    ]


def test_a_block_around_the_first_of_several_alike(tmp_path: Path) -> None:
    old = "  - conv: 4\n  - conv: 4\n  - conv: 4\n"
    new = "  - name: front\n    do: [conv: 4]\n  - conv: 4\n  - conv: 4\n"
    found = carried(tmp_path, old, new)
    assert found.moved == [("conv1", "front.0"), ("conv2", "conv1"), ("conv3", "conv2")]


def test_another_width_starts_the_layers_that_see_it_anew(tmp_path: Path) -> None:
    found = carried(tmp_path, PLAIN, PLAIN.replace("out: 16", "out: 12"))
    assert {each.key: (each.held.shape, each.wanted.shape) for each in found.reshaped} == {
        "conv.weight": ((16, 8, 3, 3), (12, 8, 3, 3)),
        "conv.bias": ((16,), (12,)),
        **{f"bn2.{key}": ((16,), (12,)) for key in ("weight", "bias", "running_mean")},
        "bn2.running_var": ((16,), (12,)),
        "fc.weight": ((10, 16), (10, 12)),
    }
    assert set(found.new) == {"bn2.num_batches_tracked", "fc.bias"}
    assert {key.partition(".")[0] for key in found.kept} == {"stem", "bn1"}
    assert not found.dropped


BRANCHES = """
  - branches: {left: [conv: 8, bn], right: [conv: 8, bn, conv: 8]}
    merge: sum
"""


def test_named_branches_that_change_places_keep_their_weights(tmp_path: Path) -> None:
    swapped = "  - branches: {right: [conv: 8, bn, conv: 8], left: [conv: 8, bn]}\n    merge: sum\n"
    found = carried(tmp_path, BRANCHES, swapped)
    assert len(found.kept) == 16
    assert kinds(found) == {"kept"}


def test_unnamed_branches_that_change_places_are_found_by_their_shapes(tmp_path: Path) -> None:
    old = "  - branches: [{conv: {out: 8, kernel: 3, padding: 1}}, {conv: 8}]\n    merge: concat\n"
    new = "  - branches: [{conv: 8}, {conv: {out: 8, kernel: 3, padding: 1}}]\n    merge: concat\n"
    found = carried(tmp_path, old, new)
    assert sorted(found.moved) == [("conv1", "conv2"), ("conv2", "conv1")]


def test_a_name_that_both_have_is_the_same_though_the_shapes_would_allow_more(
    tmp_path: Path,
) -> None:
    old = "  - {conv: 4, name: a}\n  - {conv: 4, name: b}\n"
    new = "  - {conv: 4, name: b}\n  - {conv: 4, name: c}\n"
    found = carried(tmp_path, old, new)
    assert set(found.kept) == {"b.weight", "b.bias"}
    assert set(found.dropped) == {"a.weight", "a.bias"}
    assert set(found.new) == {"c.weight", "c.bias"}


def test_what_could_be_one_of_several_is_reported_and_not_guessed(tmp_path: Path) -> None:
    old = "  - name: a\n    do: [conv: 4, conv: 4]\n  - relu\n"
    new = "  - name: b\n    do: [conv: 4]\n  - relu\n"
    found = carried(tmp_path, old, new)
    assert found.doubtful == {"b.0": ["a.0", "a.1"]}
    assert set(found.new) == {"b.0.weight", "b.0.bias"}
    assert not found.sources
    said = str(found)
    assert "b.0 may be a.0 or a.1: `--rename a.0=b.0` would say so" in said
    settled = carried(tmp_path, old, new, "a.1=b.0")
    assert settled.sources == {"b.0.weight": "a.1.weight", "b.0.bias": "a.1.bias"}
    assert not settled.doubtful


def test_a_rename_of_a_block_takes_all_in_it(tmp_path: Path) -> None:
    old = "  - name: a{i + 1}\n    repeat: 2\n    do: [conv: 4, relu, conv: 4]\n"
    new = old.replace("a{i", "b{i")
    found = carried(tmp_path, old, new, "a{n}=b{n}")
    assert found.moved == [(f"a{n}.{k}", f"b{n}.{k}") for n in (1, 2) for k in (0, 2)]


@pytest.mark.parametrize(
    ("rename", "said"), [("stm=first", "no layer `stm`"), ("stem=frist", "no layer `frist`")]
)
def test_a_rename_of_nothing_is_a_fault(tmp_path: Path, rename: str, said: str) -> None:
    new = PLAIN.replace("name: stem", "name: first")
    with pytest.raises(SpecError, match=f"NS003.*{said}"):
        carried(tmp_path, PLAIN, new, rename)


def test_another_op_at_the_same_path_starts_anew(tmp_path: Path) -> None:
    old = "  - {conv: 4, name: mix}\n"
    found = carried(tmp_path, old, "  - flatten\n  - {linear: 4, name: mix}\n")
    assert set(found.dropped) == set(found.new) == {"mix.weight", "mix.bias"}
    assert not found.reshaped


def test_a_bias_that_is_taken_away_is_dropped_alone(tmp_path: Path) -> None:
    old, new = "  - {conv: 4, name: a}\n", "  - {conv: {out: 4, bias: false}, name: a}\n"
    assert list(carried(tmp_path, old, new).kept) == ["a.weight"]
    assert list(carried(tmp_path, old, new).dropped) == ["a.bias"]
    assert list(carried(tmp_path, new, old).new) == ["a.bias"]


def test_shared_tied_and_fixed_weights_stand_once(tmp_path: Path) -> None:
    body = """
  - flatten
  - {linear: 6, name: encoder}
  - linear: 256
    name: decoder
    tie: {weight: encoder.weight}
  - {linear: 256, name: mix}
  - {relu: , name: act}
  - {again: mix}
  - affine:
    name: scale
    fixed: true
"""
    found = carried(
        tmp_path,
        body,
        body.replace("name: encoder", "name: code").replace("encoder.weight", "code.weight"),
    )
    assert found.sources == {
        "code.weight": "encoder.weight",
        "code.bias": "encoder.bias",
        **{key: key for key in ("decoder.bias", "mix.weight", "mix.bias")},
        **{key: key for key in ("scale.weight", "scale.bias")},
    }


def shipped(old: str, new: str) -> tuple[int, int, int, int, int]:
    found = carry(netspec.load(old).program, netspec.load(new).program)
    assert not found.doubtful
    listed = (found.kept, found.renamed, found.reshaped, found.new, found.dropped)
    return tuple(map(len, listed))  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("old", "new", "counts"),
    [
        ("vgg16", "vgg16_bn", (8, 24, 0, 65, 0)),
        ("resnet50", "resnet101", (320, 0, 0, 306, 0)),
        ("resnet50", "seresnet50", (320, 0, 0, 64, 0)),
        ("googlenet", "googlenet_noaux", (344, 0, 0, 0, 20)),
    ],
)
def test_between_shipped_networks(
    old: str, new: str, counts: tuple[int, int, int, int, int]
) -> None:
    assert shipped(old, new) == counts


def test_every_convolution_of_vgg16_finds_itself_between_the_norms_of_vgg16_bn() -> None:
    old, new = netspec.load("vgg16").program, netspec.load("vgg16_bn").program
    plain, normed = (
        (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28),
        (*(0, 3, 7, 10, 14, 17, 20, 24, 27, 30, 34, 37, 40),),
    )
    sources = carry(old, new).sources
    for before, after in zip(plain, normed, strict=True):
        assert sources[f"features.{after}.weight"] == f"features.{before}.weight"


def test_a_deeper_vgg_is_in_doubt_where_its_layers_are_alike() -> None:
    old, new = netspec.load("vgg16").program, netspec.load("vgg19").program
    found = carry(old, new)
    assert set(found.doubtful) == {f"features.{n}" for n in (21, 23, 25, 28, 30, 32, 34)}
    rules = [Rename.of(f"features.{a}", f"features.{b}") for a, b in ((19, 21), (21, 23))]
    settled = carry(old, new, rules)
    assert settled.sources["features.23.bias"] == "features.21.bias"
    assert "features.25" not in settled.doubtful


@pytest.mark.parametrize("name", sorted(facts.state_dicts()))
def test_every_shipped_network_keeps_everything_of_itself(name: str) -> None:
    program = netspec.load(name).program
    found = carry(program, program)
    assert kinds(found) == {"kept"}
    assert set(found.kept) == {entry.key for entry in facts.state_dicts()[name]}


@pytest.mark.parametrize(
    ("spec", "edits"),
    [
        ("resnet@resnet50", [("layer{stage", "stage{stage")]),
        ("densenet121", [("denselayer{i", "layer{i")]),
        ("densenet121", [("features", "trunk"), ("denselayer{i", "layer{i"), ("norm1", "bn1")]),
        ("inception_v3@inception_v3", [("branch3x3dbl_1", "double_1"), ("Mixed_5b", "mixed")]),
        ("vgg@vgg16", [("features", "convs"), ("classifier", "head")]),
        ("vit@vit_b_16", [("encoder_layer_{i}", "block{i}"), ("mlp", "feed_forward")]),
    ],
)
def test_names_that_change_in_a_shipped_spec(
    spec: str, edits: list[tuple[str, str]], tmp_path: Path
) -> None:
    file, _, variant = spec.partition("@")
    text = (Path(__file__).parents[2] / "specs" / f"{file}.yaml").read_text()
    path = tmp_path / "edited.yaml"
    path.write_text(
        re.sub(r"name: (.+)$", lambda m: f"name: {called(m[1], edits)}", text, flags=re.M)
    )
    old, new = netspec.load(spec), netspec.load(f"{path}@{variant}" if variant else path)
    found = carry(old.program, new.program)
    assert kinds(found) | {"kept"} == {"kept", "renamed"}
    before, after = list(state_dict(old.program)), list(state_dict(new.program))
    assert found.sources == dict(zip(after, before, strict=True))


def called(name: str, edits: list[tuple[str, str]]) -> str:
    """What a step is called after the edits."""
    return next((b + name.removeprefix(a) for a, b in edits if name.startswith(a)), name)


def test_layers_that_cannot_be_compared_are_a_fault(tmp_path: Path) -> None:
    old = "  - repeat: 2100\n    do: [conv: 4]\n"
    new = "  - repeat: 2100\n    do: [conv: {out: 4, kernel: 3, padding: 1}]\n  - relu\n"
    with pytest.raises(SpecError, match=r"NS402.*2,100 layers cannot be compared with 2,101"):
        carried(tmp_path, old, new)
