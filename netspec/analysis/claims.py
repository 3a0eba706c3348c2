"""Claims: figures that someone printed, checked to the precision they were printed with."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from netspec.analysis.cost import Cost, Costs
from netspec.analysis.tree import find
from netspec.diagnostics import Diagnostic, fault
from netspec.program import Program
from netspec.syntax.nodes import Mapping as MappingNode
from netspec.syntax.nodes import Node, Scalar, Sequence
from netspec.syntax.spec import Claim
from netspec.tensor import Tensor

_PRINTED = re.compile(r"([0-9][0-9,]{0,60})(?:\.([0-9]{1,30}))?\s*([kKMGBT]?)")
_SCALES = {"": 0, "k": 3, "K": 3, "M": 6, "G": 9, "B": 9, "T": 12}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one figure of a claim."""

    claim: Claim
    quantity: str
    printed: str
    computed: str
    holds: bool

    @property
    def fault(self) -> Diagnostic | None:
        """The diagnostic of a claim that fails, or of a disputed one that holds."""
        source = f" ({self.claim.source})" if self.claim.source else ""
        if self.holds and self.claim.disputed:
            message = f"the disputed claim {self.quantity} = {self.printed}{source} holds"
            return Diagnostic("NS502", message, self.claim.span, hint="remove `disputed`")
        if self.holds or self.claim.disputed:
            return None
        message = f"{self.quantity} is {self.computed}, not {self.printed} as printed{source}"
        return Diagnostic("NS501", message, self.claim.span)


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
        node = find(program, costs, tuple(claim.at.text.split(".")))
        if node is None:
            raise fault("NS503", f"there is no step at `{claim.at.text}`", claim.at.span)
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
        hint = "a number as it was printed: 25557032, '60,000', 25.6M, 4.09G"
        raise fault("NS503", f"`{quantity}` is not a printed figure", node.span, hint=hint)
    assert isinstance(node, Scalar)
    holds = bounds[0] <= computed <= bounds[1]
    return Verdict(claim, quantity, node.text, f"{computed:,}", holds)


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
    holds = [output.shape for output in outputs] == printed
    shown = " ".join(map(str, outputs))
    return Verdict(claim, quantity, " ".join(str(Tensor(p)) for p in printed), shown, holds)


def _sizes(node: Node) -> tuple[int, ...]:
    items = node.items if isinstance(node, Sequence) else []
    sizes = tuple(item.value for item in items if isinstance(item, Scalar))
    if not items or not all(isinstance(size, int) for size in sizes) or len(sizes) < len(items):
        raise fault("NS503", "`shape` is a list of sizes", node.span)
    return tuple(size for size in sizes if isinstance(size, int))


_LIMIT = re.compile(r"<\s*(=?)\s*(.+)")


def check_budget(budget: Mapping[str, Scalar], cost: Cost) -> Iterator[Diagnostic]:
    """A fault (NS505) for each figure beyond its limit, NS503 for a limit that cannot be read."""
    for quantity, limit in budget.items():
        match = _LIMIT.fullmatch(limit.text.strip())
        bounds = interval(match[2]) if match else None
        if match is None or bounds is None:
            message = f"`{limit.text}` is not a limit"
            yield Diagnostic("NS503", message, limit.span, hint=f"{quantity}: <8M")
            continue
        most, computed = sum(bounds) / 2, getattr(cost, quantity)
        if computed > most or (computed == most and not match[1]):
            message = f"{quantity} are {computed:,}, the budget is {limit.text}"
            yield Diagnostic("NS505", message, limit.span)
