"""ResNeXt's block in its three forms: one function, once the weights are mapped (Fig. 3)."""

from __future__ import annotations

import pytest
import torch

from tests.specs.filled import filled, images

WIDTH, CHANNELS = 4, 256
FORMS = ["split", "concatenated"]
State = dict[str, torch.Tensor]


def of_the_paths(grouped: State, form: str) -> State:
    """The weights of the grouped form, cut into those of the paths of another form."""
    mapped = {}
    for key, entry in grouped.items():
        if ".conv_bn_act" in key and entry.ndim:
            layer, weight = key.removeprefix("body.form.conv_bn_act").split(".", 1)
            for path, part in enumerate(torch.split(entry, WIDTH)):
                mapped[f"body.form.path.{path}.{int(layer) - 1}.{weight}"] = part
        elif key == "body.form.conv.weight" and form == "split":
            for path, part in enumerate(torch.split(entry, WIDTH, dim=1)):
                mapped[f"body.form.path.{path}.2.weight"] = part
        elif entry.ndim:
            mapped[key] = entry
    return mapped


@pytest.mark.parametrize("form", FORMS)
def test_the_forms_are_one_function(form: str) -> None:
    grouped, other = filled("resnext_block_grouped"), filled(f"resnext_block_{form}")
    entries = other.state_dict()
    mapped = of_the_paths(grouped.state_dict(), form)
    assert set(mapped) == {key for key, entry in entries.items() if entry.ndim}
    for key, entry in mapped.items():
        entries[key].copy_(entry)
    x = images(CHANNELS, 5, 5)
    with torch.no_grad():
        torch.testing.assert_close(other(x), grouped(x))


@pytest.mark.parametrize("form", FORMS)
def test_other_weights_are_another_function(form: str) -> None:
    grouped, other = filled("resnext_block_grouped"), filled(f"resnext_block_{form}")
    x = images(CHANNELS, 5, 5)
    with torch.no_grad():
        assert not torch.allclose(other(x), grouped(x))
