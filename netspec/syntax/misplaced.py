"""Lines that stand where they belong to nothing: in a wrong column, without a dash."""

from __future__ import annotations

import re

from netspec.diagnostics import SpecError
from netspec.syntax.broken_text import BrokenText, Structure
from netspec.syntax.steps import MODIFIERS

_OF_STEPS = ("body", "do", "branches")
_OF_NAMES = ("params", "blocks", "defaults", "use", "inputs", "variants")


def entry_below(text: BrokenText, line: int) -> SpecError:
    """A step that is indented below another, and so would be part of it."""
    below = text.mark[0]
    entry, at = text[below].split(" #")[0].strip(), text.indentation(below)
    hint = f"a step of its own stands in column {text.indentation(line) + 1}"
    message = f"`{entry}` is indented below `{text[line].strip().removeprefix('- ')}`"
    return text.fault(message, below, at, hint, len(entry))


def key_below(text: BrokenText, line: int, column: int) -> SpecError:
    """A key that is indented below a value, and so would be part of it."""
    below = text.mark[0]
    word = text[below].split(":")[0].strip()
    at = text.indentation(below)
    message = f"`{word}` is indented below a value, `{text[line][column:].strip()}`"
    mapping = next((s for s in reversed(text.structures) if s.line <= line), None)
    if mapping is not None and _key_above(text, mapping) in _OF_NAMES:
        return _misplaced(text, below, at, word, mapping)
    if word in MODIFIERS and mapping is not None:
        hint = f"a modifier stands in the column of its op: column {mapping.column + 1}"
    else:
        hint = "arguments by name stand in braces, `conv: {out: 64, kernel: 3}`, or in lines below"
    return text.fault(message, below, at, hint, len(word))


def bare_words(text: BrokenText, line: int, column: int) -> SpecError:
    """A line that should be a key or an entry of a list, and is only words."""
    words = text[line][column:].split(" #")[0].split()
    lists = [each.column for each in text.structures if each.kind == "list"]
    if column in lists and words[0] not in MODIFIERS:
        hint = f"each step begins with a dash: `- {' '.join(words)}`"
        return text.fault("a dash is missing", line, column, hint, len(words[0]))
    rest = " ".join(["", *words[1:]])
    message = f"a colon is missing after `{words[0]}`"
    return text.fault(message, line, column, f"`{words[0]}:{rest}`", len(words[0]))


def between_columns(text: BrokenText) -> SpecError | None:
    """A line in a column where nothing that it could belong to stands."""
    line, column = text.mark
    if "did not find expected" not in text.problem or text[line][:column].strip(" -"):
        return None
    column = text.indentation(line)
    word = re.split(r"[:\s]", text[line][column:])[0]
    if word == "-":
        return _misplaced_entry(text, line, column)
    return (
        _beside_steps(text, line, column, word)
        or _beside_dashes(text, line, column, word)
        or _beside_keys(text, line, column, word)
    )


def _beside_steps(text: BrokenText, line: int, column: int, word: str) -> SpecError | None:
    """A modifier for all steps of a list that is itself an entry, beside or below it."""
    lists = [each for each in text.structures if each.kind == "list" and each.column == column]
    above = next((text[k].strip() for k in reversed(range(line)) if text[k].strip()), "")
    if word not in MODIFIERS:
        return None
    if any(re.fullmatch(r" *- [ -]*", text[each.line][:column]) for each in lists):
        whole = f"for the whole list write `- do:`, its steps below, `{word}` in the column of `do`"
        hint = f"{whole}; for the last step alone, {column + 2} spaces in front of `{word}`"
    elif re.fullmatch(r"- \[.*\]", above):
        hint = f"write `- do: {above[2:]}`, and `{word}` in the column of `do`"
    else:
        return None
    message = f"`{word}` belongs to a list of steps, which takes no keys"
    return text.fault(message, line, column, hint, len(word))


def _beside_dashes(text: BrokenText, line: int, column: int, word: str) -> SpecError | None:
    """A key in the column of a list: its dash is missing, or those of the list are too many."""
    lists = [each for each in text.structures if each.kind == "list" and each.column == column]
    for each in lists:
        if _key_above(text, each) in _OF_NAMES:
            return _dashes(text, each)
    if not lists or word in MODIFIERS:
        return None
    hint = f"each step begins with a dash: `- {text[line].strip()}`"
    return text.fault("a dash is missing", line, column, hint, len(word))


def _beside_keys(text: BrokenText, line: int, column: int, word: str) -> SpecError | None:
    """A key beside others, or below a key that takes a list."""
    mappings = [each for each in text.structures if each.kind == "mapping"]
    if word == "merge":
        mappings = [each for each in mappings if "branches" in each.keys] or mappings
    mappings = [each for each in mappings if each.keys]
    if not mappings:
        return None
    where = _nearest(mappings, column)
    around = [each for each in mappings if each.column < where.column]
    if where.line < line and any(each.keys[-1:] == [key] for each in around for key in _OF_STEPS):
        entry = text[where.line].strip()
        if not entry.startswith("-"):
            hint = f"a body is a list: `- {entry}`"
            return text.fault("a dash is missing", where.line, where.column, hint)
    return _misplaced(text, line, column, word, where)


def _key_above(text: BrokenText, where: Structure) -> str:
    """The key whose value a list or mapping is."""
    around = [each for each in text.structures if each.keys and each.line < where.line]
    return max(around, key=lambda each: each.column).keys[-1] if around else ""


def _dashes(text: BrokenText, where: Structure) -> SpecError:
    """A list, its first entry with a dash, where names are given."""
    entry = text[where.line].split(" #")[0].strip()
    message = f"the entries of `{_key_above(text, where)}` have names, and no dashes"
    hint = f"`{entry.removeprefix('-').strip()}`"
    return text.fault(message, where.line, where.column, hint, len(entry))


def _misplaced_entry(text: BrokenText, line: int, column: int) -> SpecError | None:
    lists = [each for each in text.structures if each.kind == "list"]
    entry = text[line].strip().split(" #")[0]
    if not lists:
        hint = "a list begins below its key, and a key has a list or a value, not both"
        return text.fault(f"`{entry}` belongs to no list", line, column, hint, len(entry))
    return _misplaced(text, line, column, entry, _nearest(lists, column))


def _nearest(structures: list[Structure], column: int) -> Structure:
    return min(structures, key=lambda each: (abs(each.column - column), -each.column))


def _misplaced(text: BrokenText, line: int, column: int, what: str, where: Structure) -> SpecError:
    stands = f"`{what}` stands in column {column + 1}"
    if where.kind == "list":
        beside = f"the list that begins in line {where.line + 1} stands in column"
    else:
        beside = f"the keys beside `{where.keys[0]}`, line {where.line + 1}, stand in column"
    hint = f"{where.column} spaces in front of it" if where.column else "no space in front of it"
    message = f"{stands}; {beside} {where.column + 1}"
    return text.fault(message, line, column, hint, len(what))


def indented_first_line(text: BrokenText) -> SpecError | None:
    """The first line stands further right than one below it."""
    if "document start" not in text.problem:
        return None
    first = next((k for k, line in enumerate(text.lines) if re.match(r" +[^ #]", line)), None)
    if first is None or any(re.match(r"[^ #]", line) for line in text.lines[:first]):
        what = text[text.mark[0]].split(" #")[0].strip()
        return text.fault(f"`{what}` belongs to nothing above it", *text.mark)
    hint = "no space in front of the keys of a spec"
    return text.fault("the first line is indented", first, 0, hint)
