"""What is told of where tensors come from: who made their sizes, and where that is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from netspec.diagnostics import Note, Span
from netspec.elaborate.context import Around, Frame, settings
from netspec.elaborate.size_words import SHOWN_SIZES, how, is_given, sizes
from netspec.elaborate.ways import Stage, Trail, Way, way
from netspec.ops.base import Op
from netspec.ops.checks import axis_name
from netspec.program import Argument, Call, Instance, Value
from netspec.syntax.expression import shown
from netspec.syntax.steps import IDENTIFIER, Origin

LENGTHS = ("kernel", "stride", "padding", "dilation", "output_padding", "by", "size")
"""The arguments that lengths depend on."""
MOST_PARTS = 3
"""Operands of a concatenation that are told of."""
MOST_PICKS = 2
MOST_NOTES = 7


class Told(NamedTuple):
    """A note, and how little it says: of many the ones of low rank are kept."""

    rank: int
    note: Note


def chosen(told: Iterable[Told]) -> list[Note]:
    """The most telling notes in their order, nothing twice."""
    found = list({(each.note.message, each.note.span): each for each in told}.values())
    kept = sorted(range(len(found)), key=lambda k: found[k].rank)[:MOST_NOTES]
    return [found[k].note for k in sorted(kept)]


def origin(value: Value, around: Around) -> Note:
    """The op that made a tensor, and the line where it stands."""
    made = Trail(around).made(value)
    call = made.producer
    if call is None:
        return Note(f"{value.type} is the network's input", around.inputs.get(made))
    assert isinstance(call.target, Op)
    return Note(f"{value.type} comes from `{call.target.name}`", call.span)


def notes(
    flow: Sequence[Value],
    about: Sequence[tuple[int, int]],
    around: Around,
    frame: Frame | None,
    known: Mapping[int, Note] | None = None,
) -> Iterator[Told]:
    """Where the tensors come from that a fault is about (the first few, where it is about none in
    particular), and what made the sizes of their axes; of some `known` says all.
    """
    known = known or {}
    axes: dict[int, list[int]] = {} if about else {k: [] for k in range(min(len(flow), 4))}
    for operand, axis in about:
        axes.setdefault(operand, []).append(axis)
    ways = {
        operand: [way(flow[operand], axis, around) for axis in axes[operand] if axis >= 0]
        for operand in sorted(axes)
    }
    for operand, own in ways.items():
        others = [taken for other, those in ways.items() if other != operand for taken in those]
        yield from _of_operand(flow[operand], own, others, around, frame, known.get(operand))


def _of_operand(
    value: Value,
    ways: Sequence[Way],
    others: Sequence[Way],
    around: Around,
    frame: Frame | None,
    known: Note | None,
) -> Iterator[Told]:
    """What is told of one operand; `others` are the ways of the other ones."""
    trail = Trail(around)
    made = trail.made(value)
    came = known or origin(value, around)
    makers = list(_makers(ways, around))
    if makers and not known and makers[0].note.span is came.span is not None:
        does = makers.pop(0).note.message.partition("` ")[2]
        came = Note(f"{came.message}, which {does}", came.span)
    yield Told(0, came)
    yield from _uses(trail.entered, 3)
    yield from _repeated(made, around)
    yield from makers
    yield from _picks(ways, around, frame)
    yield from _parts([taken.maker for taken in ways], around)
    yield from _written([each for taken in ways for each in taken.told], around, frame)
    shared = {stage.call for taken in others for stage in taken.stages}
    lengths = [taken for taken in ways if taken.axis]
    if lengths:
        yield from trail_of_sizes(lengths[0], shared, around)


def _repeated(made: Value, around: Around) -> Iterator[Told]:
    """Of a merge that repeats one of its operands over another: where the larger comes from."""
    call = made.producer
    if call is None or not isinstance(call.target, Op) or not call.target.merges:
        return
    smallest = min(call.inputs, key=lambda each: len(each.type.shape))
    larger = next((each for each in call.inputs if each.type.shape == made.type.shape), None)
    if larger is not None and len(smallest.type.shape) < len(made.type.shape):
        came = origin(larger, around)
        over = f"`{call.target.name}` repeats {smallest.type} over it"
        yield Told(0, Note(f"{came.message}; {over}", came.span))


def _picks(ways: Sequence[Way], around: Around, frame: Frame | None) -> Iterator[Told]:
    """Where a `from` picks what sizes come by, on the way from the op that made them."""
    origins: dict[Origin, None] = {}
    for stage in (stage for taken in ways for stage in taken.to_maker):
        left = list(frame or ())[: len(list(frame or ())) - len(chain_of(frame, stage.outside))]
        steps = [link.origin for link in left]
        steps += [around.picked.get(call) for call in (stage.call, *reversed(stage.through))]
        origins.update((each, None) for each in steps if each is not None)
    for each in list(origins)[:MOST_PICKS]:
        names = ", ".join(part.text for part in each.expressions)
        if names != "_":
            yield Told(
                1, Note(f"`{names}` {'are' if ',' in names else 'is'} picked here", each.span)
            )


def _parts(makers: Iterable[Stage | None], around: Around) -> Iterator[Told]:
    """What made the parts of a size that a concatenation in this body, or around it, adds up."""
    for stage in makers:
        if stage is None or stage.op.name != "concat" or stage.through:
            continue
        for value in stage.call.inputs if len(stage.call.inputs) <= MOST_PARTS else ():
            part = way(value, stage.axis, around)
            near = part.stated or part.maker
            if near is not None and stage.before is None:
                does = f"`{near.op.name}` makes {part.size} of them{how(near)}"
                yield Told(2, Note(does, near.call.span))
                yield from _uses(near.through, 3)


def _makers(ways: Sequence[Way], around: Around) -> Iterator[Told]:
    """Who states the sizes, and who was the first to make them."""
    makes: dict[Call, tuple[Stage, list[str]]] = {}
    first: dict[Call, tuple[Stage, list[str]]] = {}
    given: dict[Value, list[str]] = {}
    for group in ([w for w in ways if w.axis == 0], [w for w in ways if w.axis != 0]):
        if not group or not group[0].stages:
            continue
        size, near, far = sizes(group), group[0].stated or group[0].maker, group[0].maker
        if near is not None:
            told = how(near, [own.before for w in group if (own := w.stated or w.maker)])
            makes.setdefault(near.call, (near, []))[1].append(f"its {size}{told}")
        if far is None and group[0].source is not None and not is_given(near):
            given.setdefault(group[0].source, []).append(size)
        elif far is not None and near is not None and far.call.span is not near.call.span:
            first.setdefault(far.call, (far, []))[1].append(size)
    for stage, what in makes.values():
        is_first = first.pop(stage.call, (stage, []))[1]
        also = f" and is the first to make {' and '.join(is_first)}" if is_first else ""
        does = f"`{stage.op.name}` makes {' and '.join(what)}{also}"
        yield Told(1, Note(does, stage.call.span))
        yield from _uses(stage.through, 1)
    for stage, what in first.values():
        does = f"`{stage.op.name}` is the first to make {' and '.join(what)}"
        yield Told(2, Note(does, stage.call.span))
        yield from _uses(stage.through, 3)
    for source, what in given.items():
        has = f"the network's input has {' and '.join(what)}"
        yield Told(3, Note(has, around.inputs.get(source)))


def _written(stages: Iterable[Stage], around: Around, frame: Frame | None) -> Iterator[Told]:
    """Where the arguments that made sizes are written, if not where their op or a use of its block
    is: defaults and params.
    """
    for stage in dict.fromkeys(stages):
        links = chain_of(frame, stage.outside)
        scopes = [call.arguments for call in reversed(stage.through)]
        scopes += [link.arguments for link in links if link.block]
        told = [stage.call.span, *(c.span for c in stage.through), *(link.span for link in links)]
        names = [stage.argument] if stage.argument else LENGTHS
        given = {name: a for name, a in stage.call.arguments.items() if name in names}
        yield from _elsewhere(given, scopes, told, around)


def op_arguments(
    given: Mapping[str, Argument], span: Span, around: Around, frame: Frame | None
) -> Iterator[Told]:
    """Where the arguments of an op are written, if neither beside it nor at a use of its block."""
    links = list(frame or ())
    scopes = [link.arguments for link in links if link.block]
    yield from _elsewhere(given, scopes, [span, *(link.span for link in links)], around)


def words_of(text: str, span: Span, around: Around, frame: Frame | None) -> Iterator[Told]:
    """Where the parameters and params are written that an expression in a body speaks of."""
    links = list(frame or ())
    scopes = [link.arguments for link in links if link.block] or [{}]
    words = dict.fromkeys(IDENTIFIER.findall(text))
    given = {word: scopes[0][word] for word in words if word in scopes[0]}
    yield from _elsewhere(given, scopes[1:], [span, *(link.span for link in links)], around)
    for word in words.keys() - given.keys() & around.params.keys():
        yield Told(2, around.params[word])


def _elsewhere(
    given: Mapping[str, Argument],
    scopes: Sequence[Mapping[str, Argument]],
    told: Iterable[Span],
    around: Around,
) -> Iterator[Told]:
    """Where arguments are written that are on none of the lines told already."""
    lines = {(span.source.name, span.line) for span in told}
    for name, argument in given.items():
        for note in _given(name, argument, scopes, around):
            if note.span is not None and (note.span.source.name, note.span.line) not in lines:
                lines.add((note.span.source.name, note.span.line))
                yield Told(2, note)


def chain_of(frame: Frame | None, outside: int) -> list[Frame]:
    """The chain that led to a body which is so many bodies further out than the frame's."""
    links = list(frame or ())
    own = [k for k, link in enumerate(links) if link.block and link.inline is None]
    return links[own[outside - 1] + 1 :] if 0 < outside <= len(own) else links


def _given(
    name: str, given: Argument, scopes: Sequence[Mapping[str, Argument]], around: Around
) -> Iterator[Note]:
    """Where an argument is written, and the parameters and params that its expression speaks of."""
    yield Note(f"`{name}: {given.expression or shown(given.value)}` is written here", given.span)
    for word in sorted(set(IDENTIFIER.findall(given.expression or ""))):
        if scopes and word in scopes[0]:
            yield from _given(word, scopes[0][word], scopes[1:], around)
        elif word in around.params:
            yield around.params[word]


def _uses(calls: Sequence[Call], rank: int) -> Iterator[Told]:
    """The uses of the blocks that were entered, the innermost first."""
    for call in reversed(calls):
        assert isinstance(call.target, Instance)
        variables = {"i": call.loops[-1].iteration} if call.loops else {}
        given = settings({**call.arguments, **variables})
        yield Told(rank, Note(f"by way of `{call.target.block}`, used here{given}", call.span))


def trail_of_sizes(taken: Way, shared: set[Call], around: Around) -> Iterator[Told]:
    """A size on its way here, with the lines that changed it, but for those that `shared` calls
    did.
    """
    own = [stage for stage in taken.changes if stage.call not in shared]
    changes = own[:SHOWN_SIZES]
    if len(changes) < 2:
        return
    parts = [str(changes[-1].before)] if changes[-1].before is not None else []
    if len(own) > SHOWN_SIZES:
        parts = ["...", *parts]
    if len(changes) < len(taken.changes) and taken.source is not None:
        first = taken.changes[-1].before
        parts = [str(first), *(["..."] if parts[:1] != ["..."] else []), *parts]
    for stage, following in zip(changes[::-1], [*changes[-2::-1], None], strict=True):
        ends = following is None or following.call.span is not stage.call.span
        where = f" (`{stage.op.name}` at line {stage.call.span.line})" if ends else ""
        parts.append(f"{stage.size}{where}")
    name = axis_name(len(taken.value.type.shape), taken.axis)
    start = around.inputs.get(taken.source) if taken.source is not None else None
    yield Told(1, Note(f"its {name} on the way here: {' -> '.join(parts)}", start))
