"""Whatever a cell does to its kernel in a box, the others keep their outcome."""

from __future__ import annotations

import pytest

from tests.running.attacks.conftest import Attack
from tests.running.conftest import finished, output
from tinytutor.running.events import CellStatus

LOOPS = (
    "while True: pass",
    "import time\nwhile True:\n    try: time.sleep(9)\n    except BaseException: pass",
    "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass",
    "pow(7, 10**9)",
)
ENDS = {
    "import os; os._exit(3)": "exit code 3",
    "import os; os.kill(os.getpid(), 9)": "killed",
    "import ctypes; ctypes.string_at(0)": "segmentation fault",
}


async def test_endless_cells_are_ended_at_their_limit(attack: Attack) -> None:
    events = await attack(*LOOPS, "print('on')", seconds=1)
    ended = finished(events)
    for number, loop in enumerate(LOOPS):
        assert ended[f"c{number}"].status is CellStatus.TIMED_OUT, loop
        assert ended[f"c{number}"].seconds < 8
        error = ended[f"c{number}"].error
        assert error is not None
        assert "still running after 1 s, the limit of a cell" in error.message
    assert output(events, f"c{len(LOOPS)}") == "on\n"


async def test_a_cell_that_ends_its_kernel_says_how(attack: Attack) -> None:
    events = await attack("print('once')", *ENDS, "import sys; sys.exit(3)", "print('on')")
    ended = finished(events)
    assert output(events, "c0") == "once\n"
    for number, (end, words) in enumerate(ENDS.items(), 1):
        assert ended[f"c{number}"].status is CellStatus.DIED, end
        error = ended[f"c{number}"].error
        assert error is not None
        assert words in error.message
    assert ended["c4"].status is CellStatus.ERROR
    assert output(events, "c5") == "on\n"


@pytest.mark.parametrize("kind_of_box", ["forked"], indirect=True)
async def test_the_first_process_of_the_box_is_out_of_reach(attack: Attack) -> None:
    events = await attack(
        "import os; print(os.listdir('/proc/1/fd'))",
        "open('/proc/1/mem', 'rb')",
        "import os, signal\nfor n in range(1, 32): os.kill(1, n)\nprint('on')",
    )
    ended = finished(events)
    assert ended["c0"].status is CellStatus.ERROR
    assert ended["c1"].status is CellStatus.ERROR
    assert output(events, "c2") == "on\n"
