"""Forked kernels against ordinary ones: start to ready, checks one after another, memory.

    python benchmarks/kernels.py [--rounds N] [--checks N]

A check is that of module 01 with its reference solutions, in a clean kernel that starts when it is
asked for: none is waiting. Memory is proportional (PSS, Linux), of kernels that imported NumPy.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from measuring import interleave, print_table

from tinytutor.curriculum.loader import bundled_course_folder, load_course
from tinytutor.running.forking import ORDINARY, TemplateProcess, start_template
from tinytutor.running.kernel import Kernel
from tinytutor.running.process import kernel_environment
from tinytutor.running.sandbox import sandbox_support
from tinytutor.tutor.tutor import Tutor
from tinytutor.tutor.workspace import create_workspace

MODULE = "01_setup"
MEMORY_MIB = 2048


def pss_mib(pid: int) -> float:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(int(x.split()[1]) for x in rollup.splitlines() if x.startswith("Pss:")) / 1024


def started(
    loop: asyncio.Runner, template: TemplateProcess | None, *, boxed: bool = False
) -> Kernel:
    return loop.run(Kernel.start(MEMORY_MIB, template, boxed=boxed))


def print_ready(loop: asyncio.Runner, template: TemplateProcess, rounds: int) -> None:
    kernels: list[Kernel] = []

    def start(source: TemplateProcess | None, *, boxed: bool = False) -> Callable[[], object]:
        return lambda: kernels.append(started(loop, source, boxed=boxed))

    def end() -> None:
        while kernels:
            loop.run(kernels.pop().kill())

    print("start to ready")
    candidates = {"ordinary kernel": start(None), "forked kernel": start(template)}
    if sandbox_support().works:
        candidates["boxed ordinary kernel"] = start(None, boxed=True)
        candidates["boxed forked kernel"] = start(template, boxed=True)
    print_table(interleave(candidates, rounds, before_each=end), "ordinary kernel")
    end()


def print_memory(loop: asyncio.Runner, template: TemplateProcess) -> None:
    if sys.platform != "linux":
        return

    def use(kernel: Kernel) -> None:
        loop.run(kernel.client.execute_interactive("import numpy", silent=True, timeout=60))

    ordinary = started(loop, None)
    use(ordinary)
    print(f"\nmemory\nordinary kernel  {pss_mib(ordinary.pid):6.1f} MiB")
    loop.run(ordinary.kill())
    forked: list[Kernel] = []
    for count in (1, 2, 4, 8):
        while len(forked) < count:
            forked.append(started(loop, template))
            use(forked[-1])
        total = sum(pss_mib(pid) for pid in (template.pid, *(k.pid for k in forked)))
        print(f"template with {count}  {total:6.1f} MiB")
    for kernel in forked:
        loop.run(kernel.kill())


def print_checks(loop: asyncio.Runner, folder: Path, count: int) -> None:
    candidates: dict[str, Callable[[], object]] = {}
    tutors = []
    for kind in ("ordinary", "forked"):
        tutor = Tutor(create_workspace(folder / kind, load_course(bundled_course_folder())))
        tutors.append(tutor)
        tutor.start(MODULE)
        tutor.put_solutions(MODULE)

        def check(tutor: Tutor = tutor) -> None:
            assert loop.run(tutor.runs.check(MODULE, fresh=True)).passed

        os.environ[ORDINARY] = "1" if kind == "ordinary" else ""
        check()  # starts the worker, which reads the environment
        candidates[f"check, {kind} kernel"] = check
    print(f"\n{count} checks of {MODULE} one after another, each in a clean kernel")
    timings = interleave(candidates, count)
    print_table(timings, "check, ordinary kernel")
    for name, timing in timings.items():
        print(f"{name}: {sum(timing.seconds):.1f} s for all")
    for tutor in tutors:
        loop.run(tutor.close())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--checks", type=int, default=40)
    options = parser.parse_args()
    template = start_template(kernel_environment())
    if template is None:
        raise SystemExit("kernels can't be forked here")
    with tempfile.TemporaryDirectory() as name, asyncio.Runner() as loop:
        os.chdir(name)  # what a boxed kernel may write in
        print_ready(loop, template, options.rounds)
        print_memory(loop, template)
        template.close()
        print_checks(loop, Path(name), options.checks)


if __name__ == "__main__":
    main()
