"""Ingest, report and export of invented cohorts from 1e4 to 1e7 events, and how the cost grows.

    python benchmarks/cohort_scale.py --events 10000 100000 1000000 10000000

Makes bundles first, which is not measured. Prints wall and CPU seconds, peak memory of the whole
family of processes, and seconds of each metric from Parquet; `--plot FILE` draws the growth as SVG.
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tinytutor.cohort.exports.exporting import Wishes, export
from tinytutor.cohort.measures.completion import funnels, times_to_complete
from tinytutor.cohort.measures.confusion import confusing_places
from tinytutor.cohort.measures.effort import efforts
from tinytutor.cohort.measures.items import course_items
from tinytutor.cohort.records.cohort import Cohort
from tinytutor.cohort.records.inbox import find_bundles, look_at
from tinytutor.cohort.records.ingest import ingest
from tinytutor.cohort.report.figures import gather
from tinytutor.cohort.report.to_html import report_page
from tinytutor.cohort.synthetic import Plan, tests_of, write_cohort
from tinytutor.curriculum.loader import bundled_course_folder, load_course

EVENTS_PER_STUDENT = 1_000
HOURS_SCALE = 0.15
"""Makes about `EVENTS_PER_STUDENT` with the course's twenty modules."""
STUDENTS_PER_PART = 250
MOST_INVENTED = 1_000


def make(arguments: tuple[str, int, int]) -> None:
    """One part of the bundles; the parts are students apart."""
    folder, part, students = arguments
    course = load_course(bundled_course_folder())
    plan = Plan(students, seed=part, hours_scale=HOURS_SCALE, prefix=f"p{part:03}s")
    write_cohort(Path(folder) / f"{part:03}", course, tests_of(course), plan)


def make_bundles(folder: Path, events: int) -> None:
    """Bundles of so many students; beyond `MOST_INVENTED`, the same work under further names."""
    students = max(1, events // EVENTS_PER_STUDENT)
    invented = min(students, MOST_INVENTED)
    parts = [
        (str(folder), part, min(STUDENTS_PER_PART, invented - part * STUDENTS_PER_PART))
        for part in range(math.ceil(invented / STUDENTS_PER_PART))
    ]
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        for _ in pool.imap_unordered(make, parts):
            pass
    originals = sorted(folder.rglob("*.zip"))
    for copy in range(1, math.ceil(students / invented)):
        (folder / f"copy{copy}").mkdir()
        for path in originals:
            if zipfile.is_zipfile(path):
                hand_in_as(path, folder / f"copy{copy}" / path.name, f"copy{copy}-")


def hand_in_as(path: Path, target: Path, prefix: str) -> None:
    """The same bundle of a student with another name."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        about = json.loads(old.read("manifest.json"))
        about["student"], about["workspace"] = (
            prefix + about["student"],
            prefix + about["workspace"],
        )
        new.writestr("manifest.json", json.dumps(about))
        new.writestr("events.jsonl.gz", old.read("events.jsonl.gz"))


def measured(name: str, run: Callable[[], object]) -> dict[str, float]:
    before, began = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    run()
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {f"{name}_seconds": time.perf_counter() - began, f"{name}_cpu": cpu}


def measure(bundles: Path, cohort_folder: Path) -> dict[str, Any]:
    """One size, in a process of its own: its peak memory is this size's alone."""
    course = load_course(bundled_course_folder())
    found: dict[str, Any] = {}

    def take() -> None:
        receipts = ingest(look_at(find_bundles([bundles]), course), course, cohort_folder)
        found["events"] = sum(receipt.events for receipt in receipts)

    found |= measured("ingest", take)
    with Cohort(cohort_folder, course) as cohort:
        found["students"] = len(cohort.students())
        for metric in (funnels, times_to_complete, efforts, course_items, confusing_places):
            found |= measured(f"metric_{metric.__name__}", lambda m=metric: m(cohort))
        found |= measured("report", lambda: report_page(gather(cohort)))
        for kind in ("csv", "xlsx", "parquet"):
            found |= measured(f"export_{kind}", lambda k=kind: export(cohort, k, Wishes()))
    found["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    files = list(cohort_folder.rglob("*.parquet"))
    found["parquet_mib"] = sum(path.stat().st_size for path in files) / 2**20
    return found


def plot(rows: Sequence[dict[str, Any]], path: Path) -> None:
    """Seconds of CPU over events, both on logarithmic scales, beside a straight line."""
    width, height, left, bottom = 560, 340, 60, 300
    series = (("ingest_cpu", "#2f6fb3", "ingest"), ("report_cpu", "#d97706", "report"))
    seconds = [row[key] for row in rows for key, _, _ in series]
    x0, x1 = math.log10(rows[0]["events"]), math.log10(rows[-1]["events"])
    y0, y1 = math.floor(math.log10(min(seconds))), math.ceil(math.log10(max(seconds)))

    def place(events: float, value: float) -> str:
        x = left + (width - left - 90) * (math.log10(events) - x0) / max(x1 - x0, 1e-9)
        return f"{x:.1f},{bottom - (bottom - 20) * (math.log10(value) - y0) / (y1 - y0):.1f}"

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'font-family="sans-serif" font-size="13"><title>CPU seconds over events</title>'
        f"<desc>Both scales are logarithmic; a dashed line shows growth in proportion.</desc>"
        f'<rect width="{width}" height="{height}" fill="#fff"/>'
    ]
    for power in range(y0, y1 + 1):
        y = place(rows[0]["events"], 10.0**power).split(",")[1]
        parts.append(f'<line x1="{left}" x2="{width - 90}" y1="{y}" y2="{y}" stroke="#ddd"/>')
        parts.append(f'<text x="{left - 8}" y="{y}" text-anchor="end">{10.0**power:g} s</text>')
    for row in rows:
        x = place(row["events"], 10.0**y0).split(",")[0]
        words = f"1e{math.log10(row['events']):.0f}"
        parts.append(f'<text x="{x}" y="{bottom + 20}" text-anchor="middle">{words}</text>')
    last = rows[-1]
    fair = [place(r["events"], last["ingest_cpu"] * r["events"] / last["events"]) for r in rows]
    fair = [point for point in fair if float(point.split(",")[1]) <= bottom]
    parts.append(
        f'<polyline points="{" ".join(fair)}" fill="none" stroke="#999" stroke-dasharray="4 4"/>'
    )
    for key, colour, name in series:
        points = [place(row["events"], row[key]) for row in rows]
        parts.append(
            f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour}" '
            f'stroke-width="2"/>'
        )
        x, y = points[-1].split(",")
        parts.append(f'<text x="{float(x) + 8:.1f}" y="{y}" fill="{colour}">{name}</text>')
    parts.append(f'<text x="{width / 2}" y="{height - 6}" text-anchor="middle">events</text></svg>')
    path.write_text("\n".join(parts) + "\n", "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--events", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--log", type=Path, help="Keep each size's line there, and go on after it.")
    parser.add_argument("--measure", type=Path, nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(*options.measure)))
        return
    rows = []
    if options.log and options.log.exists():
        rows = [json.loads(line) for line in options.log.read_text().splitlines()]
    for events in options.events[len(rows) :]:
        with tempfile.TemporaryDirectory() as name:
            bundles, cohort = Path(name) / "bundles", Path(name) / "cohort"
            make_bundles(bundles, events)
            command = [sys.executable, __file__, "--measure", str(bundles), str(cohort)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            rows.append(json.loads(done.stdout))
            print(json.dumps({key: round(value, 2) for key, value in rows[-1].items()}), flush=True)
            if options.log:
                with options.log.open("a") as log:
                    log.write(done.stdout)
    if options.plot:
        plot(rows, options.plot)


if __name__ == "__main__":
    main()
