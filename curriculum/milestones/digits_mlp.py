"""Digits of 8 by 8 pixels, read by your own network: at least 95 % of pictures never seen."""

import numpy as np
from tinytorch.activations import relu
from tinytorch.data import ArrayDataset, DataLoader, train_test_split
from tinytorch.layers import Linear, Sequential
from tinytorch.losses import accuracy, cross_entropy
from tinytorch.optim import Adam
from tinytorch.tensor import Tensor
from tinytorch.training import Trainer, evaluate

from tinytutor.kit import digits, expect, gallery

GATE = 0.95
EPOCHS = 30


def run(seed):
    """Trains 64-64-10 on 1,600 pictures and judges it on 400 others."""
    pictures, labels = digits(2000, seed)
    flat = pictures.reshape(len(pictures), 64)
    (x, y), (x_new, y_new) = train_test_split(flat, labels, test_fraction=0.2, seed=seed)
    rng = np.random.default_rng(seed)
    model = Sequential(Linear(64, 64, rng=rng), relu, Linear(64, 10, rng=rng))
    trainer = Trainer(model, cross_entropy, Adam(model.parameters(), lr=3e-3))
    batches = DataLoader(ArrayDataset(x, y), batch_size=32, shuffle=True, seed=seed)
    unseen = [(Tensor(x_new), y_new)]
    for epoch in range(1, EPOCHS + 1):
        loss = trainer.fit(batches, 1)[-1]
        if epoch == 1 or epoch % 5 == 0:
            share = evaluate(model, accuracy, unseen)
            print(f"epoch {epoch:2}   loss {loss:.3f}   unseen pictures {share:.1%}", flush=True)
    said = model(Tensor(x_new)).argmax(axis=1).data
    wrong = np.flatnonzero(said != y_new)
    print(f"\n{len(wrong)} of {len(y_new)} were misread; the first of them:\n")
    gallery(
        x_new[wrong[:8]].reshape(-1, 8, 8), [f"{y_new[i]}, read as {said[i]}" for i in wrong[:8]]
    )
    share = evaluate(model, accuracy, unseen)
    expect(share >= GATE, f"{share:.1%} of unseen pictures, the gate is {GATE:.0%}")
    return {"accuracy": round(share, 4)}
