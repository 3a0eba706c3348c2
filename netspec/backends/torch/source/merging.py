"""Bodies of one block that differ in structure, as one body with conditions in it.

A *form* is a structure that some of the block's members have. All of them see the same body: what a
member does not have is in it with its slots absent.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import count

from netspec.backends.torch.code import Condition, Node, Sibling
from netspec.backends.torch.source.aligning import Row, Segment, segments
from netspec.backends.torch.source.options import (
    Different,
    blank,
    named_after,
    named_instead,
    optional,
)
from netspec.backends.torch.source.reasons import common, exclude, never_both
from netspec.backends.torch.source.steps import Body, Join, Step, When, all_steps, renamed
from netspec.backends.torch.source.units import WHOLE
from netspec.backends.torch.tree import skeleton, walk

Form = int
Joins = list[dict[tuple[int, int], Join]]
"""The joins of each segment, by their sides."""
Branch = bool | None
"""Which way of a condition something is on; None outside of conditions."""


class Union:
    """The body of all forms, given one body of each; raises `Different` if they have none."""

    def __init__(self, forms: Sequence[Body]) -> None:
        self.forms = forms
        keys = [[_key(step) for step in body.steps] for body in forms]
        self.segments = segments(keys, self._reason, exclude)
        _require_plain(forms)
        self._require_whole_containers()
        reasons = [self._reason(segment.then[0]) for segment in self.segments]
        self.flow = _Flow(forms, self.segments, reasons)
        self._follow()
        if self.flow.unseen:
            self.flow = _Flow(forms, self.segments, reasons, self.flow.sound_joins())
            self._follow()
        if self.flow.unseen:
            raise Different
        self.joins = self.flow.joins_of(self.numbers, self.outputs)

    def _follow(self) -> None:
        """The values of all steps, from the inputs to the outputs."""
        self.numbers = [self._numbered(at, segment) for at, segment in enumerate(self.segments)]
        self.outputs = self.flow.outputs()

    @property
    def origins(self) -> dict[int, tuple[Form, int]]:
        """For each value a form that has it, and its number there."""
        found: dict[int, tuple[Form, int]] = {}
        for form, known in enumerate(self.flow.known):
            for own, number in known.items():
                found.setdefault(number, (form, own))
        return found

    def seen_by(self, form: Form, body: Body) -> Body:
        """The union as a member of that form has it, whose own body is given."""
        steps: list[Node] = []
        for at, segment in enumerate(self.segments):
            then, otherwise = (
                tuple(self._step(*pair, form, body) for pair in zip(*ways, strict=True))
                for ways in zip(segment, self.numbers[at], strict=True)
            )
            if self.is_common(segment):
                steps += then
            else:
                name = named_instead(then) if otherwise else named_after(then)
                joins = self.joins[at]
                whens = self._reason(segment.then[0])
                condition = Condition(form in segment.having, name, whens=whens)
                steps.append(When(condition, then, otherwise, joins, name))
        return Body(self.flow.inputs, tuple(steps), self.outputs)

    def is_common(self, segment: Segment) -> bool:
        """Whether all forms have the segment."""
        return len(segment.having) == len(self.forms)

    def _step(self, row: Row, numbers: Sequence[int], form: Form, body: Body) -> Node:
        """The step of a row, its values those of the union."""
        own = body.steps[row[form]] if form in row else blank(self._first(row, min(row)))
        remaining = iter(numbers)
        step = renamed(own, lambda _: next(remaining), lambda _: next(remaining))
        if isinstance(step, Step) and step.registered:
            firsts = {other: self._first(row, other) for other in row}
            return optional(step, {k: s for k, s in firsts.items() if isinstance(s, Step)}, form)
        return step

    def _reason(self, row: Row) -> tuple[str, ...]:
        """The `when`s that a step stands under."""
        steps = all_steps((self._first(row, min(row)),))
        return common(tuple(step.whens) for step in steps)

    def _first(self, row: Row, form: Form) -> Node:
        return self.forms[form].steps[row[form]]

    def _numbered(self, at: int, segment: Segment) -> list[list[list[int]]]:
        """The values that each step of the segment reads and makes, one after the other."""
        branches = (None, None) if self.is_common(segment) else (True, False)
        return [
            [
                self.flow.through({form: self._first(row, form) for form in row}, at, branch)
                for row in rows
            ]
            for rows, branch in zip(segment, branches, strict=True)
        ]

    def _require_whole_containers(self) -> None:
        """Raise `Different` where a name is there twice, or a list of modules partly so."""
        made: Counter[tuple[str, ...]] = Counter()
        places: defaultdict[str, set[tuple[int, int]]] = defaultdict(set)
        for at, segment in enumerate(self.segments):
            for way, rows in enumerate(segment):
                firsts = tuple(self._first(row, min(row)) for row in rows)
                for step in filter(lambda step: step.registered, all_steps(firsts)):
                    made[(*step.container, step.label.text)] += 1
                    if step.container:
                        common = self.is_common(segment)
                        places[step.container[0]].add((-1, 0) if common else (at, way))
        if any(times > 1 for times in made.values()) or any(len(p) > 1 for p in places.values()):
            raise Different


class _Flow:
    """The values of the union: `known` has them by their numbers in each form.

    A value that leaves a condition may be read before it is known what stands for it where the
    condition does not hold: it is `unseen` then, and all is followed once more with the joins that
    were found.
    """

    def __init__(
        self,
        forms: Sequence[Body],
        segments: Sequence[Segment],
        reasons: Sequence[tuple[str, ...]],
        joins: Joins | None = None,
    ) -> None:
        self.forms, self.segments, self.reasons = forms, segments, reasons
        self.fresh, self.fresh_join = count(), count(-1, -1)
        self.unseen = False
        self.entries: dict[int, int | None] = {}
        """What the steps of a condition take, if that is one value: the flow goes on with it where
        the condition does not hold.
        """
        self.exits: dict[int, int] = {}
        """What the last of them gives."""
        self.known: list[dict[int, int]] = [{} for _ in forms]
        self.made: dict[int, tuple[int, Branch]] = {}
        """The segment that makes a value, and the branch in it; that of a join is outside."""
        self.joins: Joins = [{} for _ in segments]
        if len({(len(body.inputs), len(body.outputs)) for body in forms}) > 1:
            raise Different
        self.inputs = tuple(
            self.define(dict(enumerate(values)), -1, None)
            for values in zip(*(body.inputs for body in forms), strict=True)
        )
        for at, found in enumerate(joins or ()):
            for then, otherwise in found:
                self.join(at, then, otherwise)

    def outputs(self) -> tuple[int, ...]:
        columns = zip(*(body.outputs for body in self.forms), strict=True)
        return tuple(
            self.read(dict(enumerate(values)), len(self.segments), None) for values in columns
        )

    def through(self, nodes: Mapping[Form, Node], at: int, branch: Branch) -> list[int]:
        """The values that a step reads and makes, which is the same step in some forms."""
        result = []
        for column in zip(*(_touched(node) for node in nodes.values()), strict=True):
            values = {form: own for form, (_, own) in zip(nodes, column, strict=True)}
            touch = self.define if column[0][0] else self.read
            result.append(touch(values, at, branch))
        return result

    def define(self, values: Mapping[Form, int], at: int, branch: Branch) -> int:
        number = next(self.fresh)
        for form, own in values.items():
            self.known[form][own] = number
        self.made[number] = (at, branch)
        if branch:
            self.exits[at] = number
        return number

    def read(self, values: Mapping[Form, int], at: int, branch: Branch) -> int:
        number = self.joined({form: self.known[form][own] for form, own in values.items()}, at)
        number = self.seen(number, at, branch)
        if branch is not None and self.made[number] != (at, branch):
            self.require_told(number, at, values)
        if branch and self.made[number] != (at, branch):
            known = self.entries.setdefault(at, number)
            self.entries[at] = number if known == number else None
        return number

    def require_told(self, number: int, at: int, values: Mapping[Form, int]) -> None:
        """Raise `Different` if no form tells whether a part takes what is before or what is behind
        another one, which is not there with it but might be.
        """
        reason = self.reasons[at]
        for other in range(at) if reason else ():
            having, why = self.segments[other].having, self.reasons[other]
            apart = self.entries.get(other) == number and having.isdisjoint(values)
            if apart and why and not never_both(why, reason):
                raise Different

    def seen(self, value: int, at: int, branch: Branch) -> int:
        """The value as a branch of the segment `at` reads it: itself, or a join that has it."""
        if self.is_seen(value, at, branch):
            return value
        maker, way = self.made[value]
        for join in self.joins[maker].values() if maker < at else ():
            if value == (join.then if way else join.otherwise):
                return join.result
        entry = self.entries.get(maker)
        is_exit = value == self.exits.get(maker) and not self.segments[maker].otherwise
        if is_exit and entry is not None:
            return self.join(maker, value, entry)
        self.unseen = True
        return value

    def joined(self, values: Mapping[Form, int], before: int) -> int:
        """The one value that is each form's: by a join of a segment before, if they differ."""
        if len(set(values.values())) == 1:
            return next(iter(values.values()))
        for at in reversed(range(before)):
            having = self.segments[at].having
            then = {form: value for form, value in values.items() if form in having}
            otherwise = {form: value for form, value in values.items() if form not in having}
            made = any(self.made[value][0] == at for value in values.values())
            if made and then and otherwise:
                return self.join(
                    at,
                    self.seen(self.joined(then, at), at, True),
                    self.seen(self.without(at, then, otherwise), at, False),
                )
        raise Different

    def without(self, at: int, then: Mapping[Form, int], otherwise: Mapping[Form, int]) -> int:
        """What stands for the values where a condition does not hold: what its steps would have
        taken, if that is it for the forms that are known.
        """
        entry = self.entries.get(at)
        goes_on = not self.segments[at].otherwise and {*then.values()} == {self.exits.get(at)}
        if not goes_on or entry is None:
            return self.joined(otherwise, at)
        agree = all(self.as_in(entry, f) == self.as_in(v, f) for f, v in otherwise.items())
        return entry if agree else self.joined(otherwise, at)

    def as_in(self, value: int, form: Form) -> int:
        """The value that a join is in one form."""
        for at, found in enumerate(self.joins):
            for join in found.values():
                if join.result == value:
                    having = form in self.segments[at].having
                    return self.as_in(join.then if having else join.otherwise, form)
        return value

    def join(self, at: int, then: int, otherwise: int) -> int:
        if (then, otherwise) not in self.joins[at]:
            number = next(self.fresh_join)
            self.joins[at][then, otherwise] = Join(then, otherwise, number)
            self.made[number] = (at, None)
        return self.joins[at][then, otherwise].result

    def sound_joins(self) -> Joins:
        """The joins of values that are there."""
        return [
            {
                sides: join
                for sides, join in found.items()
                if self.is_seen(join.then, at, True) and self.is_seen(join.otherwise, at, False)
            }
            for at, found in enumerate(self.joins)
        ]

    def joins_of(
        self, numbers: Sequence[list[list[list[int]]]], outputs: Sequence[int]
    ) -> list[tuple[Join, ...]]:
        """The joins that something reads, by their segments."""
        read = {*outputs, *(n for ways in numbers for rows in ways for row in rows for n in row)}
        result: list[tuple[Join, ...]] = []
        for found in reversed(self.joins):
            wanted = tuple(join for join in found.values() if join.result in read)
            read |= {side for join in wanted for side in (join.then, join.otherwise)}
            result.insert(0, wanted)
        return result

    def is_seen(self, value: int, at: int, branch: Branch) -> bool:
        """Whether a branch of the segment `at` may read the value."""
        maker, way = self.made[value]
        if way is None:
            return maker < at or (maker == at and branch is None)
        return (maker, way) == (at, branch)


def _touched(node: Node) -> Iterator[tuple[bool, int]]:
    """The values of a step in the order of `renamed`, and whether it makes them."""
    found: list[tuple[bool, int]] = []

    def note(made: bool, number: int) -> int:
        found.append((made, number))
        return number

    renamed(node, lambda number: note(False, number), lambda number: note(True, number))
    return iter(found)


def _key(node: Node) -> Hashable:
    """What steps of two forms have in common that are the same step."""
    bare = renamed(node, lambda _: 0, lambda _: 0)
    if isinstance(bare, Step) and bare.registered and not bare.container:
        parts = (bare.form, bare.label, bare.kind, bare.again, bare.inputs, bare.outputs)
        return skeleton((parts, bare.module is None))
    return skeleton(bare)


def _require_plain(forms: Sequence[Body]) -> None:
    """Raise `Different` for what has no place under a condition: weights that stand elsewhere, what
    training alone has, a class that is a sequence in some forms only.
    """
    steps = [step for body in forms for step in walk(body, Step)]
    if any(step.again or step.train_only for step in steps):
        raise Different
    if any(next(walk(body, Sibling), None) for body in forms):
        raise Different
    if len({WHOLE in (step.label.text for step in walk(body, Step)) for body in forms}) > 1:
        raise Different
