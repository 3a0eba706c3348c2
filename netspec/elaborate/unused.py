"""Parameters, inputs and `init`s that nothing uses (NS209)."""

from __future__ import annotations

from collections.abc import Iterable

from netspec.diagnostics import Report, fault, nearest
from netspec.elaborate.environment import resolve, standard_block
from netspec.syntax.nodes import Mapping, Node, Scalar, Sequence
from netspec.syntax.spec import Assert, Block, Output, Parameter, SpecFile
from netspec.syntax.steps import Step, identifiers, wired

Names = frozenset[str]


def check_used(file: SpecFile, values: set[Block], unknown: Iterable[str], report: Report) -> None:
    """Report what nothing uses, but for what is probably meant by one of the `unknown` names.
    Blocks that are `values`, given as arguments, take what their place gives, used or not.
    """
    words = _file_words(file)
    for parameter in file.params.values():
        if parameter.name not in words and not _is_meant(parameter.name, unknown):
            message = f"the parameter `{parameter.name}` is never used"
            others = [name for name in file.params if name != parameter.name]
            hint = nearest(parameter.name, others) or "leave it out, or use it"
            report.add(fault("NS209", message, parameter.span, hint=hint))
    _check_inputs(file, unknown, report)
    for block in file.blocks.values():
        if block not in values and block.name not in file.faulty:
            _check_block(block, unknown, report)


def check_initialised(network: SpecFile, used: Iterable[SpecFile], report: Report) -> None:
    """Report the ops in the `init` of a network that no step is, in the files it uses either."""
    if not network.init:
        return
    given = map(identifiers, network.overrides.values())
    words = frozenset().union(*map(_file_words, (network, *used)), *given)
    words |= _standard_words(words)
    for name, weights in network.init.items():
        if name not in words and isinstance(resolve(name, network), type):
            message = f"the `init` of `{name}` is never used: no step is a `{name}`"
            report.add(fault("NS209", message, weights.span, hint="leave it out"))


def _standard_words(words: Names) -> Names:
    """The words in the blocks of the standard library that the words may mean, and in those that
    these use.
    """
    found: Names = frozenset()
    while words:
        blocks = [block for word in words - found if (block := standard_block(word)) is not None]
        found |= words
        words = frozenset().union(*map(_block_words, blocks)) - found
    return found


def _check_block(block: Block, unknown: Iterable[str], report: Report) -> None:
    used = _block_words(block)
    for parameter in block.parameters.values():
        if parameter.name not in used and not _is_meant(parameter.name, unknown):
            message = f"the parameter `{parameter.name}` of `{block.name}` is never used"
            report.add(fault("NS209", message, parameter.span, hint="leave it out, or use it"))
    for name in block.inputs:
        is_read = _reads(name.text, block.body, block.outputs)
        if not is_read and not _is_meant(name.text, unknown):
            message = f"the input `{name.text}` of `{block.name}` is never used"
            report.add(fault("NS209", message, name.span, hint=_HOW_TO_READ))


_HOW_TO_READ = "a step takes it by its name, in `from`"


def _check_inputs(file: SpecFile, unknown: Iterable[str], report: Report) -> None:
    for each in file.inputs:
        if not each.name or _is_meant(each.name, unknown):
            continue
        if not _reads(each.name, file.body, file.outputs):
            message = f"the input `{each.name}` is never used"
            report.add(fault("NS209", message, each.span, hint=_HOW_TO_READ))


def _reads(name: str, body: tuple[Step, ...], outputs: Iterable[Output]) -> bool:
    """Whether a body takes an input: its first step takes all that there are, others by name."""
    first = body[0].origin if body else None
    if not body or first is None or any("_" in e.names for e in first.expressions):
        return True
    named = (wired(node) for step in body for node in step.nodes)
    return name in frozenset().union(*named, *(output.value.names for output in outputs))


def _is_meant(name: str, unknown: Iterable[str]) -> bool:
    return any(name.startswith(each) or nearest(each, [name]) for each in unknown)


def _file_words(file: SpecFile) -> Names:
    words = _words(file.body) | _assert_words(file.asserts)
    words |= _default_words(file.params.values())
    words = words.union(*(_words_around(block) for block in file.blocks.values()))
    words = words.union(file.unread, *map(_argument_words, file.defaults.values()))
    words = words.union(*map(_argument_words, file.init.values()))
    return words.union(*(identifiers(each.shape) for each in file.inputs))


def _words_around(block: Block) -> Names:
    """The words of a block that can mean the file's parameters: its own hide them."""
    inside = _words(block.body) | _assert_words(block.asserts)
    return (inside - block.parameters.keys()) | _default_words(block.parameters.values())


def _block_words(block: Block) -> Names:
    own = _words(block.body) | _default_words(block.parameters.values())
    return own | _assert_words(block.asserts)


def _words(steps: Iterable[Step]) -> Names:
    return frozenset().union(*(_step_words(node) for step in steps for node in step.nodes))


def _step_words(node: Node) -> Names:
    """The words of a step, or a value, but for the names of arguments: those are the callee's."""
    if isinstance(node, Scalar):
        return identifiers(node)
    if isinstance(node, Sequence):
        return frozenset().union(*map(_step_words, node.items))
    words = frozenset().union(*(identifiers(key) for key, _ in node))
    steps = ("do", "merge")
    values = (
        _step_words(value) if key.text in steps else _argument_words(value) for key, value in node
    )
    return words.union(*values)


def _argument_words(node: Node) -> Names:
    if isinstance(node, Mapping):
        return frozenset().union(*(_step_words(value) for _, value in node))
    return _step_words(node)


def _default_words(given: Iterable[Parameter]) -> Names:
    nodes: list[Node] = [p.default for p in given if p.default is not None]
    return frozenset().union(*map(identifiers, nodes))


def _assert_words(asserts: Iterable[Assert]) -> Names:
    return frozenset().union(*(each.that.names | each.otherwise.names for each in asserts))
