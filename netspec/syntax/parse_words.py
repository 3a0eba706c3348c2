"""Small parts of a spec: names, texts and words, each with the fault of one that cannot be."""

from __future__ import annotations

import re

from netspec.diagnostics import fault, nearest
from netspec.syntax.nodes import Node, Scalar, Sequence, describe
from netspec.syntax.spec import BUILT_IN
from netspec.syntax.steps import MODIFIERS, WORD


def reject_name(key: Scalar, what: str) -> None:
    """Raise `SpecError` (NS208) for a key that cannot be a name."""
    if not WORD.fullmatch(key.text) or "." in key.text:
        raise fault("NS208", f"{describe(key)} cannot name {what}", key.span, hint=_as_name(key))
    if key.text == "_":
        raise fault("NS208", f"`_` is the value so far and cannot name {what}", key.span)
    if key.text in MODIFIERS:
        message = f"`{key.text}` is a modifier and cannot name {what}"
        raise fault("NS208", message, key.span, hint=f"another name: `{key.text}_`, say")
    if key.text in BUILT_IN:
        raise fault("NS208", f"`{key.text}` is built in and cannot name {what}", key.span)


def network_name(node: Node) -> str:
    """What a network may be called; raises `SpecError` (NS205, NS208)."""
    name = text(node, "`name`")
    if name.startswith("-") or not name.replace("-", "_").isidentifier():
        hint = "letters, digits, - and _, a letter first"
        raise fault("NS208", f"`{name}` cannot name a network", node.span, hint=hint)
    return name


def _as_name(key: Scalar) -> str:
    """What could be meant by a key that is no name."""
    if "(" in key.text:
        return "parameters stand below it, under `params`"
    rule = "letters, digits and _, no digit first"
    name = re.sub(r"\W+", "_", key.text).strip("_")
    return f"{rule}: `{name}`" if re.match(r"[A-Za-z]", name) else rule


def text(node: Node, what: str) -> str:
    """A scalar that is there; raises `SpecError` (NS205)."""
    if not isinstance(node, Scalar) or node.value is None:
        raise fault("NS205", f"{what} is a text, not {describe(node)}", node.span)
    return node.text


def one_of(node: Node, words: tuple[str, ...], what: str) -> str:
    """One of a few words; raises `SpecError` (NS204)."""
    if not isinstance(node, Scalar) or node.text not in words:
        allowed = ", ".join(f"`{word}`" for word in words)
        hint = nearest(node.text, words, 0.5) if isinstance(node, Scalar) else None
        message = f"{what} is one of {allowed}, not {describe(node)}"
        raise fault("NS204", message, node.span, hint=hint)
    return node.text


def word(node: Node, words: tuple[object, ...], what: str) -> bool:
    """Whether the node is one of these words, and not `false`; raises `SpecError` (NS204)."""
    if not isinstance(node, Scalar) or node.value not in words:
        allowed = " or ".join(f"`{word}`" for word in words)
        raise fault("NS204", f"{what} is {allowed}, not {describe(node)}", node.span)
    return node.value is not False


def names(node: Node, what: str) -> tuple[Scalar, ...]:
    """A list of names, each once; raises `SpecError` (NS205, NS208)."""
    items = node.items if isinstance(node, Sequence) else []
    listed = tuple(item for item in items if isinstance(item, Scalar))
    if not items or len(listed) != len(items):
        raise fault("NS205", f"{what} is a list of names, not {describe(node)}", node.span)
    seen: set[str] = set()
    for name in listed:
        reject_name(name, "a tensor")
        if name.text in seen:
            raise fault("NS208", f"`{name.text}` stands in {what} twice", name.span)
        seen.add(name.text)
    return listed
