"""What went wrong in a text that is not YAML: the parser's complaint, in terms of what was written.

The parser stops where the text can no longer be YAML, which is often lines below the mistake. Its
tokens up to there say which brackets, lists and mappings stand open.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import yaml

from netspec.diagnostics import Source, Span, SpecError, fault
from netspec.syntax.broken_text import BrokenText, place
from netspec.syntax.misplaced import (
    bare_words,
    between_columns,
    entry_below,
    indented_first_line,
    key_below,
)

_CLOSING = {"[": "]", "{": "}"}
_PROSE = frozenset("about title authors where note source else disputed".split())
_UNQUOTED = re.compile(r"[:\[,-]\s*([A-Za-z_]\w*[\[(][^,}\]]*[\])]?)")


def syntax_fault(source: Source, error: yaml.YAMLError, loader: Any) -> SpecError:
    """The fault (NS101) of a text that the parser refuses."""
    problem = getattr(error, "problem", None) or getattr(error, "reason", None)
    if getattr(error, "problem_mark", None) is None:
        return fault("NS101", f"not YAML: {problem or error}", Span(source, 1, 1, 1, 2))
    text = BrokenText(source, error, loader)
    for look in _LOOKS:
        found = look(text)
        if found is not None:
            return found
    return text.fault(f"not YAML: {problem}", *text.mark)


def _tab(text: BrokenText) -> SpecError | None:
    for line in text.suspects:
        if found := re.match(r" *\t", text[line]):
            hint = "indent with spaces, not tabs"
            return text.fault("a tab in the indentation", line, found.end() - 1, hint)
    return None


def _missing_space(text: BrokenText) -> SpecError | None:
    for line in text.suspects:
        if found := re.match(r"\s*(-)[A-Za-z_]", text[line]):
            hint = f"`- {text[line].strip()[1:]}`"
            return text.fault("a space is missing after `-`", line, found.start(1), hint)
        if found := re.match(r"\s*(?:- )?(\w+)(:)[^\s:]+\s*$", text[line]):
            hint = f"`{found[0].strip().removeprefix('- ').replace(':', ': ', 1)}`"
            return text.fault("a space is missing after `:`", line, found.start(2), hint)
    return None


def _escape(text: BrokenText) -> SpecError | None:
    if "unknown escape" not in text.problem:
        return None
    line, column = text.mark
    message = f"`{text[line][column : column + 2]}` means nothing between double quotes"
    return text.fault(message, line, column, "between single quotes a backslash is itself")


def _open_quote(text: BrokenText) -> SpecError | None:
    begin = text.begin if "quoted scalar" in text.context else None
    for token in text.tokens:
        if isinstance(token, yaml.ScalarToken) and token.style in ("'", '"'):
            ends = token.end_mark.line
            if token.start_mark.line < ends == text.mark[0]:
                begin = begin or place(token)
    if begin is None:
        return None
    quote = text[begin[0]][begin[1] : begin[1] + 1]
    return text.fault(
        f"the quote {quote} is not closed", *begin, f"a second {quote} is missing on this line"
    )


def _brackets(text: BrokenText) -> SpecError | None:
    """What is wrong between a bracket and where it should be closed."""
    if "flow" not in text.context or text.bracket is None:
        return None
    (line, column), (first, opening) = text.mark, text.bracket
    bracket, here = text[first][opening], text[line][column : column + 1]
    if here in "]}" and here:
        return text.fault(f"`{bracket}` is closed by `{here}`", line, column)
    if not here or (line > first and text.indentation(line) <= _content_column(text[first])):
        closing = _CLOSING[bracket]
        commented = re.search(r" #.*" + re.escape(closing), text[first][opening:])
        hint = "what stands behind ` #` is a comment" if commented else f"a `{closing}` is missing"
        return text.fault(f"`{bracket}` is not closed", first, opening, hint)
    if here == ":":
        return _colon_in_brackets(text)
    if unquoted := _UNQUOTED.search(text[line]):
        hint = f'quote it: "{unquoted[1].strip()}"'
        return text.fault(f"YAML cuts `{unquoted[1]}`", line, unquoted.start(1), hint)
    return text.fault("a comma is missing here, or quotes around the expression", line, column)


def _content_column(line: str) -> int:
    """The column of what a line says, behind its dashes."""
    found = re.match(r"[ -]*", line)
    return found.end() if found else 0


def _colon_in_brackets(text: BrokenText) -> SpecError:
    before = text.scalar
    line, column = text.mark
    words = before.value.split() if before is not None else [""]
    if "?" in words:
        return _ternary(text, line, before.start_mark.column)
    if len(words) > 1:
        at = text[line].rfind(words[-1], 0, column)
        message = f"a comma is missing between `{words[-2]}` and `{words[-1]}`"
        return text.fault(message, line, max(at, 0), width=len(words[-1]))
    hint = "arguments by name stand in braces of their own: `conv: {out: 64}`"
    return text.fault("a second `:` in one entry", line, column, hint)


def _ternary(text: BrokenText, line: int, column: int) -> SpecError:
    return text.fault("`a ? b : c` is no expression here", line, column, "write `b if a else c`")


def _two_colons(text: BrokenText) -> SpecError | None:
    """`conv: out: 64`, prose with a colon in it, a line that belongs elsewhere."""
    scalar = text.scalar
    if not text.problem.startswith("mapping values are not allowed") or scalar is None:
        return None
    line, column = place(scalar)
    behind = text.tokens[: text.tokens.index(scalar)]
    is_value = bool(behind) and isinstance(behind[-1], yaml.ValueToken)
    is_entry = bool(behind) and isinstance(behind[-1], yaml.BlockEntryToken)
    if line < text.mark[0] and is_entry and text[text.mark[0]].lstrip().startswith("- "):
        return entry_below(text, line)
    if line < text.mark[0]:
        return key_below(text, line, column) if is_value else bare_words(text, line, column)
    key = behind[-2].value if is_value and len(behind) > 1 else ""
    if found := re.match(r"(\w+) ?[{\[]", key):
        line, column = place(behind[-2])
        hint = f"`{found[1]}: {text[line][column + len(found[1]) :].strip()}`"
        return text.fault(f"a colon is missing after `{found[1]}`", line, column, hint)
    rest = text[line][column:].split(" #")[0].strip()
    if "?" in scalar.value.split():
        return _ternary(text, line, column)
    if key not in _PROSE and (
        named := re.match(r"[^,:]+, *(\w+: [^,:]+(?:, *\w+: [^,:]+)*)$", rest)
    ):
        hint = f"arguments stand in braces, each by its name: `{key}: {{.., {named[1]}}}`"
        return text.fault("a second `:` in one line", *text.mark, hint)
    if key in _PROSE or len(scalar.value.split()) > 1:
        hint = f'quote the text: "{rest}"'
        return text.fault("a text with `: ` in it is quoted", *text.mark, hint)
    braces = f"arguments by name stand in braces: `{key}: {{{rest}}}`" if key else None
    return text.fault("a second `:` in one line", *text.mark, braces)


def _words_alone(text: BrokenText) -> SpecError | None:
    if "simple key" not in text.context or not text[text.begin[0]][text.begin[1] :].strip():
        return None
    return bare_words(text, *text.begin)


def _left_over(text: BrokenText) -> SpecError | None:
    """Something behind a value that is complete: `{i}layer`, `[1, 2][0]`, a bracket too many."""
    line, column = text.mark
    before = text[line][:column].rstrip()
    if "did not find expected" not in text.problem or before[-1:] not in ("}", "]", '"', "'"):
        return None
    here = text[line][column : column + 1]
    if here in ("}", "]"):
        return text.fault(f"one `{here}` too many", line, column)
    starts = [place(t)[1] for t in text.tokens if _begins_value(t) and place(t)[0] == line]
    start = _outermost(text, starts, before) if starts else column
    value = text[line][start:].split(" #")[0].strip()
    quote = "'" if '"' in value else '"'
    message = f"YAML takes `{before[start:]}` for the whole value"
    if "'" in value and quote == "'":
        return text.fault(message, line, start, "quote the whole value", len(value))
    hint = f"quote the whole value: {quote}{value}{quote}"
    return text.fault(message, line, start, hint, len(value))


def _begins_value(token: Any) -> bool:
    flow = yaml.FlowMappingStartToken | yaml.FlowSequenceStartToken
    return isinstance(token, flow) or (isinstance(token, yaml.ScalarToken) and bool(token.style))


def _outermost(text: BrokenText, starts: list[int], before: str) -> int:
    """Where the value that ends `before` begins: the first bracket or quote behind `: ` or `- `."""
    return next((s for s in starts if before[:s].rstrip().endswith((":", "-"))), starts[-1])


def _nothing(text: BrokenText) -> SpecError | None:
    line, column = text.mark
    if "expected node content" not in text.problem or not text[line][column : column + 1]:
        return None
    if text.bracket is not None and text[line][column] == "-":
        first, opening = text.bracket
        bracket = text[first][opening]
        hint = f"a `{_CLOSING[bracket]}` is missing"
        return text.fault(f"`{bracket}` is not closed", first, opening, hint)
    return text.fault(f"something is missing before `{text[line][column]}`", line, column)


def _bad_start(text: BrokenText) -> SpecError | None:
    line, column = text.mark
    here = text[line][column : column + 1]
    value = text[line][column:].split(" #")[0].strip()
    if "cannot start any token" in text.problem and here == "`":
        return text.fault("a backtick cannot begin a value", line, column, "leave it out")
    if "cannot start any token" in text.problem and here:
        if text.bracket is not None:
            value = re.split(r"[,\]}]", value)[0]
        return text.fault(f"`{here}` cannot begin a value", line, column, f'quote it: "{value}"')
    if "block scalar" in text.context:
        line, column = text.begin
        message = f"`{text[line][column : column + 1]}` begins a text of several lines in YAML"
        value = text[line][column:].split(" #")[0].strip()
        return text.fault(message, line, column, f'quote it: "{value}"')
    if "entries are not allowed" in text.problem:
        hint = "a list begins on the line below its key, or stands in brackets: `[a, b]`"
        return text.fault("a list cannot begin on the line of its key", line, column, hint)
    if "alias" in text.context or "anchor" in text.context:
        line, column = text.begin
        sign = text[line][column : column + 1]
        message = f"`{sign}` in front of a value makes an alias or anchor of YAML"
        return text.fault(message, line, column, "quote an expression that begins with it")
    return None


_LOOKS: tuple[Callable[[BrokenText], SpecError | None], ...] = (
    _tab,
    _nothing,
    indented_first_line,
    _escape,
    _open_quote,
    _missing_space,
    _brackets,
    _two_colons,
    _words_alone,
    _left_over,
    between_columns,
    _bad_start,
)
