"""Asserts: conditions of a file or a block, and what was given where one does not hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from netspec.diagnostics import Note, Report, Span, fault
from netspec.elaborate.environment import Environment
from netspec.elaborate.interface import input_span
from netspec.syntax.expression import shown
from netspec.syntax.spec import BUILT_IN, Assert, Block, SpecFile
from netspec.syntax.steps import Template


def require_of_block(block: Block, use_span: Span, environment: Environment) -> None:
    """Raise `SpecError` (NS504), where the block is used, for its asserts that do not hold."""
    report = Report()
    for broken, message in _broken(block.asserts, environment, report):
        names = sorted(broken.that.names)
        given = ", ".join(f"`{name}` is {shown(environment[name])}" for name in names)
        text = f"it asserts `{broken.that.text}`" + (f"; {given}" if given else "")
        report.add(fault("NS504", message, use_span, notes=[Note(text, broken.that.span)]))
    report.raise_if_any()


def require_of_file(file: SpecFile, environment: Environment) -> None:
    """Raise `SpecError` (NS504) for the asserts of a file that do not hold."""
    report = Report()
    for broken, message in _broken(file.asserts, environment, report):
        notes = _given(broken, file, environment)
        report.add(fault("NS504", message, broken.that.span, notes=notes))
    report.raise_if_any()


def _broken(
    asserts: Iterable[Assert], environment: Environment, report: Report
) -> Iterator[tuple[Assert, str]]:
    """Those that do not hold, each with its message; what cannot be evaluated goes to `report`."""
    for each in asserts:
        with report.collecting():
            if each.that.evaluate(environment) is not True:
                yield each, "".join(_texts(each.otherwise, environment))


def _texts(template: Template, environment: Environment) -> Iterator[str]:
    for part in template.parts:
        yield part if isinstance(part, str) else shown(part.evaluate(environment))


def _given(broken: Assert, file: SpecFile, environment: Environment) -> Iterator[Note]:
    """The params and the input that an assert of a file speaks of, and where they are given."""
    for name, parameter in file.params.items():
        if name in broken.that.names:
            node = file.overrides.get(name) or parameter.default
            span = node.span if node is not None else parameter.span
            yield Note(f"`{name}` is {shown(environment[name])}", span)
    if broken.that.names & BUILT_IN:
        yield Note(f"the input is {environment.inputs[0]}", input_span(file))
