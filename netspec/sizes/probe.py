"""One spec elaborated at other input sizes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from netspec.diagnostics import Report, Span, SpecError, fault
from netspec.elaborate.body import Body
from netspec.elaborate.check import check_file
from netspec.elaborate.context import Flow, Site
from netspec.elaborate.elaborator import Elaborator
from netspec.elaborate.files import Files
from netspec.elaborate.interface import network_inputs, shape_node
from netspec.elaborate.limits import within_limits
from netspec.ops.base import Op, ShapeError
from netspec.ops.checks import Mismatch
from netspec.program import Program
from netspec.sizes.size import Unaffordable
from netspec.syntax.spec import SpecFile
from netspec.tensor import Tensor

MOST_STEPS = 100_000
"""How many steps an elaboration may take, until one has come to its end."""
GROWTH, SMALL = 3, 2000
"""Then it is so many times the fewest, and some more."""
MOST_WORK = 200_000
"""How many steps all elaborations of one network may take: some seconds."""
MOST_BESIDE_A_FAULT = 45_000
"""The same for a sentence beside a fault: about one second."""
EACH = 20
"""The work of an elaboration beside its steps."""

Name = str | None
Shape = tuple[int, ...]


class Probe:
    """Elaborates a spec with inputs of other shapes, each given by the name of the input. Raises
    `SpecError` with the faults of its text.
    """

    def __init__(self, file: SpecFile, report: Report, work: int = MOST_WORK) -> None:
        self._file, self._report, self._files = file, report, Files()
        check_file(file, self._files.prepared, report)
        report.raise_if_any()
        self.asked = self.inputs
        """The inputs as they were at first."""
        self._most_steps, self.work = MOST_STEPS, work
        self.is_spent = False
        """Whether something was left undone for want of work."""

    @property
    def inputs(self) -> dict[Name, Tensor]:
        """The inputs as the spec has them."""
        values = network_inputs(self._file, self._files.environment(self._file))
        pairs = zip(self._file.inputs, values, strict=True)
        return {given.name: value.type for given, value in pairs}

    @contextmanager
    def share(self, parts: int) -> Iterator[None]:
        """Allow meanwhile one of so many parts of the work that is left."""
        others = self.work - self.work // parts
        self.work -= others
        try:
            yield
        finally:
            self.work += others

    def become(self, shapes: Mapping[Name, Shape]) -> None:
        """From here on these inputs of the spec have these shapes."""
        nodes = {name: shape_node(shape) for name, shape in shapes.items()}
        self._file.sizes = {**self._file.sizes, **nodes}

    def program(self, shapes: Mapping[Name, Shape]) -> Program:
        """The program at these shapes, other inputs as the spec has them. Raises `SpecError`, the
        faults of ops with no more than their message; `Unaffordable` for more work than is
        allowed.
        """
        most = min(self._most_steps, self.work)
        if self.work <= 0:
            self.is_spent = True
            raise Unaffordable
        elaborator = _Plain(self._file, Report(self._report), self._files, most)
        own = self._file.sizes
        self.become(shapes)
        try:
            with within_limits(self._file):
                program = elaborator.program()
        except _Refused as refused:
            raise refused.error from None
        finally:
            self._file.sizes = own
            self.work -= elaborator.steps + EACH
            self.is_spent |= self.work <= 0
        self._most_steps = min(self._most_steps, elaborator.steps * GROWTH + SMALL)
        return program

    def fault(self, shapes: Mapping[Name, Shape]) -> SpecError | None:
        """The faults at these shapes."""
        try:
            self.program(shapes)
        except SpecError as error:
            return error
        return None


class _Refused(BaseException):
    """An op does not take its inputs: nothing else of the spec is looked at."""

    def __init__(self, error: SpecError) -> None:
        super().__init__(error)
        self.error = error


class _Plain(Elaborator):
    """Ends with the first fault of an op, without a look for what would mend it: that takes time,
    and compares sizes on its own.
    """

    def __init__(self, file: SpecFile, report: Report, files: Files, most: int) -> None:
        super().__init__(file, report, files)
        self.steps, self._most = 0, most

    def spend(self, steps: int, span: Span) -> None:
        super().spend(steps, span)
        self.steps += steps
        if self.steps > self._most:
            raise Unaffordable

    def about_input(self, body: Body, error: SpecError, flow: Flow) -> SpecError:
        return error

    def explain(self, body: Body, op: Op, error: ShapeError, flow: Flow, site: Site) -> SpecError:
        span, message = site.use.span, error.message
        if isinstance(error, Mismatch) and error.axes:
            a, b = (flow[operand].type.shape[error.axes[0]] for operand in error.pair)
            message = f"the {op.name} at {place(span)} gets {a} and {b}"
        raise _Refused(fault(error.code, message, span))


def place(span: Span) -> str:
    return f"{Path(span.source.name).name}:{span.line}"
