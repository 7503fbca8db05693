"""What the quality report asks to track: completion, errors and confusion, time, pass rates.

Per module and for the course, computed from one student's events alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tinytutor.curriculum import Course
from tinytutor.progress.active_time import GAP_SECONDS, ModuleTime, time_spent
from tinytutor.progress.events import AttemptFinished, ConfusionReported, Event, ModulePassed
from tinytutor.progress.outcomes import Scope, TestOutcome, TestStatus
from tinytutor.progress.state import ModuleProgress, fold

UNWRITTEN = "NotImplementedError"
"""What a starter raises where nothing was written yet."""


@dataclass(frozen=True, slots=True)
class ErrorCounts:
    """Tests that failed, raised or ran out of time, over all checks and exercise runs."""

    total: int = 0
    by_type: Mapping[str, int] = field(default_factory=dict)
    """By the exception's class; by the test's status where no class is known."""
    by_test: Mapping[str, int] = field(default_factory=dict)
    by_exercise: Mapping[str, int] = field(default_factory=dict)
    by_mistake: Mapping[str, int] = field(default_factory=dict)
    """By the headline of the typical mistake, where the test recognised one."""

    @property
    def unwritten(self) -> int:
        """How many came from an exercise in which nothing was written yet."""
        return self.by_type.get(UNWRITTEN, 0)


@dataclass(frozen=True, slots=True)
class ModuleMetrics:
    """The metrics of one module."""

    module_id: str
    progress: ModuleProgress
    time: ModuleTime
    """Time to complete: `time.active_seconds` and `time.elapsed_seconds`, to the first pass."""
    tests_passed: int
    """Tests that passed, summed over all checks of the module."""
    tests_run: int
    """Tests that ran, summed over all checks of the module; one not reached did not run."""
    result_passed: int
    """Tests that passed in the check that gives the result: the latest pass, else the last one."""
    result_total: int
    """All tests of the module in that check, reached or not; 0 before the first check."""
    first_tries: Mapping[str, bool]
    """Test id → whether it passed the first time that it ran on written code, in whatever scope."""
    attempts_to_pass: int | None
    """Checks up to and with the first pass."""
    errors: ErrorCounts
    confusion_places: Mapping[str, int]
    """Exercise id, else cell or section, else an empty text → confusion reports there."""

    @property
    def started(self) -> bool:
        """Whether the student got the starter, or checked the module."""
        return self.progress.started_at is not None or self.attempts > 0 or self.completed

    @property
    def completed(self) -> bool:
        """Whether it passed at least once."""
        return self.progress.passed_at is not None

    @property
    def completion_rate(self) -> float:
        """1 if completed, else 0: one student's share of one module."""
        return float(self.completed)

    @property
    def attempts(self) -> int:
        """Checks of the whole module."""
        return self.progress.attempts

    @property
    def pass_rate(self) -> float | None:
        """`tests_passed` / `tests_run`, None where none ran."""
        return ratio(self.tests_passed, self.tests_run)

    @property
    def first_try_pass_rate(self) -> float | None:
        """Share of the tests in `first_tries` that passed, None where there are none."""
        return ratio(sum(self.first_tries.values()), len(self.first_tries))

    @property
    def hints(self) -> int:
        """Hint steps that the student took; showing one again counts nothing."""
        return sum(self.progress.hints.values())

    @property
    def confusion_reports(self) -> int:
        """How often the student said that something is not clear."""
        return self.progress.confusion_reports

    @property
    def errors_per_hour(self) -> float | None:
        """Per hour of active time on the module, None where there is none."""
        return ratio(self.errors.total * 3600, self.time.total_active_seconds)

    @property
    def confusion_per_hour(self) -> float | None:
        """Per hour of active time on the module, None where there is none."""
        return ratio(self.confusion_reports * 3600, self.time.total_active_seconds)


@dataclass(frozen=True, slots=True)
class Metrics:
    """The metrics of a course, for one student."""

    modules: tuple[ModuleMetrics, ...]
    """All modules of the course, in its order."""
    active_seconds: float
    """All active time, also outside of modules and after passes."""
    elapsed_seconds: float
    """From the first event to the last."""
    gap_seconds: float
    """The θ of the rule for active time, see `active_time`."""

    def of(self, module_id: str) -> ModuleMetrics:
        """The metrics of one module. Raises KeyError."""
        for module in self.modules:
            if module.module_id == module_id:
                return module
        raise KeyError(module_id)

    @property
    def started(self) -> int:
        """Modules started."""
        return sum(module.started for module in self.modules)

    @property
    def completed(self) -> int:
        """Modules completed."""
        return sum(module.completed for module in self.modules)

    @property
    def completion_rate(self) -> float | None:
        """Completed modules as a share of all modules of the course."""
        return ratio(self.completed, len(self.modules))

    @property
    def pass_rate(self) -> float | None:
        """Tests passed as a share of tests run, over all checks of all modules."""
        return ratio(
            sum(module.tests_passed for module in self.modules),
            sum(module.tests_run for module in self.modules),
        )


def measure(course: Course, events: Sequence[Event], gap_seconds: float = GAP_SECONDS) -> Metrics:
    """The metrics that the events of one workspace, in the order of their sequence, tell of."""
    progress = fold(events)
    spent = time_spent(events, gap_seconds)
    tallies: dict[str, _Tally] = {}
    for event in events:
        if event.module_id is not None:
            tallies.setdefault(event.module_id, _Tally()).add(event)
    return Metrics(
        modules=tuple(
            tallies.get(module.id, _Tally()).metrics(
                module.id, progress.of(module.id), spent.of(module.id)
            )
            for module in course.modules
        ),
        active_seconds=spent.active_seconds,
        elapsed_seconds=spent.elapsed_seconds,
        gap_seconds=gap_seconds,
    )


def ratio(part: float, whole: float) -> float | None:
    """The quotient, None where there is nothing to divide by."""
    return part / whole if whole else None


@dataclass(slots=True)
class _Tally:
    """What is counted of one module on the way through its events."""

    tests_passed: int = 0
    tests_run: int = 0
    checks: int = 0
    checks_to_pass: int | None = None
    results: dict[str, tuple[int, int]] = field(default_factory=dict)
    passed_result: tuple[int, int] | None = None
    first_tries: dict[str, bool] = field(default_factory=dict)
    errors: list[TestOutcome] = field(default_factory=list)
    places: Counter[str] = field(default_factory=Counter)

    def add(self, event: Event) -> None:
        what = event.what
        if isinstance(what, AttemptFinished):
            self._add_attempt(what)
        elif isinstance(what, ModulePassed):
            self.passed_result = self.results.get(what.attempt_id, self.passed_result)
            if self.checks_to_pass is None:
                self.checks_to_pass = self.checks
        elif isinstance(what, ConfusionReported):
            self.places[event.exercise_id or what.place] += 1

    def _add_attempt(self, attempt: AttemptFinished) -> None:
        ran = [test for test in attempt.tests if test.status is not TestStatus.NOT_REACHED]
        for test in ran:
            if test.error_type != UNWRITTEN:
                self.first_tries.setdefault(test.test_id, test.status is TestStatus.PASSED)
        self.errors += [test for test in ran if test.is_error]
        if attempt.scope is Scope.MODULE:
            passed = sum(test.status is TestStatus.PASSED for test in ran)
            self.checks += 1
            self.tests_passed += passed
            self.tests_run += len(ran)
            self.results[attempt.attempt_id] = (passed, len(attempt.tests))

    def metrics(self, module_id: str, progress: ModuleProgress, time: ModuleTime) -> ModuleMetrics:
        last = list(self.results.values())[-1] if self.results else (0, 0)
        result_passed, result_total = self.passed_result or last
        return ModuleMetrics(
            module_id=module_id,
            progress=progress,
            time=time,
            tests_passed=self.tests_passed,
            tests_run=self.tests_run,
            result_passed=result_passed,
            result_total=result_total,
            first_tries=self.first_tries,
            attempts_to_pass=self.checks_to_pass,
            errors=_error_counts(self.errors),
            confusion_places=dict(self.places),
        )


def _error_counts(errors: Sequence[TestOutcome]) -> ErrorCounts:
    return ErrorCounts(
        total=len(errors),
        by_type=dict(Counter(error.error_type or error.status.value for error in errors)),
        by_test=dict(Counter(error.test_id for error in errors)),
        by_exercise=dict(Counter(error.exercise_id for error in errors)),
        by_mistake=dict(Counter(error.mistake for error in errors if error.mistake)),
    )
