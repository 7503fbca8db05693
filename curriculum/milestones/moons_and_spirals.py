"""Two moons and three spirals: at least 97 % of new points, beside what a straight line can do."""

import numpy as np
from tinytorch.activations import relu
from tinytorch.data import ArrayDataset, DataLoader, train_test_split
from tinytorch.layers import Linear, Sequential
from tinytorch.losses import accuracy, cross_entropy
from tinytorch.optim import Adam
from tinytorch.tensor import Tensor
from tinytorch.training import Trainer, evaluate

from tinytutor.kit import expect, moons, region_map, spirals

GATE = 0.97


def run(seed):
    """Trains a linear model and a network on both sets of points."""
    figures = {}
    for name, (points, labels), classes in (
        ("moons", moons(600, seed), 2),
        ("spirals", spirals(600, seed), 3),
    ):
        (x, y), (x_new, y_new) = train_test_split(points, labels, test_fraction=0.25, seed=seed)
        for kind in ("linear", "network"):
            model = make(kind, classes, np.random.default_rng(seed))
            batches = DataLoader(ArrayDataset(x, y), batch_size=32, shuffle=True, seed=seed)
            Trainer(model, cross_entropy, Adam(model.parameters(), lr=1e-2)).fit(batches, 60)
            share = evaluate(model, accuracy, [(Tensor(x_new), y_new)])
            figures[f"{name}, {kind}"] = round(share, 4)
            print(f"{name:<8} {kind:<8} {share:.1%} of new points", flush=True)
        region_map(lambda some: model(Tensor(some)).argmax(axis=1).data, x_new, y_new)
        print(flush=True)
    for name in ("moons", "spirals"):
        share = figures[f"{name}, network"]
        expect(share >= GATE, f"{name}: {share:.1%} of new points, the gate is {GATE:.0%}")
    return figures


def make(kind, classes, rng):
    """A model for points of the plane."""
    if kind == "linear":
        return Sequential(Linear(2, classes, rng=rng))
    return Sequential(
        Linear(2, 32, rng=rng), relu, Linear(32, 32, rng=rng), relu, Linear(32, classes, rng=rng)
    )
