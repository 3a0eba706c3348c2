"""Faults behind a fault: those that are there whichever way it is mended."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from netspec.diagnostics import Diagnostic, Note, Report, Span, SpecError, fault
from netspec.elaborate.body import Body
from netspec.elaborate.context import Abandoned, Flow, Site, in_chain
from netspec.elaborate.elaborator import Elaborator, place
from netspec.elaborate.files import Files
from netspec.ops.base import Op, ShapeError, Tensors
from netspec.ops.checks import Mismatch, Undivided
from netspec.syntax.spec import SpecFile

PASSABLE = frozenset({"NS302", "NS304"})
"""The faults behind which it can be known what an op would give."""
BEYOND, MOST_STEPS = "NS402", 20_000
"""How much is elaborated in search of further faults."""
DIVIDED = ("groups", "heads")
"""The arguments that divide the channels of an op and do not change what it gives."""


def with_further_faults(elaborator: Elaborator) -> SpecError:
    """The faults that an elaboration ended with and those behind them: where operands have other
    channels, what is wrong both with the channels of the one and of the other.
    """
    report = elaborator.report
    if report.codes & PASSABLE:
        known = {place(each) for each in report.faults}
        one, other = (_faults(elaborator.file, elaborator.files, operand) for operand in (0, 1))
        places = {place(each) for each in other if each.code != BEYOND} - known
        report.add(SpecError(each for each in one if place(each) in places))
    return SpecError(_counted(each, elaborator) for each in report.faults)


def _counted(first: Diagnostic, elaborator: Elaborator) -> Diagnostic:
    """A fault, and in how many more uses of its block it is."""
    others = elaborator.repeated.get(place(first), ())
    if not others:
        return first
    times = "one more use" if len(others) == 1 else f"{len(others)} more uses"
    elsewhere = [each.span for each in others[0].notes if each not in first.notes]
    note = Note(f"the same in {times}, here", elsewhere[-1] if elsewhere else None)
    return replace(first, notes=(*first.notes, note))


def _faults(file: SpecFile, files: Files, operand: int) -> list[Diagnostic]:
    report = Report()
    with suppress(SpecError, Abandoned):
        _Assuming(file, report, files, operand).program()
    return report.faults


class _Assuming(Elaborator):
    """Goes on behind a fault, as if one of two operands had the channels of the other."""

    def __init__(self, file: SpecFile, report: Report, files: Files, operand: int) -> None:
        super().__init__(file, report, files)
        self._operand, self._left = operand, MOST_STEPS
        self._passed: set[tuple[str, Span]] = set()

    def spend(self, steps: int, span: Span) -> None:
        super().spend(steps, span)
        self._left -= steps
        if self._left < 0:
            raise fault(BEYOND, "further faults are not looked for", span)

    def refused(self, body: Body, op: Op, error: ShapeError, flow: Flow, site: Site) -> Tensors:
        try:
            outputs = self._outputs(op, error, tuple([value.type for value in flow]))
        except ShapeError as behind:  # another fault of the same op
            self.add(in_chain(self.explain(body, op, error, flow, site), body.frame))
            return super().refused(body, op, behind, flow, site)
        if outputs is None:
            return super().refused(body, op, error, flow, site)
        if (error.code, site.use.span) not in self._passed:
            self._passed.add((error.code, site.use.span))
            self.add(in_chain(self.explain(body, op, error, flow, site), body.frame))
        return outputs

    def _outputs(self, op: Op, error: ShapeError, inputs: Tensors) -> Tensors | None:
        """What the op would give if it were mended, where that is known but for the channels."""
        if isinstance(error, Undivided):
            divided = [name for name in DIVIDED if name in type(op).model_fields]
            whole = op.model_copy(update=dict.fromkeys(divided, 1))
            return whole.infer(inputs) if divided else None
        if isinstance(error, Mismatch) and error.axes == [0] and len(inputs[0].shape) != 2:
            pair = [inputs[k] for k in error.pair]
            largest = max(pair, key=lambda x: (len(x.shape), x.elements // x.shape[0]))
            alike = all(x.shape[1:] == largest.shape[1:] for x in pair)
            return (pair[self._operand] if alike else largest,) if op.name != "concat" else None
        return None
