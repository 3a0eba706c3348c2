"""Steps done once more with the weights of before: `again` and `share`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from netspec.diagnostics import Note, Span, SpecError, fault
from netspec.elaborate.context import Context, Flow, Played, with_notes
from netspec.elaborate.loops import run_loop
from netspec.elaborate.wires import unknown_step
from netspec.syntax.steps import Again, Step

if TYPE_CHECKING:
    from netspec.elaborate.body import Body


def once_more(body: Body, again: Again, flow: Flow, context: Context) -> Flow:
    """The step that `again` names, on the value so far; one that `when` left out passes it on."""
    if again.name not in body.played:
        raise _not_a_step(body, again)
    played = body.played[again.name]
    if played is None:
        return flow
    step, inside = played.step, replace(played.context, loops=context.loops)
    inside.of(flow)
    try:
        with body.replay():
            if step.loop is not None:
                return run_loop(body, step, step.loop, flow, inside, played.address)
            return body.body(step, flow, inside, played.address)
    except SpecError as error:
        raise with_notes(error, [Note(f"`{again.name}` again, here", again.span)]) from None


def shared(body: Body, step: Step, span: Span, flow: Flow, context: Context) -> Flow:
    """A step that all iterations of the nearest loop do with the weights of the first to do it."""
    if context.shared is None:
        hint = "a body of a block is in no loop: share the step that uses the block"
        raise fault("NS205", "`share` goes with a step in a loop", span, hint=hint)
    played = context.shared.get(step)
    if played is None:
        return _first(body, step, flow, context, context.shared)
    level = played.context.level
    assert played.mark is not None
    with body.replay(), level.replaying(played.mark):
        return body.body(step, flow, replace(context, level=level), played.address)


def _first(
    body: Body, step: Step, flow: Flow, context: Context, shared: dict[Step, Played | None]
) -> Flow:
    around = replace(context, open_loops=context.open_loops[:-1])
    mark = context.level.mark()
    address = None if step.name is None else body.address(step.name, around)
    shared[step] = played = Played(step, context, address, mark)
    outputs = body.body(step, flow, context, address)
    if step.name is not None and step.name.literal is not None:
        body.played[step.name.literal] = played
    return outputs


def _not_a_step(body: Body, again: Again) -> SpecError:
    if again.name in body.names:
        hint = "in a loop, `share: true` beside a step uses its weights in every iteration"
        message = f"`{again.name}` is not a single step of this body"
        return fault("NS207", message, again.span, hint=hint)
    return unknown_step(again.name, body.played, again.span)
