"""The same tales in learned pieces of text: at most 0.35 nats a character, in fewer steps."""

import re

import numpy as np
from tinytorch.losses import cross_entropy
from tinytorch.optim import Adam
from tinytorch.tokenization import BPETokenizer
from tinytorch.training import Trainer, cosine_schedule
from tinytorch.transformers import GPT, generate, windows

from tinytutor.kit import expect, tales, typed

LOSS_GATE = 0.35
WORDS_GATE = 0.90
VOCAB_SIZE = 400
LENGTH = 24
BATCH = 16
STEPS = 900
PROMPT = "Long ago"  # the space belongs to the piece that follows
TEMPERATURE = 0.7


def run(seed):
    """Cuts 80,000 characters into pieces, learns nine tenths, is judged by the rest."""
    known = tales(80_000, seed)
    learn_text, unseen_text = at_a_line(known.text, len(known.text) * 9 // 10)
    tokenizer = BPETokenizer().train(learn_text, VOCAB_SIZE)
    learn, unseen = (np.array(tokenizer.encode(part)) for part in (learn_text, unseen_text))
    pieces_per_character = len(unseen) / len(unseen_text)
    print(f"{VOCAB_SIZE - 256} merges: {1 / pieces_per_character:.2f} characters for each piece")
    print("Long ago a clever tortoise ..., in pieces:")
    some = tokenizer.encode("Long ago a clever tortoise sat by the river.")
    print("   " + "│".join(tokenizer.decode([one]) for one in some) + "\n")
    rng = np.random.default_rng(seed)
    model = GPT(tokenizer.vocab_size, LENGTH, 48, heads=4, layers=2, rng=rng)
    trainer = Trainer(
        model,
        next_token_loss,
        Adam(model.parameters(), lr=5e-3, betas=(0.9, 0.99)),
        schedule=lambda step: cosine_schedule(step, STEPS, 5e-3, floor=2.5e-4, warmup=20),
        max_norm=1.0,
    )
    print(f"{sum(p.size for p in model.parameters()):,} parameters, {STEPS} steps")
    recent = []
    for step in range(1, STEPS + 1):
        recent.append(trainer.step(*windows(learn, LENGTH, BATCH, rng)))
        if step == 1 or step % 100 == 0:
            loss = np.mean(recent)
            print(
                f"step {step:4}  loss {loss:.3f} a piece, {loss * pieces_per_character:.3f} "
                "a character",
                flush=True,
            )
            recent = []
    loss = unseen_loss(model, unseen) * pieces_per_character
    print(f"\nunseen tales cost {loss:.3f} nats a character; ", end="")
    print(f"whoever knows the grammar pays {known.nats_per_character:.3f}\n")
    text = typed(tell(model, tokenizer, 170, np.random.default_rng(seed)))
    words = re.findall(r"[A-Za-z]+", text)[:-1]
    real = sum(word in known.words for word in words) / len(words)
    print(f"\n{real:.0%} of its {len(words)} words are real ones")
    expect(loss <= LOSS_GATE, f"{loss:.3f} nats a character, the gate is {LOSS_GATE}")
    expect(real >= WORDS_GATE, f"{real:.0%} real words, the gate is {WORDS_GATE:.0%}")
    return {"nats per character": round(loss, 4), "real words": round(real, 4)}


def at_a_line(text, place):
    """Two parts of the text, cut after the line in which the place lies."""
    end = text.index("\n", place) + 1
    return text[:end], text[end:]


def next_token_loss(logits, targets):
    """The mean over all positions: logits (B, T, V), targets (B, T)."""
    return cross_entropy(logits.reshape(-1, logits.shape[-1]), targets.reshape(-1))


def unseen_loss(model, ids):
    """Nats for each id, in windows that lie side by side."""
    starts = range(0, len(ids) - LENGTH, LENGTH)
    x = np.stack([ids[start : start + LENGTH] for start in starts])
    y = np.stack([ids[start + 1 : start + LENGTH + 1] for start in starts])
    return next_token_loss(model(x), y).item()


def tell(model, tokenizer, count, rng):
    """Yields the prompt, then each piece as soon as it is known."""
    ids = tokenizer.encode(PROMPT)
    yield PROMPT
    for _ in range(count):
        ids = generate(model, ids, 1, TEMPERATURE, rng)
        yield tokenizer.decode(ids[-1:])
