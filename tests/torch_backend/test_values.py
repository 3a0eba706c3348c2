"""Several inputs and outputs, loops that carry several values, values that are not used."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from netspec.ops.activation import ReLU, Tanh
from netspec.ops.conv import Conv
from netspec.ops.merge import Concat, Mul, Sum
from netspec.program import Instance, Loop
from tests.torch_backend.by_hand import Body
from tests.torch_backend.checks import checked_source

IMAGE = (4, 6, 6)


def cell() -> Instance:
    """Two values to two: the second, and a new one of both."""
    body = Body(IMAGE, IMAGE)
    previous, current = body.inputs
    (mixed,) = body.call(Sum(), previous, current)
    (new,) = body.call(Conv(out=4), mixed, name="conv")
    return body.instance("cell", current, new)


def test_a_block_of_two_values_and_a_network_of_two() -> None:
    body = Body(IMAGE, IMAGE)
    first = body.call(cell(), *body.inputs, name="first")
    second = body.call(cell(), *reversed(first), name="second")
    source = checked_source(body.program(*second))
    assert "self, x: torch.Tensor, x2: torch.Tensor" in source
    assert "-> tuple[torch.Tensor, torch.Tensor]:" in source


@pytest.mark.parametrize("swapped", [False, True])
def test_a_loop_that_carries_two_values(swapped: bool) -> None:
    body = Body(IMAGE)
    values = (body.inputs[0], body.call(Tanh(), body.inputs[0])[0])
    for k in range(4):
        inputs = tuple(reversed(values)) if swapped else values
        values = body.call(cell(), *inputs, name=f"cell{k}", loops=(Loop(0, k),))  # type: ignore[assignment]
    (result,) = body.call(Concat(), *values)
    source = checked_source(body.program(result))
    assert "for cell in" in source or "for i in range(4)" in source or "self.children()" in source


def test_a_loop_that_keeps_an_old_value_for_the_end() -> None:
    body = Body(IMAGE)
    x = body.inputs[0]
    for k in range(3):
        (made,) = body.call(Conv(out=4), x, name=f"conv{k}", loops=(Loop(0, k),))
        (x,) = body.call(Mul(), made, body.inputs[0], loops=(Loop(0, k),))
    (total,) = body.call(Sum(), x, body.inputs[0])
    source = checked_source(body.program(total))
    assert "for conv in" in source or "for layer in self.children():" in source


def test_values_of_every_iteration_are_kept_apart() -> None:
    body = Body(IMAGE)
    made, x = [], body.inputs[0]
    for k in range(3):
        (x,) = body.call(Conv(out=4), x, name=f"conv{k}", loops=(Loop(0, k),))
        made.append(x)
    (joined,) = body.call(Concat(), *made)
    assert ".append(" in checked_source(body.program(joined))


def test_a_result_that_nothing_uses_is_still_registered() -> None:
    body = Body(IMAGE)
    body.call(Conv(out=2), body.inputs[0], name="unused")
    (x,) = body.call(ReLU(), body.inputs[0])
    assert "_ = self.unused(x)" in checked_source(body.program(x))


def test_an_input_may_be_an_output() -> None:
    body = Body(IMAGE)
    assert "return x" in checked_source(body.program(body.inputs[0]))


def test_one_level_in_two_places_is_a_dictionary() -> None:
    body = Body(IMAGE)
    (a,) = body.call(Conv(out=4), body.inputs[0], name="first", group=("parts",))
    (b,) = body.call(Conv(out=4), a, name="between")
    (c,) = body.call(Conv(out=4), b, name="second", group=("parts",))
    source = checked_source(body.program(c))
    assert 'x = self.parts["first"](x)' in source
    assert "self.parts = nn.ModuleDict(\n" in source


def test_a_level_inside_a_level_in_two_places() -> None:
    body = Body(IMAGE)
    x = body.inputs[0]
    for place in (("a", "0"), ("b",), ("a", "0"), ("a", "1")):
        (x,) = body.call(Conv(out=4), x, name=f"c{len(body.calls)}", group=place)
    checked_source(body.program(x))


@pytest.mark.parametrize("name", ["densenet121", "resnet50"])
def test_the_source_is_the_same_in_every_process(name: str) -> None:
    script = f"import netspec; print(netspec.load({name!r}).source())"
    outputs = {
        subprocess.run(
            [sys.executable, "-c", script],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1
