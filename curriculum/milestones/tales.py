"""A GPT of your own reads tales and then tells one: at most 0.45 nats a character, real words."""

import re

import numpy as np
from tinytorch.attention import attention_weights, causal_mask
from tinytorch.losses import cross_entropy
from tinytorch.optim import Adam
from tinytorch.tokenization import CharTokenizer
from tinytorch.training import Trainer, cosine_schedule
from tinytorch.transformers import GPT, generate, windows

from tinytutor.kit import expect, tales, typed

LOSS_GATE = 0.45
WORDS_GATE = 0.90
LENGTH = 48
BATCH = 16
STEPS = 1000
PROMPT = "Long ago "
TEMPERATURE = 0.7


def run(seed):
    """Learns from nine tenths of 80,000 characters, is judged by the rest and by what it writes."""
    known = tales(80_000, seed)
    tokenizer = CharTokenizer(known.text)
    ids = np.array(tokenizer.encode(known.text))
    learn, unseen = np.split(ids, [len(ids) * 9 // 10])
    rng = np.random.default_rng(seed)
    model = GPT(tokenizer.vocab_size, LENGTH, 48, heads=4, layers=2, rng=rng)
    trainer = Trainer(
        model,
        next_token_loss,
        Adam(model.parameters(), lr=5e-3, betas=(0.9, 0.99)),
        schedule=lambda step: cosine_schedule(step, STEPS, 5e-3, floor=2.5e-4, warmup=20),
        max_norm=1.0,
    )
    uniform = np.log(tokenizer.vocab_size)
    print(f"{sum(p.size for p in model.parameters()):,} parameters, {STEPS} steps")
    print(f"a blind guess costs {uniform:.2f} nats a character, ", end="")
    print(f"whoever knows the grammar {known.nats_per_character:.3f}\n")
    recent = []
    for step in range(1, STEPS + 1):
        recent.append(trainer.step(*windows(learn, LENGTH, BATCH, rng)))
        if step == 1 or step % 100 == 0:
            again = np.random.default_rng(seed)
            sample = generate(model, tokenizer.encode(PROMPT), 40, TEMPERATURE, again)
            line = tokenizer.decode(sample).replace("\n", " ")
            print(f"step {step:4}  loss {np.mean(recent):.3f}  {line}", flush=True)
            recent = []
    loss = unseen_loss(model, unseen)
    print(f"\nunseen tales cost {loss:.3f} nats a character\n")
    text = typed(tell(model, tokenizer, 400, np.random.default_rng(seed)))
    words = re.findall(r"[A-Za-z]+", text)[:-1]
    real = sum(word in known.words for word in words) / len(words)
    print(f"\n{real:.0%} of its {len(words)} words are real ones\n")
    show_attention(model, tokenizer, text[:LENGTH])
    expect(loss <= LOSS_GATE, f"{loss:.3f} nats a character, the gate is {LOSS_GATE}")
    expect(real >= WORDS_GATE, f"{real:.0%} real words, the gate is {WORDS_GATE:.0%}")
    return {"nats per character": round(loss, 4), "real words": round(real, 4)}


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
    """Yields the prompt, then each character as soon as it is known."""
    ids = tokenizer.encode(PROMPT)
    yield PROMPT
    for _ in range(count):
        ids = generate(model, ids, 1, TEMPERATURE, rng)
        yield tokenizer.decode(ids[-1:])


def show_attention(model, tokenizer, text):
    """What each head looks at when it looks for the character after the text."""
    mask = causal_mask(len(text))
    x = model.embed(np.array([tokenizer.encode(text)]))
    print("what each head looks at, from the last character:\n")
    print("block, head   " + text.replace("\n", " "))
    for number, block in enumerate(model.blocks):
        q, k, _ = block.attn.project(block.norm1(x))
        for head, shares in enumerate(attention_weights(q, k, mask).data[0, :, -1]):
            shades = [" ░▒▓█"[round(4 * share / shares.max())] for share in shares]
            print(f"{number}, {head}          " + "".join(shades).rstrip())
        x = block(x, mask)
