"""Keys of a mapping against those that there are: unknown ones, and ones that are not indented."""

from __future__ import annotations

from collections.abc import Callable, Collection

from netspec.diagnostics import Report, SpecError, fault
from netspec.syntax.nodes import Mapping, Scalar, describe, is_null

Spilled = dict[Scalar, list[Scalar]]


def require_version(root: Mapping) -> None:
    """Raise `SpecError` (NS205) for a file that does not say the version of its language, 1."""
    version = root.get("netspec")
    if version is None:
        hint = "write `netspec: 1` as its first line"
        raise fault("NS205", "the key `netspec` is missing", root.span, hint=hint)
    if not isinstance(version, Scalar) or type(version.value) is not int or version.value != 1:
        message = f"this netspec reads language version 1, not {describe(version)}"
        raise fault("NS205", message, version.span, hint="write `netspec: 1`")


def check_keys(node: Mapping, known: Collection[str], what: str, report: Report) -> set[Scalar]:
    """Report the keys (NS205) that are not known; returns those keys, and the empty ones that they
    probably belong into.
    """
    spilled = unindented(node, lambda key: key not in known)
    for empty, keys in spilled.items():
        report.add(not_inside(empty, keys))
    handled = {key for empty, keys in spilled.items() for key in (empty, *keys)}
    for key, _ in node:
        if key.text not in known and key not in handled:
            report.add(_unknown(key, known, what))
            handled.add(key)
    return handled


def unindented(node: Mapping, belongs: Callable[[str], bool]) -> Spilled:
    """The keys without a value, each with the keys right below it that belong inside."""
    found: Spilled = {}
    empty: Scalar | None = None
    for key, value in node:
        if empty is not None and belongs(key.text):
            found.setdefault(empty, []).append(key)
        else:
            empty = key if is_null(value) else None
    return found


def not_inside(empty: Scalar, keys: list[Scalar]) -> SpecError:
    """The fault of keys that should be indented below an empty one."""
    listed = ", ".join(f"`{key.text}`" for key in keys)
    stand = "stands" if len(keys) == 1 else "stand"
    message = f"{listed} {stand} beside `{empty.text}`, which is empty"
    hint = f"what belongs to `{empty.text}` is indented by two spaces more"
    return fault("NS205", message, keys[0].span, hint=hint)


def _unknown(key: Scalar, known: Collection[str], what: str) -> SpecError:
    from netspec.syntax.elsewhere import key_hint

    hint = key_hint(key.text, known) or "it has " + ", ".join(f"`{k}`" for k in sorted(known))
    return fault("NS205", f"unknown key `{key.text}` in {what}", key.span, hint=hint)
