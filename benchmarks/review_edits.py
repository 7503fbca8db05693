"""How many deliberate faults in our own lessons the review names by the right rule.

    python benchmarks/review_edits.py

Makes every kind of edit in every lesson that has a place for it, and reviews each without running.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.review.editing import edits_of, is_caught, own_course, review_text, text_of


def main() -> int:
    course = own_course()
    made: Counter[str] = Counter()
    caught: Counter[str] = Counter()
    for lesson in course.lessons:
        original = text_of(lesson)
        for edit in edits_of(course, lesson):
            edited = edit.change(original)
            if edited is None or edited == original:
                continue
            made[edit.name] += 1
            found = review_text(course, lesson, edited)
            if is_caught(found, edit):
                caught[edit.name] += 1
            else:
                codes = sorted({finding.code for finding in found.findings})
                print(f"missed in {lesson.id}: {edit.name}; found {codes}", flush=True)
    print(f"\n{'edit':<40} caught of made")
    for name, count in made.items():
        print(f"{name:<40} {caught[name]:6} of {count}")
    total, share = made.total(), caught.total() / made.total()
    print(f"\n{caught.total()} of {total} edits caught by the right rule: {share:.1%}")
    return 0 if share >= 0.95 else 1


if __name__ == "__main__":
    raise SystemExit(main())
