"""What a check accepts, and the exact words with which it refuses the rest."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pytest

from tinytutor.kit import (
    Mismatch,
    connected,
    expect,
    quiet,
    refuses,
    same,
    same_dtype,
    unchanged,
)

Array = npt.NDArray[Any]


class Box:
    """A student's tensor, as far as a check is concerned; equal to everything, it says."""

    def __init__(self, data: Any) -> None:
        self.data = data

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]

    @property
    def dtype(self) -> np.dtype[Any]:
        return self.data.dtype  # type: ignore[no-any-return]


class Liar(np.ndarray):
    """An array that says it equals everything and is close to it."""

    def __eq__(self, other: object) -> Any:
        return np.ones(self.shape, dtype=bool)

    def __ne__(self, other: object) -> Any:
        return np.zeros(self.shape, dtype=bool)

    __hash__ = None  # type: ignore[assignment]

    def __array_ufunc__(self, *args: Any, **settings: Any) -> Any:
        return np.True_

    def __array_function__(self, *args: Any, **settings: Any) -> Any:
        return True


class LyingNumber(float):
    """A number that says it equals everything."""

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]


def words_of(check: Callable[[], object]) -> str:
    with pytest.raises(Mismatch) as caught:
        check()
    return str(caught.value)


def test_a_mismatch_is_an_assertion_with_a_headline_and_labelled_lines() -> None:
    whole = Mismatch("a fact", expected="1", got="2", hint="the sign")
    assert isinstance(whole, AssertionError)
    assert str(whole) == "a fact\nexpected  1\ngot       2\nlook at   the sign"
    assert str(Mismatch("a fact")) == "a fact"
    assert str(Mismatch("a fact", got="2")) == "a fact\ngot       2"


def test_expect() -> None:
    expect(True, "fine")
    expect([0], "any true value")
    assert words_of(lambda: expect(0, "must hold", hint="there")) == "must hold\nlook at   there"


ALIKE = {
    "a number": (3, 3),
    "int and float": (3, 3.0),
    "a NumPy number": (np.float32(0.5), 0.5),
    "a NumPy truth": (np.True_, True),
    "a list": ([[1, 2], [3, 4]], np.array([[1, 2], [3, 4]])),
    "a tuple": ((1, 2), [1, 2]),
    "a tensor": (Box(np.array([1.0, 2])), [1, 2]),
    "a memory view": (np.arange(3).data, [0, 1, 2]),
    "nothing at all": (np.zeros((0, 3)), np.ones((0, 3))),
    "rounding": (1 + 9e-6, 1.0),
    "rounding of large numbers": (1e9 + 9e3, 1e9),
    "not a number, both": ([1, np.nan], [1, np.nan]),
    "infinities, both": ([np.inf, -np.inf], [np.inf, -np.inf]),
    "complex": (1 + 2j, 1 + 2j),
    "text": ("go", "go"),
    "truths": ([True, False], [True, False]),
}


@pytest.mark.parametrize("name", ALIKE)
def test_same_accepts(name: str) -> None:
    got, right = ALIKE[name]
    same(got, right, "f(x)")


DIFFERENT = {
    "a number": (2, 3, "f(x): got 2, expected 3"),
    "a fraction": (np.float32(1 / 3), 0.5, "f(x): got 0.333333, expected 0.5"),
    "more than rounding": (1 + 3e-5, 1.0, "f(x): got 1.00003, expected 1"),
    "one of many": (
        [[1.0, 2], [3, 5]],
        [[1, 2], [3, 4]],
        "f(x): 1 of 4 values differ, first at [1, 1]: 5, expected 4",
    ),
    "the first is named": ([1, 9, 8], [1, 2, 3], "f(x): 2 of 3 values differ, first at [1]: 9, e"),
    "shape": ([1, 2, 3], [[1, 2, 3]], "f(x): the shape is (3,), expected (1, 3)"),
    "a shape that broadcasts": ([5, 5], 5, "f(x): the shape is (2,), expected ()"),
    "nothing at all": ([], np.zeros((0, 3)), "f(x): the shape is (0,), expected (0, 3)"),
    "not a number": ([1, np.nan, np.inf], [1.0, 2, 3], "f(x): the result contains nan"),
    "infinite": ([1, -np.inf], [1, 2], "f(x): the result contains -inf"),
    "the wrong infinity": (
        [1, np.nan],
        [1, np.inf],
        "f(x): 1 of 2 values differ, first at [1]: nan, expected inf",
    ),
    "the other sign of infinity": (np.inf, -np.inf, "f(x): got inf, expected -inf"),
    "text": ("gone", "go", "f(x): got gone, expected go"),
    "texts": (["a", "b"], ["a", "c"], "f(x): 1 of 2 values differ, first at [1]: b, expected c"),
    "text for numbers": (["a"], [1], "f(x): 1 of 1 values differ, first at [0]: a, expected 1"),
    "truths": ([True, True], [True, False], "f(x): 1 of 2 values differ, first at [1]: True, ex"),
    "complex": (1 + 2j, 1, "f(x): got (1+2j), expected 1"),
    "no rectangle": ([[1], [1, 2]], [1], "f(x): a list is not an array of numbers"),
    "no number": (object(), [1], "f(x): a object came, expected numbers"),
    "a function": (len, 3, "f(x): a builtin_function_or_method came, expected numbers"),
    "a dictionary": ({"data": 1}, 1, "f(x): a dict came, expected numbers"),
    "a tensor in a tensor": (Box(Box(np.ones(2))), [1, 1], "f(x): a Box came, expected numbers"),
    "None inside": ([1, None], [1, 2], "f(x): a list came, expected numbers"),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_same_names_the_difference(name: str) -> None:
    got, right, headline = DIFFERENT[name]
    assert words_of(lambda: same(got, right, "f(x)")).startswith(headline)


@pytest.mark.parametrize(
    "liar",
    [
        np.array([1.0, 2]).view(Liar),
        Box(np.array([1.0, 2])),
        Box(np.array([1.0, 2]).view(Liar)),
        [LyingNumber(1), LyingNumber(2)],
    ],
    ids=["array", "tensor", "both", "numbers"],
)
def test_what_calls_itself_equal_has_no_say(liar: Any) -> None:
    same(liar, [1, 2], "f(x)")
    assert "1 of 2 values differ" in words_of(lambda: same(liar, [1, 3], "f(x)"))
    assert "the shape is (2,)" in words_of(lambda: same(liar, [[1, 2]], "f(x)"))


def test_none_means_a_forgotten_return() -> None:
    words = words_of(lambda: same(None, [1, 2], "f(x)"))
    assert words.splitlines() == [
        "f(x) gave None",
        "expected  [1 2]  shape (2,) int64",
        "look at   a `return`",
    ]
    assert "look at   elsewhere" in words_of(lambda: same(None, 1, "f(x)", hint="elsewhere"))


def test_same_shows_both_sides_with_shape_and_dtype() -> None:
    words = words_of(lambda: same(np.float32([0.25, 0.5]), [[1.0], [2.0]], "f(x)", hint="axis"))
    assert words.splitlines() == [
        "f(x): the shape is (2,), expected (2, 1)",
        "expected  [[1.] [2.]]  shape (2, 1) float64",
        "got       [0.25 0.5 ]  shape (2,) float32",
        "look at   axis",
    ]
    words = words_of(lambda: same(np.float32(2), 3, "f(x)"))
    assert words.splitlines()[1:] == ["expected  3  int64", "got       2  float32"]


def test_long_arrays_are_shortened_to_a_line() -> None:
    words = words_of(lambda: same(np.arange(900).reshape(30, 30), np.zeros((30, 30)), "f(x)"))
    assert len(words.splitlines()) == 3
    assert "[[ 0 1 ... 28 29] [ 30 31 ... 58 59] ... " in words
    assert words.endswith("shape (30, 30) int64")


def test_tolerance_is_relative_and_absolute() -> None:
    same([0.05, 104], [0, 100], "f(x)", tolerance=0.05)
    assert "2 of 2" in words_of(lambda: same([0.06, 106], [0, 100], "f(x)", tolerance=0.05))


def test_a_known_mistake_becomes_the_headline() -> None:
    mistakes = {
        "the sign is turned": [-1.0, -2.0],
        "a row is missing": [1.0],
        "also turned": [-1.0, -2.0],
        "not finite": [np.nan, np.inf],
    }

    def answer(got: Any) -> str:
        return words_of(lambda: same(got, [1.0, 2.0], "f(x)", mistakes=mistakes, hint="there"))

    assert answer([-1, -2 - 1e-6]).splitlines() == [
        "f(x): the sign is turned",
        "expected  [1. 2.]  shape (2,) float64",
        "got       [-1. -2.]  shape (2,) float64",
        "look at   there",
    ]
    assert answer(1 * np.ones(1)).startswith("f(x): a row is missing\n")
    assert answer([np.nan, np.inf]).startswith("f(x): not finite\n")
    assert answer([7, 7]).startswith("f(x): 2 of 2 values differ")
    same([1, 2], [1, 2], "f(x)", mistakes={"right, and listed by accident": [1, 2]})


def test_comparing_never_warns_nor_changes_the_answer() -> None:
    got = np.array([3e38, -3e38, 1], dtype=np.float32)
    before, right = got.copy(), np.array([-3e38, 3e38, 1], dtype=np.float32)
    assert "2 of 3 values differ" in words_of(lambda: same(got, right, "f(x)"))
    np.testing.assert_array_equal(got, before)


def test_same_dtype() -> None:
    same_dtype(np.zeros(2, dtype=np.float32), np.float32, "f(x)")
    same_dtype(Box(np.zeros(2, dtype=np.int64)), "int64", "f(x)")
    words = words_of(lambda: same_dtype(np.zeros(2), np.float32, "f(x)", hint="astype"))
    assert words.splitlines() == [
        "f(x): dtype float64, expected float32",
        "expected  float32",
        "got       float64",
        "look at   astype",
    ]
    assert "a list without dtype, expected" in words_of(lambda: same_dtype([1], "int64", "f(x)"))
    assert "a NoneType without dtype" in words_of(lambda: same_dtype(None, "int64", "f(x)"))


def fail(error: BaseException) -> None:
    raise error


class NarrowError(ValueError):
    """A kind of ValueError."""


def test_refuses_accepts_the_kind_and_the_words() -> None:
    with refuses(ValueError, "f(0)"):
        fail(ValueError())
    with refuses(ValueError, "f(0)", says=["(2, 3)", "axis"]):
        fail(NarrowError("axis 2 of (2, 3)"))
    with refuses((TypeError, KeyError), "f(0)", says=["size"]):
        fail(KeyError("size"))


def test_refuses_names_what_is_wrong() -> None:
    def attempt(kind: Any, says: list[str], error: Exception | None) -> str:
        def check() -> None:
            with refuses(kind, "f(0)", says):
                if error is not None:
                    raise error

        return words_of(check)

    assert attempt(ValueError, [], None).splitlines() == [
        "f(0): no error was raised",
        "expected  ValueError",
        "got       no error",
    ]
    assert attempt((TypeError, ValueError), [], KeyError("k")).splitlines() == [
        "f(0): raised KeyError, expected TypeError or ValueError",
        "expected  TypeError or ValueError",
        "got       KeyError: 'k'",
    ]
    words = attempt(ValueError, ["2 axes", "got", "3"], ValueError("got 1"))
    assert words.splitlines() == [
        "f(0): the error must say '2 axes' and '3'",
        "expected  ValueError that says 2 axes, got, 3",
        "got       ValueError: got 1",
    ]
    assert "raised AssertionError" in attempt(ValueError, [], AssertionError("deep inside"))


@pytest.mark.parametrize("kind", [ValueError, NotImplementedError, RuntimeError, Exception])
def test_not_started_is_no_refusal(kind: type[Exception]) -> None:
    with pytest.raises(NotImplementedError), refuses(kind, "f(0)"):
        raise NotImplementedError


def test_refuses_lets_an_interrupt_through() -> None:
    with pytest.raises(KeyboardInterrupt), refuses(Exception, "f(0)"):
        raise KeyboardInterrupt


class Record(NamedTuple):
    name: str
    inputs: tuple[Box, ...]
    output: Box


_log: list[Record] = []


@contextmanager
def tape() -> Iterator[list[Record]]:
    _log.clear()
    yield _log


def add(a: Box, b: Box) -> Box:
    out = Box(a.data + b.data)
    _log.append(Record("add", (a, b), out))
    return out


def double(a: Box) -> Box:
    out = Box(2 * a.data)
    _log.append(Record("double", (a,), out))
    return out


def test_connected_follows_records_from_every_input() -> None:
    a, b = Box(np.ones(2)), Box(np.ones(2))
    connected(tape, add, a, b, what="a + b")
    connected(tape, lambda x, y: add(double(double(x)), y), a, b, what="4a + b")
    words = words_of(
        lambda: connected(tape, lambda x, y: add(x, Box(double(y).data)), a, b, what="a + 2b")
    )
    assert words.splitlines() == [
        "a + 2b: input 1 does not lead to the output through recorded operations",
        "got       2 records: double, add",
        "look at   a fresh Tensor(...) built from .data; use tensor operations all the way",
    ]
    words = words_of(lambda: connected(tape, lambda x: Box(x.data), a, what="copy"))
    assert "copy: input 0 does not lead" in words
    assert "got       0 records: none" in words


def test_quiet() -> None:
    with quiet("exp"):
        np.exp(np.float64(1))
    for fn, x, said in ((np.exp, 1e4, "overflow"), (np.log, 0.0, "divide by zero")):

        def check(fn: Any = fn, x: float = x) -> None:
            with quiet("f(x)", hint="shift first"):
                fn(np.float64(x))

        with np.errstate(all="ignore"):  # what a student may have set
            words = words_of(check)
        assert words.startswith(f"f(x): NumPy warns: {said}")
        assert words.endswith("\nlook at   shift first")
    filters = list(warnings.filters)
    with pytest.raises(KeyError), quiet("f(x)"):
        raise KeyError("an error is none of its business")
    assert warnings.filters == filters


def test_unchanged() -> None:
    array, tensor, names = np.array([1, 2]), Box(np.array([1.0, np.nan])), np.array(["a"])
    with unchanged(array, tensor, names, what="f(a, b)"):
        tensor.data = tensor.data.copy()

    def spoil(change: Callable[[], object]) -> str:
        def check() -> None:
            with unchanged(array, tensor, names, what="f(a, b)"):
                change()

        return words_of(check)

    assert spoil(lambda: np.negative(array, out=array)).splitlines() == [
        "f(a, b): input 0 was changed; work on a new array",
        "expected  [1 2]  shape (2,) int64",
        "got       [-1 -2]  shape (2,) int64",
    ]
    assert "input 1 was changed" in spoil(lambda: tensor.data.fill(0))
    assert "input 1 was changed" in spoil(lambda: setattr(tensor, "data", np.zeros((2, 1))))
    assert "input 2 was changed" in spoil(lambda: names.fill("b"))
    with pytest.raises(KeyError), unchanged(array, what="f(a)"):
        raise KeyError("an error is none of its business")
    words = words_of(lambda: unchanged("?", object(), what="f(a)").__enter__())
    assert re.match(r"f\(a\): a object came, expected numbers", words)
