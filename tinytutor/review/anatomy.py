"""What the code of a lesson is made of: tests, what the student writes, main blocks."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from tinytutor.review.material import Cell, CellType, Material
from tinytutor.review.syntax import (
    DEFINITIONS,
    FUNCTIONS,
    Definition,
    called,
    dotted,
    is_main_test,
    is_stub,
    loaded,
    walk,
)

_TEST_NAME = re.compile(
    r"^_?(test|Test)s?($|_|(?<=Test)[A-Z0-9]|\d)|_tests?$|^(unit|run)_?tests?\b"
)
_HELPER_NAME = re.compile(
    r"^_|^(analy[sz]e|profile|benchmark|bench|measure|time|plot|draw|show|visuali[sz]e|display|"
    r"print|demo|demonstrate|compare|example|explore|experiment|run|main|setup|set_up|load|"
    r"download|check|verify|validate|assert|make|helper|explain|simulate|seconds|autograde)(_|$)"
)
_CHECK_CALL = re.compile(
    r"(^|[._])(assert\w*|check\w*|expect\w*|verify\w*|validate\w*|refuses?|raises|same\w*|"
    r"equals?|grad_?check\w*|all_?close|is_?close|fail|unchanged|connected|quiet|ok\.grade|warns)$",
    re.IGNORECASE,
)
SOLUTION_MARK = re.compile(
    r"#+\s*(BEGIN|START)\s+SOLUTION|#+\s*SOLUTION\s*(START|BEGIN)|START OF YOUR CODE|"
    r"BEGIN YOUR CODE|YOUR CODE (STARTS )?HERE|START CODE HERE|<YOUR CODE>|ASSIGN\w*\s*:|"
    r"# ?BEGIN ANSWER|### ?START",
    re.IGNORECASE,
)
_EXERCISE_MARK = re.compile(
    r"\bTODO\b|your code here|raise NotImplementedError|FIXME: implement|_{4,}", re.IGNORECASE
)
_EXPORT = re.compile(r"^#\s*\|?\s*exports?\b", re.MULTILINE)
_GRADER = re.compile(r"(^|\.)(grader|ok|tester|autograder|nb)\.(check|grade|test|run)\w*$")


@dataclass(frozen=True, slots=True)
class Test:
    """A test: a function, a class of tests, or a cell of assertions."""

    name: str
    """Empty for assertions that stand in a cell by themselves."""
    node: ast.stmt
    uses: frozenset[str]
    """Names and attributes that it reads, those of its helpers included."""
    asserts: bool
    """Whether anything in it can fail on a wrong result."""


@dataclass(frozen=True, slots=True)
class Implementation:
    """A definition that the student writes."""

    name: str
    node: Definition
    cell: int
    """Index of its cell; definitions of one cell may share a test."""
    provides: frozenset[str]
    """Its name, its methods' names, and the class that it extends."""


class Anatomy:
    """The parts of one lesson's code."""

    def __init__(self, material: Material):
        self.material = material
        self._inside: dict[int, list[ast.AST]] = {}

    def inside(self, node: ast.AST) -> list[ast.AST]:
        """Every node below one, itself among them; walked once, however many rules ask."""
        found = self._inside.get(id(node))
        if found is None:
            found = self._inside[id(node)] = walk(node)
        return found

    @cached_property
    def statements(self) -> tuple[ast.stmt, ...]:
        """Top-level statements, those under a top-level `if`, `try` or `with` among them."""
        return tuple(_flat(self.material.tree.body))

    @cached_property
    def mains(self) -> tuple[ast.If, ...]:
        """The main blocks, in order."""
        return tuple(
            node for node in self.statements if isinstance(node, ast.If) and is_main_test(node)
        )

    @cached_property
    def definitions(self) -> dict[str, Definition]:
        """Top-level definitions by name; the last one of a name."""
        return {node.name: node for node in self.statements if isinstance(node, DEFINITIONS)}

    @cached_property
    def tests(self) -> tuple[Test, ...]:
        """All tests, in order."""
        return tuple(self._tests())

    @cached_property
    def named_tests(self) -> tuple[Test, ...]:
        """Tests that are functions or classes."""
        return tuple(test for test in self.tests if test.name)

    @cached_property
    def has_solution_metadata(self) -> bool:
        """Whether nbgrader metadata says which cells the student writes."""
        return any(
            cell.nbgrader.get("solution") and re.search(r"^\s*(def|class) ", cell.source, re.M)
            for cell in self.material.of_type(CellType.CODE)
        )

    @cached_property
    def implementations(self) -> tuple[Implementation, ...]:
        """What the student writes, in order.

        By nbgrader metadata and solution marks where there are any; else what has stubs, else what
        is exported, else every public definition that is no test and no measuring helper.
        """
        return self._implementations[0]

    @property
    def implementations_are_guessed(self) -> bool:
        """Whether nothing in the file says what the student writes."""
        return self._implementations[1]

    @cached_property
    def _implementations(self) -> tuple[tuple[Implementation, ...], bool]:
        found = [
            (node, cell)
            for node in self.statements
            if isinstance(node, DEFINITIONS)
            and not self.is_test(node)
            and (cell := self.material.cell_at(node.lineno)) is not None
            and not self._in_fallback(node)
        ]
        for wanted in (self._is_solution, self._has_stub, self._is_exported, self._is_public):
            chosen = [(node, cell) for node, cell in found if wanted(node, cell)]
            if chosen:
                guessed = wanted == self._is_public
                parts = (Implementation(n.name, n, c.index, _provides(n)) for n, c in chosen)
                return tuple(parts), guessed
        return (), False

    def is_test(self, node: ast.AST) -> bool:
        """Whether a definition is a test by its name and what it does."""
        if not isinstance(node, DEFINITIONS) or not _TEST_NAME.search(node.name):
            return False
        if isinstance(node, ast.ClassDef):
            return any(isinstance(n, FUNCTIONS) and n.name.startswith("test") for n in node.body)
        # `def test(model, loader)` of a training script evaluates a model: it checks nothing.
        return not needed_arguments(node) or self.can_fail(node)

    def can_fail(self, node: ast.AST) -> bool:
        """Whether an assertion, a check or a raise is in it or in a helper that it calls."""
        return self._can_fail(node, set())

    def _can_fail(self, node: ast.AST, seen: set[str]) -> bool:
        inside = self.inside(node)
        if any(isinstance(each, ast.Assert | ast.Raise) for each in inside):
            return True
        names = set(called(inside))
        if any(_CHECK_CALL.search(name) or _GRADER.search(name) for name in names):
            return True
        if isinstance(node, FUNCTIONS) and any(
            isinstance(each, ast.Return) and isinstance(each.value, ast.Compare | ast.BoolOp)
            for each in inside
        ):
            return True
        for name in loaded(inside) - seen:
            seen.add(name)
            helper = self.definitions.get(name)
            if helper is None or helper is node or not self._can_fail(helper, seen):
                continue
            # A solution that raises for bad input does not make its caller a check.
            if _TEST_NAME.search(name) or _HELPER_NAME.search(name) or _has_assert(helper):
                return True
        return False

    def _tests(self) -> Iterator[Test]:
        for node in self.statements:
            if isinstance(node, DEFINITIONS):
                if self.is_test(node):
                    uses = frozenset(self.reached_from(node))
                    yield Test(node.name, node, uses, self.can_fail(node))
            elif not isinstance(node, ast.If | ast.Try | ast.With) and self._checks_inline(node):
                yield Test("", node, frozenset(loaded(self.inside(node))), True)

    def _checks_inline(self, node: ast.stmt) -> bool:
        if isinstance(node, ast.Assert):
            return True
        inside = self.inside(node)
        if any(isinstance(each, ast.Assert) for each in inside):
            return True
        return any(
            _CHECK_CALL.search(name)
            or _GRADER.search(name)
            or _TEST_NAME.search(name.split(".")[-1])
            for name in called(inside)
            if name.split(".")[0] not in self._test_names
        )

    @cached_property
    def _test_names(self) -> set[str]:
        return {
            node.name
            for node in self.statements
            if isinstance(node, DEFINITIONS) and _TEST_NAME.search(node.name)
        }

    def reached_from(self, *roots: ast.AST) -> set[str]:
        """Names that are read in the roots, and in every definition that those names lead to.

        Calls through helpers, lists and tables of functions are followed, since a name that is
        read may be called.
        """
        found: set[str] = set()
        pending = [name for root in roots for name in self._reads(root)]
        while pending:
            name = pending.pop()
            if name in found:
                continue
            found.add(name)
            if name in self._values:
                pending += self._values[name]
            helper = self.definitions.get(name)
            if helper is not None:
                pending += self._reads(helper)
        return found

    def _reads(self, node: ast.AST) -> set[str]:
        key = id(node)
        if key not in self._read_cache:
            inside = self.inside(node)
            names = loaded(inside)
            if self._finds_tests_by_name(inside):
                names |= self._test_names
            self._read_cache[key] = names
        return self._read_cache[key]

    @cached_property
    def _read_cache(self) -> dict[int, set[str]]:
        return {}

    @staticmethod
    def _finds_tests_by_name(inside: list[ast.AST]) -> bool:
        """Whether the code collects tests itself: `globals()`, `unittest.main()`, pytest."""
        # `patch.dict(globals(), name=…)` replaces one name and calls none.
        patched = {
            id(node.args[0])
            for node in inside
            if isinstance(node, ast.Call) and node.args and dotted(node.func).endswith("patch.dict")
        }
        for node in inside:
            if not isinstance(node, ast.Call) or id(node) in patched:
                continue
            name = dotted(node.func)
            # `vars(self)` looks into an object, `vars()` into the lesson.
            if name in ("globals", "locals", "vars", "dir") and not node.args:
                return True
            if name in ("inspect.getmembers", "unittest.main", "pytest.main", "ipytest.run"):
                return True
            if (
                name.endswith((".loadTestsFromModule", ".loadTestsFromTestCase"))
                or "tests_auto" in name
            ):
                return True
        return False

    @cached_property
    def _values(self) -> dict[str, set[str]]:
        """Top-level name → names read in what is assigned to it: aliases, lists and tables."""
        found: dict[str, set[str]] = {}
        for node in self.statements:
            if isinstance(node, ast.Assign) and len(node.targets) == 1:
                name = dotted(node.targets[0])
                if name:
                    found.setdefault(name, set()).update(loaded(self.inside(node.value)))
        return found

    @cached_property
    def run_at_top(self) -> set[str]:
        """Names that the program reaches when it runs, main blocks left out."""
        inside = [
            node
            for node in self.statements
            if not isinstance(node, (*DEFINITIONS, ast.If, ast.Try, ast.With, ast.Assign))
        ]
        inside += [
            node
            for node in self.statements
            if isinstance(node, ast.Assign)
            and any(isinstance(each, ast.Call) for each in self.inside(node.value))
        ]
        decorated = [
            d for n in self.statements if isinstance(n, DEFINITIONS) for d in n.decorator_list
        ]
        branches = [n for n in self.material.tree.body if isinstance(n, ast.For | ast.While)]
        loose = [n for n in inside if not _within(n, self.mains)]
        return self.reached_from(*loose, *decorated, *branches)

    @cached_property
    def run_in_main(self) -> set[str]:
        """Names that the main blocks reach."""
        return self.reached_from(*(node for main in self.mains for node in main.body))

    def _in_fallback(self, node: ast.stmt) -> bool:
        """Whether it stands in a `try` or its handlers: a stand-in, not the student's work."""
        return any(
            isinstance(outer, ast.Try) and outer.lineno <= node.lineno <= (outer.end_lineno or 0)
            for outer in self.statements
        )

    def _is_solution(self, node: Definition, cell: Cell) -> bool:
        if self.has_solution_metadata:
            return bool(cell.nbgrader.get("solution")) and not cell.nbgrader.get("grade")
        return bool(SOLUTION_MARK.search(self.text_of(node)))

    def _has_stub(self, node: Definition, cell: Cell) -> bool:
        if _EXERCISE_MARK.search(self.text_of(node)):
            return True
        return isinstance(node, FUNCTIONS) and all(is_stub(each) for each in node.body)

    def _is_exported(self, node: Definition, cell: Cell) -> bool:
        return bool(_EXPORT.search(cell.source)) and self._is_public(node, cell)

    def _is_public(self, node: Definition, cell: Cell) -> bool:
        return not _HELPER_NAME.search(node.name) and not self.measures(node)

    def text_of(self, node: ast.stmt) -> str:
        """The source of a statement."""
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
        return "\n".join(self.material.lines[first - 1 : node.end_lineno])

    def measures(self, node: ast.AST) -> bool:
        """Whether it measures time, memory or counts of work."""
        inside = self.inside(node)
        return any(MEASURING.search(name) for name in called(inside)) or any(
            isinstance(each, ast.Attribute) and each.attr in ("nbytes", "itemsize", "element_size")
            for each in inside
        )


MEASURING = re.compile(
    r"^(time\.\w*(time|counter|_ns|monotonic|clock)|perf_counter(_ns)?|process_time|timer?|"
    r"timeit(\.\w+)?|default_timer|tracemalloc\.\w+|psutil\.\w+|resource\.getrusage|"
    r"sys\.getsizeof|getsizeof|cProfile\.\w+|\w*[Pp]rofiler?(\.\w+)?|memory_usage|memray\.\w+|"
    r"stopwatch\w*|peak_bytes|\w*(benchmark|seconds_per|measure)\w*|torch\.cuda\.(Event|"
    r"max_memory\w*|memory_allocated)|torch\.utils\.benchmark\.\w+|get_?ipython)$|"
    r"\.(memory_(info|full_info)|nelement|element_size|elapsed_time|total_seconds)$"
)


def needed_arguments(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    """Names of the parameters without a default."""
    arguments = node.args
    names = [each.arg for each in (*arguments.posonlyargs, *arguments.args)]
    needed = names[: len(names) - len(arguments.defaults)]
    needed += [
        each.arg
        for each, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        if default is None
    ]
    return needed


def _flat(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for node in body:
        yield node
        if isinstance(node, ast.If) and not is_main_test(node):
            yield from _flat(node.body)
            yield from _flat(node.orelse)
        elif isinstance(node, ast.If):
            yield from _flat([each for each in node.body if isinstance(each, DEFINITIONS)])
        elif isinstance(node, ast.Try):
            yield from _flat(node.body)
            for handler in node.handlers:
                yield from _flat(handler.body)
            yield from _flat([*node.orelse, *node.finalbody])
        elif isinstance(node, ast.With):
            yield from _flat(node.body)


def _within(node: ast.stmt, blocks: tuple[ast.If, ...]) -> bool:
    return any(b.lineno <= node.lineno <= (b.end_lineno or b.lineno) for b in blocks)


def _has_assert(node: ast.AST) -> bool:
    return any(isinstance(each, ast.Assert) for each in walk(node))


def _provides(node: Definition) -> frozenset[str]:
    names = {node.name}
    if isinstance(node, ast.ClassDef):
        names |= {each.name for each in node.body if isinstance(each, FUNCTIONS)}
        names |= {dotted(base).split(".")[-1] for base in node.bases}
    for decorator in node.decorator_list:
        names |= loaded(walk(decorator))
    if isinstance(node, FUNCTIONS) and node.args.args:
        # fastcore's `@patch def method(self: Tensor)`.
        names |= {dotted(n) for n in walk(node.args.args[0]) if isinstance(n, ast.Name)}
    return frozenset(names - {""} - {"__init__", "self", "object", "patch", "extend"})
