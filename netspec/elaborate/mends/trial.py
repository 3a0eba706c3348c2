"""Mends tried out: the spec elaborated once more, as if they were made."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence
from collections.abc import Set as AnySet
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from netspec.diagnostics import Report, Span, SpecError, fault
from netspec.elaborate.arguments import Prepared, prepare_defaults
from netspec.elaborate.context import Abandoned, Flow, Site
from netspec.elaborate.files import Files
from netspec.elaborate.interface import shape_node
from netspec.ops.base import Op, ShapeError
from netspec.syntax.arithmetic import meter
from netspec.syntax.expression import Expression, parse_expression
from netspec.syntax.nodes import Mapping, Node, Scalar
from netspec.syntax.spec import Block, SpecFile
from netspec.syntax.steps import Use

if TYPE_CHECKING:
    from netspec.elaborate.body import Body
    from netspec.elaborate.elaborator import Elaborator

COST = 100
"""What a trial takes besides, in steps."""
CHARACTERS_OF_A_STEP, WORK_OF_A_STEP = 20, 5
"""How much text, and how much work of expressions, counts as one."""

Arguments = AnyMapping[str, str | None]
"""Of an op or a block, by name; None takes one away."""


class Trials:
    """Whether a spec checks with a mend, tried as long as there are steps left for it."""

    def __init__(self, elaborator: Elaborator) -> None:
        self._elaborator = elaborator

    @property
    def file(self) -> SpecFile:
        return self._elaborator.file

    def with_inputs(self, shapes: AnyMapping[str | None, Sequence[int]]) -> bool:
        """With other shapes of inputs, each by its name."""
        file = self.file
        before = file.sizes
        file.sizes = {**before, **{name: shape_node(shape) for name, shape in shapes.items()}}
        try:
            return self._checks(Files())
        finally:
            file.sizes = before

    def with_arguments(self, given: AnyMapping[Span, Arguments]) -> bool:
        """With other arguments of the uses at these places."""
        return self._checks(_Mended(given), frozenset(given))

    def with_texts(self, texts: AnyMapping[Expression, str]) -> bool:
        """With other expressions in place of some."""
        with ExitStack() as stack:
            for expression, text in texts.items():
                other = parse_expression(text, expression.span)
                stack.enter_context(expression.standing_for(other))
            return self._checks(Files())

    def _checks(self, files: Files, mended: AnySet[Span] | None = None) -> bool:
        """Whether the spec has no fault of shapes, as far as it can be elaborated; none at all
        where it is not said what is mended.
        """
        before = meter.spent
        cost = COST + len(self.file.source.text) // CHARACTERS_OF_A_STEP
        trial = _trial(self.file, files, self._elaborator.left_for_trials - cost)
        if trial.left < 0:
            return False
        try:
            trial.program()
        except SpecError as error:
            return mended is not None and _is_another(error, mended)
        except Abandoned:
            return mended is not None
        except (RecursionError, _Exhausted):
            return False
        finally:
            work = (meter.spent - before) // WORK_OF_A_STEP
            self._elaborator.left_for_trials = trial.left - work
        return True


def _is_another(error: SpecError, mended: AnySet[Span]) -> bool:
    """Whether these are faults of names and arguments, elsewhere than at what is mended."""
    return all(
        each.code.startswith("NS2") and each.span not in mended for each in error.diagnostics
    )


class _Exhausted(BaseException):
    """It takes too many steps."""


def _trial(file: SpecFile, files: Files, most: int) -> Any:
    from netspec.elaborate.elaborator import Elaborator

    class Trial(Elaborator):
        """Looks for no mends."""

        left = most

        def spend(self, steps: int, span: Span) -> None:
            super().spend(steps, span)
            self.left -= steps
            if self.left < 0:
                raise _Exhausted

        def about_input(self, body: Body, error: SpecError, flow: Flow) -> SpecError:
            return error

        def explain(
            self, body: Body, op: Op, error: ShapeError, flow: Flow, site: Site
        ) -> SpecError:
            return fault(error.code, error.message, site.use.span)

    return Trial(file, Report(), files)


class _Mended(Files):
    """Gives uses at some places other arguments; None takes one away."""

    def __init__(self, given: AnyMapping[Span, Arguments]) -> None:
        super().__init__()
        self._given = given
        self._mended: dict[tuple[int, int], tuple[Prepared, ...]] = {}

    def prepared(self, use: Use, target: Block | type[Op]) -> tuple[Prepared, ...]:
        own = super().prepared(use, target)
        if use.span not in self._given:
            return own
        cached = (id(use), id(target))
        if cached not in self._mended:
            given = self._given[use.span]
            kept = [each for each in own if each.parameter not in given]
            entries: list[tuple[Scalar, Node]] = [
                (Scalar(name, use.span), Scalar(text, use.span))
                for name, text in given.items()
                if text is not None
            ]
            others = prepare_defaults(Mapping(entries, use.span), target)
            self._mended[cached] = (*kept, *others)
        return self._mended[cached]
