"""Which branch gave an operand, or which name in a `from`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from netspec.diagnostics import Note, SpecError
from netspec.elaborate.mends.shape_fault import Fault, fits
from netspec.elaborate.origins import Told, origin, words_of
from netspec.syntax.expression import Expression
from netspec.syntax.spec import SpecFile
from netspec.syntax.steps import Step, Use, every_step

INDEX = re.compile(r"(\w+)\[([^\[\]]+)\]")
OFF_BY_ONE = re.compile(r"(\w+) [-+] 1")


def passed_on(fault: Fault) -> dict[int, Note]:
    """Of the operands that are what their branch takes: the branch."""
    site = fault.site
    found = {}
    for k in {operand for operand, _ in fault.error.about} if site.paths else ():
        if fault.flow[k] in site.start:
            came = origin(fault.flow[k], fault.around)
            where = f" at {fault.where(came.span)}" if came.span is not None else ""
            path = site.paths[k]
            branch = "this branch"
            if path.when is not None and path.when.span.line != path.span.line:
                branch = f"the branch at {fault.where(path.span)}"
            what = f"operand {k + 1} is {branch}, {_how(path)}"
            message = f"{what}: it passes on what it takes; {came.message}{where}"
            found[k] = Note(message, path.when.span if path.when is not None else path.span)
    return found


def conditions(fault: Fault) -> Iterator[Told]:
    """Where what the `when` of a branch speaks of is written, of branches that are left out."""
    for k in passed_on(fault):
        when = fault.site.paths[k].when
        if when is not None:
            yield from words_of(when.text, when.span, fault.around, fault.body.frame)


def unmerged(fault: Fault) -> Iterator[Told]:
    """The branches whose outputs nothing merges."""
    span = fault.body.unmerged.get(tuple(fault.flow))
    if span is not None and len(fault.flow) > 1:
        yield Told(0, Note(f"these branches give {len(fault.flow)} tensors; no `merge`", span))


def _how(path: Step) -> str:
    if isinstance(path.body, Use) and path.body.head == "identity":
        return "`identity`"
    if path.when is not None:
        return f"left out since `{path.when.text}` is false"
    return "which does nothing here"


def operands(fault: Fault) -> Iterator[Told]:
    """Where `from` picks the operands, if that is not on the line of the step."""
    origin = fault.site.origin
    if origin is None or origin.span.line == fault.span.line:
        return
    names = names_in(fault)
    concerned = dict.fromkeys(operand for operand, _ in fault.error.about)
    named = [f"operand {k + 1} is `{names[k]}`" for k in concerned if k in names]
    message = f"{' and '.join(named)}, picked here" if named else "its operands are picked here"
    yield Told(0, Note(message, origin.span))


def names_in(fault: Fault) -> dict[int, str]:
    """What a `from` writes for each operand, but for `_`; none where that is not one by one."""
    origin = fault.site.origin
    if origin is None:
        return {}
    texts = [each.text for each in origin.operands.values()]
    if origin.expression is not None:
        texts = _parts(origin.expression.text)
    if len(texts) != len(fault.flow):
        return {}
    return {k: text for k, text in enumerate(texts) if text != "_"}


def renamed(fault: Fault, operand: int, name: str) -> dict[Expression, str]:
    """The expressions of a `from`, with another name for one operand."""
    origin = fault.site.origin
    assert origin is not None
    if origin.expression is None:
        return {list(origin.operands.values())[operand]: name}
    texts = _parts(origin.expression.text)
    return {origin.expression: ", ".join([*texts[:operand], name, *texts[operand + 1 :]])}


def swapped(fault: Fault) -> str | None:
    """The same two operands the other way round."""
    origin, turned = fault.site.origin, tuple([value.type for value in reversed(fault.flow)])
    if fault.op.name != "crop_to" or not fits(fault.op, turned):
        return None
    if origin is not None and origin.expression is not None:
        texts = {origin.expression: ", ".join(_parts(origin.expression.text)[::-1])}
        if not fault.trials.with_texts(texts):
            return None
    return "the other way round it would fit: first what is cropped, then what it is to be like"


def other_order(fault: Fault) -> str | None:
    """An index that counts from the wrong end, or from another start; a loop that runs the other
    way round.
    """
    uses = {fault.span, *(link.span for link in fault.body.frame or ())}
    for step in _steps(fault.trials.file):
        if isinstance(step.body, Use) and step.body.span in uses and step.origin is not None:
            for expression in step.origin.expressions:
                for text in _other_indices(expression.text):
                    if fault.trials.with_texts({expression: text}):
                        return f"`from: {text}` would fit at {fault.where(expression.span)}"
    for step in _steps(fault.trials.file):
        loop, at = step.loop, {step.span, *([step.body.span] if isinstance(step.body, Use) else [])}
        if loop is None or not uses & {loop.span, *at}:
            continue
        for name, entries in loop.lists.items():
            if not isinstance(entries, Expression):
                continue
            turned = _reversed(fault, entries)
            if turned is not None and fault.trials.with_texts({entries: turned}):
                where = fault.where(entries.span)
                return f"the other way round it would fit: `{name}: {turned}` at {where}"
    return None


def _steps(file: SpecFile) -> Iterator[Step]:
    for body in (file.body, *(block.body for block in file.blocks.values())):
        yield from every_step(body)


def _other_indices(text: str) -> Iterator[str]:
    """The text with the index of a list counted from the end, or one off."""
    found = INDEX.search(text)
    if found is None:
        return
    name, index = found[1], found[2]
    start, end = text[: found.start()], text[found.end() :]
    base = OFF_BY_ONE.fullmatch(index)
    others = [base[1]] if base else [f"{index} + 1", f"{index} - 1"]
    others.append(f"-1 - {index}" if index.isidentifier() else f"-1 - ({index})")
    yield from (f"{start}{name}[{other}]{end}" for other in others)


def _reversed(fault: Fault, entries: Expression) -> str | None:
    """A list of numbers the other way round."""
    environment = fault.body.elaborator.files.environment(fault.trials.file)
    try:
        value = entries.evaluate(environment)
    except SpecError:
        return None
    if not isinstance(value, tuple) or not all(isinstance(each, int) for each in value):
        return None
    return str(list(reversed(value)))


def _parts(text: str) -> list[str]:
    """A list without its brackets, cut at its commas."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter in "([") - (letter in ")]")
        if letter == "," and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]
