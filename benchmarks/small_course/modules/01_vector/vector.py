# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
"""
# 01 Vector

Five small exercises, to measure with.
"""

# %%
#| default_exp vector
#| export
import numpy as np

# %% [markdown]
"""
## 1. Create
"""


# %% nbgrader={"grade": false, "grade_id": "create", "locked": false, "schema_version": 3, "solution": true}
#| export
class Vector:
    """Numbers in a row, float32."""

    def __init__(self, data):
        ### BEGIN SOLUTION
        self.data = np.asarray(data, dtype=np.float32)
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_create", "locked": true, "points": 5, "schema_version": 3, "solution": false}
def test_create():
    v = Vector([1, 2, 3])
    assert v.data.dtype == np.float32, "the type is float32"
    assert np.allclose(v.data, [1, 2, 3]), "the numbers stay"


test_create()

# %% [markdown]
"""
## 2. Add
"""


# %% nbgrader={"grade": false, "grade_id": "add", "locked": false, "schema_version": 3, "solution": true}
#| export
def add(a, b):
    """The sum of two vectors."""
    ### BEGIN SOLUTION
    return Vector(a.data + b.data)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_add", "locked": true, "points": 5, "schema_version": 3, "solution": false}
def test_add():
    total = add(Vector([1, 2]), Vector([3, 5]))
    assert np.allclose(total.data, [4, 7]), "numbers are added place by place"


test_add()

# %% [markdown]
"""
## 3. Length
"""


# %% nbgrader={"grade": false, "grade_id": "length", "locked": false, "schema_version": 3, "solution": true}
#| export
def length(v):
    """The Euclidean length."""
    ### BEGIN SOLUTION
    return float(np.sqrt((v.data**2).sum()))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_length", "locked": true, "points": 5, "schema_version": 3, "solution": false}
def test_length():
    assert abs(length(Vector([3, 4])) - 5) < 1e-5, "3, 4 has length 5"


test_length()

# %% [markdown]
"""
## 4. Softmax
"""


# %% nbgrader={"grade": false, "grade_id": "softmax", "locked": false, "schema_version": 3, "solution": true}
#| export
def softmax(v):
    """Shares that sum to 1."""
    ### BEGIN SOLUTION
    raised = np.exp(v.data - v.data.max())
    return Vector(raised / raised.sum())
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_softmax", "locked": true, "points": 5, "schema_version": 3, "solution": false}
def test_softmax():
    shares = softmax(Vector([1000.0, 1000.0, 0.0])).data
    assert np.allclose(shares, [0.5, 0.5, 0]), "large numbers do not overflow"


test_softmax()

# %% [markdown]
"""
## 5. Through a matrix
"""


# %% nbgrader={"grade": false, "grade_id": "through", "locked": false, "schema_version": 3, "solution": true}
#| export
def through(matrix, v):
    """The product of a matrix (m, n) and a vector (n,)."""
    ### BEGIN SOLUTION
    return Vector(np.asarray(matrix, dtype=np.float32) @ v.data)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_through", "locked": true, "points": 5, "schema_version": 3, "solution": false}
def test_through():
    rng = np.random.default_rng(3)
    matrix, v = rng.normal(size=(200, 300)), rng.normal(size=300)
    assert np.allclose(through(matrix, Vector(v)).data, matrix @ v, atol=1e-3), "rows times v"


test_through()

# %%
if __name__ == "__main__":
    print("five exercises")
