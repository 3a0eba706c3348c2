"""Weights across an edit: which weight of a network is which of the network that it became."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from netspec.diagnostics import fault, nearest
from netspec.program import Path, Program
from netspec.syntax.checkpoints import Rename, renamed
from netspec.weights.align import Pair, align
from netspec.weights.layers import Layer, layers
from netspec.weights.report import Reshaped, Stored

Layers = tuple[list[Layer], list[Layer]]


@dataclass
class Carried:
    """What becomes of every weight, by its key in the new network; `dropped` by that in the old."""

    kept: dict[str, Stored] = field(default_factory=dict)
    renamed: dict[str, Stored] = field(default_factory=dict)
    reshaped: list[Reshaped] = field(default_factory=list)
    new: dict[str, Stored] = field(default_factory=dict)
    dropped: dict[str, Stored] = field(default_factory=dict)
    doubtful: dict[str, list[str]] = field(default_factory=dict)
    """Layers of the new network that could be several of the old: their weights are `new`."""
    sources: dict[str, str] = field(default_factory=dict)
    """The old key of each weight that is kept or renamed, by its new one."""
    moved: list[tuple[str, str]] = field(default_factory=list)
    """Layers with weights whose path is another now: old and new."""

    def __str__(self) -> str:
        from netspec.weights.words import carried_in_words

        return carried_in_words(self)


def carry(old: Program, new: Program, renames: Sequence[Rename] = ()) -> Carried:
    """Layers of one kind are the same where a rename says so, or where they stand at the same
    place: at the same path, or between the same neighbours. What is left of them at equal paths is
    compared weight by weight. Raises `SpecError` (NS003) for a rename of nothing.
    """
    olds, news = layers(old), layers(new)
    pairs = _forced(olds, news, renames)
    found = align(*_without(olds, news, pairs), _may_be(olds, news))
    pairs += found.pairs
    doubtful = dict(found.doubtful)
    for before, after in _under_equal_names(*_left(olds, news, pairs, doubtful)):
        inner = align(before, after, lambda *_: True)
        pairs += inner.pairs
        doubtful |= inner.doubtful
    pairs += _at_equal_paths(*_left(olds, news, pairs, doubtful))
    return _sorted_out(olds, news, pairs, doubtful)


def _forced(olds: list[Layer], news: list[Layer], renames: Sequence[Rename]) -> list[Pair]:
    """The pairs that the renames name: of layers, or of blocks with all in them."""
    places = {layer.name: layer for layer in news}
    pairs: dict[str, Pair] = {}
    used: set[Rename] = set()
    for layer in olds:
        if found := renamed(layer.name, renames, places):
            pairs.setdefault(found.name, (layer, places[found.name]))
            used.update(found.rules)
    for rule in renames:
        if rule not in used:
            _require_layers(rule, olds, places)
    return list(pairs.values())


def _require_layers(rule: Rename, olds: Iterable[Layer], places: Collection[str]) -> None:
    """Raise `SpecError` (NS003) where a rename names no layer of the old network, or none of the
    new one.
    """
    named = [rule(layer.name) for layer in olds]
    if any(name in places for name in named):
        return
    is_old = any(named)
    wrong = rule.new if is_old else rule.old
    known = places if is_old else [layer.name for layer in olds]
    message = f"--rename {rule.old}={rule.new}: there is no layer `{wrong}`"
    raise fault("NS003", message, hint=nearest(wrong, known))


def _without(olds: list[Layer], news: list[Layer], pairs: Iterable[Pair]) -> Layers:
    """The layers that are in no pair."""
    taken = {layer for pair in pairs for layer in pair}
    return [o for o in olds if o not in taken], [n for n in news if n not in taken]


def _left(
    olds: list[Layer], news: list[Layer], pairs: list[Pair], doubtful: Mapping[Layer, list[Layer]]
) -> Layers:
    """Those of them that are not in doubt either."""
    open_pairs = [(old, new) for new, candidates in doubtful.items() for old in candidates]
    return _without(olds, news, [*pairs, *open_pairs])


def _may_be(olds: list[Layer], news: list[Layer]) -> Callable[[Layer, Layer], bool]:
    """Whether the names that the author gave allow two layers to be the same. Names that both
    networks have are the same names; others may have been given, taken away or changed.
    """
    before = {layer.names for layer in olds}
    after = {layer.names for layer in news}

    def allowed(old: Layer, new: Layer) -> bool:
        if old.names == new.names:
            return True
        gone, come = old.names not in after, new.names not in before
        return (
            (gone and come)
            or (come and _within(old.names, new.names))
            or (gone and _within(new.names, old.names))
        )

    return allowed


def _within(few: Path, many: Path) -> bool:
    """Whether the names are among the others in this order."""
    rest = iter(many)
    return all(name in rest for name in few)


def _under_equal_names(olds: list[Layer], news: list[Layer]) -> Iterator[Layers]:
    """The layers of each place that has a name in both: branches may have changed places."""
    before, after = _by_names(olds), _by_names(news)
    yield from ((before[names], after[names]) for names in before if names in after)


def _by_names(listed: list[Layer]) -> dict[Path, list[Layer]]:
    groups: dict[Path, list[Layer]] = defaultdict(list)
    for layer in listed:
        groups[layer.names].append(layer)
    return groups


def _at_equal_paths(olds: list[Layer], news: list[Layer]) -> list[Pair]:
    """Layers that are of one op and differ in their weights."""
    places = {layer.path: layer for layer in olds}
    pairs = [(places[new.path], new) for new in news if new.path in places]
    return [(old, new) for old, new in pairs if old.kind.op == new.kind.op]


def _sorted_out(
    olds: list[Layer], news: list[Layer], pairs: list[Pair], doubtful: Mapping[Layer, list[Layer]]
) -> Carried:
    """Each weight of the pairs, and of what is left."""
    sources = {new: old for old, new in pairs}
    carried = Carried(
        moved=[(sources[new].name, new.name) for new in news if _is_moved(sources.get(new), new)],
        doubtful={
            new.name: [old.name for old in candidates]
            for new, candidates in doubtful.items()
            if new.weights and new not in sources
        },
    )
    taken: set[str] = set()
    for new in news:
        taken.update(_sort_out(sources.get(new), new, carried))
    held = {old.key(weight): stored for old in olds for weight, stored in old.weights.items()}
    carried.dropped = {key: stored for key, stored in held.items() if key not in taken}
    return carried


def _is_moved(old: Layer | None, new: Layer) -> bool:
    return old is not None and bool(new.weights) and old.path != new.path


def _sort_out(old: Layer | None, new: Layer, carried: Carried) -> Iterator[str]:
    """The weights of a new layer; yields the keys of the old one that they come from. A layer
    whose largest weight has another shape starts anew with all its weights.
    """
    for weight, stored in new.weights.items():
        key, held = new.key(weight), old.weights.get(weight) if old else None
        if old is None or held is None:
            carried.new[key] = stored
            continue
        if held != stored:
            carried.reshaped.append(Reshaped(key, held, stored))
        elif old.kind != new.kind:
            carried.new[key] = stored
        else:
            where = carried.kept if old.path == new.path else carried.renamed
            where[key] = stored
            carried.sources[key] = old.key(weight)
        yield old.key(weight)
