"""The network's `init`: how the weights of an op start, wherever in the network it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress

from netspec.diagnostics import Note, Report, Span, SpecError, fault
from netspec.elaborate.context import with_notes
from netspec.elaborate.files import Files
from netspec.elaborate.initialisation import initialisation, mend_of_weight
from netspec.ops.base import Op, ShapeError, Weight
from netspec.program import Init
from netspec.syntax.nodes import Scalar
from netspec.syntax.spec import SpecFile
from netspec.tensor import Tensor

Inputs = tuple[Tensor, ...]
Inits = Mapping[str, Init]

NONE: Inits = {}


class Starts:
    """What the `init` of a network's file says of its calls, worked out once for each op and its
    inputs.
    """

    def __init__(self, file: SpecFile, files: Files, report: Report) -> None:
        self._file, self._files, self._report = file, files, report
        self._known: dict[tuple[Op, Inputs, frozenset[str]], Inits] = {}
        self._reported: set[Span] = set()

    def of(self, op: Op, inputs: Inputs, settled: frozenset[str], span: Span) -> Inits:
        """How the weights of a call start, by their keys, but for those `settled` at its step. A
        scheme that does not fit one of them is reported (NS308) once, with the `span` of the step.
        """
        if op.name not in self._file.init:
            return NONE
        made = (op, inputs, settled)
        if made not in self._known:
            self._known[made] = dict(self._found(*made, Note(f"`{op.name}` stands here", span)))
        return self._known[made]

    def _found(
        self, op: Op, inputs: Inputs, settled: frozenset[str], place: Note
    ) -> Iterator[tuple[str, Init]]:
        environment = self._files.environment(self._file).at(inputs)
        weights = named_weights(op, inputs)
        for key, node in self._file.init[op.name]:
            if key.text in settled or key.text not in weights:
                continue
            try:
                yield key.text, initialisation(key, node, weights[key.text], environment)
            except SpecError as error:
                if key.span not in self._reported:
                    self._reported.add(key.span)
                    self._report.add(with_notes(error, [place]))

    def unknown(self) -> Iterator[SpecError]:
        """A fault (NS308) for each weight that an op of the network never has."""
        for name, entry in self._file.init.items():
            made = [each for each in self._known if each[0].name == name]
            names = dict.fromkeys(key for op, inputs, _ in made for key in _possible(op, inputs))
            for key, _ in entry if made else ():
                if key.text not in names:
                    yield _no_weight(name, key, list(names))


def named_weights(op: Op, inputs: Inputs) -> dict[str, Weight]:
    """The weights of an op by their keys; that of an op that is nothing else is `weight`."""
    return {key or "weight": weight for key, weight in op.weights(inputs).items()}


def _possible(op: Op, inputs: Inputs) -> Iterator[str]:
    """The keys of the weights that an op has, or would have with one of its flags turned round:
    `bias: false` beside some convolutions is no reason that there should be no word on biases.
    """
    flags = [name for name in type(op).model_fields if isinstance(getattr(op, name), bool)]
    turned = [op.model_copy(update={flag: not getattr(op, flag)}) for flag in flags]
    for each in (op, *turned):
        with suppress(ShapeError):
            yield from named_weights(each, inputs)


def _no_weight(name: str, key: Scalar, known: list[str]) -> SpecError:
    listed = ", ".join(f"`{each}`" for each in known)
    hint = mend_of_weight(key, known) or (f"it has {listed}" if known else "it has none")
    return fault("NS308", f"`{name}` has no weight `{key.text}`", key.span, hint=hint)
