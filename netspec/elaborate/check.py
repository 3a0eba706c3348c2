"""Faults that need no shapes: names, arguments and expressions of every body, used or not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from contextlib import suppress
from functools import cached_property

from netspec.diagnostics import Report, Span, SpecError, fault, nearest
from netspec.elaborate.arguments import (
    Prepared,
    Ready,
    Supplied,
    prepare_defaults,
    ready,
    ready_default,
    takes_block,
)
from netspec.elaborate.binding import bind_op
from netspec.elaborate.body_names import BodyNames
from netspec.elaborate.environment import Environment, resolve
from netspec.elaborate.initialisation import check_scheme
from netspec.elaborate.signatures import missing, without
from netspec.elaborate.unknown import stray_keys, unknown_use, without_inputs
from netspec.elaborate.unused import check_initialised, check_used
from netspec.ops.base import Op
from netspec.syntax.closures import WORDS
from netspec.syntax.expression import Expression
from netspec.syntax.formula import check_formula, parse_formula
from netspec.syntax.nodes import Node, Scalar
from netspec.syntax.spec import BUILT_IN, TYPES, Assert, Block, Parameter, SpecFile
from netspec.syntax.steps import Again, Branches, Origin, Step, Template, Unread, Use, step_names

Names = AbstractSet[str]
Prepare = Callable[[Use, Block | type[Op]], tuple[Prepared, ...]]


def check_file(file: SpecFile, prepare: Prepare, report: Report) -> None:
    """Report every fault that can be seen without elaborating, of the file and those it uses."""
    files = [file]
    for each in files:
        files += [used for used in each.uses.values() if used not in files]
    checkers = [_Checker(each, prepare, report) for each in files]
    for checker in checkers:
        checker.file_itself()
    as_values = {block for checker in checkers for block in checker.as_values}
    for checker in checkers:
        check_used(checker.file, as_values, checker.unknown, report)
    check_initialised(file, files[1:], report)


class _Checker:
    def __init__(self, file: SpecFile, prepare: Prepare, report: Report) -> None:
        self.file, self.prepare, self.report = file, prepare, report
        self.unknown: set[str] = set()
        """The names in expressions that nobody knows."""
        self.within = BodyNames(file)
        """The names of the body that is being checked."""
        self.as_values: set[Block] = set()
        """The blocks that are named as arguments."""

    def file_itself(self) -> None:
        file, names = self.file, frozenset(self.file.params)
        self.defaults(names)
        self.init(names)
        self.parameters(file.params, frozenset())
        self.overrides(names)
        self.asserts(file.asserts, names)
        self.steps(file.body, names, self.within.wires)
        for output in file.outputs:
            self.wires(output.value, names, self.within.wires)
        for block in file.blocks.values():
            self.within = BodyNames(file, block)
            self.block(block, names)

    def defaults(self, names: Names) -> None:
        for name, arguments in self.file.defaults.items():
            with self.report.collecting():
                target = resolve(name, self.file)
                if target is None:
                    raise unknown_use(Use(name, arguments.span), self.file, {})
                for argument in prepare_defaults(arguments, target):
                    self.ready(argument.ready, names, frozenset())

    def init(self, names: Names) -> None:
        for name, weights in self.file.init.items():
            with self.report.collecting():
                self.initialised(name, weights.span)
            for key, node in weights:
                self.scheme(key, node, names)

    def initialised(self, name: str, span: Span) -> None:
        """Raise `SpecError` (NS201, NS204) for what is no op."""
        target = resolve(name, self.file)
        if target is None and not self.is_faulty(name):
            raise unknown_use(Use(name, span), self.file, {})
        if isinstance(target, Block):
            message = f"`init` goes by ops, and `{name}` is a block"
            hint = "speak of the ops in it, or beside a step of it"
            raise fault("NS204", message, span, hint=hint)

    def scheme(self, key: Scalar, node: Node, names: Names) -> None:
        with self.report.collecting():
            for value in check_scheme(key, node, names):
                self.ready(ready(value, block=False), names, frozenset())

    def overrides(self, names: Names) -> None:
        for name, node in self.file.overrides.items():
            with self.report.collecting():
                self.word_for_number(self.file.params[name], node, names)
                block = takes_block(self.file.params[name], self.file.params, self.file)
                self.ready(ready(node, block=block), names, frozenset())

    def word_for_number(self, parameter: Parameter, node: Node, names: Names) -> None:
        """Raise `SpecError` (NS206) for an unknown word given for a number: `--set depth=ten`."""
        default = parameter.default
        number = default.value if isinstance(default, Scalar) else None
        if isinstance(number, bool) or not isinstance(number, int | float):
            return
        word = node.text if isinstance(node, Scalar) else ""
        known = word in names or word in BUILT_IN or resolve(word, self.file) is not None
        if word.isidentifier() and word not in WORDS and not known:
            hint = nearest(word, names) or f"`{parameter.name}` is a number, {number} in the file"
            raise fault("NS206", f"unknown name `{word}`", node.span, hint=hint)

    def block(self, block: Block, names: Names) -> None:
        self.parameters(block.parameters, names)
        inside = names | block.parameters.keys()
        self.asserts(block.asserts, inside)
        wires = self.within.wires
        if unnamed := self.within.unnamed_inputs(inside):
            self.report.add(without_inputs(block, unnamed))
            self.unknown |= unnamed.keys()
            wires |= unnamed.keys()
        self.steps(block.body, inside, wires)
        for output in block.outputs:
            self.wires(output.value, inside, wires)

    def parameters(self, given: dict[str, Parameter], names: Names) -> None:
        known = {*names}
        for parameter in given.values():
            if parameter.default is not None:
                with self.report.collecting():
                    prepared = ready_default(parameter)
                    self.type_slip(parameter, prepared, known)
                    self.ready(prepared, known, frozenset())
            known.add(parameter.name)

    def type_slip(self, parameter: Parameter, prepared: Ready, names: Names) -> None:
        """Raise `SpecError` (NS206) for a word that is nearly a type: `Int`, `integer`."""
        word = prepared.text or ""
        known = word in names or word in BUILT_IN or resolve(word, self.file) is not None
        hint = nearest(word, TYPES, 0.6) if word.isidentifier() and not known else None
        if hint is not None and isinstance(parameter.default, Scalar):
            span = parameter.default.span
            raise fault("NS206", f"unknown name `{word}`", span, hint=hint)

    def asserts(self, asserts: Iterable[Assert], names: Names) -> None:
        for each in asserts:
            self.expressions([each.that, *_template_expressions(each.otherwise)], names)

    def steps(self, steps: Iterable[Step], names: Names, wires: Names) -> None:
        for step in steps:
            self.step(step, names, wires)

    def step(self, step: Step, names: Names, wires: Names) -> None:
        if isinstance(step.body, Unread):
            return
        self.origin(step, names, wires)
        names = self.loop(step, names, wires)
        if step.name is not None:
            self.expressions(_template_expressions(step.name), names)
        if step.when is not None:
            self.expressions([step.when], names)
        self.weights(step, names)
        if step.stray:
            self.report.add(stray_keys(step, self.file, names))
        elif isinstance(step.body, Use):
            self.use(step.body, names, wires)
            self.required(step.body, names)
            self.formulas(step.body, names, step.origin)
        self.inside(step, names, wires)

    def origin(self, step: Step, names: Names, wires: Names) -> None:
        for expression in step.origin.expressions if step.origin is not None else ():
            self.wires(expression, names, wires, step)

    def loop(self, step: Step, names: Names, wires: Names) -> Names:
        """Check what a step's loop runs over; returns the names that its iterations see."""
        if step.loop is None:
            return names
        self.expressions([step.loop.count] if step.loop.count else [], names)
        for values in step.loop.lists.values():
            if isinstance(values, Expression):
                self.expressions([values], names)
            else:
                with self.report.collecting():
                    self.ready(ready(values, block=False), names, wires)
        return names | step.loop.variables

    def weights(self, step: Step, names: Names) -> None:
        for key, node in step.weights.init:
            self.scheme(key, node, names)
        for _, to in step.weights.ties:
            self.expressions(_template_expressions(to), names)

    def inside(self, step: Step, names: Names, wires: Names) -> None:
        """The steps and names within a step that is no use."""
        if isinstance(step.body, Branches):
            self.steps(step.body.paths, names, wires)
            if step.body.merge is not None:
                self.use(step.body.merge, names, wires)
                self.required(step.body.merge, names)
                self.formulas(step.body.merge, names, None)
        elif isinstance(step.body, Again):
            self.expressions(_template_expressions(step.body.name), names)
            name = step.body.name.literal
            if name is not None and not self.within.is_known(name, wires):
                self.no_step(name, wires, step.body.span, step)
        elif isinstance(step.body, tuple):
            self.steps(step.body, names, wires)

    def wires(
        self, source: Expression, names: Names, wires: Names, step: Step | None = None
    ) -> None:
        for name in self.within.unknown(source, names, wires):
            self.no_step(name, wires, source.place_of(name), step)

    def no_step(self, name: str, wires: Names, span: Span, step: Step | None) -> None:
        self.unknown.add(name.partition(".")[0])
        self.report.add(self.within.no_step(name, wires, span, step))

    def use(self, use: Use, names: Names, wires: Names) -> None:
        if use.head in names or self.is_faulty(use.head):
            return
        target = resolve(use.head, self.file)
        if target is None:
            self.report.add(unknown_use(use, self.file, dict.fromkeys(names)))
            return
        with self.report.collecting():
            prepared = self.prepare(use, target)
            for argument in prepared:
                self.ready(argument.ready, names, wires)
            if isinstance(target, type) and all(a.ready.constant for a in prepared):
                self.constants(target, use, prepared)

    def formulas(self, use: Use, names: Names, origin: Origin | None) -> None:
        """Check the formulas of a step, over the inputs that its `from` names."""
        target = None if use.head in names else resolve(use.head, self.file)
        if not isinstance(target, type) or not target.formulas:
            return
        known = Environment(
            dict.fromkeys((*names, *self.known_words, *self.file.faulty)), self.file
        )
        operands = tuple(origin.operands) if origin is not None else ()
        with suppress(SpecError):  # of the arguments, reported by `use`
            for ready in [each.ready for each in self.prepare(use, target)]:
                if ready.formula is not None and ready.text is not None:
                    with self.report.collecting():
                        check_formula(ready.text, ready.formula, operands or ("x",), known)

    def is_faulty(self, head: str) -> bool:
        """Whether a head means a block, or a used file, that could not be read."""
        return head in self.file.faulty or head.partition(".")[0] in self.file.faulty

    def ready(self, ready: Ready, names: Names, wires: Names) -> None:
        self.expressions(ready.expressions, names)
        if ready.formula is not None and ready.text is not None:
            parse_formula(ready.text, ready.formula)
        if ready.use is not None:
            self.use(ready.use, names, wires)
            self.named_as_value(ready.use.head, names)
        if ready.step is not None:
            self.step(ready.step, names, wires | step_names([ready.step]))

    def named_as_value(self, name: str, names: Names) -> None:
        target = None if name in names else resolve(name, self.file)
        if isinstance(target, Block):
            self.as_values.add(target)

    def constants(self, target: type[Op], use: Use, prepared: tuple[Prepared, ...]) -> None:
        """Validate an op whose arguments are all constants and all there."""
        given = {argument.parameter for argument in prepared}
        if not missing(target, given):
            bind_op(target, use, [Supplied(prepared, Environment({}, self.file), {})])

    def required(self, use: Use, names: Names) -> None:
        is_known = use.head not in names and not self.is_faulty(use.head)
        target = resolve(use.head, self.file) if is_known else None
        if target is None:
            return
        with self.report.collecting():
            given = {argument.parameter for argument in self.prepare(use, target)}
            given |= {key.text for key, _ in self.file.defaults.get(use.head, ())}
            if lacking := missing(target, given):
                raise without(lacking, target, use.span)

    def expressions(self, expressions: Iterable[Expression], names: Names) -> None:
        for expression in expressions:
            for name in sorted(expression.names - names - self.known_words):
                if self.is_faulty(name):
                    continue
                target = resolve(name, self.file)
                if isinstance(target, Block):
                    self.as_values.add(target)
                elif target is None:
                    self.unknown.add(name)
                    self.report.add(self.within.unbound(expression, name, names))

    @cached_property
    def known_words(self) -> Names:
        return BUILT_IN | WORDS.keys()


def _template_expressions(name: Template) -> list[Expression]:
    return [part for part in name.parts if isinstance(part, Expression)]
