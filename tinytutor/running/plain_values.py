"""Plain values as they leave a kernel, as bounded JSON, and how two of them are compared.

The kernel writes them (`to_json`), a process that ran no student code reads and compares them
(`difference`). Nothing that is read can run code: numbers, text, lists, and arrays as raw bytes
of a few known types.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
from typing import Any

MOST_BYTES = 4 * 2**20
"""Of an answer as JSON; a message of a kernel may have twice as many."""
_MOST_DEPTH = 12
_MOST_ITEMS = 100_000
_KINDS = "biufc"
"""Kinds of NumPy types that an answer may hold: bool, integers, floats, complex."""
_RELATIVE, _ABSOLUTE = 1e-3, 1e-5
"""Loose enough for another order of float32 sums, far below any mistake."""


def to_json(value: object) -> str:
    """An answer as JSON. What is no plain value is named by its type. Raises ValueError if huge."""
    text = json.dumps(_plain(value, 0))
    if len(text) > MOST_BYTES:
        raise ValueError(f"an answer of {len(text)} bytes: at most {MOST_BYTES} leave the kernel")
    return text


def difference(got: str | None, expected: str) -> str | None:
    """What is different between an answer and the right one; None where they agree.

    `got` comes from a kernel that ran student code: anything may stand in it.
    """
    if got is None:
        return "there is no answer"
    if len(got) > MOST_BYTES:
        return f"the answer has more than {MOST_BYTES} bytes"
    try:
        return _difference(json.loads(got), json.loads(expected), "the answer", 0)
    except (ValueError, TypeError, KeyError, RecursionError, binascii.Error) as problem:
        return f"the answer can't be read ({type(problem).__name__})"


def _plain(value: object, depth: int) -> Any:
    import numpy as np  # noqa: PLC0415  the tutor's own process never needs it

    if depth > _MOST_DEPTH:
        return {"type": "nested too deep"}
    kind = type(value)
    if value is None or kind in (bool, int, str):
        return value
    if kind is float:
        return {"float": repr(value)}
    if isinstance(value, np.ndarray | np.generic):
        array = np.array(value)
        if array.dtype.kind not in _KINDS:
            return {"type": f"array of {array.dtype}"}
        raw = base64.b64encode(array.tobytes()).decode()
        return {"array": raw, "dtype": array.dtype.str, "shape": list(array.shape)}
    if isinstance(value, list | tuple):
        return [_plain(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {"items": [[_plain(k, depth + 1), _plain(v, depth + 1)] for k, v in value.items()]}
    data = getattr(value, "data", None)
    if isinstance(data, np.ndarray):
        return {"holds": _plain(data, depth + 1)}
    return {"type": kind.__name__}


def _difference(got: Any, right: Any, where: str, depth: int) -> str | None:
    if depth > 2 * _MOST_DEPTH:
        raise ValueError("nested too deep")
    if type(got) is not type(right):
        return f"{where} is {_kind_of(got)}, expected {_kind_of(right)}"
    if isinstance(right, list):
        return _list_difference(got, right, where, depth)
    if not isinstance(right, dict):
        return None if got == right else f"{where} is {_short(got)}, expected {_short(right)}"
    if set(got) != set(right):
        return f"{where} is {_kind_of(got)}, expected {_kind_of(right)}"
    if "float" in right:
        return _float_difference(float(got["float"]), float(right["float"]), where)
    if "array" in right:
        return _array_difference(got, right, where)
    if "holds" in right:
        return _difference(got["holds"], right["holds"], where, depth + 1)
    if "items" in right:
        return _difference(got["items"], right["items"], where, depth + 1)
    return None if got == right else f"{where} is {_kind_of(got)}, expected {_kind_of(right)}"


def _list_difference(got: list[Any], right: list[Any], where: str, depth: int) -> str | None:
    if len(got) != len(right):
        return f"{where} has {len(got)} parts, expected {len(right)}"
    if len(got) > _MOST_ITEMS:
        raise ValueError("too many parts")
    for number, (one, other) in enumerate(zip(got, right, strict=True), start=1):
        found = _difference(one, other, f"part {number} of {where}", depth + 1)
        if found is not None:
            return found
    return None


def _float_difference(got: float, right: float, where: str) -> str | None:
    same = math.isclose(got, right, rel_tol=_RELATIVE, abs_tol=_ABSOLUTE)
    if same or (math.isnan(got) and math.isnan(right)):
        return None
    return f"{where} is {got:.6g}, expected {right:.6g}"


def _array_difference(got: dict[str, Any], right: dict[str, Any], where: str) -> str | None:
    import numpy as np  # noqa: PLC0415

    for key, word in (("shape", "shape"), ("dtype", "dtype")):
        if got[key] != right[key]:
            shown = [_short(side[key]) for side in (got, right)]
            return f"{where} has {word} {shown[0]}, expected {shown[1]}"
    # Type and shape are those of the right answer now: only the bytes are the student's.
    arrays = []
    for side in (got, right):
        raw = base64.b64decode(side["array"], validate=True)
        arrays.append(np.frombuffer(raw, np.dtype(right["dtype"])).reshape(right["shape"]))
    one, other = arrays
    if right["dtype"][1] in "fc":
        with np.errstate(all="ignore"):
            close = np.isclose(one, other, rtol=_RELATIVE, atol=_ABSOLUTE, equal_nan=True)
    else:
        close = one == other
    wrong = int(np.size(close) - np.count_nonzero(close))
    return f"{wrong} of {np.size(close)} values of {where} differ" if wrong else None


def _kind_of(value: Any) -> str:
    if isinstance(value, dict):
        names = {"float": "a float", "array": "an array", "items": "a dict", "holds": "a tensor"}
        found = next((words for key, words in names.items() if key in value), None)
        return found or _short(value.get("type", "a value of unknown type"))
    names = {"NoneType": "None", "str": "text", "list": "a list or tuple", "bool": "a bool"}
    return names.get(type(value).__name__, f"an {type(value).__name__}")


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "…"
