"""Checks whose failures teach: what was tried, what was expected, what came, where to look.

A failure's text has a headline, then up to three labelled lines, so that a person can read it
anywhere and a program can take it apart again (`tinytutor.running.failures`):

    softmax(axis=0): each column must sum to 1
    expected  [0.1 0.9]  shape (2,) float32
    got       [0.3 0.7]  shape (2,) float32
    look at   the axis that you sum over
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt


class Mismatch(AssertionError):  # noqa: N818  what a student reads is "Mismatch", not "MismatchError"
    """An answer that is not what the exercise asks for."""

    def __init__(self, headline: str, *, expected: str = "", got: str = "", hint: str = ""):
        labelled = [("expected", expected), ("got", got), ("look at", hint)]
        lines = [f"{label:<9} {text}" for label, text in labelled if text]
        super().__init__("\n".join([headline, *lines]))


def expect(condition: object, headline: str, *, hint: str = "") -> None:
    """Raises Mismatch with `headline` unless `condition` is true."""
    if not condition:
        raise Mismatch(headline, hint=hint)


def same(
    got: object,
    expected: npt.ArrayLike,
    what: str,
    *,
    hint: str = "",
    tolerance: float = 1e-5,
    mistakes: Mapping[str, npt.ArrayLike] | None = None,
) -> None:
    """Raises Mismatch unless `got` has the shape and, within `tolerance`, the values of `expected`.

    Args:
        got: the student's answer: a number, array, nested list or anything with `.data` as array.
        expected: the right answer.
        what: the expression that was tried, as the student would type it.
        hint: where to look when it fails.
        tolerance: relative and absolute, as in `numpy.allclose`.
        mistakes: what known mistakes produce: a sentence that names the mistake → its answer.
            Where one matches, the sentence becomes the headline.
    """
    if got is None:
        raise Mismatch(f"{what} gave None", expected=_show(expected), hint=hint or "a `return`")
    actual = _plain(got, what)
    right = np.asarray(expected)
    if _close(actual, right, tolerance):
        return
    shown = {"expected": _show(right), "got": _show(actual)}
    for sentence, wrong in (mistakes or {}).items():
        if _close(actual, np.asarray(wrong), tolerance):
            raise Mismatch(f"{what}: {sentence}", **shown, hint=hint)
    if actual.shape != right.shape:
        headline = f"{what}: the shape is {actual.shape}, expected {right.shape}"
    elif _has_new_nonfinite(actual, right):
        headline = f"{what}: the result contains {_first_nonfinite(actual)}"
    else:
        headline = f"{what}: {_where_different(actual, right, tolerance)}"
    raise Mismatch(headline, **shown, hint=hint)


def same_dtype(got: Any, dtype: npt.DTypeLike, what: str, *, hint: str = "") -> None:
    """Raises Mismatch unless `got.dtype` is `dtype`."""
    expected = np.dtype(dtype)
    actual = getattr(got, "dtype", None)
    if actual != expected:
        came = str(actual) if actual is not None else f"a {type(got).__name__} without dtype"
        raise Mismatch(
            f"{what}: dtype {came}, expected {expected}",
            expected=str(expected),
            got=came,
            hint=hint,
        )


@contextmanager
def refuses(
    kind: type[Exception] | tuple[type[Exception], ...], what: str, says: str | Sequence[str] = ()
) -> Iterator[None]:
    """Raises Mismatch unless the block raises `kind` with a message that contains all of `says`."""
    kinds = kind if isinstance(kind, tuple) else (kind,)
    says = (says,) if isinstance(says, str) else says
    names = " or ".join(one.__name__ for one in kinds)
    try:
        yield
    except NotImplementedError:
        raise
    except kinds as error:
        missing = [words for words in says if words not in str(error)]
        if missing:
            raise Mismatch(
                f"{what}: the error must say {' and '.join(repr(words) for words in missing)}",
                expected=f"{names} that says {', '.join(says)}",
                got=f"{type(error).__name__}: {error}",
            ) from None
    except Exception as error:
        raise Mismatch(
            f"{what}: raised {type(error).__name__}, expected {names}",
            expected=names,
            got=f"{type(error).__name__}: {error}",
        ) from None
    else:
        raise Mismatch(f"{what}: no error was raised", expected=names, got="no error")


def connected(
    tape: Callable[[], AbstractContextManager[list[Any]]],
    fn: Callable[..., Any],
    *inputs: Any,
    what: str,
) -> None:
    """Raises Mismatch unless recorded operations lead from every input to the output of `fn`.

    Args:
        tape: the student's recorder; its records have `.inputs` and `.output`.
        fn: called with `inputs`; returns one tensor.
        inputs: tensors.
        what: the expression that is tried.
    """
    with tape() as records:
        output = fn(*inputs)
    for position, tensor in enumerate(inputs):
        reached = {id(tensor)}
        for record in records:
            if any(id(source) in reached for source in record.inputs):
                reached.add(id(record.output))
        if id(output) not in reached:
            raise Mismatch(
                f"{what}: input {position} does not lead to the output through recorded operations",
                got=f"{len(records)} records: {', '.join(r.name for r in records) or 'none'}",
                hint="a fresh Tensor(...) built from .data; use tensor operations all the way",
            )


@contextmanager
def quiet(what: str, *, hint: str = "") -> Iterator[None]:
    """Raises Mismatch if NumPy warns (overflow, division by zero, invalid value) in the block."""
    # Whoever silenced NumPy before, a student's own np.seterr included, silences it no more.
    loud = np.errstate(divide="warn", over="warn", invalid="warn")
    with warnings.catch_warnings(), loud:
        warnings.simplefilter("error", RuntimeWarning)
        try:
            yield
        except RuntimeWarning as warning:
            raise Mismatch(f"{what}: NumPy warns: {warning}", hint=hint) from None


@contextmanager
def unchanged(*tensors: Any, what: str) -> Iterator[None]:
    """Raises Mismatch if the block changes the values of a tensor or array that it was given."""
    before = [_plain(tensor, what).copy() for tensor in tensors]
    yield
    for position, (tensor, old) in enumerate(zip(tensors, before, strict=True)):
        now = _plain(tensor, what)
        if now.shape != old.shape or not np.array_equal(now, old, equal_nan=_is_float(old)):
            raise Mismatch(
                f"{what}: input {position} was changed; work on a new array",
                expected=_show(old),
                got=_show(now),
            )


def _plain(value: object, what: str) -> npt.NDArray[Any]:
    """The value as a base-class array: a subclass's own `__eq__` has no say in a comparison."""
    data = value if isinstance(value, np.ndarray) else getattr(value, "data", value)
    try:
        array = np.array(data)
    except (TypeError, ValueError) as problem:
        raise Mismatch(
            f"{what}: a {type(value).__name__} is not an array of numbers ({problem})"
        ) from None
    if array.dtype == object:
        raise Mismatch(f"{what}: a {type(value).__name__} came, expected numbers")
    return array


def _is_float(array: npt.NDArray[Any]) -> bool:
    return array.dtype.kind in "fc"


def _close(a: npt.NDArray[Any], b: npt.NDArray[Any], tolerance: float) -> bool:
    if a.shape != b.shape:
        return False
    if a.dtype.kind not in "biufc" or b.dtype.kind not in "biufc":
        return bool(np.array_equal(a, b))
    with np.errstate(all="ignore"):
        return bool(np.allclose(a, b, rtol=tolerance, atol=tolerance, equal_nan=True))


def _has_new_nonfinite(actual: npt.NDArray[Any], right: npt.NDArray[Any]) -> bool:
    return _is_float(actual) and not np.isfinite(actual).all() and bool(np.isfinite(right).all())


def _first_nonfinite(array: npt.NDArray[Any]) -> str:
    return str(array[~np.isfinite(array)].flat[0])


def _where_different(actual: npt.NDArray[Any], right: npt.NDArray[Any], tolerance: float) -> str:
    if actual.ndim == 0:
        return f"got {_scalar(actual)}, expected {_scalar(right)}"
    if actual.dtype.kind in "biufc" and right.dtype.kind in "biufc":
        with np.errstate(all="ignore"):
            differs = ~np.isclose(actual, right, rtol=tolerance, atol=tolerance, equal_nan=True)
    else:
        differs = actual != right
    first = tuple(int(i) for i in np.argwhere(differs)[0])
    place = f"[{', '.join(map(str, first))}]"
    count = int(differs.sum())
    return (
        f"{count} of {differs.size} values differ, first at {place}: "
        f"{_scalar(actual[first])}, expected {_scalar(right[first])}"
    )


def _scalar(value: Any) -> str:
    number = np.asarray(value)
    return f"{number.item():.6g}" if number.dtype.kind == "f" else str(number.item())


def _show(value: npt.ArrayLike) -> str:
    array = np.asarray(value)
    if array.ndim == 0:
        return f"{_scalar(array)}  {array.dtype}" if array.dtype.kind in "biufc" else str(array)
    values = np.array2string(array, precision=4, threshold=24, edgeitems=2, suppress_small=True)
    one_line = " ".join(values.split())
    return f"{one_line}  shape {array.shape} {array.dtype}"
