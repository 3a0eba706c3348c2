"""Specs that mean harm, each with the exit code and the fault that it ends in (None: fine)."""

from __future__ import annotations

HEAD = b"netspec: 1\nname: bad\ninput: [3, 32, 32]\n"
ALIASES = b"\n".join(
    [b"a0: &a0 [relu, relu, relu, relu, relu, relu, relu, relu, relu]"]
    + [b"a%d: &a%d [%s]" % (k, k, b", ".join([b"*a%d" % (k - 1)] * 9)) for k in range(1, 12)]
)
RECURSION = b"""blocks:
  f:
    params: {n: int, tag: list}
    body:
      - branches:
          - f: {n: n - 1, tag: 'tag + [0]'}
          - f: {n: n - 1, tag: 'tag + [1]'}
        merge: sum
        when: n > 0 and len(tag) >= 0
body:
  - f: {n: 60, tag: []}
"""


def many(item: str, count: int, between: str = ", ") -> bytes:
    """The item so often, its number in place of `#`."""
    return between.join(item.replace("#", str(k)) for k in range(count)).encode()


Case = tuple[bytes, int, str | None]

TEXT: dict[str, Case] = {
    "empty": (b"", 1, "NS101"),
    "blank": (b"\n\n# only a comment\n", 1, "NS101"),
    "null byte": (HEAD + b"body: [re\x00lu]\n", 1, "NS101"),
    "binary junk": (bytes(range(256)) * 40, 2, "NS001"),
    "UTF-16": ("netspec: 1\n".encode("utf-16"), 2, "NS001"),
    "byte order mark": (b"\xef\xbb\xbf" + HEAD + b"body: [relu]\n", 0, None),
    "control characters": (b"\x01\x02\x03\x04", 1, "NS101"),
    "a scalar": (b"just words\n", 1, "NS205"),
    "a list": (b"- netspec: 1\n", 1, "NS205"),
    "two documents": (HEAD + b"body: [relu]\n---\nname: b\n", 1, "NS104"),
    "python object": (b"!!python/object/apply:os.system ['true']\n", 1, "NS104"),
    "other tag": (HEAD + b"body: [!secret relu]\n", 1, "NS104"),
    "list as key": (HEAD + b"? [a, b]\n: c\n", 1, "NS101"),
    "lone surrogate": (HEAD + b'body: ["\\ud800"]\n', 1, "NS101"),
    "no body": (HEAD, 1, "NS205"),
    "no input": (b"netspec: 1\nbody: [relu]\n", 1, "NS205"),
    "other version": (b"netspec: 2\ninput: [3]\nbody: [relu]\n", 1, "NS205"),
}
SIZE: dict[str, Case] = {
    "too large": (HEAD + b"#" * (5 * 2**20), 1, "NS103"),
    "a large comment": (HEAD + b"body: [relu]\n#" + b"#" * (4 * 2**20 - 100), 0, None),
    "a large word": (HEAD + b"body: [" + b"x" * 4_000_000 + b"]\n", 1, "NS201"),
    "a large text": (HEAD + b"body: [relu]\nabout: " + b"x " * 200_000 + b"\n", 0, None),
    "line breaks": (HEAD + b"body: [relu]\nabout: >\n" + b"  x\n\n" * 500_000, 0, None),
    "alias bomb": (ALIASES, 1, "NS103"),
    "alias to itself": (HEAD + b"body: &a [relu, *a]\n", 1, "NS101"),
    "nested brackets": (b"[" * 100_000, 1, "NS103"),
    "nested braces": (b"{a: " * 100_000, 1, "NS103"),
    "nested dashes": (HEAD + b"body:\n  " + b"- " * 50_000 + b"relu\n", 1, "NS103"),
    "nested keys": (b"".join(b" " * k + b"a:\n" for k in range(2000)), 1, "NS103"),
}
NUMBERS: dict[str, Case] = {
    "negative input": (b"netspec: 1\ninput: [-3]\nbody: [relu]\n", 1, "NS204"),
    "huge input": (b"netspec: 1\ninput: [%s]\nbody: [relu]\n" % (b"9" * 20), 1, "NS204"),
    "huge sample": (b"netspec: 1\ninput: [2147483647, 2147483647]\nbody: [relu]\n", 1, "NS402"),
    "huge weight": (
        b"netspec: 1\ninput: [4]\nbody:\n" + b"- linear: 2 ** 31 - 1\n" * 2,
        1,
        "NS402",
    ),
    "huge maps": (HEAD + b"body: [upsample: 2 ** 31 - 1]\n", 1, "NS402"),
    "huge number of a formula": (
        HEAD + b"body:\n  - formula: x * 10 ** 100\n    from: {x: _}\n",
        1,
        "NS204",
    ),
    "huge init": (HEAD + b"body: [{conv: 3, init: {weight: 10 ** 100}}]\n", 1, "NS204"),
    "huge power": (HEAD + b"body: [conv: 9 ** 9 ** 9]\n", 1, "NS112"),
    "huge number": (HEAD + b"body: [conv: " + b"9" * 200 + b"]\n", 1, "NS112"),
    "infinite number": (HEAD + b"body: [conv: .inf]\n", 1, "NS305"),
    "no number": (HEAD + b"body: [leaky_relu: .nan]\n", 1, "NS204"),
    "rounding": (HEAD + b"body: [conv: 'round(5, -1000000000)']\n", 1, "NS112"),
    "endless figure": (
        HEAD + b"body: [relu]\nclaims: [{params: " + b"9" * 100_000 + b"M}]\n",
        1,
        "NS503",
    ),
}
WORK: dict[str, Case] = {
    "deep expression": (HEAD + b"body: [conv: '" + b"(" * 900 + b"']\n", 1, "NS110"),
    "doubling lists": (
        HEAD
        + b"params:\n  a0: [1, 1]\n"
        + b"".join(b"  a%d: [a%d, a%d]\n" % (k, k - 1, k - 1) for k in range(1, 40))
        + b"body: [conv: len(a39)]\n",
        1,
        "NS112",
    ),
    "long loops": (
        HEAD + b"body: [conv: 'sum([1 for a in range(999) for b in range(999)])']\n",
        1,
        "NS112",
    ),
    "huge repeat": (HEAD + b"body:\n  - {do: [relu, tanh], repeat: 10 ** 12}\n", 1, "NS402"),
    "endless loops": (
        HEAD + b"body:\n  - repeat: 10000\n    do:\n      - {do: [relu, tanh], repeat: 10000}\n",
        1,
        "NS402",
    ),
    "exponential recursion": (HEAD + RECURSION, 1, "NS402"),
    "doubling branches": (
        HEAD + b"body: [{branches: [identity, identity], repeat: 40}, sum]\n",
        1,
        "NS402",
    ),
    "doubling channels": (
        HEAD + b"body: [{branches: [identity, identity], merge: concat, repeat: 15000}]\n",
        1,
        "NS402",
    ),
    "recursion of blocks as values": (
        HEAD
        + b"blocks:\n  f:\n    params: {n: int, g: block}\n    body:\n"
        + b"      - {f: {n: n - 1, g: [g, g]}, when: n > 0}\n      - {g: , when: n == 0}\n"
        + b"body: [f: {n: 40, g: relu}]\n",
        0,
        None,
    ),
    "thousands of variants": (
        HEAD + b"body: [relu]\nvariants: {" + many("v#: {}", 20_000) + b"}\n",
        1,
        "NS103",
    ),
    "thousands of claims": (
        HEAD + b"body: [relu]\nclaims:\n" + many("  - {params: 0}", 20_000, "\n") + b"\n",
        1,
        "NS103",
    ),
}
LOST = "{branches: [{conv: 5#}, identity], merge: sum}"
FLOODS: dict[str, Case] = {
    "keys written twice": (HEAD + b"params: {" + many("a: 1", 20_000) + b"}\n", 1, "NS102"),
    "unknown keys": (HEAD + many("k#: 1", 20_000, "\n") + b"\nbody: [relu]\n", 1, "NS205"),
    "unknown ops": (HEAD + b"body: [" + many("o#", 20_000) + b"]\n", 1, "NS201"),
    "slips": (HEAD + b"body: [" + many("reluu", 20_000) + b"]\n", 1, "NS201"),
    "unknown words": (HEAD + b"body: [" + many("conv: n#", 20_000) + b"]\n", 1, "NS206"),
    "unknown steps": (
        HEAD
        + b"body: ["
        + many("{relu: , name: n#}", 10_000)
        + b", "
        + many("{relu: , from: m#}", 10_000)
        + b"]\n",
        1,
        "NS207",
    ),
    "lost projections": (HEAD + b"body: [" + many(LOST, 3_000) + b"]\n", 1, "NS302"),
    "large windows": (
        HEAD
        + b"body: [{branches: ["
        + many("{conv: {out: 3, kernel: 4#}}", 3_000)
        + b"], merge: concat}]\n",
        1,
        "NS303",
    ),
    "mismatches behind heavy params": (
        HEAD
        + b"params:\n"
        + many("  p#: sum([1 for a in range(110) for b in range(400)])", 10, "\n")
        + b"\nbody:\n  - conv: min("
        + many("p#", 10)
        + b")\n  - {branches: ["
        + many(LOST, 50)
        + b"], merge: concat}\n",
        1,
        "NS302",
    ),
    "a large prime": (
        b"netspec: 1\nname: bad\ninput: [2147483647, 1]\n"
        b"body: [{conv: {out: 1, groups: 2147483646}}]\n",
        1,
        "NS304",
    ),
    "unused params": (
        HEAD + b"body: [relu]\nparams: {" + many("k#: 1", 20_000) + b"}\n",
        1,
        "NS209",
    ),
}
NAMES: dict[str, Case] = {
    "escaping name": (
        HEAD + b"name2: x\nbody:\n  - {conv: 8, name: 'a\"]; import os'}\n",
        1,
        "NS208",
    ),
    "path in name": (HEAD.replace(b"bad", b"../../evil") + b"body: [relu]\n", 1, "NS208"),
    "line break in a name": (HEAD + b'body: [{conv: 8, name: "a\\nimport os"}]\n', 1, "NS208"),
    "letters that look alike": (HEAD + "body: [{conv: 8, name: \u0441onv}]\n".encode(), 0, None),
    "a name that a step makes": (
        HEAD + b"params: {w: \"'x; import os'\"}\nbody: [{conv: 8, name: 'a{w}'}]\n",
        1,
        "NS208",
    ),
    "dunder name": (HEAD + b"body: [{conv: 8, name: __class__}]\n", 0, None),
    "a module's own name": (HEAD + b"body: [{conv: 8, name: forward}]\n", 0, None),
    "keyword": (HEAD + b"body: [{conv: 8, name: lambda}]\n", 0, None),
    "attribute": (HEAD + b"body: [conv: '().__class__']\n", 1, "NS110"),
    "call": (HEAD + b"body: [conv: '__import__(1)']\n", 1, "NS110"),
    "lambda": (HEAD + b"body: [conv: '(lambda: 1)()']\n", 1, "NS110"),
    "walrus": (HEAD + b"body: [conv: '(a := 1)']\n", 1, "NS110"),
    "f-string": (HEAD + b"body: [conv: 'f\"{1}\"']\n", 1, "NS110"),
    "format of a word": (HEAD + b"body: [conv: \"'%99999999d' % 1\"]\n", 1, "NS111"),
}
CASES = {**TEXT, **SIZE, **NUMBERS, **WORK, **FLOODS, **NAMES}
