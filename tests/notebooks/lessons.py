"""A small lesson as text, and ways to bend its notebook."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tinytutor.notebooks.lesson import Lesson
from tinytutor.notebooks.reading import parse_lesson
from tinytutor.notebooks.student import StudentNotebook, parse_student_notebook, starter_notebook


def code_cell(grade_id: str, *, grade: bool, points: int = 0) -> str:
    flags = {"grade": grade, "grade_id": grade_id, "locked": grade, "schema_version": 3}
    flags |= {"solution": not grade} | ({"points": points} if grade else {})
    return f"# %% nbgrader={json.dumps(flags)}\n"


LESSON = (
    '''# %% [markdown]
"""
# 07 Numbers
What you build.

```python
# %% not a cell
## not a heading
```
"""

# %%
#| default_exp numbers
#| export
import math

# %%
from tinytutor.kit import run_tests, same

# %% [markdown]
"""
## 1. Doubling
Twice.
"""

'''
    + code_cell("double", grade=False)
    + '''#| export
def double(x):
    """Twice x."""
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION

'''
    + code_cell("test_double", grade=True, points=3)
    + '''def test_double():
    same(double(3), 6, "double(3)")

test_double()

# %% [markdown]
"""
## 2. Rooting
The square root.
"""

'''
    + code_cell("root", grade=False)
    + """#| export
def root(x):
    ### BEGIN SOLUTION
    return math.sqrt(x)
    ### END SOLUTION

def helper(x):
    return x

"""
    + code_cell("test_root", grade=True, points=2)
    + """def test_root():
    same(root(9), 3, "root(9)")

test_root()

# %% [markdown] tags=["prediction"]
"""
    + '''"""
## Systems analysis
How long?
"""

# %% tags=["experiment"]
print("measured")

# %%
if __name__ == "__main__":
    run_tests(test_double, test_root)
'''
)


def lesson() -> Lesson:
    return parse_lesson(LESSON, "07_numbers", Path("numbers.py"))


def notebook(*edits: Any, solutions: dict[str, str] | None = None) -> StudentNotebook:
    """The starter after `edits`, functions that change the notebook's JSON in place."""
    content = json.loads(starter_notebook(lesson(), solutions))
    for edit in edits:
        edit(content)
    return parse_student_notebook(json.dumps(content), "07_numbers.ipynb")


def cell(content: dict[str, Any], cell_id: str) -> dict[str, Any]:
    return next(c for c in content["cells"] if c["id"] == cell_id)
