"""Answers that leave the kernel as plain values, and hidden tests that compare them outside."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import numpy as np
import pytest

from tests.running.test_apart import one_kind
from tinytutor.notebooks.probes import ProbesError, ProbeSource, read_probes
from tinytutor.running.events import Job, RunCell, RunEvent
from tinytutor.running.hidden import HiddenVerdict, answers, judge_hidden, with_probes
from tinytutor.running.plain_values import MOST_BYTES, difference, to_json
from tinytutor.running.runner import Runner
from tinytutor.running.verdicts import Status


class Holder:
    """Like a tensor: holds one array."""

    def __init__(self, data: np.ndarray):
        self.data = data


SAME = [
    (None, None),
    (True, True),
    (3, 3),
    ("text", "text"),
    (0.1 + 0.2, 0.3),
    (float("nan"), float("nan")),
    (np.arange(6.0).reshape(2, 3), np.arange(6.0).reshape(2, 3) + 1e-7),
    (np.float32(0.5), np.float32(0.5)),
    ([1, (2, "x")], [1, [2, "x"]]),
    ({"a": np.zeros(2), 3: None}, {"a": np.zeros(2), 3: None}),
    (Holder(np.ones(3)), Holder(np.ones(3))),
]
DIFFERENT = [
    (None, 0, "is None, expected an int"),
    (True, 1, "is a bool, expected an int"),
    (1, 1.0, "expected a float"),
    (2, 3, "is 2, expected 3"),
    (0.1, 0.2, "is 0.1, expected 0.2"),
    (float("nan"), 0.5, "is nan, expected 0.5"),
    ("no", "yes", "is no, expected yes"),
    ([1], [1, 2], "has 1 parts, expected 2"),
    ([1, [2, 4]], [1, [2, 3]], "part 2 of part 2"),
    (np.zeros(2), np.zeros(3), "shape"),
    (np.zeros(2), np.zeros(2, np.float32), "dtype"),
    (np.array([1, 2]), np.array([1, 3]), "1 of 2 values"),
    (np.array([1.0, np.nan]), np.array([1.0, 2.0]), "1 of 2 values"),
    (Holder(np.zeros(2)), np.zeros(2), "is a tensor, expected an array"),
    (object(), 1, "is object, expected an int"),
    (np.array([object()]), np.zeros(1), "array of object"),
]


@pytest.mark.parametrize(("got", "right"), SAME)
def test_equal_answers_have_no_difference(got: object, right: object) -> None:
    assert difference(to_json(got), to_json(right)) is None


@pytest.mark.parametrize(("got", "right", "says"), DIFFERENT)
def test_a_difference_is_told(got: object, right: object, says: str) -> None:
    assert says in (difference(to_json(got), to_json(right)) or "")


RIGHT = to_json({"w": np.arange(4.0), "n": 2})


@pytest.mark.parametrize(
    "forged",
    [
        None,
        "",
        "{",
        "[" * 100_000,
        "1e999",
        "NaN",
        '"' + "x" * (MOST_BYTES + 1) + '"',
        json.dumps({"items": 3}),
        json.dumps({"items": [["w"], ["n", 2]]}),
        json.dumps({"items": [["w", {"array": "!!", "dtype": "<f8", "shape": [4]}], ["n", 2]]}),
        json.dumps({"items": [["w", {"array": "", "dtype": "<f8", "shape": [4]}], ["n", 2]]}),
        json.dumps({"items": [["w", {"array": "AA==", "dtype": "O", "shape": [4]}], ["n", 2]]}),
        json.dumps({"items": [["w", {"array": [], "dtype": "<f8", "shape": [4]}], ["n", 2]]}),
        json.dumps({"items": [["w", {"array": 1, "dtype": "<f8", "shape": [10**12]}], ["n", 2]]}),
        json.dumps({"float": "0x"}),
        json.dumps({"type": {"type": []}}),
    ],
)
def test_a_forged_answer_is_a_difference_and_no_fault(forged: str | None) -> None:
    assert difference(forged, RIGHT)
    assert difference(forged, to_json(1.5))


def test_a_huge_answer_stays_inside() -> None:
    with pytest.raises(ValueError, match="at most"):
        to_json("x" * (MOST_BYTES + 1))


PROBES = '''\
"""Probes."""

import numpy as np

SIZE = 4


def numbers(rng):
    return rng.normal(size=SIZE)


def probe_double(rng):
    x = numbers(rng)
    return double(x), x


def probe_half(rng):
    return half(float(rng.normal()))
'''


@pytest.fixture
def probes(tmp_path: Path) -> tuple[ProbeSource, ...]:
    path = tmp_path / "probes.py"
    path.write_text(PROBES, "utf-8")
    return read_probes(path, ["double", "half"])


def test_each_probe_comes_with_what_it_needs(probes: tuple[ProbeSource, ...]) -> None:
    assert [probe.exercise_id for probe in probes] == ["double", "half"]
    assert "SIZE = 4" in probes[0].source
    assert "probe_half" not in probes[0].source


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("def probe_(:", ":1: not Python"),
        ("def probe_other(rng): pass", "its exercises are: double"),
        ("\ndef probe_double(): pass", ":2: probe_double must take one argument"),
    ],
)
def test_a_file_that_cannot_be_used_says_where(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "probes.py"
    path.write_text(text, "utf-8")
    with pytest.raises(ProbesError, match=says):
        read_probes(path, ["double"])


def test_no_file_means_no_probes(tmp_path: Path) -> None:
    assert read_probes(tmp_path / "probes.py", ["double"]) == ()


Judge = Callable[..., Awaitable[dict[str, HiddenVerdict]]]


@pytest.fixture
def judged(runner: Runner, probes: tuple[ProbeSource, ...]) -> Judge:
    """Runs sources in a kernel, then the probes; the reference has run before."""

    async def events(*sources: str, seed: int) -> list[RunEvent]:
        cells = tuple(RunCell(f"c{n}", source, 20) for n, source in enumerate(sources))
        job = Job(cells, 60, memory_mib=2048, output_bytes=10_000)
        return [event async for event in runner.run(with_probes(job, probes, seed, 2))]

    async def judge(*sources: str, seed: int = 7) -> dict[str, HiddenVerdict]:
        right = await events("def double(x): return 2 * x\ndef half(x): return x / 2", seed=seed)
        verdicts = judge_hidden(probes, await events(*sources, seed=seed), answers(right))
        return {verdict.exercise_id: verdict for verdict in verdicts}

    return judge


async def test_right_code_agrees_with_the_reference(judged: Judge) -> None:
    verdicts = await judged("def double(x): return x + x", "half = lambda x: 0.5 * x")
    assert {v.status for v in verdicts.values()} == {Status.PASSED}


async def test_wrong_code_differs(judged: Judge) -> None:
    verdicts = await judged("def double(x): return 3 * x", "def half(x): return 1 / 0")
    assert verdicts["double"].status is Status.FAILED
    assert verdicts["double"].message == "4 of 4 values of part 1 of the answer differ"
    assert verdicts["half"].status is Status.ERROR
    assert "ZeroDivisionError" in verdicts["half"].message


async def test_an_answer_remembered_from_another_run_differs(judged: Judge) -> None:
    memory = "answers = {}\ndef double(x): return answers.setdefault('first', x * 0)"
    assert (await judged(memory, "def half(x): return 0.1"))["half"].status is Status.FAILED


FORGERIES = {
    "forged reply": "k = get_ipython().kernel\n"
    "async def ok(*a, **s): return {'status': 'ok', 'answer': '0', 'execution_count': 1,"
    " 'user_expressions': {}, 'payload': []}\nk.do_execute = ok",
    "patched answers": "import tinytutor.running.plain_values as p\np.to_json = lambda v: 'null'\n"
    "import tinytutor.running.inside.kernel as k\nk.to_json = lambda v: 'null'",
    "generator replaced": "import numpy as np\nnp.random.Generator = None\nnp.random.PCG64 = None",
    "reads the probe through a frame": "import sys\ndef double(x):\n"
    "    names = sys._getframe(1).f_globals\n"
    "    return names.get('expected', names.get('right'))",
    "exits well": "def double(x):\n    import os\n    os._exit(0)",
    "loops": "def double(x):\n    while True: pass",
}


@one_kind
@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
async def test_a_forgery_does_not_pass(judged: Judge, forgery: str) -> None:
    sources = ("def half(x): return 0.0", "def double(x): return 3 * x", forgery)
    verdicts = await judged(*sources)
    assert Status.PASSED not in {verdict.status for verdict in verdicts.values()}
