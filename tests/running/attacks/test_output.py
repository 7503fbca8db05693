"""Floods are cut and told, and neither they nor forged messages reach beyond their run."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.running.attacks.conftest import Attack, collect, only_forked
from tests.running.conftest import finished, output
from tinytutor.running.events import CellStatus, Job, RunCell
from tinytutor.running.runner import Runner

pytestmark = only_forked
MIB = 2**20


def worker_peak_mib(runner: Runner) -> float:
    """Most memory that the worker has used so far."""
    assert runner._worker is not None
    status = Path(f"/proc/{runner._worker.pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


@pytest.mark.parametrize(
    ("flood", "words"),
    [
        ("import os\nblock = 'x' * 1_000_000\nfor _ in range(10_000): print(block)", "MiB"),
        ("import sys\nfor n in range(1_000_000): print(n); sys.stdout.flush()", "messages"),
        ("for n in range(1_000_000): display(n)", "messages"),
        ("print('x' * 500_000_000)", ""),
        ("import os\nwhile True: os.write(1, b'x' * 1_000_000)", ""),
    ],
    ids=["10 GB of text", "1,000,000 flushes", "1,000,000 displays", "one giant", "descriptor 1"],
)
async def test_a_flood_leaves_the_grader_flat(boxed_runner: Runner, flood: str, words: str) -> None:
    small = Job((RunCell("c0", "print(1)", 20),), 60, 2048, 10_000)
    await collect(boxed_runner, small)
    before = worker_peak_mib(boxed_runner)
    job = Job((RunCell("c0", flood, 15),), 60, 2048, 10_000)
    events = await collect(boxed_runner, job)
    assert worker_peak_mib(boxed_runner) - before < 200
    assert len(output(events, "c0")) < 40_000
    ended = finished(events)["c0"]
    if ended.status is CellStatus.DIED:
        assert ended.error is not None
        assert words in ended.error.message
    assert output(await collect(boxed_runner, small), "c0") == "1\n"


async def test_too_many_pieces_are_cut_and_told(attack: Attack) -> None:
    events = await attack("for n in range(5_000): display(n)", "print('on')")
    assert "output cut here: it comes in more pieces than the limit" in output(events, "c0")
    assert output(events, "c1") == "on\n"


FORGE = (
    "import json, zmq\n"
    "from ipykernel.kernelapp import IPKernelApp\n"
    "app = IPKernelApp.instance()\n"
    "session, socket = app.session, app.kernel.iopub_socket\n"
    "parent = get_ipython().parent_header\n"
    "def send(kind, content): session.send(socket, kind, content=content, parent=parent)\n"
)


@pytest.mark.parametrize(
    "forged",
    [
        "socket.send_multipart([b'no', b'<IDS|MSG>', b'', b'{}', b'{}', b'{}', b'{}'])",
        "socket.send_multipart([b'<IDS|MSG>'])",
        "socket.send_multipart([b'', b''])",
        "send('stream', {})",
        "send('stream', ['not', 'a', 'mapping'])",
        "send('stream', {'name': 3, 'text': {'deep': 1}})",
        "send('display_data', {'data': [1, 2]})",
        "send('display_data', {'data': {'image/png': 7, 'text/plain': None}})",
        "send('error', {'traceback': 3})",
        "send('comm_open', {'comm_id': 1, 'target_name': None, 'data': 'x'})",
        "send('comm_msg', {})",
        "send('status', {'execution_state': ['idle']})",
        "send('status', {})",
        "send('update_display_data', {})",
        "send('clear_output', None)",
        "deep = b'[' * 100_000 + b']' * 100_000\n"
        "parts = [b'{\"msg_type\": \"stream\"}', b'{}', b'{}', deep]\n"
        "socket.send_multipart([b'<IDS|MSG>', session.sign(parts), *parts])",
    ],
)
async def test_a_forged_message_is_the_fault_of_its_run_alone(attack: Attack, forged: str) -> None:
    async with asyncio.timeout(90):
        events = await attack(f"{FORGE}{forged}", "print('on')")
    assert output(events, "c1") == "on\n"
    ended = finished(events)["c0"]
    assert ended.status in (CellStatus.OK, CellStatus.DIED, CellStatus.ERROR)
