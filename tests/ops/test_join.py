"""`drop_join` and `parameter`: their facts."""

from __future__ import annotations

import pytest

from netspec.ops.base import ShapeError
from netspec.ops.join import DropJoin
from netspec.ops.parameter import Parameter
from netspec.tensor import Tensor
from tests.ops.torch_agreement import types


def test_a_join_is_a_mean_in_evaluation() -> None:
    op = DropJoin(p=0.15)
    inputs = types(*[(4, 3, 3)] * 3)
    assert op.merges
    assert op.infer(inputs) == types((4, 3, 3))
    assert op.extra_flops(inputs, op.infer(inputs)) == 3 * 36
    assert op.window(inputs) == ((1, 1, 0),) * 2


@pytest.mark.parametrize("shapes", [((4, 3, 3), (4,)), ((4, 3, 3), (5, 3, 3)), ((4,), (4, 3, 3))])
def test_any_operand_may_be_the_only_one_left(shapes: tuple[tuple[int, ...], ...]) -> None:
    with pytest.raises(ShapeError) as caught:
        DropJoin(p=0.15).infer(types(*shapes))
    assert caught.value.code == "NS302"


@pytest.mark.parametrize("shape", [(8,), (5, 8), (4, 3, 3)])
def test_a_parameter_depends_on_no_input(shape: tuple[int, ...]) -> None:
    op = Parameter(shape=shape)
    for inputs in (types((7,)), (Tensor((2, 2), "int64"), Tensor((3,)))):
        assert op.infer(inputs) == types(shape)
        assert op.extra_flops(inputs, types(shape)) == op.macs(inputs, types(shape)) == 0
        (weight,) = op.weights(inputs).values()
        assert (weight.shape, weight.init, weight.trainable) == ((1, *shape), "zeros", True)
