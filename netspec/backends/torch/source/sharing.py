"""Units of one block and one skeleton share a class."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence, Set
from typing import Any

from netspec.backends.torch.source.body import body_of
from netspec.backends.torch.source.classes import Class, Made
from netspec.backends.torch.source.draft import Draft, Member
from netspec.backends.torch.source.iterating import iterated
from netspec.backends.torch.source.options import Different
from netspec.backends.torch.source.partial import Unsolved
from netspec.backends.torch.source.recursion import recursive
from netspec.backends.torch.source.rounds import by_height, in_order, rounds
from netspec.backends.torch.source.units import Unit
from netspec.backends.torch.tree import skeleton

MOST_GROUPED = 12
"""So many structures of a block are laid beside each other one by one."""


def classes_of(units: Sequence[Unit], file_params: Mapping[str, Any]) -> list[Class]:
    """The classes, callees before callers; the root is the last.

    A class is settled when those of all units that its members contain are.
    """
    made: dict[Unit, Made] = {}
    chained = {callee for unit in units for callee in unit.chained}
    for some in rounds(units):
        for draft in _recursive(some, made, file_params, chained):
            made |= draft.made()
    return in_order(made[units[-1]].by)


def _recursive(
    units: Sequence[Unit],
    made: dict[Unit, Made],
    file_params: Mapping[str, Any],
    chained: Set[Unit],
) -> Iterator[Draft]:
    """The classes of a group. Units that contain each other are one class if they can be; else
    those are settled first that contain no others.
    """
    if not any(callee in units for unit in units for callee in unit.units):
        yield from _drafts(units, made, file_params)
        return
    try:
        yield recursive(units, made, file_params, chained)
    except (Different, Unsolved):
        for level in by_height(units):
            yield from _drafts(level, made, file_params)


def _drafts(
    units: Iterable[Unit], made: Mapping[Unit, Made], file_params: Mapping[str, Any]
) -> Iterator[Draft]:
    """One class for each block; more where bodies of a block have no union."""
    forms: defaultdict[Hashable, list[Member]] = defaultdict(list)
    for unit in units:
        body, values = body_of(unit, made)
        forms[unit.block, skeleton(body)].append(Member(unit, body, values))
    of_block: defaultdict[Hashable, list[list[Member]]] = defaultdict(list)
    for form in forms.values():
        of_block[form[0].unit.block, form[0].unit.instance.span].append(form)
    for alike in of_block.values():
        if len(alike) > MOST_GROUPED:
            whole = [Draft([form], file_params).complete() for form in alike]
        else:
            whole = grouped(alike, lambda some: Draft(some, file_params).complete())
        if len(whole) > 1 or whole[0].parameters.flags:
            whole = _with_loops(alike, made, file_params) or whole
        yield from whole


def _with_loops(
    forms: Sequence[list[Member]], made: Mapping[Unit, Made], file_params: Mapping[str, Any]
) -> list[Draft]:
    """The classes if loops in them make layers; none unless they then have more in common."""

    def draft(some: Sequence[list[Member]]) -> Draft:
        if len(some) == 1:
            return Draft(some, file_params).complete()
        return iterated([member.unit for form in some for member in form], made, file_params)

    try:
        return [draft(forms)]
    except (Different, Unsolved):
        if len(forms) > MOST_GROUPED:
            return []
    try:
        drafts = grouped(forms, draft)
    except (Different, Unsolved):
        return []
    return drafts if len(drafts) < len(forms) else []


def grouped(
    forms: Sequence[list[Member]], draft: Callable[[list[list[Member]]], Draft]
) -> list[Draft]:
    """The forms in as few drafts as can be: each joins the first one that it fits."""
    groups: list[list[list[Member]]] = []
    drafts: list[Draft] = []
    for form in forms:
        for k, group in enumerate(groups):
            try:
                drafts[k] = draft([*group, form])
            except (Different, Unsolved):
                continue
            group.append(form)
            break
        else:
            groups.append([form])
            drafts.append(draft([form]))
    return drafts
