"""Tensors by their names: expressions as they stand in `from`."""

from __future__ import annotations

from tests.random_programs.pen import Pen
from tests.random_programs.scope import Flow, Scope, tensors_of, wire_of


def picks(pen: Pen, scope: Scope) -> str:
    """An expression over the tensors in scope, of one or of several."""
    lists = [known for known, wires in scope.names.items() if isinstance(wires[0], list)]
    dotted = [known for known in scope.names if "." in known]
    name = pen.choose(["_", *scope.names, *(2 * lists), *(3 * dotted)])
    wires = [wire_of(flow) for flow in scope.flows] if name == "_" else scope.names[name]
    if all(isinstance(wire, list) and wire for wire in wires):
        return _of_list(pen, name, min(map(len, wires)))
    if len(scope.names) > 1 and pen.chance(15):
        return f"{name} if {_settled(pen, scope)} else {pen.choose(list(scope.names))}"
    return name


def _of_list(pen: Pen, name: str, length: int) -> str:
    forms = ["{0}[0]", "{0}[-1]", "{0}", "{0}[-2:]", "{0}[:1]", "{0}[{1} - 1]", "{0}[::-1]"]
    forms += ["[x for x in {0}]", "[{0}[0], {0}[-1]]", "[{0}[k] for k in range({1})]"]
    return pen.choose(forms).format(name, length)


def _settled(pen: Pen, scope: Scope) -> str:
    """A condition that speaks of variables alone."""
    known = {name: value for name, value in scope.worlds[0].items() if name[0] != "_"}
    booleans = [name for name, value in known.items() if isinstance(value, bool)]
    numbers = [name for name, value in known.items() if type(value) is int]
    return pen.choose(["true", "1 > 2", *booleans, *(f"{name} > 2" for name in numbers)])


def picked(scope: Scope, text: str) -> list[Flow] | None:
    """The tensors that the expression picks, per world; None where it fails."""
    words = {name: name.replace(".", "__") for name in scope.names}
    for name, word in words.items():
        text = text.replace(name, word) if "." in name else text
    flows = []
    for k, world in enumerate(scope.worlds):
        known = {words[name]: wires[k] for name, wires in scope.names.items()}
        known |= {"_": wire_of(scope.flows[k]), "true": True, "range": range}
        try:
            found = eval(text, {"__builtins__": {}, **world, **known})
        except (IndexError, TypeError, NameError):
            return None
        flows.append(tuple(tensors_of(found)))
    return flows


def from_elsewhere(pen: Pen, scope: Scope) -> str | None:
    """An expression for one tensor that has a name; the flow becomes that. None where none is."""
    text = picks(pen, scope)
    found = picked(scope, text)
    if found is None or any(len(flow) != 1 for flow in found):
        return None
    scope.flows = found
    return text
