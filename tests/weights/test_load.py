"""Loading: every shipped network, the keys of published checkpoints, and files that do not fit."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import torch

import netspec
from netspec import Network, SpecError
from netspec.analysis.state import state_dict
from netspec.weights.report import LoadReport
from tests.reference import facts
from tests.weights.edits import network
from tests.weights.files import FORMATS, filled

NAMES = sorted(facts.state_dicts())
SMALL = "  - conv: 8\n  - bn\n  - global_avg_pool\n  - {linear: 3, name: fc}\n"


def empty(shipped: Network, dtype: torch.dtype) -> torch.nn.Module:
    """A module with memory whose weights nobody has set."""
    return shipped.module(device="meta", dtype=dtype).to_empty(device="cpu")


@pytest.mark.parametrize("name", NAMES)
def test_every_network_loads_what_the_library_saves(name: str, tmp_path: Path) -> None:
    shipped, path = netspec.load(name), tmp_path / "weights"
    module = empty(shipped, torch.bfloat16)
    entries = facts.state_dicts()[name]
    state = {e.key: numbered(e, number) for number, e in enumerate(entries)}
    for save in (FORMATS["safetensors"], FORMATS["torch"]):
        save(state, path)
        for tensor in module.state_dict().values():
            tensor.zero_()
        assert shipped.load_weights(module, path).loaded == tuple(module.state_dict())
        loaded = module.state_dict()
        assert loaded.keys() == state.keys()
        assert all(torch.equal(tensor, state[key]) for key, tensor in loaded.items())


def numbered(entry: facts.Entry, number: int) -> torch.Tensor:
    """Values that tell the entry from all others, and its first values from each other."""
    dtype = torch.bfloat16 if entry.dtype == "float32" else torch.int64
    tensor = torch.empty(entry.shape, dtype=dtype).fill_(number % 256 + 1)
    tensor.flatten()[:64] += torch.arange(min(64, tensor.numel())).to(dtype) * 256
    return tensor


# ---------------------------------------------------------------- names in published checkpoints


def published(shipped: str, rename: Any) -> tuple[LoadReport, Network]:
    """What loading reports of a file that has the network's keys under other names."""
    from netspec.weights.fit import fit
    from netspec.weights.report import Stored

    chosen = netspec.load(shipped)
    known = {k: Stored(w.shape, w.dtype) for k, w in state_dict(chosen.program).items()}
    held = {rename(key): stored for key, stored in known.items()}
    assert held.keys() != known.keys()
    report, sources = fit(held, known, chosen.checkpoints)
    assert sources == {key: rename(key) for key in known}
    return report, chosen


@pytest.mark.parametrize("name", ["densenet121", "densenet161", "densenet169", "densenet201"])
def test_torchvisions_densenet_files(name: str) -> None:
    """torchvision/models/densenet.py, `_load_state_dict`, turns `denselayer1.norm.1.weight` into
    `denselayer1.norm1.weight`; the files also lack the counters, which are younger.
    """
    older = re.compile(r"(denselayer\d+\.(?:norm|conv))([12])\.")
    report, _ = published(name, lambda key: older.sub(r"\1.\2.", key))
    assert report.fits
    layers = sum(".denselayer" in old for old, _ in report.renamed)
    assert layers == len(report.renamed) > 0
    assert "mean 0.485, 0.456, 0.406, std 0.229, 0.224, 0.225" in str(report)


def test_torchvisions_vit_files() -> None:
    """torchvision/models/vision_transformer.py: `MLPBlock` before its version 2 had `linear_1` and
    `linear_2` where it has `0` and `3` now.
    """
    numbers = {"0": "linear_1", "3": "linear_2"}
    older = re.compile(r"\.mlp\.([03])\.")
    report, _ = published(
        "vit_b_16", lambda key: older.sub(lambda m: f".mlp.{numbers[m[1]]}.", key)
    )
    assert report.fits
    assert len(report.renamed) == 12 * 4
    assert [each.source for each in report.checkpoints] == [
        "torchvision, whose files have older keys"
    ]


TIMM_VIT = (
    *((r"^class_token", "cls_token"), (r"^conv_proj", "patch_embed.proj")),
    *((r"^encoder\.pos_embedding", "pos_embed"), (r"^encoder\.ln", "norm")),
    *((r"^heads\.head", "head"), (r"^encoder\.layers\.encoder_layer_", "blocks.")),
    *((r"\.ln_(\d)", r".norm\1"), (r"self_attention\.in_proj_", "attn.qkv.")),
    *((r"self_attention\.out_proj", "attn.proj"), (r"mlp\.0", "mlp.fc1"), (r"mlp\.3", "mlp.fc2")),
)
"""timm/models/vision_transformer.py: `VisionTransformer`, `Block`, `Attention`, `Mlp`."""


def test_timms_vit_files() -> None:
    def timm(key: str) -> str:
        for here, there in TIMM_VIT:
            key = re.sub(here, there, key)
        return key

    report, _ = published("vit_b_16", timm)
    assert report.fits
    assert "mean 0.5, std 0.5" in str(report)
    assert "0.485" not in str(report)


def test_the_input_of_googlenet_is_what_transform_input_makes_of_imagenets() -> None:
    """torchvision/models/googlenet.py, `_transform_input`: x * (std / 0.5) + (mean - 0.5) / 0.5."""
    (checkpoint,) = netspec.load("googlenet").checkpoints
    mean, std = checkpoint.mean[0], checkpoint.std[0]
    for value in (0.0, 0.3, 1.0):
        for imagenet_mean, imagenet_std in ((0.485, 0.229), (0.456, 0.224), (0.406, 0.225)):
            x = (value - imagenet_mean) / imagenet_std
            transformed = x * (imagenet_std / 0.5) + (imagenet_mean - 0.5) / 0.5
            assert transformed == pytest.approx((value - mean) / std)


# ------------------------------------------------------------------------------- what fits, or not


def saved(folder: Path, format: str, change: Any = dict) -> tuple[Network, Path, dict[str, Any]]:
    """A small network and a file of its weights, changed."""
    small = network(folder, "small", SMALL)
    state = change(filled(small.module().state_dict()))
    path = folder / "weights.bin"
    FORMATS[format](state, path)
    return small, path, state


@pytest.mark.parametrize("format", FORMATS)
def test_values_are_equal_bit_for_bit(format: str, tmp_path: Path) -> None:
    small, path, state = saved(tmp_path, format)
    module = small.module()
    report = small.load_weights(module, str(path))
    assert all(torch.equal(module.state_dict()[key], state[key]) for key in state)
    assert report.loaded == tuple(state)
    assert str(report) == "loaded 9 keys"


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("prefix", ["module.", "_orig_mod.", "module._orig_mod."])
def test_wrappers_are_taken_off(format: str, prefix: str, tmp_path: Path) -> None:
    wrapped = {"change": lambda state: {prefix + key: value for key, value in state.items()}}
    small, path, _ = saved(tmp_path, format, **wrapped)
    assert small.load_weights(small.module(), path).fits
    assert small.load_weights(torch.nn.DataParallel(small.module()), path).fits


def test_a_step_that_is_called_module_is_no_wrapper(tmp_path: Path) -> None:
    odd = network(tmp_path, "odd", "  - name: module\n    do: [conv: 3, bn]\n")
    torch.save(odd.module().state_dict(), tmp_path / "odd.pth")
    assert odd.load_weights(odd.module(), tmp_path / "odd.pth").fits


@pytest.mark.parametrize("nest", [["state_dict"], ["model"], ["model", "state_dict"]])
@pytest.mark.parametrize("format", ["torch", "legacy"])
def test_the_state_dict_is_found_in_a_training_checkpoint(
    nest: list[str], format: str, tmp_path: Path
) -> None:
    def nested(state: dict[str, Any]) -> dict[str, Any]:
        for key in nest:
            state = {"epoch": 3, key: state, "lr": 0.1}
        return state

    small, path, _ = saved(tmp_path, format, nested)
    assert small.load_weights(small.module(), path).fits


def test_floating_point_types_are_converted(tmp_path: Path) -> None:
    small, path, state = saved(
        tmp_path,
        "safetensors",
        lambda s: {k: t.double() if t.is_floating_point() else t for k, t in s.items()},
    )
    module = small.module(dtype=torch.bfloat16)
    assert small.load_weights(module, path).fits
    assert module.state_dict()["conv.weight"].dtype == torch.bfloat16
    assert torch.equal(module.state_dict()["conv.weight"], state["conv.weight"].bfloat16())


def test_counters_that_older_files_lack_are_no_fault(tmp_path: Path) -> None:
    def without(state: dict[str, Any]) -> dict[str, Any]:
        return {k: v for k, v in state.items() if not k.endswith("num_batches_tracked")}

    small, path, _ = saved(tmp_path, "legacy", without)
    report = small.load_weights(small.module(), path)
    assert report.fits
    assert report.uncounted == ("bn.num_batches_tracked",)
    assert "left as they are: 1 num_batches_tracked" in str(report)


def misfit(state: dict[str, Any]) -> dict[str, Any]:
    """One of each kind of difference."""
    del state["conv.bias"]
    state["fc.weight"] = torch.zeros(5, 8)
    state["fc.bias"] = torch.zeros(3, dtype=torch.int64)
    state["head.bias"] = torch.zeros(3)
    return state


@pytest.mark.parametrize("format", FORMATS)
def test_a_file_that_does_not_fit_changes_nothing(format: str, tmp_path: Path) -> None:
    small, path, _ = saved(tmp_path, format, misfit)
    module = small.module()
    before = {key: tensor.clone() for key, tensor in module.state_dict().items()}
    with pytest.raises(SpecError) as caught:
        small.load_weights(module, path)
    assert [(d.code, d.message) for d in caught.value.diagnostics] == [
        ("NS702", "the file lacks 1 key: conv.bias"),
        ("NS702", "the network has no place for 1 key: head.bias"),
        (
            "NS702",
            "2 keys of another shape or type: "
            "fc.weight: float32 [5, 8] in the file, float32 [3, 8] in the network, "
            "fc.bias: int64 [3] in the file, float32 [3] in the network",
        ),
    ]
    assert all(torch.equal(tensor, before[key]) for key, tensor in module.state_dict().items())


def test_without_strict_what_fits_is_loaded(tmp_path: Path) -> None:
    small, path, state = saved(tmp_path, "safetensors", misfit)
    module = small.module()
    bias = module.state_dict()["fc.bias"].clone()
    report = small.load_weights(module, path, strict=False)
    assert not report.fits
    assert (report.missing, report.unexpected) == (("conv.bias",), ("head.bias",))
    assert [each.key for each in report.reshaped] == ["fc.weight", "fc.bias"]
    assert torch.equal(module.state_dict()["conv.weight"], state["conv.weight"])
    assert torch.equal(module.state_dict()["fc.bias"], bias)
    assert "the file lacks 1 key: conv.bias" in str(report)


def test_a_module_without_memory_is_a_fault(tmp_path: Path) -> None:
    small, path, _ = saved(tmp_path, "safetensors")
    with pytest.raises(SpecError, match=r"NS702.*meta device"):
        small.load_weights(small.module(device="meta"), path)


TWO_STEPS = """
  - name: layer
    do:
      - {conv: 4, name: down}
      - {conv: 4, name: up}
checkpoints:
  - source: ours
    rename: {stage.fc1: stage.down, stage: layer}
"""


def test_renames_are_applied_one_after_another_where_no_single_one_does(tmp_path: Path) -> None:
    chosen = network(tmp_path, "two", TWO_STEPS)
    held = {"layer.down": "stage.fc1", "layer.up": "stage.up"}
    state = chosen.module().state_dict()
    older = {
        f"{held[key.rpartition('.')[0]]}.{key.rpartition('.')[2]}": state[key] for key in state
    }
    torch.save(older, tmp_path / "older.pth")
    report = chosen.load_weights(chosen.module(), tmp_path / "older.pth")
    assert str(report).splitlines() == [
        "loaded 4 keys, 4 of them renamed",
        "renamed stage.fc1.* -> layer.down.* (2 keys)",
        "renamed stage.* -> layer.* (2 keys)",
    ]


@pytest.mark.parametrize(
    ("state", "hint"),
    [
        ({"a.weight": torch.ones(1)}, "no key in common: a file of another network? if only"),
        ({"layer.up.bias": torch.ones(4), "a": torch.ones(1)}, "if only the names differ"),
        ({"layer.up.bias": torch.ones(4)}, "`strict=False` loads what fits"),
    ],
)
def test_what_to_do_about_a_file_that_does_not_fit(
    state: dict[str, Any], hint: str, tmp_path: Path
) -> None:
    torch.save(state, tmp_path / "a.pth")
    chosen = network(tmp_path, "two", TWO_STEPS)
    with pytest.raises(SpecError) as caught:
        chosen.load_weights(chosen.module(), tmp_path / "a.pth")
    *others, last = caught.value.diagnostics
    assert last.hint is not None
    assert last.hint.startswith(hint)
    assert not any(other.hint for other in others)


def test_two_keys_that_renames_make_one_are_none_of_them(tmp_path: Path) -> None:
    spec = network(
        tmp_path,
        "twice",
        "netspec: 1\ninput: [4, 8, 8]\nbody: [{conv: 3, name: a}]\n"
        "checkpoints: [{source: both, rename: {b: a, c: a}}]\n",
    )
    state = spec.module().state_dict()
    old = {f"{name}.{key}": state[f"a.{key}"] for name in "bc" for key in ("weight", "bias")}
    torch.save(old, tmp_path / "old.pth")
    report = spec.load_weights(spec.module(), tmp_path / "old.pth", strict=False)
    assert set(report.unexpected) == set(old)
    assert set(report.missing) == set(state)
