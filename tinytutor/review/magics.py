"""Takes notebook magics and shell commands out of code, so that it is Python; lines stay lines."""

from __future__ import annotations

import re

_HINT = re.compile(
    r"^[ \t]*(%[%A-Za-z]|!|\?\w)|=[ \t]*[!%][A-Za-z./]|\w\?{1,2}[ \t]*$", re.MULTILINE
)
_LINE_MAGIC = re.compile(r"^(?P<indent>\s*)(?:%(?!%)[A-Za-z]\w*|!|\?{1,2}\w)[^\n]*$")
_ASSIGNED = re.compile(r"^(?P<target>\s*[\w, ]+=\s*)(?:%[A-Za-z]\w*|!)[^\n]*$")
_HELP = re.compile(r"^\s*[\w.]+\?{1,2}\s*$")
_CELL_MAGIC = re.compile(r"^\s*%%(?P<name>[A-Za-z]\w*)")
_PYTHON_MAGICS = {"time", "timeit", "capture", "prun", "memit", "mprun", "python", "python3", "px"}
_TIMED = re.compile(r"^\s*%(?:timeit|time|prun|memit)\b(?:\s+-\w+(?:\s*\d+)?)*\s+(?P<code>\S.*)$")


def without_magics(source: str) -> tuple[str, tuple[int, ...]]:
    """The source as Python of as many lines, and the lines that held magics."""
    if not _HINT.search(source):
        return source, ()
    lines = source.splitlines()
    touched: list[int] = []
    in_text = False
    for number, line in enumerate(lines, 1):
        if line.count('"""') % 2 or line.count("'''") % 2:
            in_text = not in_text
            continue
        if in_text or line.lstrip().startswith("#"):
            continue
        python = _python_of(line)
        if python is not None:
            lines[number - 1] = python
            touched.append(number)
    return "\n".join(lines) + "\n", tuple(touched)


def cell_without_magics(source: str) -> tuple[str, bool]:
    """A cell's code as Python of as many lines, and whether it is Python at all."""
    lines = source.splitlines()
    first = next((n for n, line in enumerate(lines) if line.strip()), None)
    if first is None:
        return source, True
    if match := _CELL_MAGIC.match(lines[first]):
        if match["name"] not in _PYTHON_MAGICS:
            return "\n" * max(len(lines) - 1, 0), False
        lines[first] = ""
    return without_magics("\n".join(lines))[0].removesuffix("\n"), True


def _python_of(line: str) -> str | None:
    """What the line says in Python; None where it is Python already."""
    if match := _TIMED.match(line):
        indent = line[: len(line) - len(line.lstrip())]
        return f"{indent}{match['code']}"
    if match := _LINE_MAGIC.match(line):
        return f"{match['indent']}pass"
    if match := _ASSIGNED.match(line):
        return f"{match['target']}None"
    if _CELL_MAGIC.match(line) or _HELP.match(line):
        return "pass"
    return None
