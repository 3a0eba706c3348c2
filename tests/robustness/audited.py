"""Runs a command of netspec twice, and tells what it did to the machine the second time, when all
that it needs is imported: the events of Python's audit hooks, as JSON.
"""

from __future__ import annotations

import ast
import json
import sys
from typing import Any

from netspec.cli import main

WATCHED = {"open", "exec", "compile", "import", "subprocess.Popen", "os.system", "os.exec"}
WATCHED |= {"os.posix_spawn", "os.fork", "socket.connect", "socket.bind", "socket.getaddrinfo"}
WATCHED |= {"ctypes.dlopen", "os.remove", "os.rename", "os.mkdir", "shutil.rmtree", "pty.spawn"}
WATCHED |= {"marshal.loads", "pickle.find_class", "code.__new__"}

events: list[tuple[str, list[str]]] = []


def note(event: str, arguments: tuple[Any, ...]) -> None:
    if event in WATCHED:
        given = [repr(each)[:300] for each in arguments]
        if event == "compile" and _only_a_tree():
            event = "ast.parse"
        events.append((event, given))


def _only_a_tree() -> bool:
    """Whether it is `ast.parse` that compiles: to a tree, which nothing can run."""
    frame = sys._getframe(2)
    flags = frame.f_locals.get("flags", 0) if frame.f_code is ast.parse.__code__ else 0
    return bool(flags & ast.PyCF_ONLY_AST)


if __name__ == "__main__":
    main(sys.argv[1:])
    sys.addaudithook(note)
    code = main(sys.argv[1:])
    print(json.dumps({"code": code, "events": events[:]}), file=sys.stderr)
