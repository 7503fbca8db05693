"""The same digits, read by your own convolutional network: at least 97 % of pictures never seen."""

import numpy as np
from tinytorch.activations import relu
from tinytorch.data import ArrayDataset, DataLoader, train_test_split
from tinytorch.layers import Flatten, Linear, Sequential
from tinytorch.losses import accuracy, cross_entropy
from tinytorch.optim import Adam
from tinytorch.spatial import Conv2d, MaxPool2d
from tinytorch.tensor import Tensor
from tinytorch.training import Trainer, cosine_schedule, evaluate

from tinytutor.kit import digits, expect, gallery

GATE = 0.97
EPOCHS = 12


def run(seed):
    """Trains a network with two convolutions on 1,600 pictures and judges it on 400 others."""
    pictures, labels = digits(2000, seed)
    (x, y), (x_new, y_new) = train_test_split(
        pictures[:, None], labels, test_fraction=0.2, seed=seed
    )
    rng = np.random.default_rng(seed)
    model = Sequential(
        Conv2d(1, 16, 3, padding=1, rng=rng), relu, MaxPool2d(2),
        Conv2d(16, 32, 3, padding=1, rng=rng), relu, MaxPool2d(2),
        Flatten(), Linear(128, 10, rng=rng),
    )  # fmt: skip
    batches = DataLoader(ArrayDataset(x, y), batch_size=32, shuffle=True, seed=seed)
    steps = EPOCHS * len(batches)
    trainer = Trainer(
        model,
        cross_entropy,
        Adam(model.parameters(), lr=5e-3),
        schedule=lambda step: cosine_schedule(step, steps, 5e-3),
    )
    unseen = [(Tensor(x_new), y_new)]
    for epoch in range(1, EPOCHS + 1):
        loss = trainer.fit(batches, 1)[-1]
        if epoch == 1 or epoch % 3 == 0:
            share = evaluate(model, accuracy, unseen)
            print(f"epoch {epoch:2}   loss {loss:.3f}   unseen pictures {share:.1%}", flush=True)
    said = model(Tensor(x_new)).argmax(axis=1).data
    wrong = np.flatnonzero(said != y_new)
    print(f"\n{len(wrong)} of {len(y_new)} were misread; the first of them:\n")
    gallery(x_new[wrong[:8], 0], [f"{y_new[i]}, read as {said[i]}" for i in wrong[:8]])
    share = evaluate(model, accuracy, unseen)
    expect(share >= GATE, f"{share:.1%} of unseen pictures, the gate is {GATE:.0%}")
    return {"accuracy": round(share, 4)}
