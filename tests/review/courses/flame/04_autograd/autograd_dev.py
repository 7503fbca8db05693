# %% [markdown]
"""
# Autograd

Slopes for everything.
"""

# %%
#| default_exp core.autograd
#| export
import numpy as np

try:
    from flame.core.speed import fused
    from flame.core.tensor import Tensor
except ImportError:

    class Tensor:
        def __init__(self, data):
            self.data = np.array(data)

    fused = None


# %% nbgrader={"grade": false, "grade_id": "variable", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
class Variable:
    """A value with a slope."""

    def __init__(self, data):
        # BEGIN SOLUTION
        self.data = Tensor(data)
        self.grad = None
        # END SOLUTION

    def value(self):
        """The bare array."""
        # BEGIN SOLUTION
        return self.data.data.data
        # END SOLUTION


# %% nbgrader={"grade": false, "grade_id": "multiply", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def multiply(a, b):
    """The product."""
    # BEGIN SOLUTION
    return Variable(a.data.data * b.data.data)
    # END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test-variable", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
def test_unit_variable():
    """Has no slope at first."""
    assert Variable(1).grad is None, "no slope before the walk"


# Test function is called by auto-discovery system


# %% nbgrader={"grade": true, "grade_id": "test-multiply", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
def test_unit_multiply():
    """Three times two."""
    try:
        assert multiply(Variable(3), Variable(2)).data.data == 6, "three times two"
        print("✅ works")
    except Exception as e:
        print(f"❌ failed: {e}")


# %% [markdown]
"""
## 🧪 Run
"""

if __name__ == "__main__":
    test_unit_multiply()

# %% [markdown]
"""
## 🤔 ML Systems Thinking: Interactive Questions
### Question 1: Memory
How does memory scale with depth in production?
"""
