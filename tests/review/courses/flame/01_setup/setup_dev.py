# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
"""
# 🔥 Module 01: Setup - Knowing Your Machine

Welcome! Before any network there is a machine.

## 🎯 Learning Goals
- Read the size of arrays
- Tell megabytes from mebibytes

⭐ Level: beginner · ⏱️ 1-2 hours
"""

# %% nbgrader={"grade": false, "grade_id": "imports", "locked": false, "schema_version": 3, "solution": false, "task": false}
#| default_exp core.setup

#| export
import time

import numpy as np

# %% [markdown]
"""
## 🔧 How many bytes?

```
float32 ──▶ 4 bytes each
```

Write a function that counts the bytes of an array of so many 32-bit numbers.
"""


# %% nbgrader={"grade": false, "grade_id": "bytes-of", "locked": false, "schema_version": 3, "solution": true, "task": false}
#| export
def bytes_of(count: int) -> int:
    """Bytes of `count` 32-bit numbers.

    TODO: multiply.
    """
    ### BEGIN SOLUTION
    return 4 * count
    ### END SOLUTION


# %% [markdown]
"""
### 🧪 Unit Test: bytes
"""


# %% nbgrader={"grade": true, "grade_id": "test-bytes-of", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
def test_unit_bytes_of():
    """Four bytes each."""
    print("🔬 Unit Test: bytes_of...")
    assert bytes_of(10) == 40, f"10 numbers have 40 bytes, not {bytes_of(10)}"
    print("✅ works")


if __name__ == "__main__":
    test_unit_bytes_of()

# %% [markdown]
"""
## 📊 Systems Analysis: what does allocation cost?
"""


# %%
def analyze_allocation():
    """Times the making of arrays."""
    for count in (1_000, 100_000):
        began = time.perf_counter()
        np.zeros(count, np.float32)
        print(count, time.perf_counter() - began)


if __name__ == "__main__":
    analyze_allocation()

# %% [markdown]
"""
## 🧪 Module Integration Test
"""


# %%
def test_module():
    """Runs all unit tests."""
    test_unit_bytes_of()
    print("🎉 ALL TESTS PASSED")


# %%
if __name__ == "__main__":
    test_module()

# %% [markdown]
"""
## 🤔 ML Systems Thinking
How would PyTorch count?

## 🎯 MODULE SUMMARY: Setup
You can count bytes. Next comes the tensor.
"""
