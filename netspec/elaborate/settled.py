"""Faults of what the file's params alone settle, in steps that are done whatever tensors come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from netspec.diagnostics import Report, SpecError
from netspec.elaborate.arguments import Prepared, Supplied
from netspec.elaborate.binding import bind_op
from netspec.elaborate.environment import Environment, resolve
from netspec.elaborate.files import Files
from netspec.elaborate.signatures import missing
from netspec.syntax.expression import Expression
from netspec.syntax.spec import SpecFile
from netspec.syntax.steps import Branches, Step, Use


def add_settled_faults(file: SpecFile, files: Files, report: Report) -> None:
    """Report the faults of arguments, `when` and `repeat` that speak of params and numbers."""
    try:
        environment = files.environment(file)
    except SpecError:
        return
    for step in _outermost(file.body):
        for expression in _conditions(step):
            if expression.names <= file.params.keys():
                with report.collecting():
                    expression.evaluate(environment)
    for use in _certain(file.body):
        with report.collecting():
            _arguments(use, files, environment, report)


def _outermost(steps: Iterable[Step]) -> Iterator[Step]:
    """The steps that are reached for certain, those left out by `when` too."""
    for step in steps:
        yield step
        if step.when is None and step.loop is None:
            yield from _outermost(_inside(step))


def _inside(step: Step) -> Iterable[Step]:
    if isinstance(step.body, Branches):
        return step.body.paths
    return step.body if isinstance(step.body, tuple) else ()


def _conditions(step: Step) -> Iterator[Expression]:
    if step.loop is not None and step.loop.count is not None:
        yield step.loop.count
    elif step.loop is None and step.when is not None:
        yield step.when


def _certain(steps: Iterable[Step]) -> Iterator[Use]:
    for step in _outermost(steps):
        if step.when is None and step.loop is None:
            if isinstance(step.body, Use):
                yield step.body
            elif isinstance(step.body, Branches) and step.body.merge is not None:
                yield step.body.merge


def _arguments(use: Use, files: Files, environment: Environment, report: Report) -> None:
    params = environment.home.params
    target = None if use.head in params else resolve(use.head, environment.home)
    if target is None:
        return
    prepared = files.prepared(use, target)
    settled = [each for each in prepared if _is_settled(each, params.keys())]
    given = {each.parameter for each in settled}
    if isinstance(target, type) and len(settled) == len(prepared) and not missing(target, given):
        bind_op(target, use, [Supplied(settled, environment, {})])
        return
    for each in settled:
        with report.collecting():
            each.ready.evaluate(environment, {})


def _is_settled(argument: Prepared, params: Iterable[str]) -> bool:
    ready = argument.ready
    if ready.use is not None or ready.step is not None or ready.formula is not None:
        return False
    return all(each.names <= {*params} for each in ready.expressions)
