"""Digits, read in whole numbers: weights 4 times smaller, at most one point of accuracy lost."""

import numpy as np
from tinytorch.activations import relu
from tinytorch.data import ArrayDataset, DataLoader, train_test_split
from tinytorch.layers import Linear, Sequential
from tinytorch.losses import accuracy, cross_entropy
from tinytorch.optim import Adam
from tinytorch.quantization import QuantizedLinear, layers_of, model_bytes, quantize_model
from tinytorch.tensor import Tensor
from tinytorch.training import Trainer, evaluate

from tinytutor.kit import digits, expect, table

MOST_LOST = 0.01
WEIGHTS_SMALLER = 4.0
MODEL_SMALLER = 3.5
EPOCHS = 30


def run(seed):
    """Trains 64-64-10, quantizes it, and compares both on 400 pictures that neither has seen."""
    pictures, labels = digits(2000, seed)
    flat = pictures.reshape(len(pictures), 64)
    (x, y), (x_new, y_new) = train_test_split(flat, labels, test_fraction=0.2, seed=seed)
    rng = np.random.default_rng(seed)
    model = Sequential(Linear(64, 64, rng=rng), relu, Linear(64, 10, rng=rng))
    trainer = Trainer(model, cross_entropy, Adam(model.parameters(), lr=3e-3))
    batches = DataLoader(ArrayDataset(x, y), batch_size=32, shuffle=True, seed=seed)
    for epoch in range(1, EPOCHS + 1):
        loss = trainer.fit(batches, 1)[-1]
        if epoch == 1 or epoch % 10 == 0:
            print(f"epoch {epoch:2}   loss {loss:.3f}", flush=True)

    unseen = [(Tensor(x_new), y_new)]
    examples = Tensor(x[:256])
    candidates = {
        "float32": model,
        "8-bit weights": quantize_model(model),
        "8-bit weights and inputs": quantize_model(model, examples),
        "4-bit weights": quantize_model(model, bits=4),
        "2-bit weights": quantize_model(model, bits=2),
    }
    shares = {name: evaluate(net, accuracy, unseen) for name, net in candidates.items()}
    print("\n400 pictures that none of them has seen:\n")
    table(
        [(name, model_bytes(candidates[name]), f"{shares[name]:.1%}") for name in candidates],
        ["network", "bytes", "right"],
    )

    small = candidates["8-bit weights and inputs"]
    weights = weights_smaller(model, small)
    whole = model_bytes(model) / model_bytes(small)
    print(f"\nThe weights became {weights:.2f} times smaller, the whole model {whole:.2f} times.")
    print("Biases are float32 as before, and each column has a tick in float32.")
    print("A reading of 4 or 2 bits takes a whole byte, too.")

    lost = shares["float32"] - min(shares[name] for name in list(candidates)[1:3])
    expect(lost <= MOST_LOST, f"8 bits lost {100 * lost:.2f} points, the gate is 1")
    expect(
        weights >= WEIGHTS_SMALLER,
        f"the weights are {weights:.2f} times smaller, the gate is {WEIGHTS_SMALLER}",
    )
    expect(
        whole >= MODEL_SMALLER,
        f"the model is {whole:.2f} times smaller, the gate is {MODEL_SMALLER}",
    )
    return {
        "accuracy": round(shares["float32"], 4),
        "points lost": round(100 * lost, 2),
        "weights smaller": round(weights, 2),
        "model smaller": round(whole, 2),
    }


def weights_smaller(model, small):
    """The bytes of all weights before, divided by those afterwards."""
    before = sum(layer.weight.nbytes for layer in layers_of(model, Linear))
    after = sum(layer.weight.nbytes for layer in layers_of(small, QuantizedLinear))
    expect(after > 0, "the quantized network has no QuantizedLinear")
    return before / after
