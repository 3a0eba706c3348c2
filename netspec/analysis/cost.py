"""Parameters, buffers, multiply-accumulates and FLOPs, of one sample in eval mode.

What each figure counts is in docs/numbers.md.
"""

from __future__ import annotations

from typing import NamedTuple

from netspec.ops.base import Op
from netspec.program import PLAIN, Call, Instance, Program
from netspec.tensor import Tensor

NO_OPS: frozenset[str] = frozenset()


class Cost(NamedTuple):
    """Exact counts. `unknown` names the ops that have no FLOP rule: where there are any, `flops`
    leaves their part out and the status is `partial`.
    """

    params: int = 0
    buffers: int = 0
    macs: int = 0
    extra_flops: int = 0
    unknown: frozenset[str] = NO_OPS

    @property
    def flops(self) -> int:
        """Twice the MACs plus every other arithmetic operation."""
        return 2 * self.macs + self.extra_flops

    @property
    def status(self) -> str:
        return "partial" if self.unknown else "complete"

    @property
    def reused(self) -> Cost:
        """The same with weights that are counted elsewhere."""
        return self._replace(params=0, buffers=0)

    @property
    def constant(self) -> Cost:
        """The same with constants for weights."""
        return self._replace(params=0, buffers=self.buffers + self.params)

    @property
    def without_work(self) -> Cost:
        """What training alone computes: its weights are there, eval mode does not do the work."""
        return Cost(self.params, self.buffers)

    def plus(self, other: Cost, times: int = 1) -> Cost:
        return Cost(
            self.params + times * other.params,
            self.buffers + times * other.buffers,
            self.macs + times * other.macs,
            self.extra_flops + times * other.extra_flops,
            self.unknown | other.unknown,
        )


class Costs:
    """The cost of every call and instance of a program, each distinct one computed once."""

    def __init__(self, program: Program) -> None:
        self._ops: dict[tuple[Op, tuple[Tensor, ...]], Cost] = {}
        self._instances: dict[Instance, Cost] = {}
        for instance in program.instances():
            total = Cost()
            for call in instance.calls:
                total = total.plus(self.once(call), call.count)
            self._instances[instance] = total
        self.total = self._instances[program.root]

    def once(self, call: Call) -> Cost:
        """The cost of a single application of a call."""
        cost = self._target(call)
        if call.weighting is not PLAIN:
            cost = _reweighted(cost, call)
        return cost.without_work if call.train_only else cost

    def _target(self, call: Call) -> Cost:
        if isinstance(call.target, Instance):
            return self._instances[call.target]
        inputs = tuple([value.type for value in call.inputs])
        key = (call.target, inputs)
        if key not in self._ops:
            outputs = tuple([value.type for value in call.outputs])
            self._ops[key] = op_cost(call.target, inputs, outputs)
        return self._ops[key]

    def of(self, instance: Instance) -> Cost:
        """The cost of one application of an instance."""
        return self._instances[instance]


def _reweighted(cost: Cost, call: Call) -> Cost:
    """The cost with the weights as the step has them: an earlier call's, constants, tied."""
    if call.weighting.again:
        return cost.reused
    if isinstance(call.target, Op):
        types = tuple([value.type for value in call.inputs])
        weights = call.target.weights(types)
        tied = sum(Tensor(weights[key].shape).elements for key in call.weighting.ties)
        cost = cost._replace(params=cost.params - tied)
    return cost.constant if call.weighting.fixed else cost


def op_cost(op: Op, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> Cost:
    """The cost of an op on inputs of these types."""
    params = buffers = 0
    for weight in op.weights(inputs).values():
        elements = Tensor(weight.shape).elements
        if weight.trainable:
            params += elements
        else:
            buffers += elements
    extra = op.extra_flops(inputs, outputs)
    unknown = NO_OPS if extra is not None else frozenset({op.name})
    return Cost(params, buffers, op.macs(inputs, outputs), extra or 0, unknown)
