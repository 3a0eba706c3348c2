"""Calls that apply one module to its own result, time and again, as one call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from netspec.program import Call, Value


def joined(calls: Iterable[Call], uses: Counter[Value]) -> tuple[list[Call], set[Call]]:
    """The calls, and those whose applications all have the same weights. A call that is done again
    on nothing but its own result is one with it.
    """
    result: list[Call] = []
    recurrent: set[Call] = set()
    for call in calls:
        if result and _continues(call, result[-1], uses) and _is_one(result[-1], recurrent):
            before = result.pop()
            recurrent.discard(before)
            call = replace(
                before,
                outputs=call.outputs,
                count=before.count + call.count,
                loops=tuple(a for a, b in zip(before.loops, call.loops, strict=False) if a == b),
            )
            recurrent.add(call)
        elif call.weighting.again and call.count > 1:
            recurrent.add(call)
        result.append(call)
    return result, recurrent


def _is_one(call: Call, recurrent: set[Call]) -> bool:
    return call.count == 1 or call in recurrent


def _continues(call: Call, before: Call, uses: Counter[Value]) -> bool:
    return (
        call.weighting.again
        and call.place == before.place
        and call.target == before.target
        and call.inputs == before.outputs
        and len(call.inputs) == len(call.outputs) == 1
        and call.train_only == before.train_only
        and uses[call.inputs[0]] == 1
    )
