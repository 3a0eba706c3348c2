"""Runs of identical calls become one counted call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from netspec.program import Call, Value


def merge_repeats(calls: list[Call], outputs: Iterable[Value]) -> list[Call]:
    """The calls with every run of one loop's equal calls, each on the result of the one before and
    with consecutive names, merged into one with `count`. The last output of a run stays the same
    object.
    """
    uses = Counter(value for call in calls for value in call.inputs)
    uses.update(outputs)
    merged: list[Call] = []
    for call in calls:
        if merged and _continues(merged[-1], call, uses):
            _extend(merged[-1], call)
        else:
            merged.append(call)
    return merged


def _continues(run: Call, call: Call, uses: Counter[Value]) -> bool:
    return (
        call.span is run.span
        and len(run.outputs) == 1
        and call.inputs == run.outputs
        and uses[run.outputs[0]] == 1
        and [v.type for v in run.inputs] == [v.type for v in call.outputs]
        and call.target == run.target
        and call.weighting == run.weighting
        and call.note == run.note
        and _is_next_place(run, call)
    )


def _is_next_place(run: Call, call: Call) -> bool:
    if run.weighting.again:
        return call.place == run.place
    return (
        run.place.first is not None
        and call.place.first == run.place.first + run.count
        and (call.place.group, call.place.stem) == (run.place.group, run.place.stem)
    )


def _extend(run: Call, call: Call) -> None:
    run.count += call.count
    run.outputs = call.outputs
    run.outputs[0].producer = run
    run.loops = tuple(a for a, b in zip(run.loops, call.loops, strict=False) if a == b)
