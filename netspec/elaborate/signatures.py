"""What ops and blocks take, and the faults of arguments that do not fit in."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from netspec.diagnostics import Span, SpecError, fault, nearest
from netspec.ops.base import Op
from netspec.syntax.nodes import Node, Scalar
from netspec.syntax.spec import Block, Parameter
from netspec.syntax.steps import MODIFIERS, Use


def parameters(target: Block | type[Op]) -> list[str]:
    """The names of the parameters, in positional order."""
    return list(target.parameters if isinstance(target, Block) else target.arguments())


def too_many(use: Use, given: Sequence[Node], target: Block | type[Op]) -> SpecError:
    """The fault (NS202) of more arguments than there are parameters."""
    takes = f"at most {len(parameters(target))}" if parameters(target) else "none"
    arguments = "1 argument" if len(given) == 1 else f"{len(given)} arguments"
    message = f"`{use.head}` has {arguments} and takes {takes}"
    assert use.arguments is not None
    hint = _signature(target)
    if isinstance(target, type) and target.merges:
        steps = ", ".join(node.text for node in given if isinstance(node, Scalar))
        hint = f"the tensors that it takes stand beside it: `from: {steps}`"
    return fault("NS202", message, use.arguments.span, hint=hint)


def missing(target: Block | type[Op], given: Collection[str]) -> list[str]:
    """The parameters that must be given and are not."""
    return [name for name in parameters(target) if name not in given and is_required(target, name)]


def is_required(target: Block | type[Op], name: str) -> bool:
    """Whether a parameter has no default."""
    if isinstance(target, Block):
        return target.parameters[name].default is None
    return target.arguments()[name].is_required()


def without(names: Sequence[str], target: Block | type[Op], span: Span) -> SpecError:
    """The fault (NS203) of a use that lacks arguments."""
    listed = " and ".join(f"`{name}`" for name in names)
    return fault("NS203", f"`{target.name}` needs {listed}", span, hint=_signature(target))


def _signature(target: Block | type[Op]) -> str:
    """What an op or block takes, with the defaults of a block."""
    if not parameters(target):
        return f"it stands alone: `{target.name}`"
    if isinstance(target, Block):
        return f"it takes {', '.join(map(_declared, target.parameters.values()))}"
    return f"it takes {', '.join(f'`{name}`' for name in parameters(target))}"


def _declared(parameter: Parameter) -> str:
    if isinstance(parameter.default, Scalar):
        return f"`{parameter.name}: {parameter.default.text}`"
    return f"`{parameter.name}: {parameter.kind}`" if parameter.kind else f"`{parameter.name}`"


def require_parameter(key: Scalar, target: Block | type[Op]) -> None:
    """Raise `SpecError` (NS202) for an argument that is no parameter."""
    known = parameters(target)
    if key.text in known:
        return
    hint = _meant_argument(key.text, target)
    raise fault("NS202", f"`{target.name}` has no argument `{key.text}`", key.span, hint=hint)


def _meant_argument(name: str, target: Block | type[Op]) -> str:
    from netspec.syntax.elsewhere import argument_hint, in_place_of

    known = parameters(target)
    if name in ("do", "branches"):
        return f"give the steps by the name of a parameter: {', '.join(f'`{n}`' for n in known)}"
    if name in MODIFIERS and argument_hint(name, known) is None:
        return f"`{name}` is a modifier: write it beside `{target.name}`, one level out"
    cut = re.fullmatch(r"(\w+)(:| |=)(.+)", name)
    if cut is not None and cut[1] in known:
        if cut[2] == "=":
            return f"with a colon: `{cut[1]}: {cut[3].strip()}`"
        lacks = "a space" if cut[2] == ":" else "a colon"
        return f"{lacks} is missing: `{cut[1]}: {cut[3].strip()}`"
    theirs = argument_hint(name, known) or (in_place_of(name) if isinstance(target, type) else None)
    return theirs or nearest(name, known) or _signature(target)
