"""Digits with a fifth of the weights: 80 % are removed, at most two points of accuracy lost."""

import copy

import numpy as np
from tinytorch.activations import relu
from tinytorch.compression import apply_masks, fine_tune, magnitude_masks, sparsity
from tinytorch.data import ArrayDataset, DataLoader, train_test_split
from tinytorch.layers import Linear, Sequential
from tinytorch.losses import accuracy, cross_entropy
from tinytorch.optim import Adam
from tinytorch.tensor import Tensor
from tinytorch.training import Trainer, cosine_schedule, evaluate

from tinytutor.kit import digits, expect, table

MOST_LOST = 0.02
FRACTION = 0.8
EPOCHS = 30
TUNING_EPOCHS = 10
TUNING_PEAK = 2e-3


def run(seed):
    """Trains 64-128-10, removes 80 % of its weights, and trains the rest for ten more epochs."""
    pictures, labels = digits(2000, seed)
    flat = pictures.reshape(len(pictures), 64)
    (x, y), (x_new, y_new) = train_test_split(flat, labels, test_fraction=0.2, seed=seed)
    rng = np.random.default_rng(seed)
    model = Sequential(Linear(64, 128, rng=rng), relu, Linear(128, 10, rng=rng))
    trainer = Trainer(model, cross_entropy, Adam(model.parameters(), lr=3e-3))
    batches = DataLoader(ArrayDataset(x, y), batch_size=32, shuffle=True, seed=seed)
    for epoch in range(1, EPOCHS + 1):
        loss = trainer.fit(batches, 1)[-1]
        if epoch == 1 or epoch % 10 == 0:
            print(f"epoch {epoch:2}   loss {loss:.3f}", flush=True)

    unseen = [(Tensor(x_new), y_new)]
    masks = magnitude_masks(model, FRACTION)
    cut = copy.deepcopy(model)
    apply_masks(cut, masks)
    tuned = copy.deepcopy(model)
    steps = TUNING_EPOCHS * len(batches)
    fine_tune(
        tuned,
        masks,
        cross_entropy,
        Adam(tuned.parameters(), lr=TUNING_PEAK),
        batches,
        TUNING_EPOCHS,
        schedule=lambda step: cosine_schedule(step, steps, TUNING_PEAK),
    )
    stages = {"trained": model, "cut": cut, "cut and tuned": tuned}
    shares = {name: evaluate(net, accuracy, unseen) for name, net in stages.items()}
    print("\n400 pictures that it has never seen:\n")
    table(
        [(name, f"{sparsity(net):.1%}", f"{shares[name]:.1%}") for name, net in stages.items()],
        ["network", "zeros", "right"],
    )
    print("\nThe arrays are as large as before: zeros alone make nothing faster.")

    zeros = sparsity(tuned)
    lost = shares["trained"] - shares["cut and tuned"]
    expect(zeros >= FRACTION, f"{zeros:.1%} of the weights are 0, the gate is 80 %")
    expect(lost <= MOST_LOST, f"{100 * lost:.2f} points were lost, the gate is 2")
    return {
        "accuracy": round(shares["trained"], 4),
        "points lost": round(100 * lost, 2),
        "points lost by the cut alone": round(100 * (shares["trained"] - shares["cut"]), 2),
        "zeros": round(zeros, 4),
    }
