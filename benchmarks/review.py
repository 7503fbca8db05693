"""How long a review of our course takes without running it, beside parsing it alone.

    python benchmarks/review.py --rounds 5

Processor time, since it is what the review itself spends, whatever else the machine does.
"""

from __future__ import annotations

import argparse
import ast
import statistics
import time
from collections.abc import Callable

from tinytutor.curriculum.loader import bundled_course_folder, load_course
from tinytutor.review.reviewing import Options, review_course

FOLDER = bundled_course_folder()


def parse() -> None:
    for module in load_course(FOLDER).modules:
        ast.parse(module.lesson_path.read_text("utf-8"))


def review() -> None:
    review_course(FOLDER, (), Options(run=False))


def spent(work: Callable[[], None]) -> tuple[float, float]:
    """Processor and wall seconds."""
    processor, wall = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - processor, time.perf_counter() - wall


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--rounds", type=int, default=5)
    rounds = options.parse_args().rounds
    print(f"{len(load_course(FOLDER).modules)} modules")
    found = [(spent(parse), spent(review)) for _ in range(rounds)]
    for name, place in (("parsing alone", 0), ("review without a run", 1)):
        processor = statistics.median(pair[place][0] for pair in found)
        wall = statistics.median(pair[place][1] for pair in found)
        print(f"{name:<22} {processor:6.2f} s of processor, {wall:6.2f} s in all")


if __name__ == "__main__":
    main()
