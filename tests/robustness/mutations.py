"""Shipped specs with something changed: in their text, or in the tree of their steps and keys."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from hypothesis import strategies as st

from netspec.ops import base
from tests.random_programs.text import document
from tests.robustness import shipped
from tests.robustness.shipped import Values

WORDS = (
    "- conv: 8|- bn|- relu|- identity|- nothing|- sum|- concat|- linear: 10|- max_pool: 2|from: _|"
    "from: _, _|name: x|name: x{i}|when: false|when: i|repeat: 3|repeat: 0|for: {n: [1, 2]}|"
    "index: k|merge: sum|merge: concat|branches: []|do: []|again: x|share: true|fixed: true|"
    "init: {weight: zeros}|tie: {weight: x.weight}|note: x|params: {a: 1}|inline: true|"
    "children: numbered|in_channels|in_shape[0]|in_height // 2|_|[0]|//|**|-1|0|1|1e9|null|~|"
    "true|: |{|}|[|]|(|)|- |  |\n|\t|#|'|\"|&a |*a||!!int|%|\\|\x00|\x85|\ufeff|é|¹|\u202e|---\n"
).split("|")
"""Words of the language and of YAML."""

Edit = Callable[[st.DrawFn, str], str]


class Mutant(NamedTuple):
    """The text of a changed spec, and the variant of it that is meant."""

    text: str
    variant: str


@st.composite
def texts(draw: st.DrawFn) -> Mutant:
    """A shipped spec with one to four pieces of its text changed."""
    name = draw(st.sampled_from(shipped.names()))
    text = shipped.text(name)
    for _ in range(draw(st.integers(1, 4))):
        edit = draw(st.sampled_from(EDITS))
        text = edit(draw, text)
    return Mutant(text, draw(st.sampled_from(shipped.variants(name))))


def _characters(draw: st.DrawFn, text: str) -> str:
    """Some characters go, stand twice, or are another one."""
    at = draw(st.integers(0, len(text)))
    until = at + draw(st.integers(0, 3))
    piece: str = draw(st.sampled_from(["", text[at:until] * 2, *"x0 :-[]{},'\"#&*!|>%@`\\\n"]))
    return text[:at] + piece + text[until:]


def _word(draw: st.DrawFn, text: str) -> str:
    """A word of the language anywhere."""
    at = draw(st.integers(0, len(text)))
    return text[:at] + draw(st.sampled_from(WORDS)) + text[at:]


def _other_word(draw: st.DrawFn, text: str) -> str:
    """A word or number in the place of another."""
    found = list(re.finditer(r"[A-Za-z_]\w*|\d+", text))
    if not found:
        return text
    at, other = draw(st.sampled_from(found)), draw(st.sampled_from(found))
    return text[: at.start()] + other[0] + text[at.end() :]


def _lines(draw: st.DrawFn, text: str) -> str:
    """Some lines go, stand twice, stand elsewhere, or stand farther in or out."""
    lines = text.splitlines(keepends=True)
    at = draw(st.integers(0, len(lines)))
    piece = lines[at : at + draw(st.integers(1, 4))]
    rest = lines[:at] + lines[at + len(piece) :]
    to = draw(st.integers(0, len(rest)))
    kind = draw(st.sampled_from(["cut", "double", "move", "in", "out"]))
    if kind == "in":
        to, piece = at, ["  " + line for line in piece]
    elif kind == "out":
        to, piece = at, [line.removeprefix("  ") for line in piece]
    elif kind == "double":
        to, piece = at, piece * 2
    elif kind == "cut":
        piece = []
    return "".join(rest[:to] + piece + rest[to:])


EDITS: list[Edit] = [_characters, _word, _other_word, _lines]


class Entry(NamedTuple):
    """An entry of a list or mapping: what holds it, and its key."""

    holder: Values
    key: Values

    @property
    def value(self) -> Values:
        return self.holder[self.key]


@st.composite
def trees(draw: st.DrawFn) -> Mutant:
    """A shipped spec with one or two changes of its steps and keys; claims are left out."""
    name = draw(st.sampled_from(shipped.names()))
    spec = shipped.values(name)
    variant = draw(st.sampled_from(shipped.variants(name)))
    without_claims(spec)
    for _ in range(draw(st.sampled_from([1, 1, 1, 2]))):
        draw(st.sampled_from(CHANGES))(draw, spec)
    return Mutant(document(spec), variant)


def without_claims(spec: Values) -> None:
    """Take out what speaks of the figures that the spec had."""
    for holder in (spec, *(spec.get("variants") or {}).values()):
        holder.pop("claims", None)
        holder.pop("budget", None)


def entries(node: Values) -> Iterator[Entry]:
    """Every entry of every list and mapping, outermost first."""
    for key in range(len(node)) if isinstance(node, list) else list(node):
        yield Entry(node, key)
        if isinstance(node[key], list | dict):
            yield from entries(node[key])


def _of_steps(spec: Values) -> list[Entry]:
    """The entries of bodies and blocks: there a change means another network."""
    parts = [spec.get("body"), spec.get("blocks"), spec.get("params"), spec.get("input")]
    return [entry for part in parts if isinstance(part, list | dict) for entry in entries(part)]


def _pick(draw: st.DrawFn, found: list[Entry]) -> Entry | None:
    return draw(st.sampled_from(found)) if found else None


def _drop(draw: st.DrawFn, spec: Values) -> None:
    if entry := _pick(draw, _of_steps(spec)):
        del entry.holder[entry.key]


def _double(draw: st.DrawFn, spec: Values) -> None:
    found = [entry for entry in _of_steps(spec) if isinstance(entry.holder, list)]
    if entry := _pick(draw, found):
        entry.holder.insert(entry.key, entry.value)


def _move(draw: st.DrawFn, spec: Values) -> None:
    """A step to another place, in its own list or in another."""
    found = [entry for entry in _of_steps(spec) if isinstance(entry.holder, list)]
    entry, other = _pick(draw, found), _pick(draw, found)
    if entry and other and not _holds(entry.value, other.holder):
        other.holder.insert(other.key, entry.holder.pop(entry.key))


def _holds(node: Values, other: Values) -> bool:
    inside = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return node is other or any(_holds(each, other) for each in inside)


def _swap(draw: st.DrawFn, spec: Values) -> None:
    """Two neighbours of a list: steps, branches, sizes of the input."""
    found = [entry for entry in _of_steps(spec) if isinstance(entry.holder, list) and entry.key]
    if entry := _pick(draw, found):
        steps, at = entry
        steps[at - 1 : at + 1] = steps[at], steps[at - 1]


def _number(draw: st.DrawFn, spec: Values) -> None:
    """A number becomes the next one, or one that cannot be."""
    found = [entry for entry in _of_steps(spec) if type(entry.value) in (int, float)]
    if entry := _pick(draw, found):
        near = [entry.value + 1, entry.value - 1, entry.value * 2, entry.value / 2]
        far = [0, -1, 2**31, 10**12, 10**40, 0.5, float("inf")]
        entry.holder[entry.key] = draw(st.sampled_from(near * 3 + far))


def _other_op(draw: st.DrawFn, spec: Values) -> None:
    """Another op in the place of one, with the same arguments or with none."""
    known = set(base.names())
    heads = [
        entry
        for entry in _of_steps(spec)
        if entry.key in known or (isinstance(entry.value, str) and entry.value in known)
    ]
    if not (entry := _pick(draw, heads)):
        return
    other = draw(st.sampled_from(sorted(known)))
    if entry.key in known:
        _rename(entry, other)
        if draw(st.booleans()):
            entry.holder[other] = None
    else:
        entry.holder[entry.key] = other


def _rename(entry: Entry, name: str) -> None:
    """Another key in its place."""
    items = [(name if key == entry.key else key, value) for key, value in entry.holder.items()]
    entry.holder.clear()
    entry.holder.update(items)


def _rename_key(draw: st.DrawFn, spec: Values) -> None:
    """A key, or a step's name, is called like something else."""
    found = _of_steps(spec)
    words = [entry.key for entry in found if isinstance(entry.key, str)]
    keys = [entry for entry in found if isinstance(entry.key, str)]
    if not (entry := _pick(draw, keys)):
        return
    if entry.key == "name":
        entry.holder["name"] = draw(st.sampled_from(["renamed", "conv1", *words]))
    else:
        _rename(entry, draw(st.sampled_from(["renamed", *words])))


def _without_projection(draw: st.DrawFn, spec: Values) -> None:
    """A branch with a condition becomes an identity: the shortcut is not projected any more."""
    found = [
        entry
        for entry in _of_steps(spec)
        if isinstance(entry.holder, list)
        and isinstance(entry.value, dict)
        and "when" in entry.value
    ]
    if entry := _pick(draw, found):
        entry.holder[entry.key] = draw(st.sampled_from(["identity", "nothing"]))


def _other_input(draw: st.DrawFn, spec: Values) -> None:
    """A size more or less, another number of axes."""
    if (sizes := spec.get("input")) and isinstance(sizes, list):
        at = draw(st.integers(0, len(sizes) - 1))
        if isinstance(sizes[at], int):
            sizes[at] += draw(st.integers(-40, 40))
        if draw(st.integers(0, 3)) == 0:
            sizes.pop(at) if draw(st.booleans()) else sizes.insert(at, 8)


def _other_expression(draw: st.DrawFn, spec: Values) -> None:
    """An operator, number or name of an expression is another one."""
    found = [entry for entry in _of_steps(spec) if isinstance(entry.value, str)]
    if entry := _pick(draw, found):
        pieces = re.split(r"(\w+|[^\w\s]+)", entry.value)
        at = draw(st.integers(0, len(pieces) - 1))
        others = ["+", "-", "//", "%", "**", "2", "0", "in_channels", "in_shape", "_", "first", "i"]
        entry.holder[entry.key] = "".join(
            [*pieces[:at], draw(st.sampled_from(others + pieces)), *pieces[at + 1 :]]
        )


CHANGES: list[Callable[[st.DrawFn, Values], None]] = [
    *(_drop, _double, _move, _swap, _number, _number, _number, _other_op, _other_op, _rename_key),
    *(_without_projection, _other_input, _other_expression),
]
