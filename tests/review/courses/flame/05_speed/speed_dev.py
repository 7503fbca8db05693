# %% [markdown]
"""
# Module 05: Acceleration - Making Models Run Faster

## Connection from Autograd (Module 04)
In Module 04, you learned to differentiate. Now it becomes fast.

## Learning Goals
- Performance insight: what one pass costs
"""

# %%
#| default_exp core.speed
#| export
import time

# %% [markdown]
"""
## 1. Fusing two passes into one

One loop instead of two.
"""


# %% nbgrader={"grade": false, "grade_id": "fused", "solution": true}
#| export
def fused(values):
    """(x + 1) * 2 for each, in one pass."""
    ### BEGIN SOLUTION
    return [(value + 1) * 2 for value in values]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test-fused", "locked": true, "points": 10}
def test_unit_fused():
    """🔬 One pass, the same numbers."""
    assert fused([1, 2]) == [4, 6], "each plus one, times two"


test_unit_fused()

# %% [markdown]
"""
## 2. Performance Analysis - Measuring the Difference
"""


# %% nbgrader={"grade": false, "grade_id": "timing", "solution": false}
def measure_fusion():
    began = time.time()
    fused(range(1000))
    print(f"one pass: {(time.time() - began) * 1e6:.0f} µs")


measure_fusion()


# %%
def test_module():
    """Everything together."""
    test_unit_fused()
    print("🎉")


test_module()

# %% nbgrader={"grade": false, "grade_id": "main-execution", "solution": false}
if __name__ == "__main__":
    print("🚀 Running...")
    test_module()

# %% [markdown]
"""
## 🤔 ML Systems Thinking
Why is one pass kinder to the cache?

## 🎯 MODULE SUMMARY: Acceleration
One pass beats two, on CUDA as well.
"""
