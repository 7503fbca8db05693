"""The course contest: everything that makes a model smaller or faster, in two fair races."""

import copy

import numpy as np
from tinytorch.acceleration import fused_gelu
from tinytorch.activations import gelu
from tinytorch.benchmarking import Contestant, claim, pareto, scorecard, verdict
from tinytorch.caching import empty_cache, generate_cached
from tinytorch.compression import fine_tune, magnitude_masks, prune_neurons
from tinytorch.data import ArrayDataset, DataLoader, train_test_split
from tinytorch.layers import Linear, Sequential
from tinytorch.losses import accuracy, cross_entropy
from tinytorch.optim import Adam
from tinytorch.quantization import model_bytes, quantize_model
from tinytorch.tensor import Tensor
from tinytorch.tokenization import CharTokenizer
from tinytorch.training import Trainer, cosine_schedule
from tinytorch.transformers import GPT, generate, windows

from tinytutor.kit import digits, expect, table, tales

MOST_LOST = {"int8": 0.01, "80 % zeros": 0.02}
FLOPS_FEWER = 10
EPOCHS = 30
TUNING_EPOCHS = 10
LENGTH = 80
STEPS = 400
PROMPT = "Long ago "
NEW_IDS = 64
ROUNDS = 9


def run(seed):
    """Readers of digits, then writers of tales; ends with a claim that can be defended."""
    reading = race_of_readers(seed)
    writing, condition = race_of_writers(seed)
    base, cached = writing["base"], writing["cached"]

    for name, most in MOST_LOST.items():
        lost = reading["base"].quality - reading[name].quality
        expect(
            lost <= most,
            f"{name} lost {100 * lost:.2f} points, the gate is {100 * most:.0f}",
        )
    for name, score in writing.items():
        expect(score.quality == 1, f"{name} wrote another tale than base")
    fewer = base.flops / cached.flops
    expect(
        fewer >= FLOPS_FEWER,
        f"the cache saved {fewer:.1f} times the FLOPs, the gate is {FLOPS_FEWER}",
    )
    said = claim(cached, base, condition)
    print("\nThe claim:\n")
    print(wrapped(said))
    ratio, low, high = cached.speed
    proven = verdict(low, high) != "no proven difference"
    expect(condition in said, "the claim does not say under which condition it holds")
    expect(
        (f"{ratio:.2f} times" in said) == proven,
        "the claim must name the ratio if it is proven, and only then",
    )
    return {
        "accuracy": round(reading["base"].quality, 4),
        "points lost by int8": points_lost(reading, "int8"),
        "points lost by zeros": points_lost(reading, "80 % zeros"),
        "FLOPs fewer with a cache": round(fewer, 1),
        "times as fast with a cache": round(ratio, 2),
        "at least": round(low, 2),
    }


def race_of_readers(seed):
    """Six networks read 400 pictures that none of them has seen: {name: Score}."""
    pictures, labels = digits(2000, seed)
    flat = pictures.reshape(len(pictures), 64)
    (x, y), (x_new, y_new) = train_test_split(flat, labels, test_fraction=0.2, seed=seed)
    batches = DataLoader(ArrayDataset(x, y), batch_size=32, shuffle=True, seed=seed)
    rng = np.random.default_rng(seed)
    first, last = Linear(64, 128, rng=rng), Linear(128, 10, rng=rng)
    net = trained(Sequential(first, gelu, last), batches, EPOCHS)
    print(f"a reader of digits has learned in {EPOCHS} epochs", flush=True)

    zeros = copy.deepcopy(net)
    masks = magnitude_masks(zeros, 0.8)
    optimizer = Adam(zeros.parameters(), lr=2e-3)
    fine_tune(zeros, masks, cross_entropy, optimizer, batches, TUNING_EPOCHS)
    one, two = prune_neurons(first, last, keep=32)
    readers = {
        "base": net,
        "base again": net,
        "fused": Sequential(first, fused_gelu, last),
        "int8": quantize_model(net, Tensor(x[:256])),
        "80 % zeros": zeros,
        "32 units": trained(Sequential(one, gelu, two), batches, TUNING_EPOCHS),
    }
    scores = scorecard(
        Tensor(x_new),
        {name: Contestant(reader, model_bytes(reader)) for name, reader in readers.items()},
        grade=lambda logits: accuracy(logits, y_new),
        repeats=40,
    )
    print("\nReaders: 400 digits, graded by the share that is right\n")
    return shown(scores)


def race_of_writers(seed):
    """Four ways to write on with the same weights: {name: Score}, and under which condition."""
    known = tales(80_000, seed)
    tokenizer = CharTokenizer(known.text)
    rng = np.random.default_rng(seed)
    model = GPT(tokenizer.vocab_size, LENGTH, 48, heads=4, layers=2, rng=rng)
    trainer = Trainer(
        model,
        lambda logits, ids: cross_entropy(logits.reshape(-1, logits.shape[-1]), ids.reshape(-1)),
        Adam(model.parameters(), lr=5e-3, betas=(0.9, 0.99)),
        schedule=lambda step: cosine_schedule(step, STEPS, 5e-3, floor=2.5e-4, warmup=20),
        max_norm=1.0,
    )
    ids = np.array(tokenizer.encode(known.text))
    for _ in range(STEPS):
        loss = trainer.step(*windows(ids, LENGTH // 2, 16, rng))
    print(f"\na writer of tales has learned in {STEPS} steps, loss {loss:.2f}", flush=True)

    fused = copy.deepcopy(model)
    for block in fused.blocks:
        widen, _, back = block.mlp.steps
        block.mlp = Sequential(widen, fused_gelu, back)
    weights = model_bytes(model)
    with_cache = weights + empty_cache(model).nbytes
    writers = {
        "base": Contestant(writes(generate, model), weights),
        "fused": Contestant(writes(generate, fused), weights),
        "cached": Contestant(writes(generate_cached, model), with_cache),
        "both": Contestant(writes(generate_cached, fused), with_cache),
    }
    prompt = tokenizer.encode(PROMPT)
    tale = writers["base"].answer(prompt)
    print("\n" + wrapped(tokenizer.decode(tale)))
    scores = scorecard(
        prompt,
        writers,
        grade=lambda ids: float(np.mean(np.array(ids) == np.array(tale))),
        repeats=ROUNDS,
        warmup=1,
    )
    print(f"\nWriters: {NEW_IDS} characters, graded by the share that base writes, too\n")
    condition = f"{NEW_IDS} new ids after {len(prompt)}, {ROUNDS} rounds in turns, this machine"
    return shown(scores), condition


def trained(net, batches, epochs):
    """Trains net in place; returns it."""
    Trainer(net, cross_entropy, Adam(net.parameters(), lr=2e-3)).fit(batches, epochs)
    return net


def writes(write, model):
    """A function that writes on after a prompt, always with the likeliest id."""
    return lambda prompt: write(model, prompt, NEW_IDS, temperature=0)


def shown(scores):
    """Prints the table, what is proven, and both fronts; returns {name: Score}."""
    rows = []
    for score in scores:
        ratio, low, high = score.speed
        times = f"{ratio:.2f} ({low:.2f} to {high:.2f})"
        millis = 1e3 * score.seconds
        rows.append((score.name, score.quality, score.nbytes, score.flops / 1e6, millis, times))
    table(rows, ["", "quality", "bytes", "MFLOP", "ms", "times as fast"])
    print()
    for score in scores[1:]:
        print(f"{score.name:10}  {verdict(score.speed.low, score.speed.high)}")
    by_time = pareto({score.name: (score.seconds, score.quality) for score in scores})
    by_size = pareto({score.name: (score.nbytes, score.quality) for score in scores})
    print(f"\nbeaten by nobody in time and quality:   {', '.join(by_time)}")
    print(f"beaten by nobody in bytes and quality:  {', '.join(by_size)}")
    return {score.name: score for score in scores}


def points_lost(scores, name):
    """How many percentage points of accuracy the row of this name is below the base."""
    return round(100 * (scores["base"].quality - scores[name].quality), 2)


def wrapped(text, width=72):
    """The text in lines of at most `width` columns."""
    lines = [""]
    for word in text.split():
        fits = len(lines[-1]) + len(word) < width
        lines[-1:] = [f"{lines[-1]} {word}".lstrip()] if fits else [lines[-1], word]
    return "\n".join(lines)
