"""Claims: figures that someone printed, checked to the precision they were printed with."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from netspec.analysis.cost import Costs
from netspec.analysis.tree import Node as TreeNode
from netspec.analysis.tree import NotInTree, find, module_tree
from netspec.diagnostics import Diagnostic, Note, Span, fault, nearest
from netspec.program import Program
from netspec.syntax.nodes import Mapping as MappingNode
from netspec.syntax.nodes import Node, Scalar, Sequence
from netspec.syntax.spec import Claim
from netspec.tensor import Tensor

_PRINTED = re.compile(r"([0-9][0-9,]{0,60})(?:\.([0-9]{1,30}))?\s*([kKMGBT]?)")
MAX_NAMES = 1000
"""Names of modules among which a misspelt one is looked for."""
_SCALES = {"": 0, "k": 3, "K": 3, "M": 6, "G": 9, "B": 9, "T": 12}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one figure of a claim."""

    claim: Claim
    quantity: str
    printed: str
    computed: str
    holds: bool
    span: Span
    """Where the figure is claimed."""
    hint: str | None = None

    @property
    def fault(self) -> Diagnostic | None:
        """The diagnostic of a claim that fails, or of a disputed one that holds."""
        source = f" ({self.claim.source})" if self.claim.source else ""
        if self.holds and self.claim.disputed:
            message = f"the disputed claim {self.quantity} = {self.printed}{source} holds"
            return Diagnostic("NS502", message, self.span, hint="remove `disputed`")
        if self.holds or self.claim.disputed:
            return None
        message = f"{self.quantity} is {self.computed}, not {self.printed} as printed{source}"
        return Diagnostic("NS501", message, self.span, hint=self.hint)


def check_claim(
    claim: Claim, program_with: Callable[[MappingNode | None], Program]
) -> list[Verdict]:
    """The verdict on each figure of a claim. `program_with` gives the program under the claim's
    `with` (None: as it stands). Raises `SpecError` (NS503) for what cannot be read.
    """
    program = program_with(claim.overrides)
    costs = Costs(program)
    cost, outputs, where = costs.total, program.eval_outputs, ""
    if claim.at is not None:
        node = _node(program, costs, claim.at)
        cost, outputs = node.cost if node.call else node.first, node.output
        where = f" at {claim.at.text}"
    place = where + _given(claim)
    verdicts = []
    for quantity, node_ in claim.figures.items():
        if quantity == "shape":
            verdicts.append(_shape(claim, f"shape{place}", node_, outputs))
        else:
            computed = cost.params if quantity == "params" else cost.macs
            verdicts.append(_figure(claim, quantity + place, node_, computed))
    return verdicts


def _node(program: Program, costs: Costs, at: Scalar) -> TreeNode:
    try:
        return find(program, costs, tuple(at.text.split(".")))
    except NotInTree as error:
        near = nearest(error.name, islice(error.names, MAX_NAMES))
        hint = near or "`netspec stats` shows the tree"
        raise fault("NS503", f"there is no step at `{at.text}`", at.span, hint=hint) from None


def interval(printed: str) -> tuple[Decimal, Decimal] | None:
    """The least and the greatest number that is printed so: 36.45M and 36.55M for `36.5M`."""
    match = _PRINTED.fullmatch(printed.strip())
    if match is None:
        return None
    whole, fraction, scale = match[1].replace(",", ""), match[2] or "", _SCALES[match[3]]
    value = Decimal(f"{whole}.{fraction or 0}").scaleb(scale)
    half = Decimal(5).scaleb(scale - len(fraction) - 1)
    return (value - half, value + half) if scale > len(fraction) else (value, value)


def _figure(claim: Claim, quantity: str, node: Node, computed: int) -> Verdict:
    bounds = interval(node.text) if isinstance(node, Scalar) else None
    if bounds is None:
        forms = "a number as it was printed: 25557032, '60,000', 25.6M, 4.09G"
        raise fault("NS503", f"`{quantity}` is not a printed figure", node.span, hint=forms)
    assert isinstance(node, Scalar)
    holds = bounds[0] <= computed <= bounds[1]
    doubled = quantity.startswith("macs") and bounds[0] <= 2 * computed <= bounds[1]
    hint = "it is twice that: it counts a multiply and an add as two" if doubled else None
    return Verdict(claim, quantity, node.text, f"{computed:,}", holds, node.span, hint)


def _given(claim: Claim) -> str:
    """The parameters of a claim that has its own, in words."""
    given = [f"{key.text}={_written(value)}" for key, value in claim.overrides or ()]
    return f" with {', '.join(given)}" if given else ""


def _written(node: Node) -> str:
    if isinstance(node, Scalar):
        return node.text
    items = node.items if isinstance(node, Sequence) else []
    return "[" + ", ".join(map(_written, items)) + "]" if items else "{..}"


def _shape(claim: Claim, quantity: str, node: Node, outputs: tuple[Tensor, ...]) -> Verdict:
    """One shape, or a list of them where there are several outputs."""
    items = node.items if isinstance(node, Sequence) else []
    several = bool(items) and all(isinstance(item, Sequence) for item in items)
    printed = [_sizes(item) for item in (items if several else [node])]
    computed = [output.shape for output in outputs]
    shown, figure = " ".join(map(str, outputs)), " ".join(str(Tensor(p)) for p in printed)
    last = [(*shape[1:], shape[0]) for shape in computed] == printed
    hint = "shapes begin with the channels" if last else None
    return Verdict(claim, quantity, figure, shown, computed == printed, node.span, hint)


def _sizes(node: Node) -> tuple[int, ...]:
    items = node.items if isinstance(node, Sequence) else []
    sizes = tuple(item.value for item in items if isinstance(item, Scalar))
    if not items or not all(isinstance(size, int) for size in sizes) or len(sizes) < len(items):
        written = re.findall(r"[0-9]+", node.text) if isinstance(node, Scalar) else []
        hint = f"`[{', '.join(written)}]`" if written else None
        raise fault("NS503", "`shape` is a list of sizes", node.span, hint=hint)
    return tuple(size for size in sizes if isinstance(size, int))


_LIMIT = re.compile(r"<\s*(=?)\s*(.+)")


def check_budget(
    budget: Mapping[str, Scalar], program: Program, costs: Costs
) -> Iterator[Diagnostic]:
    """A fault (NS505) for each figure beyond its limit, NS503 for a limit that cannot be read."""
    for quantity, limit in budget.items():
        match = _LIMIT.fullmatch(limit.text.strip())
        bounds = interval(match[2]) if match else None
        if match is None or bounds is None:
            message = f"`{limit.text}` is not a limit"
            meant = limit.text if interval(limit.text) else "8M"
            yield Diagnostic("NS503", message, limit.span, hint=f"`{quantity}: <{meant}`")
            continue
        most, computed = sum(bounds) / 2, getattr(costs.total, quantity)
        if computed > most or (computed == most and not match[1]):
            message = f"{quantity} are {computed:,}, the budget is {limit.text}"
            hint = f"`<={match[2]}` allows it" if computed == most else None
            notes = tuple(_largest(program, costs, quantity))
            yield Diagnostic("NS505", message, limit.span, notes, hint)


def _largest(program: Program, costs: Costs, quantity: str) -> Iterator[Note]:
    """Where most of a figure comes from, if there are modules."""
    children = module_tree(program, costs, 1).children
    for node in sorted(children, key=lambda child: -int(getattr(child.cost, quantity)))[:1]:
        message = f"{getattr(node.cost, quantity):,} of them in `{next(node.names())}`"
        yield Note(message, node.call.span if node.call else None)
