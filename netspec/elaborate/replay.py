"""Steps done once more with the weights of before: `again` and `share`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from netspec.diagnostics import Note, Span, SpecError, fault
from netspec.elaborate.context import Context, Flow, Played, with_notes
from netspec.elaborate.loops import run_loop
from netspec.elaborate.wires import rendered, unknown_step
from netspec.syntax.steps import Again, Step

if TYPE_CHECKING:
    from netspec.elaborate.body import Body


MAX_NESTED = 150
"""Steps done again, and loops, one inside the other."""


def once_more(body: Body, step: Step, again: Again, flow: Flow, context: Context) -> Flow:
    """The step that `again` names, on the value so far; one that `when` left out passes it on."""
    name = rendered(again.name, context.environment)
    if name not in body.played:
        raise _not_a_step(body, name, again.span)
    played = body.played[name]
    if played is None:
        return flow
    if len(body.names.maps) > MAX_NESTED:
        raise fault("NS402", f"steps done again, nested deeper than {MAX_NESTED}", again.span)
    done = played.step if step.note is None else replace(played.step, note=step.note)
    inside = replace(played.context, loops=context.loops)
    inside.of(flow)
    try:
        with body.apart(), body.replaying():
            if done.loop is not None:
                return run_loop(body, done, done.loop, flow, inside, played.address)
            return body.body(done, flow, inside, played.address)
    except SpecError as error:
        raise with_notes(error, [Note(f"`{name}` again, here", again.span)]) from None


def shared(body: Body, step: Step, span: Span, flow: Flow, context: Context) -> Flow:
    """A step that all iterations of the nearest loop do with the weights of the first to do it."""
    if context.shared is None:
        hint = "no `repeat` or `for` is around it"
        if body.frame is not None:
            hint = "a body of a block is in no loop: share the step that uses the block"
        raise fault("NS205", "`share` goes with a step in a loop", span, hint=hint)
    played = context.shared.get(step)
    context = replace(context, open_loops=context.open_loops[: context.depth])
    if played is None:
        assert context.shared is not None
        return _first(body, step, flow, context, context.shared)
    level, since = played.context.level, played.since
    if context.level is not level and played.until is not None:
        context.level.advance(since, played.until)
    body.elaborator.spend(since.size // 8, span)
    with body.replaying(), level.replaying(since):
        return body.body(step, flow, replace(context, level=level), played.address)


def _first(
    body: Body, step: Step, flow: Flow, context: Context, shared: dict[Step, Played | None]
) -> Flow:
    since, calls = context.level.mark(), len(body.calls)
    address = None if step.name is None else body.address(step.name, context)
    outputs = body.body(step, flow, context, address)
    played = Played(replace(step, loop=None), context, address, since, context.level.mark())
    shared[step] = played
    body.reused.update(body.calls[calls:])
    if step.name is not None:
        body.played[rendered(step.name, context.environment)] = played
    return outputs


def _not_a_step(body: Body, name: str, span: Span) -> SpecError:
    if name in body.names:
        hint = "in a loop, `share: true` beside a step uses its weights in every iteration"
        return fault("NS207", f"`{name}` is not a single step of this body", span, hint=hint)
    return unknown_step(name, body.played, span, body.elaborator.file)
