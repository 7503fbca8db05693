# %% [markdown]
"""
# Module 02: Tensor

## 🔗 Prerequisites & Progress
**You've Built**: byte counts (Module 01)
**You'll Build**: the tensor

## Learning Objectives
By the end of this module, you will:
1. Wrap arrays
2. Add them
"""

# %%
#| default_exp core.tensor
#| export
import numpy as np

# %% [markdown]
"""
## A class that grows

First it only holds numbers; further cells reopen it.
"""


# %% nbgrader={"grade": false, "grade_id": "tensor-class", "solution": true}
#| export
class Tensor:
    """An array with a name."""

    def __init__(self, data):
        ### BEGIN SOLUTION
        self.data = np.array(data)
        self.shape = self.data.shape
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test-tensor", "locked": true, "points": 5}
def test_unit_tensor():
    """🔬 Holds what it was given."""
    assert Tensor([1, 2]).shape == (2,)


test_unit_tensor()

# %% [markdown]
"""
## Addition, added to the class
"""


# %% nbgrader={"grade": false, "grade_id": "tensor-add", "solution": true}
#| export
class Tensor(Tensor):
    """The same, and it adds."""

    def __add__(self, other):
        ### BEGIN SOLUTION
        return Tensor(self.data + other.data)
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test-add", "locked": true, "points": 5}
def test_unit_add():
    """🔬 Adds element by element."""
    assert (Tensor([1]) + Tensor([2])).data[0] == 3


test_unit_add()

# %%
if __name__ == "__main__":
    print("🚀 Running the module...")

# %% [markdown]
"""
## 🎯 MODULE SUMMARY: Tensor
It holds and adds, as a PyTorch tensor does.
"""
