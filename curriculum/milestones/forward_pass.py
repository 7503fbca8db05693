"""An untrained network already divides the plane: its decision map, and how well it guesses."""

import numpy as np
from tinytorch.activations import relu
from tinytorch.layers import Linear, Sequential
from tinytorch.tensor import Tensor

from tinytutor.kit import expect, moons, region_map


def run(seed):
    """Runs a network with random weights on the two moons."""
    rng = np.random.default_rng(seed)
    model = Sequential(
        Linear(2, 16, rng=rng), relu, Linear(16, 16, rng=rng), relu, Linear(16, 2, rng=rng)
    )
    points, labels = moons(400, seed)

    def classify(some):
        return model(Tensor(some)).argmax(axis=1).data

    region_map(classify, points, labels)
    scores = model(Tensor(points))
    share = float((classify(points) == labels).mean())
    print(
        f"\n{sum(p.size for p in model.parameters())} random weights, {share:.0%} right: a guess."
    )
    print("Modules 05 to 08 teach it to learn.")
    expect(scores.shape == (400, 2), f"the scores have shape {scores.shape}, expected (400, 2)")
    expect(np.isfinite(scores.data).all(), "a score is not finite")
    return {"accuracy": round(share, 4)}
