"""The codes of faults: stable, never used again for another fault."""

GROUPS = {
    "Files and usage": {
        "NS001": "the file cannot be read",
        "NS002": "the output cannot be written",
        "NS003": "no such spec, variant or override",
        "NS004": "torch, or safetensors, is needed and is not installed",
        "NS005": "pygraphviz is needed and is not installed",
        "NS006": "a file outside the folder of the spec",
        "NS007": "the ops of an installed package cannot be used",
        "NS008": "no such device, number type or memory format",
        "NS009": "a module to compare with that is not there",
    },
    "Text": {
        "NS101": "not valid YAML",
        "NS102": "a key is written twice",
        "NS103": "the text is larger or deeper than a spec may be",
        "NS104": "a YAML feature that specs do not use",
        "NS110": "not a valid expression",
        "NS111": "an expression fails when it is evaluated",
        "NS112": "an expression is more work than a spec may ask for",
    },
    "Names and arguments": {
        "NS201": "unknown op or block",
        "NS202": "unknown argument",
        "NS203": "missing argument",
        "NS204": "wrong type or value of an argument",
        "NS205": "unknown key or modifier",
        "NS206": "unknown name in an expression",
        "NS207": "unknown step in `from`",
        "NS208": "a name is not allowed or already taken",
        "NS209": "a parameter is never used",
        "NS211": "a step is not written as a step",
    },
    "Shapes": {
        "NS301": "the op does not take this input shape",
        "NS302": "shapes do not merge",
        "NS303": "the window is larger than its input",
        "NS304": "channels do not divide",
        "NS305": "a size must be a whole number",
        "NS306": "a different number of tensors is needed",
        "NS307": "a channel count that is not a whole, positive number",
        "NS308": "weights that are not there, or of another shape",
    },
    "Structure and limits": {
        "NS401": "recursion without end",
        "NS402": "the network is larger than netspec may build",
        "NS403": "an inline block calls itself",
        "NS404": "files that use or extend each other in a circle",
    },
    "Claims": {
        "NS501": "a claim does not hold",
        "NS502": "a disputed claim holds",
        "NS503": "a claim cannot be read or checked",
        "NS504": "an assert does not hold",
        "NS505": "the budget is exceeded",
    },
    "Emission": {
        "NS601": "the emitted module does not agree with the computed figures",
        "NS602": "the op has no lowering for this target",
        "NS603": "two ops bring helper classes of one name",
        "NS604": "a module that is applied again would be built differently for this input",
        "NS605": "PyTorch has no place for a tensor there",
    },
    "Weights": {
        "NS701": "a rename of keys cannot be read",
        "NS702": "the weights of a file do not fit the network",
        "NS703": "a file holds no weights that can be read",
    },
    "Measurement": {
        "NS801": "the module cannot be run",
        "NS802": "the module needs more memory than there is",
    },
    "Provenance": {
        "NS901": "an emitted file does not say where it comes from",
        "NS902": "the emitted file has nothing on that line",
    },
}
"""What each code means, by group: the codes of a group have their first digit in common."""

CODES = {code: meaning for group in GROUPS.values() for code, meaning in group.items()}
