"""All words of the app, in one place, so that they can be translated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

APP = "tinytutor"
OR = " or "

COMMANDS: Mapping[str, tuple[str, str]] = {
    "open_focused": ("Open", "Open the focused module"),
    "check_focused": ("Check", "Run all tests of the focused module"),
    "find": ("Find", "Find a module by number or title"),
    "find_again.next": ("Next match", "Go to the next match"),
    "find_again.previous": ("Previous match", "Go to the match before"),
    "filter": ("Filter", "Set off the modules of one state"),
    "zoom": ("Zoom", "Show as much as fits, an overview, or every detail"),
    "go_next": ("What next", "Go to the module to work on next"),
    "show_progress": ("Progress", "Show my progress: time, attempts, tests"),
    "show_review": ("Review", "Review the course's content, for its authors"),
    "show_settings": ("Settings", "Choose theme and habits"),
    "help": ("Help", "Show all keys of this screen"),
    "quit": ("Quit", "Save and leave"),
    "run_tests": ("Run tests", "Run the tests of this exercise"),
    "check_module": ("Check", "Check the whole module in a clean kernel"),
    "hint": ("Hint", "Show the next hint"),
    "exercise.previous": ("Previous", "Go to the exercise before"),
    "exercise.next": ("Next", "Go to the next exercise"),
    "section.previous": ("Previous section", "Go to the section before"),
    "section.next": ("Next section", "Go to the next section of the lesson"),
    "next_pane": ("Pane", "Go to the next pane: lesson, exercise, tests"),
    "outline": ("Outline", "List the sections of the lesson"),
    "solution": ("Solution", "Show the reference solution beside yours"),
    "puzzle": ("Puzzle", "Put the lines of this exercise's core in order, where it has a puzzle"),
    "blame": ("Whose bug", "Find the module of your library that a failure comes from"),
    "traceback": ("Traceback", "Unfold or fold the traceback of a failure"),
    "quick_reference": ("Reference card", "Show the module's quick reference"),
    "complete": ("Complete", "Complete the name before the cursor"),
    "describe": ("Describe", "Show what the name at the cursor is"),
    "find_text": ("Find", "Find text in the editor"),
    "copy_code": ("Copy code", "Copy the code in sight to the clipboard"),
    "quiz": ("Quiz", "Three questions from modules that you have passed"),
    "tour": ("Tour", "Show the first steps again"),
    "reset": ("Reset", "Put this exercise back to its starter; a backup is kept"),
    "undo_reset": ("Undo reset", "Put back what the last reset took away"),
    "experiment": ("Experiment", "Run the experiment of this section"),
    "leave": ("Back", "Stop a run, leave the editor, go back to the map"),
    "back": ("Back", "Go back"),
    "next_plot": ("Next plot", "Show the next kind of plot"),
    "confusion": ("Confused", "Report that something here is hard to understand"),
}
PLACES: Mapping[str, str] = {
    "map": "On the map",
    "module": "In a module",
    "lesson": "While reading the lesson",
    "progress": "On the progress screen",
    "review": "On the review screen",
    "cohort": "On the cohort screen",
    "everywhere": "Everywhere",
}

STATE_WORDS: Mapping[str, str] = {
    "passed": "passed",
    "started": "started",
    "open": "open",
    "locked": "locked",
    "stale": "check again",
}
TEST_WORDS: Mapping[str, str] = {
    "passed": "passed",
    "failed": "failed",
    "error": "error",
    "timed_out": "timed out",
    "not_reached": "not reached",
    "unwritten": "not written yet",
    "running": "running",
    "": "not run yet",
}

# The map
MAP = "Map"
FIND_PROMPT = "Number or title"
CHECK_NEEDS_START = "Start it first: Enter opens the module."
ALL_PASSED = "every module passed"


ZOOMS: Mapping[str, str] = {
    "fit": "Zoom: as much as fits",
    "overview": "Zoom: overview",
    "detail": "Zoom: every detail",
}


def only(state: str, count: int) -> str:
    """The filter that is on, and how it goes on."""
    return f"{state}: {count} · n next · Esc all"


def difficulty(value: int) -> str:
    """1 (easy) to 5 (hard)."""
    return f"difficulty {value} of 5"


def hours(value: float) -> str:
    """Expected time of a module."""
    return f"about {value:g} h"


def passed_of(passed: int, total: int) -> str:
    """How many modules have passed."""
    return f"{passed} of {total} passed"


def tests_passed(passed: int, total: int) -> str:
    """How many tests of a module passed at the last attempts."""
    return f"{passed} of {total} tests" if total else "tests not run yet"


def no_match(query: str) -> str:
    """The search found nothing."""
    return f"No module has {query!r} in its number or title"


def matches(position: int, count: int) -> str:
    """Which of the search's finds is shown."""
    return f"match {position} of {count} · n next · N previous"


# Running
RUN_CANCELLED = "Stopped. Nothing was recorded as passed."
RUN_BUSY = "A run is under way. Esc stops it."
STARTING_KERNEL = "starting a clean kernel"
CANCEL_WITH = "Esc stops it"
RUNNING = "running"
RUN_UNSAVED = "Not run: your code is not in the notebook yet."


def running(what: str, done: int, total: int, elapsed: float) -> str:
    """The line above the tests while a run is under way; its end may be cut."""
    share = f"{done} of {total} tests · " if total else ""
    return f"{elapsed:.0f} s · {share}{CANCEL_WITH} · {what}"


def running_cell(title: str) -> str:
    """Which cell runs."""
    return f"running {title}"


# Verdicts
EXPECTED = "expected"
GOT = "got"
LOOK_AT = "look at"
FIRST_DIFFERENCE = "first difference"
PRINTED = "printed"
YOUR_LINE = "your line"
NOT_RUN_HINT = "F5 runs this exercise's tests, F6 the whole module."
NEXT_AFTER_PASS = "F4 goes to the next exercise. F7 shows the reference beside yours."
NEXT_AFTER_LAST_PASS = "F6 checks the whole module. F7 shows the reference beside yours."
NEXT_AFTER_MODULE = "Esc goes back to the map."
NEXT_AFTER_FAIL = "F2 shows a hint."
OR_BLAME = "F12 looks for the cause in earlier modules."
OR_PUZZLE = "F10 gives you the lines, to put in order."
HINT = "Hint"
LAST_HINT = "Last hint"
NO_EXERCISES = "This module has no exercises."


def recorded(at: str) -> str:
    """The verdict is that of an earlier run."""
    when = at[:16].replace("T", " ")
    return f"Nothing has changed since this ran ({when} UTC). Ask again to run it again."


def check_summary(passed: int, total: int, seconds: float) -> str:
    """The whole check in one line."""
    return f"{passed} of {total} tests passed in {seconds:.1f} s"


MODULE_PASSED = ". The module has passed."


def failing(titles: Sequence[str]) -> str:
    """Which exercises are left, the first few by name."""
    more = f" and {len(titles) - 3} more" if len(titles) > 3 else ""
    return f". To do: {' · '.join(titles[:3])}{more}"


def seconds(value: float) -> str:
    """How long a test took."""
    return f"{value:.2f} s" if value < 10 else f"{value:.0f} s"


# The module
LESSON = "Lesson"
EXERCISE = "Exercise"
TESTS = "Tests"
OUTLINE = "Outline"
LOADING = "Opening the lesson…"
TRY_AGAIN = "F5 tries again. Esc goes back to the map."
SAVED = "saved"
UNSAVED = "saving…"
NOT_SAVED = "not saved"
RUN_EXPERIMENT = "Run it: x"
TEST_CODE = "What the test checks"
TO_EDITOR = "Write it in the editor: Ctrl+L"
SECTION_END = "End of the lesson. F6 checks the whole module."
PICTURE = "A picture was drawn. It can't be shown here: open the notebook to see it."
CODE_COPIED = "Copied"
NO_CODE = "No code is in sight."
NO_QUICK_REFERENCE = "This module has no quick reference."
QUICK_REFERENCE = "quick reference"

# Predictions
PREDICT = "What do you expect? Enter keeps it; an empty line goes on without."
PREDICT_FIRST = "Say first what you expect, or go on with an empty line."
PREDICTED = "You predicted"

# Quiz
QUIZ_RIGHT = "Right"
QUIZ_WRONG = "Not so"
QUIZ_NEXT = "Enter  goes on"
QUIZ_KEYS = "1 to 9 or Enter answers      Esc  not now"
QUIZ_NONE = "No question is due: they come from modules that passed in earlier sessions."

# Puzzle
PUZZLE_NONE = "This exercise has no puzzle. F2 shows a hint."
PUZZLE_KEYS = (
    "Enter puts the line below the others      Backspace takes the last one back      Esc closes"
)
PUZZLE_RIGHT = "That is the order. Write it in the editor now."
PUZZLE_LEFT = "Lines to choose from"
PUZZLE_YOURS = "Your order"

# Blame
BLAME_SEARCHING = "running the test with one file of the reference at a time"
BLAME_NOTHING = "The test passes: there is nothing to blame."
BLAME_HERE = (
    "The cause is in this module, in this exercise or one before it: with the reference's library "
    "the test fails, too."
)

# The editor's help
NO_COMPLETION = "Nothing to complete here."
NO_DESCRIPTION = "Nothing is known of the name at the cursor."
FIND_TEXT = "Find in the code"
FIND_KEYS = "Enter next · Up before · Esc closes"
TRACEBACK = "Traceback"


def traceback_folded(count: int) -> str:
    """How many lines of the traceback are not shown."""
    return f"{count} more lines of the traceback: Alt+T"


def quiz_title(number: int, total: int, module: str) -> str:
    """Which question, and where it comes from."""
    return f"Question {number} of {total} · from {module}"


def quiz_result(right: int, total: int) -> str:
    """How it went."""
    return f"{right} of {total} right"


def puzzle_needs(chosen: int, count: int) -> str:
    """How many lines the answer has."""
    return f"{chosen} of {count} lines"


def puzzle_wrong(number: int) -> str:
    """Where it goes wrong."""
    return f"Line {number} is not the one that belongs there."


def blamed(labels: Sequence[str]) -> str:
    """In which modules the cause lies."""
    return (
        f"Look at {' and '.join(labels)}: with the reference's file in place of yours the test "
        f"passes. Mend it there and check that module again."
    )


def section_next(title: str) -> str:
    """The line below a section."""
    return f"n  next: {title}"


def exercise_of(number: int, total: int, title: str) -> str:
    """Heading of the editor."""
    return f"{number}/{total}  {title}"


def section_of(number: int, total: int) -> str:
    """Which section is shown."""
    return f"{number} of {total}"


def not_saved(problem: str) -> str:
    """The notebook could not be written."""
    return f"Not saved: {problem}. Your text stays here; it is tried again with the next change."


OUTSIDE_LOADED = "Changed in another editor: loaded."
OUTSIDE_TITLE = "Changed in another program"
OUTSIDE_QUESTION = (
    "This exercise was changed in another program while you typed here. Which text do you keep?"
)
KEEP_MINE = "Mine, from here"
TAKE_THEIRS = "The other one"
RESET_TITLE = "Back to the starter?"
RESET_QUESTION = "Your code of this exercise is put aside in a backup, and can be put back."
RESET_DONE = "The starter is back. Undo it from the palette (Ctrl+P, undo reset)."
UNDO_DONE = "Your code is back."
UNDO_NONE = "There is no reset to undo."
SOLUTION_TITLE = "Show the reference solution?"
SOLUTION_QUESTION = (
    "You have not passed this exercise yet. Seeing the solution is recorded. A hint may be enough."
)
YOURS = "Yours"
REFERENCE = "The reference"
NO = "No"
RESET_YES = "Reset it"
SOLUTION_YES = "Show it"
CLOSE_KEY = "Esc closes"
NO_EXPERIMENT = "This section has no experiment."
LEAVE_TITLE = "Leave without saving?"
LEAVE_QUESTION = "Your last changes could not be written to the notebook. They are lost if you go."
LEAVE_NO = "Stay"
LEAVE_YES = "Leave"
LOCKED_TITLE = "Locked"
LOCKED_READ = "Read it anyway"
LOCKED_BACK = "Back to the map"
LOCKED_RECORDED = "You can read it and try it. That you opened it early is recorded."

# Confusion
CONFUSION_TITLE = "What is hard to understand here?"
CONFUSION_PLACE = "At"
CONFUSION_HELP = "A word or nothing at all is fine. Enter sends, Esc closes."
CONFUSION_PROMPT = "What you expected, what puzzles you (optional)"
CONFUSION_THANKS = "Noted, with its place. Thank you: this is how the lesson gets better."
CONFUSION_NOWHERE = "the app as a whole"

# A pass
PASSED_TITLE = "passed"
UNLOCKED = "Now open"
UNLOCKED_NONE = "Nothing new opens by this one alone."
IN_LIBRARY = "Now in your library"
TOOK = "active time"
ATTEMPTS = "checks"
PASS_NEXT = "Enter  to the map      s  stay and experiment"
COURSE_DONE = "Every module has passed. The whole library is yours."

# Welcome
WELCOME_WILL = "This makes your workspace"
WELCOME_KEYS = "Enter  make it      q  not now"


def welcome_contents(library: str) -> tuple[tuple[str, str], ...]:
    """What the workspace will hold: name and what it is."""
    return (
        ("NN_name.ipynb", "a notebook per module: lesson, exercises, tests"),
        (f"{library}/", "your library: grows with each module you pass"),
        (".tinytutor/", "your progress and backups"),
    )


def welcome_course(modules: int, hours_total: float) -> str:
    """What the course is."""
    return (
        f"{modules} modules, about {hours_total:.0f} hours. You write the code, tests tell you "
        f"where you are, and each module uses the ones before it."
    )


# The tour
TOUR: Sequence[tuple[str, str]] = (
    (
        "The map",
        "Each box is a module, each line leads from what it needs. Arrows or `hjkl` walk along the "
        "lines, a number jumps, `/` finds, `f` filters. The sentence below tells what to do next.",
    ),
    (
        "A module",
        "`Enter` opens it: the lesson on one side, your exercise and its tests on the other. "
        "`Ctrl+L` goes from pane to pane, `Space` reads on. What you type is saved as you type.",
    ),
    (
        "Is it right?",
        "`F5` runs the tests of this exercise, `F6` checks the whole module. A failure shows what "
        "was expected beside what came. `F2` gives a hint, one step at a time.",
    ),
    (
        "Your library",
        "When all tests of a module pass, your code goes into your own library, and the modules "
        "that need it open. Three short questions at the start of a session keep it in mind.",
    ),
    (
        "Everything else",
        "`?` or `F1` lists the keys, `Ctrl+P` all commands. `F8` says that something is hard to "
        "understand: it stays on this machine. Your own editor or Jupyter works beside the app.",
    ),
)
TOUR_KEYS = "Enter  next      ←  back      Esc  skip"

# Trouble
TROUBLE_TITLE = "The workspace could not be opened"
TROUBLE_KEYS = "Enter  leave"

# Progress
PROGRESS = "My progress"
IDLE = "paused"
DONE_SHARE = "of the course"
LEFT = "left at your pace"
PLOT_PASSED = "+ passed"
NOTHING_LEFT = "nothing"
COLUMNS = ("Module", "State", "Tests", "Pass rate", "Active", "Elapsed", "Checks", "Errors")
COLUMNS_MORE = ("Confused", "Hints")


def plot_title(most: str) -> str:
    """What the bars show."""
    return f"Active time a day, at most {most}"


TESTS_PASS = "of tests run pass"

# Milestones
MILESTONES = "Milestones"
MILESTONE_WORDS: Mapping[str, str] = {"passed": "reached", "open": "ready", "locked": "not yet"}
MILESTONE_REACHED = "reached"
MILESTONE_MISSED = "not reached"
MILESTONE_AGAIN = "Again, other seed"


def milestone_needs(modules: str) -> str:
    """Which modules must pass first."""
    return f"This milestone needs {modules} to pass first."


# Settings
SETTINGS = "Settings"
SETTING_THEME = "Theme"
SETTING_CELEBRATE = "Celebrate a pass with a panel"
SETTING_OUTSIDE = "Run tests after a save in another editor"
SETTING_QUIZ = "Three questions at the start of a session"
SETTING_PAIRS = "Close brackets and quotes as they are opened"
SETTING_WRAP = "Fold long lines in the editor"
SETTINGS_HELP = "Changes hold at once. Esc closes."


def settings_where(path: str) -> str:
    """Where the choices are kept."""
    return f"Kept in {path}"


def not_kept(problem: str) -> str:
    """The settings file could not be written."""
    return f"Your choice holds until you leave: it could not be kept ({problem})."


# Help
HELP = "Keys"
HELP_WALK = "Walk along the edges of the map"
HELP_DIGITS = "Jump to a module by its number"
HELP_WALK_KEYS = "arrows, hjkl"
HELP_DIGIT_KEYS = "0 to 9"
HELP_PALETTE = "All commands, by name"
HELP_MOUSE = "The mouse works everywhere: click selects, a second click opens."


def fault(what: object) -> str:
    """Something failed that should not."""
    return f"That did not work: {what}"


def duration(value: float) -> str:
    """Seconds as a person says them: 45 s, 12 min, 3 h 05."""
    if value < 60:
        return f"{value:.0f} s"
    minutes = round(value / 60)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60:02d}"


# The review of the course
REVIEW = "Review"
REVIEW_READING = "Reading the lessons…"
REVIEW_READY = "ready for students"
REVIEW_ESSENTIAL = "of essential fixes"
REVIEW_NOT_RUN = "from the text alone; `tinytutor review` also runs the lessons"
REVIEW_NO_FINDINGS = "no findings"
REVIEW_STRENGTH = "Strength:"
REVIEW_ALLOWED = "allowed"
REVIEW_STATUS: Mapping[str, str] = {
    "ready": "ready",
    "almost": "almost ready",
    "needs_work": "needs work",
}
REVIEW_VERDICTS: Mapping[bool | None, str] = {True: "met", False: "not met", None: "not decided"}


# The cohort
OPEN_COHORT = "Show the figures of this cohort, for its instructor"
READING_COHORT = "Reading the cohort …"
COHORT_COLUMNS = ("module", "started", "completed", "median", "errors/h")
MEND_FIRST = "Mend these places first"
NOTHING_TO_MEND = "No place stands out, or too few students came by."
NOT_REACHED = "not reached"
TOO_FEW = "Too few students to be shown."
HOURS = "hours of active work"
PLOT_ENDING = "Students who started: completed, and others"
ENDINGS = ("completed", "others")
ENDING_WORDS = ("completed", "going on", "dropped")


def cohort_command(folder: str) -> str:
    """A cohort's folder in the palette."""
    return f"Cohort {folder}"


def cohort_totals(students: int, finished: int | None, active_hours: float) -> str:
    """The cohort in a line."""
    done = "few" if finished is None else str(finished)
    return f"{students} students   {done} completed every module   {active_hours:,.0f} h of work"


def fewer_than(least: int) -> str:
    """A group too small to be shown."""
    return f"under {least}"


def plot_time(module: str) -> str:
    """Title of the curve."""
    return f"{module}: % completed, the unfinished counted"


def plot_time_words(count: int, median: str, low: str, high: str, planned: str) -> str:
    """The curve in words."""
    return f"{count} started; median {median} (95 %: {low} to {high}); planned {planned}"


def plot_first_tries(module: str) -> str:
    """Title of the bars."""
    return f"{module}: % who pass each test at once"


def worth_a_look(tests: str) -> str:
    """Tests that are noticeable."""
    return f"Worth a look: {tests}" if tests else "No test is noticeable."
