"""Faults that need no shapes: names, arguments and expressions of every body, used or not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property

from netspec.diagnostics import Report, Span, SpecError, fault, nearest
from netspec.elaborate.arguments import (
    Prepared,
    Ready,
    Supplied,
    parameters,
    prepare_defaults,
    ready,
    ready_default,
)
from netspec.elaborate.binding import bind_op
from netspec.elaborate.environment import Environment, callable_names, resolve
from netspec.elaborate.uses import unknown_use
from netspec.elaborate.wires import unknown_step
from netspec.ops.base import Op
from netspec.syntax.expression import WORDS, Expression
from netspec.syntax.nodes import Node, Scalar
from netspec.syntax.spec import BUILT_IN, TYPES, Assert, Block, Parameter, SpecFile
from netspec.syntax.steps import Again, Branches, Step, Template, Use, identifiers

Names = frozenset[str]
Prepare = Callable[[Use, Block | type[Op]], tuple[Prepared, ...]]


def check_file(file: SpecFile, prepare: Prepare, report: Report) -> None:
    """Report every fault that can be seen without elaborating, of the file and those it uses."""
    pending, seen = [file], {file}
    while pending:
        each = pending.pop()
        _check_one(each, prepare, report)
        pending += [used for used in each.uses.values() if used not in seen]
        seen.update(each.uses.values())


def _check_one(file: SpecFile, prepare: Prepare, report: Report) -> None:
    checker = _Checker(file, prepare, report)
    checker.defaults(frozenset(file.params))
    checker.parameters(file.params, frozenset())
    names = frozenset(file.params)
    checker.asserts(file.asserts, names)
    wires = step_names(file.body) | {each.name for each in file.inputs if each.name}
    checker.steps(file.body, names, wires)
    for output in file.outputs:
        checker.wires(output.value, names, wires)
    for block in file.blocks.values():
        checker.block(block, names)
    _unused_params(file, report)


class _Checker:
    def __init__(self, file: SpecFile, prepare: Prepare, report: Report) -> None:
        self.file, self.prepare, self.report = file, prepare, report

    def defaults(self, names: Names) -> None:
        for name, arguments in self.file.defaults.items():
            with self.report.collecting():
                target = resolve(name, self.file)
                if target is None:
                    hint = nearest(name, callable_names(self.file))
                    message = f"unknown op or block `{name}`"
                    raise fault("NS201", message, arguments.span, hint=hint)
                for argument in prepare_defaults(arguments, target):
                    self.ready(argument.ready, names, frozenset())

    def block(self, block: Block, names: Names) -> None:
        self.parameters(block.parameters, names)
        inside = names | block.parameters.keys()
        self.asserts(block.asserts, inside)
        wires = step_names(block.body) | {name.text for name in block.inputs}
        self.steps(block.body, inside, wires)
        for output in block.outputs:
            self.wires(output.value, inside, wires)
        used = _words(block.body) | _default_words(block.parameters.values())
        used |= _assert_words(block.asserts)
        for parameter in block.parameters.values():
            if parameter.name not in used:
                message = f"the parameter `{parameter.name}` of `{block.name}` is never used"
                self.report.add(fault("NS209", message, parameter.span))

    def parameters(self, given: dict[str, Parameter], names: Names) -> None:
        for parameter in given.values():
            if parameter.default is not None:
                with self.report.collecting():
                    prepared = ready_default(parameter)
                    self.type_slip(parameter, prepared, names)
                    self.ready(prepared, names, frozenset())
            names = names | {parameter.name}

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
        if step.origin is not None:
            for expression in step.origin.expressions:
                self.before_the_loop(expression, step)
                self.wires(expression, names, wires)
        if step.loop is not None:
            counts = [step.loop.count] if step.loop.count else []
            self.expressions(counts, names)
            for values in step.loop.lists.values():
                if isinstance(values, Expression):
                    self.expressions([values], names)
                else:
                    self.ready(ready(values, block=False), names, wires)
            names = names | step.loop.variables
        if step.name is not None:
            self.expressions(_template_expressions(step.name), names)
        if step.when is not None:
            self.expressions([step.when], names)
        if isinstance(step.body, Use):
            self.use(step.body, names, wires)
            self.required(step.body, names)
        elif isinstance(step.body, Branches):
            self.steps(step.body.paths, names, wires)
            if step.body.merge is not None:
                self.use(step.body.merge, names, wires)
        elif isinstance(step.body, Again):
            self.expressions(_template_expressions(step.body.name), names)
            if step.body.name.literal is not None:
                self.wire(step.body.name.literal, wires, step.body.span)
        else:
            self.steps(step.body, names, wires)

    def before_the_loop(self, source: Expression, step: Step) -> None:
        """Raise `SpecError` (NS207) for a loop's variable in the `from` beside it."""
        own = source.names & step.loop.variables if step.loop else frozenset()
        if own:
            message = f"`from` is read before the loop, which gives `{min(own)}`"
            hint = "put the step, with its `from`, inside the loop: `do: [...]`"
            raise fault("NS207", message, source.span, hint=hint)

    def wires(self, source: Expression, names: Names, wires: Names) -> None:
        for name in sorted(source.names - names - {"_"} - WORDS.keys()):
            self.wire(name, wires, source.span)

    def wire(self, name: str, wires: Names, span: Span) -> None:
        step = name.partition(".")[0]
        beginnings = [wire[:-1] for wire in wires if wire.endswith("*")]
        known = step in wires or step.startswith(tuple(beginnings)) or step in self.file.faulty
        if known:
            return
        base = step.rstrip("0123456789")
        if resolve(base, self.file) is not None:
            message = f"no step named `{name}` before this one"
            hint = f"a step is known by its `name` alone: write `name: {step}` beside it"
            self.report.add(fault("NS207", message, span, hint=hint))
        else:
            steps = [wire for wire in wires if not wire.endswith("*")]
            self.report.add(unknown_step(name, steps, span))

    def use(self, use: Use, names: Names, wires: Names) -> None:
        if use.head in names:
            return
        target = resolve(use.head, self.file)
        if target is None:
            if use.head not in self.file.faulty:
                self.report.add(unknown_use(use, self.file, dict.fromkeys(names)))
            return
        with self.report.collecting():
            prepared = self.prepare(use, target)
            for argument in prepared:
                self.ready(argument.ready, names, wires)
            if isinstance(target, type) and all(a.ready.constant for a in prepared):
                self.constants(target, use, prepared)

    def ready(self, ready: Ready, names: Names, wires: Names) -> None:
        self.expressions(ready.expressions, names)
        if ready.use is not None:
            self.use(ready.use, names, wires)
        if ready.step is not None:
            self.step(ready.step, names, wires | step_names([ready.step]))

    def constants(self, target: type[Op], use: Use, prepared: tuple[Prepared, ...]) -> None:
        """Validate an op whose arguments are all constants and all there."""
        given = {argument.parameter for argument in prepared}
        if all(name in given or not _is_required(target, name) for name in parameters(target)):
            bind_op(target, use, [Supplied(prepared, Environment({}, self.file), {})])

    def required(self, use: Use, names: Names) -> None:
        target = None if use.head in names else resolve(use.head, self.file)
        if target is None:
            return
        with self.report.collecting():
            given = {argument.parameter for argument in self.prepare(use, target)}
            given |= {key.text for key, _ in self.file.defaults.get(use.head, ())}
            for name in parameters(target):
                if name not in given and _is_required(target, name):
                    self.report.add(fault("NS203", f"`{use.head}` needs `{name}`", use.span))

    def expressions(self, expressions: Iterable[Expression], names: Names) -> None:
        for expression in expressions:
            unbound = expression.names - names - BUILT_IN - WORDS.keys() - self.file.faulty
            for name in sorted(unbound):
                if resolve(name, self.file) is None:
                    known = [*names, *BUILT_IN, *callable_names(self.file)]
                    unknown = expression.unbound(name, dict.fromkeys(known))
                    self.report.add(self.of_a_loop(name, expression.span) or unknown)

    def of_a_loop(self, name: str, span: Span) -> SpecError | None:
        """The fault of a loop's variable outside of its loop."""
        if name not in self.loop_variables:
            return None
        hint = "a variable of a loop is known in the steps of that loop"
        return fault("NS206", f"unknown name `{name}`", span, hint=hint)

    @cached_property
    def loop_variables(self) -> Names:
        bodies = [self.file.body, *(block.body for block in self.file.blocks.values())]
        return frozenset().union(*map(_loop_variables, bodies))


def _loop_variables(steps: Iterable[Step]) -> Names:
    """The variables of every loop in a body."""
    found: set[str] = set()
    for step in steps:
        found |= step.loop.variables if step.loop is not None else frozenset()
        if isinstance(step.body, Branches):
            found |= _loop_variables(step.body.paths)
        elif isinstance(step.body, tuple):
            found |= _loop_variables(step.body)
    return frozenset(found)


def step_names(steps: Iterable[Step]) -> Names:
    """The names of steps in a body; one with expressions in it as its beginning and `*`."""
    found: set[str] = set()
    for step in steps:
        if step.name is not None:
            first = step.name.parts[0]
            found.add(step.name.literal or (f"{first}*" if isinstance(first, str) else "*"))
        inner = step.body
        if isinstance(inner, Branches):
            found |= step_names(inner.paths)
        elif not isinstance(inner, Use | Again):
            found |= step_names(inner)
    return frozenset(found)


def _template_expressions(name: Template) -> list[Expression]:
    return [part for part in name.parts if isinstance(part, Expression)]


def _is_required(target: Block | type[Op], name: str) -> bool:
    if isinstance(target, Block):
        return target.parameters[name].default is None
    return target.arguments()[name].is_required()


def _words(steps: Iterable[Step]) -> Names:
    return frozenset().union(*(step.identifiers for step in steps))


def _default_words(given: Iterable[Parameter]) -> Names:
    nodes: list[Node] = [p.default for p in given if p.default is not None]
    return frozenset().union(*map(identifiers, nodes))


def _assert_words(asserts: Iterable[Assert]) -> Names:
    return frozenset().union(*(each.that.names | each.otherwise.names for each in asserts))


def _unused_params(file: SpecFile, report: Report) -> None:
    blocks = file.blocks.values()
    used = _words(file.body).union(*(_words(block.body) for block in blocks))
    used |= _default_words(file.params.values()) | _assert_words(file.asserts)
    used = used.union(*(_assert_words(block.asserts) for block in blocks))
    used = used.union(*(_default_words(block.parameters.values()) for block in blocks))
    used = used.union(*(identifiers(node) for node in file.defaults.values()))
    used = used.union(*(identifiers(each.shape) for each in file.inputs))
    for parameter in file.params.values():
        if parameter.name not in used:
            message = f"the parameter `{parameter.name}` is never used"
            report.add(fault("NS209", message, parameter.span))
