"""The table of lowerings: complete, exact, and right in both of an op's forms."""

from __future__ import annotations

from pathlib import Path

import pytest

import netspec
from netspec.analysis.cost import Cost, Costs
from netspec.backends.torch import Lowering, emit, lowers
from netspec.backends.torch.code import Call, Name, Operand
from netspec.backends.torch.lowering import Tensors, find
from netspec.backends.torch.ops import NEVER_CALLED
from netspec.ops import base
from netspec.ops.activation import ReLU
from netspec.ops.base import Op, ShapeError
from netspec.tensor import Tensor
from tests.torch_backend.by_hand import Body, single
from tests.torch_backend.checks import (
    assert_clean,
    assert_same_gradients,
    assert_typed,
    checked_source,
)
from tests.torch_backend.op_cases import CASES, IMAGE, SEQUENCE, SHAPES, VOLUME, Shape, made

EVERY_CASE = [
    pytest.param(name, arguments, shapes, id=f"{name}-{number}")
    for name, cases in sorted(CASES.items())
    for number, (arguments, shapes) in enumerate(cases)
]


def test_every_op_has_a_lowering_and_a_case() -> None:
    classes = {name: base.find(name) for name in base.names()}
    called = {name for name, cls in classes.items() if cls not in NEVER_CALLED}
    assert {name for name, cls in classes.items() if cls and find(cls)} == called
    assert CASES.keys() == called


def test_every_op_has_a_case_in_each_number_of_dimensions_that_it_takes() -> None:
    tried = {
        (name, len(of(shapes[0]).shape)) for name, cases in CASES.items() for _, shapes in cases
    }
    taken = {
        (name, len(shape))
        for name, cases in CASES.items()
        for arguments, shapes in cases
        for shape in SHAPES
        if takes(made(name, arguments), tuple(Tensor(shape, of(x).dtype) for x in shapes))
    }
    assert not taken - tried


def of(shape: Shape) -> Tensor:
    return shape if isinstance(shape, Tensor) else Tensor(shape)


def takes(op: Op, inputs: Tensors) -> bool:
    try:
        op.infer(inputs)
    except ShapeError:
        return False
    return True


@pytest.mark.parametrize(("name", "arguments", "shapes"), EVERY_CASE)
def test_an_op_in_forward(name: str, arguments: dict[str, object], shapes: list[Shape]) -> None:
    checked_source(single(made(name, arguments), *shapes))


@pytest.mark.parametrize(("name", "arguments", "shapes"), EVERY_CASE)
def test_gradients(name: str, arguments: dict[str, object], shapes: list[Shape]) -> None:
    assert_same_gradients(single(made(name, arguments), *shapes))


@pytest.mark.parametrize(("name", "arguments", "shapes"), EVERY_CASE)
def test_an_op_in_a_group(name: str, arguments: dict[str, object], shapes: list[Shape]) -> None:
    op = made(name, arguments)
    source = checked_source(single(op, *shapes, group=("group",)))
    lower = find(type(op))
    assert lower is not None
    lowering = lower(op, single(op, *shapes).inputs)
    assert ("self.group = nn.Sequential(" in source) == lowering.in_sequence


def test_what_ops_become_is_clean(tmp_path: Path) -> None:
    for name, cases in CASES.items():
        for number, (arguments, shapes) in enumerate(cases):
            for form, group in (("alone", ()), ("grouped", ("group",))):
                program = single(made(name, arguments), *shapes, group=group)
                path = tmp_path / f"{name}_{number}_{form}.py"
                path.write_text(emit(program, Costs(program).total))
    assert_clean(tmp_path)
    assert_typed(tmp_path)


@pytest.mark.parametrize("shape", [SEQUENCE, IMAGE, VOLUME])
@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("max_pool", {}),
        ("max_pool", {"kernel": 3, "stride": 2, "padding": 1}),
        ("adaptive_max_pool", {"size": 2}),
    ],
)
def test_pools_give_indices_where_they_are_read(
    name: str, arguments: dict[str, object], shape: Shape
) -> None:
    body = Body(shape)
    pooled, indices = body.call(made(name, arguments), *body.inputs)
    source = checked_source(body.program(pooled, indices))
    assert "return_indices=True" in source


def test_an_unpool_undoes_a_pool() -> None:
    body = Body(IMAGE)
    pooled, indices = body.call(made("max_pool", {}), *body.inputs)
    relu = body.call(made("relu", {}), pooled)
    outputs = body.call(made("max_unpool", {"size": IMAGE[1:]}), *relu, indices)
    checked_source(body.program(*outputs))
    assert_same_gradients(body.program(*outputs))


def test_a_helper_is_emitted_only_where_it_is_used() -> None:
    permute = made("permute", {"order": (0, 2, 1)})
    alone, grouped = single(permute, IMAGE), single(permute, IMAGE, group=("group",))
    assert "class Permute" not in emit(alone, Costs(alone).total)
    assert "class Permute" in emit(grouped, Costs(grouped).total)


def test_a_second_lowering_of_a_class_is_refused() -> None:
    with pytest.raises(ValueError, match="ReLU already has a lowering"):
        lowers(ReLU)(lambda op, inputs: Lowering(Operand(0)))


class Doubled(ReLU):
    """An op that is not registered and inherits from one that has a lowering."""


class Negative(Op):
    """A user's op."""

    name = "negative"
    group = "arithmetic"

    def infer(self, inputs: Tensors) -> Tensors:
        return inputs


def test_a_subclass_does_not_inherit_a_lowering() -> None:
    with pytest.raises(netspec.SpecError) as caught:
        emit(single(Doubled(), IMAGE), Cost())
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "NS602"
    assert str(diagnostic.span) == "net.yaml:1:8"


def test_users_may_lower_their_own_ops() -> None:
    @lowers(Negative)
    def negative(op: Negative, inputs: Tensors) -> Lowering:
        return Lowering(Call(Name("torch.neg"), (Operand(0),)))

    program = single(Negative(), IMAGE)
    assert "return torch.neg(x)" in emit(program, Costs(program).total)
