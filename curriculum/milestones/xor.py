"""XOR, the four points that no straight line divides, learnt by your own network: 4 of 4."""

import numpy as np
from tinytorch.activations import sigmoid, tanh
from tinytorch.autograd import value_and_gradients
from tinytorch.layers import Linear, Sequential
from tinytorch.losses import bce_with_logits
from tinytorch.optim import Adam
from tinytorch.tensor import Tensor

from tinytutor.kit import expect, region_map, table

STEPS = 500


def run(seed):
    """Trains a 2-8-1 network on the four points."""
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
    y = np.array([[0], [1], [1], [0]], np.float32)
    rng = np.random.default_rng(seed)
    model = Sequential(Linear(2, 8, rng=rng), tanh, Linear(8, 1, rng=rng))
    optimizer = Adam(model.parameters(), lr=0.05)
    for step in range(1, STEPS + 1):
        loss, grads = value_and_gradients(
            lambda: bce_with_logits(model(Tensor(x)), Tensor(y)), optimizer.params
        )
        optimizer.step(grads)
        if step % 100 == 0:
            print(f"step {step:4}   loss {loss.item():.4f}", flush=True)
    chances = sigmoid(model(Tensor(x))).data
    table(
        [
            (int(a), int(b), int(t[0]), float(p[0]))
            for (a, b), t, p in zip(x, y, chances, strict=True)
        ],
        ["a", "b", "a xor b", "your network"],
    )
    print()
    region_map(lambda some: model(Tensor(some)).data[:, 0] > 0, x, y[:, 0])
    right = int(((chances > 0.5) == y).sum())
    expect(right == 4, f"{right} of 4 points are right, the gate is 4")
    return {"right": right, "loss": round(loss.item(), 5)}
