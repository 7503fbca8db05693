"""From staged lines of JSON to tables: the SQL that takes an event apart. All of it is constant."""

from __future__ import annotations

ID_PATTERN = "[A-Za-z0-9_.:-]{1,64}"
"""What ids of events, cells, tests and sessions look like; anything else is no id."""
_CONTROL = r"[\x00-\x08\x0b-\x1f\x7f-\x9f]"
MOST_BOOT_SECONDS = 1e10

_COLUMNS = """{
    "kind": 'VARCHAR', "schema_version": 'BIGINT', "event_id": 'VARCHAR', "sequence": 'BIGINT',
    "at": 'VARCHAR', "boot_seconds": 'DOUBLE', "session": 'VARCHAR', "module_id": 'VARCHAR',
    "exercise_id": 'VARCHAR',
    "data": 'STRUCT(
        seconds DOUBLE, place VARCHAR, "outside" BOOLEAN, attempt_id VARCHAR, "scope" VARCHAR,
        passed BOOLEAN, course_version VARCHAR, step BIGINT, "text" VARCHAR, milestone_id VARCHAR,
        reached BOOLEAN,
        tests STRUCT(
            test_id VARCHAR, exercise_id VARCHAR, status VARCHAR, points DOUBLE, message VARCHAR,
            error_type VARCHAR, mistake VARCHAR, seconds DOUBLE
        )[]
    )'
}"""


def _id(column: str) -> str:
    return f"CASE WHEN regexp_full_match({column}, '{ID_PATTERN}') THEN {column} END"


def _words(column: str, length: int) -> str:
    return f"left(regexp_replace({column}, '{_CONTROL}', '', 'g'), {length})"


def _number(column: str) -> str:
    return f"CASE WHEN isfinite({column}) AND abs({column}) < 1e12 THEN {column} ELSE 0 END"


def read_lines(files: str) -> str:
    """Makes `raw` of staged files: one row per line, `is_event` false for what is none.

    Needs the table `staged` (number, student, workspace_rank, bundle_rank) and `modules` (id).
    A file's name is its number in `staged`.
    """
    return f"""
    CREATE OR REPLACE TEMP TABLE raw AS
    WITH lines AS (
        SELECT *, try_cast("at" AS TIMESTAMP) AS moment,
            CAST(regexp_extract(filename, '([0-9]+)\\.jsonl$', 1) AS BIGINT) AS number
        FROM read_json({files}, format = 'newline_delimited', columns = {_COLUMNS},
            ignore_errors = true, filename = true, maximum_object_size = 1048576)
    )
    SELECT
        staged.number, staged.student, staged.workspace_rank, staged.bundle_rank,
        coalesce(
            regexp_full_match(event_id, '{ID_PATTERN}') AND sequence >= 0
            AND "at" LIKE '%Z' AND moment BETWEEN TIMESTAMP '0001-01-01' AND $latest
            AND abs(boot_seconds) < {MOST_BOOT_SECONDS:.0f}
            AND regexp_full_match(session, '{ID_PATTERN}') AND kind <> '',
            false
        ) AS is_event,
        coalesce(moment > $latest, false) AS is_from_future,
        event_id, sequence, moment AS "at", boot_seconds, session,
        left(kind, 40) AS kind,
        modules.id AS module_id,
        {_id("exercise_id")} AS exercise_id,
        data
    FROM lines JOIN staged USING (number) LEFT JOIN modules ON modules.id = lines.module_id
    """


EVENT_ROWS = f"""
CREATE OR REPLACE TEMP TABLE event_rows AS
-- Only keys are sorted: whole rows, with all tests in them, take twice as long.
WITH fresh AS (
    SELECT rowid AS line, student, workspace_rank, sequence, event_id FROM raw WHERE is_event
    QUALIFY row_number() OVER (
        PARTITION BY student, event_id ORDER BY bundle_rank DESC, sequence, kind
    ) = 1
),
numbered AS (
    SELECT line, CAST(row_number() OVER (
        PARTITION BY student ORDER BY workspace_rank, sequence, event_id
    ) AS INTEGER) AS n
    FROM fresh
)
SELECT
    student, n, "at", kind, module_id, exercise_id, session, boot_seconds,
    -- Most events are ticks and saves, which nothing outside ever refers to.
    CASE WHEN kind NOT IN ('activity', 'code_saved') THEN event_id END AS event_id,
    {_number("data.seconds")} AS seconds,
    -- Cleaning costs more than all else, and only reports are ever shown with their place.
    CASE WHEN kind = 'confusion_reported' THEN {_words("data.place", 64)} END AS place,
    kind = 'code_saved' AND coalesce(data."outside", true) AS is_outside_save,
    CASE WHEN kind IN ('attempt_finished', 'module_passed') THEN {_id("data.attempt_id")} END
        AS attempt_id,
    data."scope" AS "scope",
    coalesce(data.passed, false) AS passed,
    CASE WHEN kind = 'attempt_finished' THEN {_words("data.course_version", 32)} END
        AS course_version,
    CAST(greatest(0, least(coalesce(data.step, 0), 1000)) AS INTEGER) AS step,
    CASE WHEN kind = 'confusion_reported' THEN {_words("data.text", 2000)} END AS "text",
    CASE WHEN kind = 'milestone_run' THEN {_id("data.milestone_id")} END AS milestone_id,
    data.reached AS reached,
    list_slice(data.tests, 1, 200) AS tests
FROM numbered JOIN raw ON raw.rowid = line
"""
"""Each event once, numbered per student in the order in which it happened."""

EVENT_COLUMNS = (
    'student, n, "at", kind, module_id, exercise_id, session, boot_seconds, event_id, seconds, '
    'place, is_outside_save, attempt_id, "scope", passed, course_version, step, "text", '
    "milestone_id, reached"
)

OUTCOME_ROWS = f"""
CREATE OR REPLACE TEMP TABLE outcome_rows AS
WITH tests AS (
    SELECT student, n, "at", module_id, attempt_id, event_id, "scope", course_version,
        unnest(tests) AS test, generate_subscripts(tests, 1) AS place
    FROM event_rows WHERE kind = 'attempt_finished' AND module_id IS NOT NULL
),
outcomes AS (
    SELECT student, n, place, "at", module_id, attempt_id, event_id, "scope", course_version,
        {_id("test.test_id")} AS test_id,
        {_id("test.exercise_id")} AS exercise_id,
        test.status AS status,
        {_words("test.error_type", 80)} AS error_type,
        {_words("test.mistake", 300)} AS mistake,
        {_words("test.message", 2000)} AS message,
        {_number("test.points")} AS points,
        {_number("test.seconds")} AS seconds
    FROM tests
)
SELECT *,
    -- The first time that it ran on written code, in whatever scope.
    status <> 'not_reached' AND error_type IS DISTINCT FROM 'NotImplementedError'
    AND row_number() OVER (
        PARTITION BY student, module_id, test_id,
            status <> 'not_reached' AND error_type IS DISTINCT FROM 'NotImplementedError'
        ORDER BY n, place
    ) = 1 AS is_first_try,
    status NOT IN ('passed', 'not_reached') AS is_error
FROM outcomes
WHERE test_id IS NOT NULL
    AND status IN ('passed', 'failed', 'error', 'timed_out', 'not_reached')
"""
"""One row per test of an attempt."""

VERDICT_ROWS = """
CREATE OR REPLACE TEMP TABLE verdict_rows AS
SELECT student, module_id, test_id, any_value(exercise_id ORDER BY n, place) AS exercise_id,
    avg(place) AS place,
    bool_or(status = 'passed') AS passed,
    max(n) FILTER (status <> 'not_reached') AS last_n,
    count(*) FILTER (is_error AND error_type IS DISTINCT FROM 'NotImplementedError') AS errors,
    bool_or(is_first_try) AS tried,
    bool_or(is_first_try AND status = 'passed') AS passed_first,
    list(DISTINCT mistake ORDER BY mistake) FILTER (mistake <> '') AS mistakes
FROM outcome_rows GROUP BY student, module_id, test_id
"""
"""One row per student and test: what came of all its runs. Statistics of tests need no more."""

TIME_ARRAYS = """
SELECT owners.number AS student, epoch("at") AS calendar, boot_seconds AS boot,
    CAST(hash(session) >> 1 AS BIGINT) AS session,
    CAST(coalesce(modules.number, -1) AS BIGINT) AS module,
    CASE WHEN kind = 'activity' THEN seconds ELSE 0 END AS ticks,
    CASE WHEN kind = 'attempt_finished' THEN seconds ELSE 0 END AS runs,
    is_outside_save AS is_save,
    kind IN ('module_started', 'code_saved', 'attempt_finished', 'module_passed') AS begins,
    kind = 'module_passed' AS passes
FROM event_rows LEFT JOIN modules ON modules.id = event_rows.module_id
    JOIN (SELECT student, min(number) AS number FROM staged GROUP BY ALL) owners USING (student)
ORDER BY owners.number, n
"""
"""What `time_on_task.EventArrays` is made of; a student is the number of the first bundle."""

ENROLMENT_ROWS = """
CREATE OR REPLACE TEMP TABLE enrolment_rows AS
WITH checks AS (
    SELECT student, module_id, n,
        coalesce(list_sum([CAST(t.status = 'passed' AS INTEGER) FOR t IN tests]), 0) AS passed,
        coalesce(list_sum([CAST(t.status <> 'not_reached' AS INTEGER) FOR t IN tests]), 0) AS ran,
        coalesce(len(tests), 0) AS total,
        attempt_id
    FROM event_rows
    WHERE kind = 'attempt_finished' AND "scope" = 'module' AND module_id IS NOT NULL
),
check_sums AS (
    SELECT student, module_id, count(*) AS attempts,
        sum(passed) AS tests_passed, sum(ran) AS tests_run,
        arg_max(passed, n) AS last_passed, arg_max(total, n) AS last_total
    FROM checks GROUP BY ALL
),
passes AS (
    SELECT p.student, p.module_id, p.n, p."at", c.passed, c.total
    FROM event_rows p LEFT JOIN checks c
        ON c.student = p.student AND c.module_id = p.module_id AND c.attempt_id = p.attempt_id
            AND c.n < p.n
    WHERE p.kind = 'module_passed' AND p.module_id IS NOT NULL
),
pass_sums AS (
    SELECT student, module_id, min(n) AS first_pass, arg_min("at", n) AS completed_at,
        arg_max(passed, n) FILTER (passed IS NOT NULL) AS result_passed,
        arg_max(total, n) FILTER (passed IS NOT NULL) AS result_total
    FROM passes GROUP BY ALL
),
before_pass AS (
    SELECT c.student, c.module_id, count(*) AS attempts_to_pass
    FROM checks c JOIN pass_sums p USING (student, module_id) WHERE c.n < p.first_pass
    GROUP BY ALL
),
errors AS (
    SELECT student, module_id, count(*) FILTER (is_error) AS errors,
        count(*) FILTER (is_error AND error_type = 'NotImplementedError') AS unwritten,
        count(*) FILTER (is_first_try) AS first_tries,
        count(*) FILTER (is_first_try AND status = 'passed') AS first_tries_passed
    FROM outcome_rows GROUP BY ALL
),
hints AS (
    SELECT student, module_id, sum(step) AS hints FROM (
        SELECT student, module_id, exercise_id, max(step) AS step
        FROM event_rows WHERE kind = 'hint_shown' AND module_id IS NOT NULL GROUP BY ALL
    ) GROUP BY ALL
),
touches AS (
    SELECT student, module_id,
        arg_min("at", n) FILTER (kind = 'module_started') AS started_at,
        count(*) FILTER (kind = 'confusion_reported') AS confusion_reports,
        count(DISTINCT coalesce(exercise_id, '')) FILTER (kind = 'solution_shown')
            AS solutions_shown,
        count(*) FILTER (kind = 'attempt_finished' AND "scope" = 'exercise') AS exercise_runs,
        bool_or(kind = 'overridden') AS overridden,
        max("at") AS last_at
    FROM event_rows WHERE module_id IS NOT NULL GROUP BY ALL
)
SELECT
    students.student, modules.id AS module_id, modules.number,
    (started_at IS NOT NULL OR coalesce(attempts, 0) > 0 OR first_pass IS NOT NULL) AS started,
    started_at,
    first_pass IS NOT NULL AS completed,
    completed_at,
    coalesce(active_600, 0) AS active_seconds,
    coalesce(active_300, 0) AS active_seconds_300,
    coalesce(active_1800, 0) AS active_seconds_1800,
    coalesce(elapsed, 0) AS elapsed_seconds,
    coalesce(total_active, 0) AS total_active_seconds,
    CAST(coalesce(tests_passed, 0) AS INTEGER) AS tests_passed,
    CAST(coalesce(tests_run, 0) AS INTEGER) AS tests_run,
    CAST(coalesce(result_passed, last_passed, 0) AS INTEGER) AS result_passed,
    CAST(coalesce(result_total, last_total, 0) AS INTEGER) AS result_total,
    CAST(coalesce(attempts, 0) AS INTEGER) AS attempts,
    CASE WHEN first_pass IS NOT NULL THEN CAST(coalesce(attempts_to_pass, 0) AS INTEGER) END
        AS attempts_to_pass,
    CAST(coalesce(exercise_runs, 0) AS INTEGER) AS exercise_runs,
    CAST(coalesce(errors, 0) AS INTEGER) AS errors,
    CAST(coalesce(unwritten, 0) AS INTEGER) AS unwritten,
    CAST(coalesce(first_tries, 0) AS INTEGER) AS first_tries,
    CAST(coalesce(first_tries_passed, 0) AS INTEGER) AS first_tries_passed,
    CAST(coalesce(hints, 0) AS INTEGER) AS hints,
    CAST(coalesce(solutions_shown, 0) AS INTEGER) AS solutions_shown,
    CAST(coalesce(confusion_reports, 0) AS INTEGER) AS confusion_reports,
    coalesce(overridden, false) AS overridden,
    last_at
FROM (SELECT DISTINCT student FROM staged) students
    CROSS JOIN (SELECT id, id AS module_id, number FROM modules) modules
    LEFT JOIN check_sums USING (student, module_id)
    LEFT JOIN pass_sums USING (student, module_id)
    LEFT JOIN before_pass USING (student, module_id)
    LEFT JOIN errors USING (student, module_id)
    LEFT JOIN hints USING (student, module_id)
    LEFT JOIN touches USING (student, module_id)
    LEFT JOIN time_rows USING (student, number)
"""
"""One row per student and module of the course: the figures of `progress.metrics`."""

STUDENT_ROWS = """
CREATE OR REPLACE TEMP TABLE student_rows AS
SELECT
    students.student, bundles, has_texts,
    coalesce(events, 0) AS events, first_at, last_at,
    coalesce(active, 0) AS active_seconds, coalesce(elapsed, 0) AS elapsed_seconds,
    coalesce(set_back, 0) AS clock_set_back
FROM (
    SELECT student, count(*) AS bundles, bool_or(has_texts) AS has_texts FROM staged GROUP BY ALL
) students
LEFT JOIN (
    SELECT student, count(*) AS events, min("at") AS first_at, max("at") AS last_at,
        count(*) FILTER ("at" < before) AS set_back
    FROM (SELECT student, "at", lag("at") OVER (PARTITION BY student ORDER BY n) AS before
        FROM event_rows)
    GROUP BY ALL
) USING (student)
LEFT JOIN student_time USING (student)
"""
"""One row per student, also for one whose events could not be used."""
