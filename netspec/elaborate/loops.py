"""Loops: `repeat` and `for`, over steps in a row and over generated branches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, MutableMapping
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from netspec.diagnostics import Note, SpecError, fault
from netspec.elaborate import naming
from netspec.elaborate.context import Context, Flow, Frame, Played, kind_of
from netspec.elaborate.environment import Environment, set_by
from netspec.elaborate.naming import Level
from netspec.elaborate.wires import rendered
from netspec.program import Call, Loop, Path, Value
from netspec.syntax.expression import Expression
from netspec.syntax.nodes import Node
from netspec.syntax.steps import Again, Repetition, Step, Use

if TYPE_CHECKING:
    from netspec.elaborate.body import Body

MAX_ITERATIONS = 10_000_000


def run_loop(
    body: Body,
    step: Step,
    loop: Repetition,
    flow: Flow,
    context: Context,
    address: Path | None = None,
) -> Flow:
    """A step once per iteration, each on the result of the one before. A loop with a name that its
    variables do not enter makes a numbered group; other names are for each iteration to give. With
    an `address` the group is there already.
    """
    plan = _plan(body, loop, context.of(flow))
    shared: dict[Step, Played | None] = {}
    group, inside = None, replace(context, open_loops=_opened(context, loop)[:-1])
    if step.name is None or step.weights.share is not None:
        inside = replace(context, open_loops=_opened(context, loop))
        if address is not None:
            shared[step] = Played(step, context, address)
    elif not step.name.names & loop.variables:
        address = address or body.address(step.name, context)
        group = Level(address, Counter(), numbered=True)
        inside = replace(context, open_loops=())
    with closing(_iterations(body, step, loop, plan, inside, shared)) as iterations:
        for k, inner in iterations:
            before, calls = flow, len(body.calls)
            try:
                flow = body.iteration(step, flow, inner, group)
            except SpecError as error:
                raise _in_iteration(body, error) from None
            remaining = plan.count - k - 1
            if remaining and _repeats(body, step, loop, inner, k, calls, before, flow):
                _repeat_call(body, remaining, step, group or inside.level)
                break
    if step.name is not None and step.name.literal is not None:
        if group is not None:
            body.played[step.name.literal] = Played(step, context, group.group)
        elif done := shared.get(step):
            body.played[step.name.literal] = Played(step, context, done.address)
    return flow


def skip(step: Step, context: Context) -> None:
    """Count a step that `when` leaves out."""
    context.level.skip(naming.bases([replace(step, loop=None)], context.environment))


def generated_paths(
    body: Body, path: Step, loop: Repetition, flow: Flow, context: Context
) -> tuple[Value, ...]:
    """The outputs of one branch per iteration, all on the same input."""
    plan = _plan(body, loop, context.of(flow))
    inside = replace(context, open_loops=_opened(context, loop))
    outputs: list[Value] = []
    with closing(_iterations(body, path, loop, plan, inside, {})) as iterations:
        for _, inner in iterations:
            try:
                outputs += body.iteration(path, flow, inner)
            except SpecError as error:
                raise _in_iteration(body, error) from None
    return tuple(outputs)


def _in_iteration(body: Body, error: SpecError) -> SpecError:
    """The fault, with the iteration in which it is."""
    assert body.frame is not None
    return body.frame.added_to(error)


def _opened(context: Context, loop: Repetition) -> tuple[frozenset[str], ...]:
    """The variables of the unnamed loops around, those that the loop hides taken out."""
    return (*(outer - loop.variables for outer in context.open_loops), loop.variables)


@dataclass(frozen=True, slots=True)
class _Plan:
    """How often a loop runs, and the lists that it runs over."""

    count: int
    lists: dict[str, tuple[Any, ...]]


def _plan(body: Body, loop: Repetition, environment: Environment) -> _Plan:
    if loop.count is None:
        lists = {name: _list(body, each, environment) for name, each in loop.lists.items()}
        return _Plan(_common_length(lists, loop, environment), lists)
    count = loop.count.evaluate(environment)
    if not isinstance(count, int) or isinstance(count, bool) or count < 0:
        message = f"`repeat` is a whole number of at least 0, not {kind_of(count)}"
        hint = "use `//`, `floor` or `round`" if isinstance(count, float) else None
        raise fault("NS305", message, loop.count.span, hint=hint)
    if count > MAX_ITERATIONS:
        message = (
            f"`{loop.count.text}` is {count:,}; a loop has at most {MAX_ITERATIONS:,} iterations"
        )
        raise fault("NS402", message, loop.count.span)
    return _Plan(int(count), {})


def _list(body: Body, given: Expression | Node, environment: Environment) -> tuple[Any, ...]:
    if isinstance(given, Expression):
        value, text = given.evaluate(environment), f"`{given.text}` is "
    else:
        prepared = body.elaborator.files.block_list(given)
        value, text = prepared.evaluate(environment, body.names), "it is "
    if not isinstance(value, tuple):
        hint = "`range(n)` is the list of 0 to n - 1" if isinstance(value, int) else None
        raise fault("NS204", f"`for` takes lists: {text}{kind_of(value)}", given.span, hint=hint)
    return value


def _common_length(
    lists: dict[str, tuple[Any, ...]], loop: Repetition, environment: Environment
) -> int:
    lengths = {name: len(values) for name, values in lists.items()}
    if len(set(lengths.values())) > 1:
        entries = ", ".join(f"`{name}` has {length}" for name, length in lengths.items())
        texts = [each.text for each in loop.lists.values() if isinstance(each, Expression)]
        message = f"the lists of a `for` are of one length: {entries}"
        notes = [*_odd_one(lengths, loop), *set_by(" ".join(texts), environment)]
        raise fault("NS204", message, loop.span, notes=notes)
    return next(iter(lengths.values()))


def _odd_one(lengths: dict[str, int], loop: Repetition) -> list[Note]:
    """Where the one list is written that has another length than all the others."""
    every = list(lengths.values())
    odd = [name for name, length in lengths.items() if every.count(length) == 1]
    if len(odd) != 1:
        return []
    others = next(length for length in every if length != lengths[odd[0]])
    text = f"`{odd[0]}` has {lengths[odd[0]]}, the others {others}"
    return [Note(text, loop.lists[odd[0]].span)]


def _iterations(
    body: Body,
    step: Step,
    loop: Repetition,
    plan: _Plan,
    context: Context,
    shared: dict[Step, Played | None],
) -> Generator[tuple[int, Context], None, None]:
    """Each iteration's number and context. A name that an iteration gives is seen in it alone;
    after the loop it stands for the list of its values.
    """
    outer, played, frame, key = body.names, body.played, body.frame, body.next_loop()
    span = step.body.span if isinstance(step.body, Use) else loop.span
    bound: dict[str, list[Any]] = {}
    own: set[str] = set()
    singles: dict[str, Played] = {}
    over = _texts(loop)
    context = replace(context, shared=shared, depth=max(0, len(context.open_loops) - 1))
    try:
        for k in range(plan.count):
            body.elaborator.spend(1, step.span)
            body.names, body.played = outer.new_child(), played.new_child()
            variables = _variables(loop, plan, k)
            body.frame = Frame("", span, frame, None, variables)
            environment = context.environment.extended(variables)
            loops = (*context.loops, Loop(key, k, variables, over))
            yield k, replace(context, environment=environment, loops=loops)
            for name, value in body.names.maps[0].items():
                bound.setdefault(name, []).append(value)
            singles.update(_singles(body.played.maps[0]))
            if step.name is not None and step.name.names & loop.variables:
                own.add(rendered(step.name, environment))
    finally:
        body.names, body.played, body.frame = outer, played, frame
        body.played.update(singles)
        body.names.update(_after(step, plan, bound, own))
        for left_out in [each for each, played in shared.items() if played is None]:
            skip(left_out, context)


def _texts(loop: Repetition) -> dict[str, str]:
    """What the variables of a loop go over, or how often it runs, where that is an expression."""
    given = {"": loop.count, **loop.lists}
    return {name: each.text for name, each in given.items() if isinstance(each, Expression)}


def _singles(played: MutableMapping[str, Played | None]) -> dict[str, Played]:
    """The steps whose names their iteration makes their own: no entries of lists."""
    return {
        name: step
        for name, step in played.items()
        if step is not None and step.address is not None and step.address[-1] == name
    }


def _variables(loop: Repetition, plan: _Plan, k: int) -> dict[str, Any]:
    variables = {"i": k, "first": k == 0, "last": k == plan.count - 1}
    variables.update({name: values[k] for name, values in plan.lists.items()})
    if loop.index is not None:
        variables[loop.index] = k
    return variables


def _after(step: Step, plan: _Plan, bound: dict[str, list[Any]], own: set[str]) -> dict[str, Any]:
    """What names stand for after a loop: lists, but for the names that are an iteration's `own`."""
    names: dict[str, Any] = {}
    for name, values in bound.items():
        names[name] = values[0] if name.partition(".")[0] in own else tuple(values)
    if plan.count == 0 and step.name is not None and step.name.literal is not None:
        names[step.name.literal] = ()
    return names


def _repeats(
    body: Body,
    step: Step,
    loop: Repetition,
    context: Context,
    k: int,
    calls: int,
    before: Flow,
    after: Flow,
) -> bool:
    """Whether every further iteration is the call just made, once more, on its own result."""
    varying = loop.variables if k == 0 or loop.index == "first" else loop.variables - {"first"}
    same = isinstance(step.body, Again) or step.weights.share is not None
    again = len(body.calls) > calls and body.calls[-1].weighting.again
    return (
        len(body.calls) == calls + 1
        and len(before) == 1
        and isinstance(step.body, Use | Again)
        and loop.count is not None
        and not step.identifiers & varying
        and not body.names.maps[0].keys() & context.environment.home.wired
        and (again if same else not again and _counts_on(step.body, body.calls[-1]))
        and body.calls[-1].inputs == before
        and [value.type for value in before] == [value.type for value in after]
    )


def _counts_on(use: Use | Again, call: Call) -> bool:
    """Whether the next application of the call would be called by the next number."""
    stems = ("", use.base) if isinstance(use, Use) else ()
    return call.count == 1 and call.place.first is not None and call.place.stem in stems


def _repeat_call(body: Body, times: int, step: Step, level: Level) -> None:
    call = body.calls[-1]
    call.count *= 1 + times
    call.loops = call.loops[:-1]
    if call.weighting.again:
        return
    assert isinstance(step.body, Use)
    body.runs[call.place.group, call.place.stem].append(call)
    level.pass_over(call.place, step.body.base, times)
