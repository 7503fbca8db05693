"""Lessons are really run, watched, and kept within limits; the verdict names what happened."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.review.folders import review
from tinytutor.review.execution import RunLimits
from tinytutor.review.findings import Severity
from tinytutor.review.outcome import Outcome, Run
from tinytutor.review.reviewing import Options, UnsafeError, review_course
from tinytutor.running.sandbox import SandboxSupport, sandbox_support

MAIN = '\n# %%\nif __name__ == "__main__":\n'
boxed = pytest.mark.skipif(
    not sandbox_support().works, reason=f"no sandbox here: {sandbox_support().message}"
)


def run_of(folder: Path, text: str, *, seconds: float = 60, sandbox: bool | None = False) -> Run:
    (folder / "01_a.py").write_text(f"# %%\nimport os, sys, time\n{text}", "utf-8")
    options = Options(sandbox=sandbox, limits=RunLimits(seconds=seconds))
    (module,) = review_course(folder, (), options).modules
    return module.execution.run


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("    1 / 0\n", "ZeroDivisionError"),
        ("    sys.exit(3)\n", "SystemExit: 3"),
        ("    sys.exit('no')\n", "SystemExit: no"),
        ("    os._exit(4)\n", "exit status 4"),
        ("    os.kill(os.getpid(), 9)\n", "signal 9"),
        ("    raise KeyboardInterrupt\n", "KeyboardInterrupt"),
        ("    x = [0] * 10**12\n", "MemoryError"),
        ("    input('name? ')\n", "EOFError"),
    ],
)
def test_each_way_to_fail_is_named(tmp_path: Path, code: str, says: str) -> None:
    run = run_of(tmp_path, MAIN + code)
    assert run.outcome is Outcome.FAILED
    assert says in run.error
    assert run.reached_main


@pytest.mark.parametrize("code", ["    sys.exit()\n", "    sys.exit(0)\n", "    print('x')\n"])
def test_a_good_end_is_a_good_end(tmp_path: Path, code: str) -> None:
    assert run_of(tmp_path, MAIN + code).outcome is Outcome.PASSED


def test_an_endless_lesson_is_stopped_and_nothing_stays(tmp_path: Path) -> None:
    code = (
        "    child = os.fork()\n"
        "    if child == 0:\n        open('child', 'w').write(str(os.getpid()))\n"
        "    while True:\n        time.sleep(0.01)\n"
    )
    began = time.monotonic()
    run = run_of(tmp_path, MAIN + code, seconds=3)
    assert run.outcome is Outcome.TIMED_OUT
    assert "3 s" in run.error
    assert time.monotonic() - began < 60
    processes = [p for p in Path("/proc").glob("[0-9]*/cmdline") if b"observer.py" in _read(p)]
    assert not [p for p in processes if str(tmp_path).encode() in _read(p.with_name("environ"))]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_a_flood_of_output_is_cut(tmp_path: Path) -> None:
    run = run_of(tmp_path, MAIN + "    for _ in range(10**7): print('x' * 1000)\n")
    assert run.outcome is Outcome.FAILED
    assert len(run.output) <= 4000


def test_only_tests_that_were_entered_count(tmp_path: Path) -> None:
    (tmp_path / "01_a.py").write_text(
        "# %%\ndef test_one():\n    assert True, 'one'\n\ndef test_two():\n    assert True, 'two'\n"
        f"{MAIN}    for test in [test_one, test_two]:\n        if test is not test_two:\n"
        "            test()\n",
        "utf-8",
    )
    (module,) = review(tmp_path, run=True).modules
    unrun = [finding.subject for finding in module.findings if finding.code == "RV201"]
    assert unrun == ["test_two"], "its name is read, and yet it does not run"
    assert module.criteria["main_runs_all_tests"] is False
    (module,) = review(tmp_path).modules
    assert module.criteria["main_runs_all_tests"] is True, "from the text alone it looks called"


def test_a_test_behind_a_failure_is_not_called_uncalled(tmp_path: Path) -> None:
    (tmp_path / "01_a.py").write_text(
        "# %%\ndef test_one():\n    assert True, 'one'\n\n1 / 0\n" + MAIN + "    test_one()\n",
        "utf-8",
    )
    (module,) = review(tmp_path, run=True).modules
    codes = {finding.code for finding in module.findings}
    assert "RV103" in codes
    assert "RV201" not in codes


def test_the_library_of_earlier_lessons_is_there_and_no_later_one(tmp_path: Path) -> None:
    lessons = {
        "01_one": "#| default_exp core.one\n#| export\none = 1\n",
        "02_two": "#| default_exp core.two\n#| export\nfrom flame.core.one import one\ntwo = one\n",
        "03_three": "#| default_exp core.three\n#| export\nfrom flame.core.two import two\n",
    }
    for name, text in lessons.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "lesson.py").write_text(f"# %%\n{text}{MAIN}    print('ran')\n", "utf-8")
    first, second, third = review(tmp_path, run=True).modules
    for module in (first, second, third):
        assert module.execution.run.outcome is Outcome.PASSED, module.execution.run
    assert third.execution.alone is not None
    assert third.execution.alone.outcome is Outcome.FAILED
    (tmp_path / "01_one" / "lesson.py").write_text(
        "# %%\n#| default_exp core.one\n#| export\nfrom flame.core.three import two\none = 1\n",
        "utf-8",
    )
    first = review(tmp_path, run=True).modules[0]
    assert first.execution.run.outcome is Outcome.FAILED
    assert {"RV103", "RV304"} <= {finding.code for finding in first.findings}


def test_data_beside_the_lesson_is_found(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("1,2\n", "utf-8")
    code = "    assert open('table.csv').read() == '1,2\\n'\n    open('new.txt', 'w').write('x')\n"
    assert run_of(tmp_path, MAIN + code).outcome is Outcome.PASSED
    assert not (tmp_path / "new.txt").exists(), "what a lesson writes goes elsewhere"


def test_an_instrumented_lesson_behaves_as_it_was_written(tmp_path: Path) -> None:
    (tmp_path / "01_a.py").write_text(
        "# %%\nimport inspect\n\ndef f():\n    '''Words.'''\n    yield 1\n\n"
        "class A:\n    __slots__ = ('x',)\n    def __eq__(self, other):\n        return True\n\n"
        "async def g():\n    return 1\n" + MAIN + "    assert f.__doc__ == 'Words.'\n"
        "    assert list(f()) == [1]\n    assert inspect.iscoroutinefunction(g)\n"
        "    assert __name__ == '__main__'\n    assert __file__.endswith('01_a.py')\n"
        "    import pickle\n    assert pickle.loads(pickle.dumps(A)) is A\n",
        "utf-8",
    )
    (module,) = review(tmp_path, run=True).modules
    assert module.execution.run.outcome is Outcome.PASSED, module.execution.run


@boxed
@pytest.mark.parametrize(
    "code",
    [
        "    open({lesson!r}, 'a').write('#')\n",
        "    import socket\n    socket.create_connection(('127.0.0.1', 1), 1)\n",
        "    open({secret!r}).read()\n",
    ],
    ids=["writes into the course", "opens a connection", "reads what is outside"],
)
def test_a_boxed_lesson_reaches_nothing_outside(tmp_path: Path, code: str) -> None:
    course = tmp_path / "course"
    course.mkdir()
    secret = tmp_path / "secret"
    secret.write_text("secret", "utf-8")
    code = code.format(lesson=str(course / "01_a.py"), secret=str(secret))
    run = run_of(course, MAIN + code, sandbox=True)
    assert run.boxed
    assert run.outcome is Outcome.FAILED
    assert "Error" in run.error
    assert not (course / "01_a.py").read_text("utf-8").endswith("#")


@boxed
def test_a_good_lesson_runs_boxed(tmp_path: Path) -> None:
    run = run_of(tmp_path, MAIN + "    import numpy\n    print(os.listdir())\n", sandbox=None)
    assert run.boxed, "lessons of others are boxed by default"
    assert run.outcome is Outcome.PASSED, run


def test_without_a_sandbox_lessons_of_others_do_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = SandboxSupport(False, "bubblewrap is not installed", "apt-get install bubblewrap")
    monkeypatch.setattr("tinytutor.running.sandbox.sandbox_support", lambda: missing)
    marker = tmp_path / "ran"
    code = f"{MAIN}    open({str(marker)!r}, 'w').write('x')\n"
    (tmp_path / "01_a.py").write_text(f"# %%\nx = 1\n{code}", "utf-8")
    (module,) = review_course(tmp_path, (), Options()).modules
    assert module.execution.run.outcome is Outcome.NOT_RUN
    (why,) = (finding for finding in module.findings if finding.code == "RV104")
    assert "bubblewrap is not installed" in why.message
    assert module.criteria["main_executes"] is None
    assert not marker.exists()
    with pytest.raises(UnsafeError, match="apt-get install bubblewrap"):
        review_course(tmp_path, (), Options(sandbox=True))
    trusted = review_course(tmp_path, (), Options(trusted=True)).modules[0]
    assert trusted.execution.run.outcome is Outcome.PASSED


def test_a_time_out_decides_nothing(tmp_path: Path) -> None:
    (tmp_path / "01_a.py").write_text(f"# %%\nimport time\n{MAIN}    time.sleep(600)\n", "utf-8")
    options = Options(sandbox=False, limits=RunLimits(seconds=2))
    (module,) = review_course(tmp_path, (), options).modules
    assert module.criteria["main_executes"] is None
    (late,) = (finding for finding in module.findings if finding.code == "RV103")
    assert late.severity is Severity.HIGH
