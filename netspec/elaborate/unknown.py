"""What is written and not known: ops, blocks, steps, keys beside a step; what was meant by it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from netspec.diagnostics import Note, Span, SpecError, fault, nearest
from netspec.elaborate.context import kind_of
from netspec.elaborate.environment import callable_names, resolve
from netspec.elaborate.signatures import parameters
from netspec.elaborate.wires import listed_steps, meant_step, place_of_step
from netspec.syntax.nodes import Scalar
from netspec.syntax.spec import BUILT_IN, Block, SpecFile
from netspec.syntax.steps import MODIFIERS, Branches, Step, Use


def unknown_use(use: Use, home: SpecFile, variables: Mapping[str, Any]) -> SpecError:
    """The fault (NS201) of a head that is no op, no block and no variable that holds one."""
    from netspec.syntax.elsewhere import op_hint

    if use.head in variables:
        value = variables[use.head]
        message = f"`{use.head}` is {kind_of(value)}, not a block"
        hint = "a body as a value is `{do: [..]}`" if isinstance(value, tuple) else None
        param = home.params.get(use.head)
        notes = [Note(f"`{use.head}` is set here", param.span)] if param is not None else []
        return fault("NS201", message, use.span, notes=notes, hint=hint)
    hint = _in_used_files(use.head, home) or op_hint(use.head)
    hint = hint or nearest(use.base, [*callable_names(home), *variables])
    return fault("NS201", f"unknown op or block `{use.head}`", use.span, hint=hint)


def _in_used_files(head: str, home: SpecFile) -> str | None:
    """A hint where the head is a prefix alone, a block of a used file without its prefix, or with
    a prefix no block of that file.
    """
    prefix, dot, _ = head.partition(".")
    if dot and prefix in home.uses:
        names = [f"{prefix}.{name}" for name in home.uses[prefix].blocks]
        return nearest(head, names) or f"that file has {_listed(names)}"
    used = [(prefix, name) for prefix, file in home.uses.items() for name in file.blocks]
    found = [f"`{prefix}.{name}`" for prefix, name in used if head in (prefix, name)]
    return f"did you mean {' or '.join(found[:4])}?" if found else None


def unknown_wire(
    name: str, span: Span, before: Sequence[str], block: Block | None, home: SpecFile
) -> SpecError:
    """The fault (NS207) of a `from`, in a block or the network, that names no step of its body;
    `before` are those that it can name.
    """
    step = name.partition(".")[0]
    elsewhere = place_of_step(step, home)
    notes = [] if elsewhere is None else [Note(f"`{step}` stands here, in another body", elsewhere)]
    hint: str | None
    if step in BUILT_IN:
        hint = f"`from` picks what the step takes, so `{step}` is not known yet"
    elif _is_callable(step, home):
        hint = f"a step is known by its `name` alone: write `name: {step}` beside it"
    elif elsewhere is None:
        hint = meant_step(step, before) or listed_steps(before)
    elif block is None:
        hint = "the steps of a block are known inside of it alone: give it `outputs`"
    else:
        inputs = ", ".join([*(each.text for each in block.inputs), step])
        hint = f"a block sees its own steps and its inputs: `inputs: [{inputs}]`"
    return fault("NS207", _NO_STEP.format(name), span, hint=hint, notes=notes)


def without_inputs(block: Block, mentions: Mapping[str, Span]) -> SpecError:
    """The fault (NS207) of a block whose steps take what only inputs could be, by their names."""
    name, span = next(iter(mentions.items()))
    hint = f"what `{block.name}` takes has names by `inputs: [{', '.join(mentions)}]`"
    return fault("NS207", _NO_STEP.format(name), span, hint=hint)


_NO_STEP = "no step named `{}` before this one"


def could_be_input(name: str, steps: Sequence[str], home: SpecFile) -> bool:
    """Whether a name in a `from` is nearly none of the steps, no other body's, and no op's."""
    known = _is_callable(name, home) or place_of_step(name, home) or meant_step(name, steps)
    return "." not in name and name not in BUILT_IN and not known


def _is_callable(step: str, home: SpecFile) -> bool:
    """Whether what should be the name of a step is that of an op or block, perhaps with a number
    behind it.
    """
    return resolve(step.rstrip("0123456789"), home) is not None


def stray_keys(step: Step, home: SpecFile, variables: Collection[str]) -> SpecError:
    """The faults (NS205) of the keys beside a step that are no modifiers."""
    head = step.body.head if isinstance(step.body, Use) else None
    target = None if head is None or head in variables else resolve(head, home)
    if head is not None and target is None and head not in variables:
        meant = next((key for key in step.stray if resolve(key.text, home) is not None), None)
        if meant is not None:
            message = f"unknown modifier `{head}` beside `{meant.text}`"
            return fault("NS205", message, step.span, hint=_modifier_hint(head, ()))
    known = [] if target is None else parameters(target)
    name = head or ("branches" if isinstance(step.body, Branches) else "do")
    return SpecError(d for error in _strays(step, name, known, home) for d in error.diagnostics)


def _strays(step: Step, head: str, known: Sequence[str], home: SpecFile) -> Iterator[SpecError]:
    beside = [key for key in step.stray if key.text in known]
    if beside:
        words = _listed([key.text for key in beside])
        message = f"arguments of `{head}` stand beside it: {words}"
        given = ", ".join(f"{key.text}: .." for key in beside)
        hint = f"write `{head}: {{{given}}}`, or indent them two columns more"
        yield fault("NS205", message, beside[0].span, hint=hint)
    for key in step.stray:
        if key in beside:
            continue
        message = f"unknown modifier `{key.text}` beside `{head}`"
        if resolve(key.text, home) is not None:
            message = f"`{key.text}` cannot stand beside `{head}`: a step has one op or block"
            hint = f"a step of its own begins with a dash: `- {_entry(key)}`"
        else:
            hint = _modifier_hint(key.text, known)
        yield fault("NS205", message, key.span, hint=hint)


def _modifier_hint(word: str, arguments: Sequence[str]) -> str:
    from netspec.syntax.elsewhere import MODIFIERS as THEIRS
    from netspec.syntax.elsewhere import argument_hint, in_place_of, key_hint

    if inside := argument_hint(word, arguments):
        return f"{inside}, and goes inside the braces"
    hint = key_hint(word, MODIFIERS, THEIRS) or in_place_of(word) or nearest(word, arguments)
    return hint or "beside it stand modifiers alone; arguments go inside its braces"


def _entry(key: Scalar) -> str:
    """The line that begins with a key, as far as it goes."""
    line = key.span.source.lines[key.span.line - 1]
    return line[key.span.column - 1 :].split(" #")[0].strip()


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
