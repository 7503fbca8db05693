#!/usr/bin/env python

# # Activations - Bends Between Layers

# ## 🔗 Building on Previous Learning
# **What You Built Before**:
# - Module 02 (Tensor): arrays with a shape

# ## Learning Goals
# - Tell one bend from another

# In[ ]:


#| default_exp core.activations

#| export
import os
import sys
import time

import numpy as np

# Import our tensor foundation
try:
    from flame.core.tensor import Tensor
except ImportError:
    # For development
    sys.path.append(os.path.join(os.path.dirname(__file__), "..", "01_tensor"))
    from tensor_dev import Tensor


# In[ ]:


# ## Part 1: ReLU

# It sets what is negative to zero.


#| export
class ReLU:
    """max(0, x)"""

    def forward(self, x):
        """Zero below zero."""
        ### BEGIN SOLUTION
        return Tensor(np.maximum(0, x.data))
        ### END SOLUTION

    def __call__(self, x):
        return self.forward(x)


# 🔍 SYSTEMS INSIGHT: speed
def analyze_relu_performance():
    """Times it."""
    start = time.perf_counter()
    ReLU()(Tensor(np.zeros(1000)))
    print(time.perf_counter() - start)


# Run the analysis
analyze_relu_performance()

# ### 🧪 Unit Test: ReLU


def test_unit_relu_activation():
    """Negative numbers become zero."""
    result = ReLU()(Tensor([-1, 2]))
    assert result.data[0] == 0, "a negative number becomes 0"


# Test immediately after implementation
test_unit_relu_activation()


# In[ ]:


# Main execution block
if __name__ == "__main__":
    test_unit_relu_activation()


# ## 🤔 ML Systems Thinking: Interactive Questions

# ### Question 1: Hardware
# How does PyTorch run it on a GPU, and what does memory have to do with it?

# ## 🎯 MODULE SUMMARY: Activations
# One bend, timed.
