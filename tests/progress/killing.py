"""Kills processes that append events, at random moments, and looks at the store after each kill.

Run as a program it prints what it found as JSON. The parent has imported everything before it
forks, so that a writer is at work within a millisecond and a kill costs little more than its wait.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
import traceback
from pathlib import Path

from tinytutor.progress.events import Event, HintShown, ModulePassed, new_id
from tinytutor.progress.store import ProgressStore

BATCH = 3
"""Events of one append."""
SOURCE = "x = 1\n" * 20_000
ROUNDS_PER_STORE = 10
WRITERS = 2


def write_for_ever(path: Path, name: str, confirmations: int) -> None:
    """Appends batches, and after each says on the pipe that it is safe."""
    store = ProgressStore.open(path, create=True)
    number = 0
    while True:
        number += 1
        # A whole library file among them, as at a pass: many pages, a long time to be hit in.
        whats = (HintShown(1), ModulePassed("a", "t", "m2", SOURCE), HintShown(2))
        store.append(*(Event(what, "02_m2", f"{name}-{number}") for what in whats))
        os.write(confirmations, f"{name}-{number}\n".encode())
        if number % 7 == 0:
            store.back_up()


def confirmed_until_killed(path: Path, name: str, seconds: float) -> list[str]:
    """What the writers of one round confirmed before all of them were killed."""
    reading, writing = os.pipe()
    writers = []
    for writer in range(WRITERS):
        pid = os.fork()
        if pid == 0:
            try:
                os.close(reading)
                write_for_ever(path, f"{name}-{writer}", writing)
            except BaseException:
                traceback.print_exc()
                os._exit(1)
        writers.append(pid)
    os.close(writing)
    time.sleep(seconds)
    for pid in writers:
        os.kill(pid, signal.SIGKILL)
    for pid in writers:
        _, status = os.waitpid(pid, 0)
        assert os.WIFSIGNALED(status), "a writer failed before it was killed"
    with os.fdopen(reading) as pipe:
        return pipe.read().split()


def main(folder: Path, kills: int) -> dict[str, int]:
    """Kills at least so many writers; counts what happened and what must not happen."""
    new_id()  # imports what a writer would import
    chance = random.Random(0)
    found = dict.fromkeys(("kills", "confirmed", "missing", "halves", "unsound", "empty_rounds"), 0)
    rounds = 0
    expected: set[str] = set()
    while found["kills"] < kills:
        path = folder / f"{rounds // ROUNDS_PER_STORE}" / "progress.sqlite"
        if rounds % ROUNDS_PER_STORE == 0:
            expected = set()
        # The short waits hit the making of the file, the long ones appends and backups.
        confirmed = confirmed_until_killed(path, f"r{rounds}", chance.uniform(0, 0.06))
        expected.update(confirmed)
        with ProgressStore.open(path, create=True) as store:
            stored = [event.exercise_id for event in store.events()]
            found["unsound"] += bool(store.problems())
        sizes = {name: stored.count(name) for name in set(stored)}
        found["kills"] += WRITERS
        found["confirmed"] += len(confirmed)
        found["empty_rounds"] += not confirmed
        found["missing"] += len(expected - sizes.keys())
        found["halves"] += sum(size != BATCH for size in sizes.values())
        rounds += 1
    return found


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]))))
