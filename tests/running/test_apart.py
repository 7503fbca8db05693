"""A verdict can't be talked into passing by what a student's cells do to what tests rely on."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.running.conftest import KINDS, RunSources, finished, output
from tinytutor.running.events import CellStatus
from tinytutor.running.forking import ORDINARY
from tinytutor.running.runner import Runner

pytestmark = pytest.mark.asyncio(loop_scope="module")

WRONG = "import numpy as np\ndef double(x):\n    return 3 * x"
TEST = (
    "# test\nimport numpy as np; from tinytutor.kit import expect, refuses, same\n"
    "def test_double():\n"
    "    same(double(np.arange(3.0)), [0.0, 2.0, 4.0], 'double(x)')\n"
    "test_double()"
)

TRICKS = {
    "its own test function": "def test_double(): pass",
    "its own helpers": "same = expect = lambda *a, **k: None",
    "patched kit": "import tinytutor.kit as kit\n"
    "for name in kit.__all__: setattr(kit, name, lambda *a, **k: None)",
    "patched inside of the kit": "import tinytutor.kit.checks as checks\n"
    "checks._close = lambda *a: True\nchecks.Mismatch.__init__ = lambda *a, **k: 1 / 0",
    "swapped code": "from tinytutor.kit import checks\n"
    "def nothing(got, expected, what, *, hint='', tolerance=0, mistakes=None): pass\n"
    "checks.same.__code__ = nothing.__code__",
    "a kit of its own": "import sys, types\nfake = types.ModuleType('tinytutor.kit')\n"
    "fake.same = fake.expect = fake.refuses = lambda *a, **k: None\n"
    "sys.modules['tinytutor.kit'] = fake",
    "patched comparisons": "np.allclose = lambda *a, **k: True\nnp.isclose = np.allclose\n"
    "np.array_equal = np.allclose",
    "swapped code of a comparison": "def yes(*a, **k): return True\n"
    "np.allclose._implementation.__code__ = yes.__code__",
    "numpy replaced": "import sys\nclass Fake:\n    def __getattr__(self, name): "
    "return lambda *a, **k: True\nsys.modules['numpy'] = Fake()\nnp = Fake()",
    "built-in names hidden": "AssertionError = Exception = ValueError\nbool = lambda x: True\n"
    "isinstance = lambda *a: True",
    "built-in names patched": "import builtins\nbuiltins.bool = lambda *a: True\n"
    "builtins.isinstance = lambda *a: True\nbuiltins.getattr = lambda *a: None",
    "an equality that is always true": "class Yes(np.ndarray):\n"
    "    def __eq__(self, other): return np.ones(self.shape, bool)\n"
    "    __ne__ = None\n    def __array_function__(self, *a): return True\n"
    "def double(x): return (3 * x).view(Yes)",
    "stripped calls": "import ast\nclass Strip(ast.NodeTransformer):\n"
    "    def visit_Expr(self, node): return ast.Pass()\n"
    "get_ipython().ast_transformers.append(Strip())",
    "its own showtraceback": "get_ipython().showtraceback = lambda *a, **k: None",
    "its own run_cell": "shell = get_ipython()\nold = shell.run_cell\n"
    "shell.run_cell = lambda code, *a, **k: old('pass', *a, **k)",
    "an input transformer": "get_ipython().input_transformers_cleanup.append("
    "lambda lines: ['pass\\n'])",
    "exit hooks": "import atexit, sys\natexit.register(print, '1 passed')\n"
    "sys.excepthook = lambda *a: None",
    "success markers": "print('✓ test_double\\n1 passed, 0 failed')",
    "tracing": "import sys\n"
    "def trace(frame, event, arg):\n"
    "    if frame.f_code.co_name == '_close': frame.f_lineno += 1\n"
    "    return trace\nsys.settrace(trace)",
}


@pytest.fixture(params=KINDS, scope="module")
def kind_of_kernel(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def runner(
    tmp_path_factory: pytest.TempPathFactory, kind_of_kernel: str
) -> AsyncIterator[Runner]:
    """One for all: each job has a kernel of its own, and none of these leaves a file."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(ORDINARY, "1" if kind_of_kernel == "ordinary" else "")
        runner = Runner(tmp_path_factory.mktemp("apart"))
        yield runner
        await runner.close()


SILENT = TRICKS["built-in names patched"]
"""Its kernel never answers again, so its cell lasts to the limit."""


def limit_of(trick: str) -> float:
    """Seconds for a cell: as ever, but where all of them are waited for."""
    return 5 if trick is SILENT else 20


# What runs tests apart is the same in kernels of both kinds.
one_kind = pytest.mark.parametrize(
    "kind_of_kernel", ["forked" if sys.platform == "linux" else "ordinary"], indirect=True
)


@one_kind
@pytest.mark.parametrize("trick", TRICKS.values(), ids=TRICKS)
async def test_a_trick_changes_no_verdict(run_sources: RunSources, trick: str) -> None:
    events = await run_sources(WRONG, trick, TEST, "print(double(1))", seconds=limit_of(trick))
    verdict = finished(events)["c2"]
    assert verdict.status is CellStatus.ERROR
    assert verdict.error is not None
    assert verdict.error.type == "Mismatch"


@one_kind
@pytest.mark.parametrize("trick", TRICKS.values(), ids=TRICKS)
async def test_a_right_answer_passes_all_the_same(run_sources: RunSources, trick: str) -> None:
    seconds = limit_of(trick)
    if "def double" in trick:
        trick = trick.replace("3 * x", "2 * x")
    events = await run_sources(WRONG.replace("3", "2"), trick, TEST, seconds=seconds)
    assert finished(events)["c2"].status is CellStatus.OK


async def test_a_test_leaves_the_students_names_alone(run_sources: RunSources) -> None:
    events = await run_sources(
        "sum = 5\nsame = 'mine'",
        "# test\nfrom tinytutor.kit import same\ntotal = sum([1, 2])\nassert total == 3",
        "print(sum, same, 'total' in globals())",
    )
    assert finished(events)["c1"].status is CellStatus.OK
    assert output(events, "c2") == "5 mine False\n"


async def test_the_source_of_a_test_is_not_in_the_history(run_sources: RunSources) -> None:
    events = await run_sources("x = 1", "# test secret\nassert x", "print('sec' 'ret' in str(In))")
    assert output(events, "c2") == "False\n"


async def test_a_failure_names_the_students_line(run_sources: RunSources) -> None:
    events = await run_sources(
        "def half(x):\n    y = x\n    return 1 / y",
        "# test\ndef test_half():\n    half(0)\n\ntest_half()",
    )
    error = finished(events)["c1"].error
    assert error is not None
    assert (error.type, error.message) == ("ZeroDivisionError", "division by zero")
    places = [(frame.cell_id, frame.line, frame.function) for frame in error.frames]
    assert places == [("c1", 5, "<module>"), ("c1", 3, "test_half"), ("c0", 3, "half")]


async def test_what_led_to_an_error_is_shown_too(run_sources: RunSources) -> None:
    events = await run_sources(
        "def broken():\n    return 1 / 0",
        "# test\ntry:\n    broken()\nexcept ZeroDivisionError:\n    raise ValueError('late')",
    )
    error = finished(events)["c1"].error
    assert error is not None
    assert ("c0", 2) in [(frame.cell_id, frame.line) for frame in error.frames]


async def test_a_test_that_exits_or_asks_ends_alone(run_sources: RunSources) -> None:
    events = await run_sources(
        "x = 1",
        "# test\nimport sys; sys.exit(0)",
        "# test\ninput('?')",
        "print(x)",
    )
    ended = finished(events)
    assert ended["c1"].status is CellStatus.ERROR
    assert ended["c2"].status is CellStatus.ERROR
    assert ended["c2"].error is not None
    assert ended["c2"].error.type == "StdinNotImplementedError"
    assert output(events, "c3") == "1\n"


async def test_no_debugger_is_loaded_but_a_student_can_import_it(run_sources: RunSources) -> None:
    events = await run_sources(
        "import sys; print([n for n in sys.modules if n.startswith(('debugpy', '_pydev'))])\n"
        "import debugpy; print(debugpy.__name__)"
    )
    assert output(events, "c0") == "[]\ndebugpy\n"
