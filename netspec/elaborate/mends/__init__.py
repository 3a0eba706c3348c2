"""What would mend a shape fault: hints by the kind of fault, each tried on the ops themselves."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from netspec.diagnostics import SpecError, fault
from netspec.elaborate.context import Flow, Site
from netspec.elaborate.mends import inputs, lengths, operands, picked
from netspec.elaborate.mends.shape_fault import Fault
from netspec.elaborate.mends.trial import Trials
from netspec.elaborate.origins import LENGTHS, Told, chosen, notes, op_arguments, words_of
from netspec.ops.base import Op, ShapeError
from netspec.ops.checks import Mismatch, Undivided

if TYPE_CHECKING:
    from netspec.elaborate.body import Body

MENDS: dict[type[ShapeError], tuple[Callable[[Fault], str | None], ...]] = {
    Mismatch: (
        inputs.shape_of_input,
        operands.other_order,
        operands.gate,
        operands.one_map,
        lengths.padding,
        lengths.rounding,
        lengths.other_factor,
        operands.other_name,
        picked.other_order,
        operands.projection,
        lengths.other_argument,
        operands.other_out,
        operands.any_projection,
        lengths.strides,
    ),
    Undivided: (inputs.divisors,),
    ShapeError: (
        inputs.shape_of_input,
        inputs.torch_order,
        lengths.fitting,
        inputs.number,
        inputs.by_op,
        inputs.transposed,
        picked.swapped,
        picked.other_order,
    ),
}
"""By the kind of fault, the hints that are tried, in this order."""


def mend(of: Fault) -> str | None:
    """A hint that would mend the fault; the op's own where none is known."""
    for kind, hints in MENDS.items():
        if isinstance(of.error, kind):
            found = (hint(of) for hint in hints)
            return next((text for text in found if text), of.error.hint)
    return of.error.hint


def explained(body: Body, op: Op, error: ShapeError, flow: Flow, site: Site) -> SpecError:
    """The fault of an op that does not take its inputs: where they come from, what made their
    sizes, what would mend it.
    """
    elaborator, span = body.elaborator, site.use.span
    around, frame = elaborator.around, body.frame
    of = Fault(op, error, flow, site, body, Trials(elaborator))
    concerned = ABOUT.get(error.code, ())
    given = {name: each for name, each in site.arguments.items() if name in concerned}
    told = [
        *notes(flow, error.about, around, frame, picked.passed_on(of)),
        *op_arguments(given, span, around, frame),
        *picked.conditions(of),
        *picked.operands(of),
        *picked.unmerged(of),
    ]
    return fault(error.code, error.message, span, notes=chosen(told), hint=mend(of))


ABOUT: dict[str, tuple[str, ...]] = {"NS303": LENGTHS, "NS304": ("groups", "out", "heads", "parts")}
"""The arguments of the op that a fault is about, by its code."""


FORMULA = re.compile("`([^`]+)` gives ")
"""An expression in the message of a fault."""
SPOKEN_OF = {"in_channels": 0, "in_features": -1, "in_height": -2, "in_width": -1}
"""The axes that expressions speak of."""


def with_sizes(body: Body, error: SpecError, flow: Flow) -> SpecError:
    """Faults of sizes (NS305, NS307), with what made those of the input that they speak of, and
    where the parameters are given.
    """
    around, frame = body.elaborator.around, body.frame
    found = []
    for each in error.diagnostics:
        words = [word for word in SPOKEN_OF if word in each.message]
        told: list[Told] = []
        if words and flow and each.code in ("NS305", "NS307"):
            axis = SPOKEN_OF[words[0]] % len(flow[0].type.shape)
            told += notes(flow[:1], [(0, axis)], around, frame)
        if each.code in ("NS204", "NS307") and each.span is not None:
            text = " ".join(FORMULA.findall(each.message))
            told += words_of(text, each.span, around, frame)
        if told:
            each = replace(each, notes=(*chosen(told), *each.notes))
        found.append(each)
    return SpecError(found)
