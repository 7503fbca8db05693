# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
"""
# 14 Transformers

You will build `transformers.py`: a model that reads a row of tokens and
says, at every position, what might come next. Then you will let it write.

### Prerequisites

- **12 Embeddings**: `TokenAndPosition`, and through it the ids of 11.
- **13 Attention**: `MultiHeadAttention` and `causal_mask`.
- What these two stand on: `Module`, `Parameter`, `Linear` and `Sequential`
  of 04, `gelu` and `softmax` of 03, the tensor and `tape` of 02. `make_rng`
  and `stopwatch` are from 01.

Nothing else is needed.

### Time and difficulty

About 5 hours. Difficulty 4 of 5. Seven exercises of 4 to 11 lines.

### Learning objectives

Afterwards you can

- bring numbers to a common scale, position by position;
- draw a transformer block with its two bypasses, and say what they are for;
- assemble a GPT, and count its parameters with a pencil;
- turn its scores into text, boldly or carefully;
- say how much work each further token costs, and how much of it is new.

### How the pieces hang together

```
   ids (B, T)
     │
   embed           TokenAndPosition of 12                     (B, T, D)
     │
   blocks[0]       3 TransformerBlock = 13 attention          (B, T, D)
     │                                  + 1 LayerNorm
   blocks[1]                            + 2 feed_forward      (B, T, D)
     │
   norm            1 LayerNorm                                (B, T, D)
     │
   head            Linear without a bias                      (B, T, V)
     │
   4 GPT           a score for each of V tokens, at each position
     │
     ├── 5 windows      what to learn from
     └── 6 pick_next    from scores to one token
             │
         7 generate     again and again: a text
```
"""

# %% [markdown]
"""
## Why a transformer

Cover the end of a line and guess how it goes on:

```
   Long ago a hungry fox lived behind the ...
```

*mill*, perhaps, or *barn*. Hardly *yellow*, and certainly not *xqz*. You
used grammar, the fox, what such tales are like. A machine that guesses well
must know all of that somehow. And a machine that guesses one token can
write: guess, append, and guess again.

You have the parts. Embeddings turn ids into rows of features and tell each
where it stands. Attention lets every position fetch what it needs from the
earlier ones. But one layer of attention only mixes values. Somebody must
also *work* on what was fetched, and then look again, with better questions.

So layers must be stacked. Here lies the trouble: each layer changes the
scale of its numbers a little. After twenty layers, a little is a lot. And
what the first layer knew is mixed away by the twentieth.

The question of this module: **how do you stack layers so that nothing gets
lost, and how does such a stack write a text?**
"""

# %%
#| default_exp transformers
#| export
"""Transformers: a GPT, from rows of ids to scores, and on to new ids."""

from collections.abc import Sequence

import numpy as np
from tinytorch.activations import gelu, softmax
from tinytorch.attention import MultiHeadAttention, causal_mask
from tinytorch.embeddings import TokenAndPosition
from tinytorch.layers import Linear, Module, Parameter, Sequential
from tinytorch.tensor import Tensor

# %% [markdown]
"""
That cell opens your library file. The next one brings the tools for tests
and measurements. They stay here.
"""

# %%
from tinytorch.env import make_rng, stopwatch
from tinytorch.tensor import tape
from tinytorch.tokenization import CharTokenizer

from tinytutor.kit import (
    bars,
    connected,
    curve,
    expect,
    quiet,
    refuses,
    run_tests,
    same,
    same_dtype,
    table,
    unchanged,
)

# %% [markdown]
"""
## 1. One scale for all: LayerNorm

Three positions with four features each. Each row has its own scale:

```
   x                      mean     centred           variance   result

     1    1    5    5      3      -2   -2    2   2       4     -1 -1  1  1
   100  100  500  500    300    -200 -200  200 200    40,000   -1 -1  1  1
     7    7    7    7      7       0    0    0   0       0      0  0  0  0
```

The *pattern* of the first two rows is the same, only their scale differs.
**LayerNorm** keeps the pattern and takes the scale away:

1. subtract the mean of the row: it is *centred* now;
2. the variance is the mean of the squares of what is left;
3. divide by the square root of the variance.

Each position is treated by itself. Its neighbours and the other sequences
of the batch play no part, so the mean runs along the last axis only.

The third row would divide 0 by 0. So a tiny number `eps` is added to the
variance, *inside* the root. Nobody else notices it.

At last the layer gives back a choice. Each feature is multiplied by its own
**gain** and moved by its own **shift**. Both are parameters of shape (D,).
They start at ones and zeros, so at first they change nothing.

**Your part.** Two parameters, then the three steps, then gain and shift.
`x.mean(axis=-1, keepdims=True)` has the shape that you need.
"""


# %% nbgrader={"grade": false, "grade_id": "layer_norm", "locked": false, "schema_version": 3, "solution": true}
#| export
class LayerNorm(Module):
    """Each position to mean 0 and variance 1, then gain and shift."""

    def __init__(self, dim: int, eps: float = 1e-5):
        """Sets `gain` and `shift`, Parameters (dim,) of ones and of zeros.

        Both float32. `eps` is added to each variance.
        """
        self.eps = eps
        ### BEGIN SOLUTION
        self.gain = Parameter(np.ones(dim, np.float32))
        self.shift = Parameter(np.zeros(dim, np.float32))
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """(..., dim) to (..., dim), each row of `dim` numbers by itself."""
        ### BEGIN SOLUTION
        centred = x - x.mean(axis=-1, keepdims=True)
        variance = (centred * centred).mean(axis=-1, keepdims=True)
        pattern = centred / (variance + self.eps) ** 0.5
        return pattern * self.gain + self.shift
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_layer_norm", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_layer_norm():
    # What it owns.
    norm = LayerNorm(6)
    names = " ".join(name for name, _ in norm.named_parameters())
    same(names, "gain shift", "the parameters of LayerNorm(6)")
    same(norm.gain, np.ones(6), "the gain at the start")
    same(norm.shift, np.zeros(6), "the shift at the start")
    same_dtype(norm.gain, np.float32, "gain")
    same_dtype(norm.shift, np.float32, "shift")

    # Three axes, own gain and shift, and every way to get it wrong.
    rng = make_rng(1)
    gain, shift = rng.uniform(1, 2, (2, 6)).astype(np.float32)
    norm.gain.data[...], norm.shift.data[...] = gain, shift
    values = rng.standard_normal((4, 5, 6), dtype=np.float32) + 3
    x = Tensor(values)

    def along(axis, fewer=0):
        """Normalised along `axis`; `fewer` counts less in the variance."""
        centred = values - values.mean(axis=axis, keepdims=True)
        spread = values.std(axis=axis, keepdims=True, ddof=fewer)
        return centred / spread

    right = along(-1)
    centred = values - values.mean(axis=-1, keepdims=True)
    variance = values.var(axis=-1, keepdims=True)
    by_variance = centred / variance * gain + shift
    whole = values / np.sqrt(variance)
    over_batch = "the result of row 0 changed when row 1 changed: axis=-1"
    with unchanged(x, what="LayerNorm(6)(x)"):
        got = norm(x)
    same(
        got,
        right * gain + shift,
        "LayerNorm(6)(x), x of shape (4, 5, 6)",
        tolerance=2e-3,
        mistakes={
            over_batch: along(0) * gain + shift,
            "each position by itself: axis=-1": along(1) * gain + shift,
            "positions were mixed: axis=-1": along((1, 2)) * gain + shift,
            "all numbers were mixed: axis=-1": along(None) * gain + shift,
            "divide by the root of the variance": by_variance,
            "centred, but not yet divided": centred * gain + shift,
            "x was divided, but not centred": whole * gain + shift,
            "divide by D, not by D - 1": along(-1, 1) * gain + shift,
            "the gain is missing": right + shift,
            "the shift is missing": right * gain,
            "first the gain, then the shift": (right + shift) * gain,
        },
    )
    same_dtype(got, np.float32, "LayerNorm(6)(x)")

    # The example from the text.
    rows = [[1, 1, 5, 5], [100, 100, 500, 500], [7, 7, 7, 7]]
    x = Tensor(np.array(rows, np.float32))
    hint = "eps goes inside the root: (variance + eps) ** 0.5"
    with quiet("LayerNorm(4) of a row 7 7 7 7", hint=hint):
        got = LayerNorm(4)(x)
    same(
        got,
        [[-1, -1, 1, 1], [-1, -1, 1, 1], [0, 0, 0, 0]],
        "LayerNorm(4)(x), the example",
        tolerance=1e-4,
    )

    # The share of eps.
    tiny = Tensor([[1e-3, -1e-3]])
    got = LayerNorm(2, eps=3e-6)(tiny)
    outside = 1e-3 / (1e-3 + 3e-6)
    fixed = 1 / np.sqrt(11)
    same(
        got,
        [[0.5, -0.5]],
        "LayerNorm(2, eps=3e-6) of 0.001 and -0.001",
        mistakes={
            "eps belongs inside the root": [[outside, -outside]],
            "eps is missing": [[1, -1]],
            "eps is an argument: use self.eps": [[fixed, -fixed]],
        },
        tolerance=1e-4,
    )

    x = Tensor(values)

    def run(*_):
        return norm(x)

    inputs = (x, norm.gain, norm.shift)
    connected(tape, run, *inputs, what="LayerNorm of (x, gain, shift)")


test_layer_norm()

# %% [markdown]
"""
## 2. Work on what was fetched

Attention brings news to a position. What the position makes of them is the
job of a small network, the same for every position: from D features to four
times as many, a bend, and back to D.

```
   (B, T, D) ─▶ Linear(D, 4D) ─▶ gelu ─▶ Linear(4D, D) ─▶ (B, T, D)
```

Why the detour through 4D? In the wide middle each unit can look for one
combination: "a preposition came before, and the tale is about a fox". The
bend switches it on or off. Without the bend, two `Linear` in a row are one
`Linear`, as you saw in 04, and the width would be wasted.

Here sits most of a GPT: 8 · D² of the 12 · D² weights of a block.

**Your part.** One expression with three steps. Every step works on the last
axis alone, so positions stay apart by themselves.
"""


# %% nbgrader={"grade": false, "grade_id": "feed_forward", "locked": false, "schema_version": 3, "solution": true}
#| export
def feed_forward(
    dim: int,
    rng: np.random.Generator | None = None,
) -> Sequential:
    """Three steps: dim to 4 * dim features, gelu, and back to dim."""
    ### BEGIN SOLUTION
    return Sequential(
        Linear(dim, 4 * dim, rng=rng),
        gelu,
        Linear(4 * dim, dim, rng=rng),
    )
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_feed_forward", "locked": true, "points": 5, "schema_version": 3, "solution": false}
def test_feed_forward():
    net = feed_forward(6, make_rng(2))
    expect(isinstance(net, Sequential), "return Sequential(...)")
    shapes = [parameter.shape for parameter in net.parameters()]
    wide = [(6, 24), (24,), (24, 6), (6,)]
    written = ", ".join(str(shape) for shape in shapes)
    hint = "Linear(D, 4D) and Linear(4D, D), both with a bias"
    expect(shapes == wide, f"feed_forward(6) owns {written}", hint=hint)

    rng = make_rng(2)
    twins = Linear(6, 24, rng=rng), Linear(24, 6, rng=rng)
    first, last = net.parameters()[0], net.parameters()[2]
    seed = "the start values of feed_forward(6, make_rng(2))"
    same(first, twins[0].weight.data, f"{seed}, first", hint="pass rng on")
    same(last, twins[1].weight.data, f"{seed}, last", hint="pass rng on")

    x = Tensor(make_rng(3).standard_normal((2, 5, 6), dtype=np.float32))
    with unchanged(x, what="feed_forward(6)(x)"):
        got = net(x)
    up, down = twins
    same(
        got,
        down(gelu(up(x))).data,
        "feed_forward(6)(x)",
        mistakes={
            "two linears without a bend are one linear": down(up(x)).data,
            "the bend belongs between the two": gelu(down(up(x))).data,
            "one bend, in the middle": gelu(down(gelu(up(x)))).data,
        },
        hint="the bend is gelu of 03",
    )
    connected(tape, net, x, what="feed_forward(6)(x)")


test_feed_forward()

# %% [markdown]
"""
## 3. A block with two bypasses

Now both parts in one block. The trick that lets you stack a hundred of them
is the **bypass**: what goes in also goes around, and the part only *adds*
something to it.

```
        x  (B, T, D)
        │
        ├───────────┐
        │         norm1
        │         attn ◀── mask
        │           │
        + ◀─────────┘        x = x + attn(norm1(x), mask)
        │
        ├───────────┐
        │         norm2
        │          mlp
        │           │
        + ◀─────────┘        x = x + mlp(norm2(x))
        │
        ▼  (B, T, D)
```

Think of a notebook that is handed from block to block. Nobody tears a page
out. Each block reads it, and writes down what it found. So nothing that an
early block wrote is lost, and a block that has nothing to say adds zeros.

Where do the norms stand? On the side road, *before* each part. The main
road stays free of them, from the first block to the last. This is called
**pre-norm**. (In the first transformers the norm stood on the main road,
after each sum. Deep stacks of those are hard to start.)

**Your part.** Four attributes, with exactly these names: `norm1`, `attn`,
`norm2`, `mlp`. Then the two lines of the picture.
"""


# %% nbgrader={"grade": false, "grade_id": "transformer_block", "locked": false, "schema_version": 3, "solution": true}
#| export
class TransformerBlock(Module):
    """Fetch from other positions, then work on it; both add to x."""

    def __init__(
        self,
        dim: int,
        heads: int,
        rng: np.random.Generator | None = None,
    ):
        """Sets `norm1`, `attn`, `norm2` and `mlp`, the feed-forward part.

        `attn`, then `mlp` draw their start values from `rng`.
        """
        ### BEGIN SOLUTION
        self.norm1 = LayerNorm(dim)
        self.attn = MultiHeadAttention(dim, heads, rng)
        self.norm2 = LayerNorm(dim)
        self.mlp = feed_forward(dim, rng)
        ### END SOLUTION

    def forward(self, x: Tensor, mask: np.ndarray | None = None) -> Tensor:
        """x (B, T, dim) to (B, T, dim). mask: (T, T), for attention."""
        ### BEGIN SOLUTION
        x = x + self.attn(self.norm1(x), mask)
        return x + self.mlp(self.norm2(x))
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_transformer_block", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_transformer_block():
    block = TransformerBlock(6, 2, make_rng(4))
    parts = [name for name, _ in block.children()]
    right = ["norm1", "attn", "norm2", "mlp"]
    for name in right:
        expect(name in parts, f"a block owns {name!r}, here: {parts}")
    expect(len(parts) == 4, f"a block owns four parts, here: {parts}")
    total = sum(parameter.size for parameter in block.parameters())
    count = "the number of parameters of TransformerBlock(6, 2)"
    same(total, 12 * 6 * 6 + 13 * 6, count, hint="12 · D² + 13 · D")
    twins = TransformerBlock(6, 2, make_rng(4)).state_dict()
    for name, values in block.state_dict().items():
        seed = f"{name}: the same seed, other numbers: pass rng on"
        expect((values == twins[name]).all(), seed)
    rng = make_rng(4)
    first = MultiHeadAttention(6, 2, rng).query.weight.data
    what = "attn.query.weight of TransformerBlock(6, 2, make_rng(4))"
    hint = "rng goes to the attention first"
    same(block.attn.query.weight, first, what, hint=hint)

    # Every parameter at its own value, so that no two paths are alike.
    rng = make_rng(5)
    for parameter in block.parameters():
        parameter.data[...] = 0.5 * rng.standard_normal(parameter.shape)
    x = Tensor(2 * rng.standard_normal((2, 5, 6), dtype=np.float32))
    mask = causal_mask(5)
    norm1, attn = block.norm1, block.attn
    norm2, mlp = block.norm2, block.mlp

    def by(mix, work):
        """The block with these two side roads, each with its bypass."""
        y = x + mix(x)
        return (y + work(y)).data

    def mix(y):
        return attn(norm1(y), mask)

    def work(y):
        return mlp(norm2(y))

    def mix_without_mask(y):
        return attn(norm1(y))

    def mix_without_norm(y):
        return attn(y, mask)

    def mix_by_norm2(y):
        return attn(norm2(y), mask)

    def work_by_norm1(y):
        return mlp(norm1(y))

    fetched = mix(x)
    normed = norm2(x + fetched)
    first_sum = norm1(x + attn(x, mask))
    post_norm = norm2(first_sum + mlp(first_sum))
    times = x * fetched

    with unchanged(x, *block.parameters(), what="block(x, mask)"):
        got = block(x, mask)
    same(
        got,
        by(mix, work),
        "TransformerBlock(6, 2)(x, mask)",
        tolerance=1e-4,
        mistakes={
            "the mask did not reach it": by(mix_without_mask, work),
            "both bypasses are missing": work(fetched).data,
            "the first bypass is missing": (fetched + work(fetched)).data,
            "the second bypass is missing": work(x + fetched).data,
            "norm1 is missing": by(mix_without_norm, work),
            "norm2 is missing": by(mix, mlp),
            "both norms are missing": by(mix_without_norm, mlp),
            "norm2 stands on the main road": (normed + mlp(normed)).data,
            "the norms stand after the sums": post_norm.data,
            "the norms changed places": by(mix_by_norm2, work_by_norm1),
            "mlp must see what attn added": (x + fetched + work(x)).data,
            "each part is added to x": (times + work(times)).data,
        },
        hint="the picture with the two bypasses",
    )
    same_dtype(got, np.float32, "TransformerBlock(6, 2)(x, mask)")
    without = by(mix_without_mask, work)
    same(block(x), without, "TransformerBlock(6, 2)(x)", tolerance=1e-4)

    # A block that has nothing to say changes nothing.
    for last in (block.attn.out, block.mlp.steps[-1]):
        last.weight.data[...], last.bias.data[...] = 0, 0
    what = "a block whose last weights are zero"
    same(block(x, mask), x.data, what, hint="both parts only add to x")

    def run(*_):
        return block(x, mask)

    inputs = (x, *block.parameters())
    connected(tape, run, *inputs, what="block of (x, parameters)")


test_transformer_block()

# %% [markdown]
"""
## 4. GPT

Stack it up. The ledger of shapes, for V tokens and L blocks:

```
   step            what happens                   shape      parameters

   ids                                            (B, T)
   embed           TokenAndPosition(V, M, D)      (B, T, D)  (V + M) · D
   blocks, L of    each with the mask             (B, T, D)  12·D² + 13·D
   norm            LayerNorm(D)                   (B, T, D)  2·D
   head            Linear(D, V, bias=False)       (B, T, V)  D·V
```

M is `max_length`, the longest sequence that the model can take. Shorter
ones are welcome, so the mask is made for the T that comes. The main road
through the blocks is free of norms, so one stands at its end.

What comes out is a score for each token, at *each* position: V numbers that
say what might come next there. Such scores are called **logits**. The mask
makes sure that position t knows the ids 0 to t and nothing later. So one
pass asks T questions at once, and none can see its answer.

**Your part.** Five attributes in `__init__`, then the five lines of the
ledger in `forward`. All start values come from the same `rng`, from top to
bottom. `self.blocks` is a list: your `children` of 04 finds it.
"""


# %% nbgrader={"grade": false, "grade_id": "gpt", "locked": false, "schema_version": 3, "solution": true}
#| export
class GPT(Module):
    """From ids to scores for the next token, at every position."""

    def __init__(
        self,
        vocab_size: int,
        max_length: int,
        dim: int,
        heads: int,
        layers: int,
        rng: np.random.Generator | None = None,
    ):
        """Sets `max_length`, `embed`, the list `blocks`, `norm`, `head`.

        `embed`, the blocks and `head` draw from `rng`, in this order.
        """
        rng = np.random.default_rng() if rng is None else rng
        ### BEGIN SOLUTION
        self.max_length = max_length
        self.embed = TokenAndPosition(vocab_size, max_length, dim, rng)
        each = range(layers)
        self.blocks = [TransformerBlock(dim, heads, rng) for _ in each]
        self.norm = LayerNorm(dim)
        self.head = Linear(dim, vocab_size, bias=False, rng=rng)
        ### END SOLUTION

    def forward(self, ids: np.ndarray) -> Tensor:
        """ids (B, T), whole numbers, to logits (B, T, vocab_size).

        The logits at position t depend on the ids 0 to t alone. Raises
        ValueError where T is larger than max_length.
        """
        ### BEGIN SOLUTION
        x = self.embed(ids)
        mask = causal_mask(x.shape[1])
        for block in self.blocks:
            x = block(x, mask)
        return self.head(self.norm(x))
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_gpt", "locked": true, "points": 15, "schema_version": 3, "solution": false}
def test_gpt():
    # V = 11 tokens, at most 8 positions, D = 6, 2 heads, 3 blocks.
    model = GPT(11, 8, 6, heads=2, layers=3, rng=make_rng(6))
    same(model.max_length, 8, "GPT(11, 8, ...).max_length")
    parts = [name for name, _ in model.children()]
    right = ["embed", "blocks.0", "blocks.1", "blocks.2", "norm", "head"]
    for name in right:
        hint = "self.blocks is a list of TransformerBlock"
        expect(name in parts, f"{name!r} is missing: {parts}", hint=hint)
    expect(len(parts) == 6, f"a GPT of 3 blocks owns six parts: {parts}")
    table_size, block_size = 11 * 6 + 8 * 6, 12 * 6 * 6 + 13 * 6
    head_size = 6 * 11
    total = table_size + 3 * block_size + 2 * 6 + head_size
    same(
        sum(parameter.size for parameter in model.parameters()),
        total,
        "the number of parameters of GPT(11, 8, 6, 2, 3)",
        mistakes={
            "the blocks share their weights": total - 2 * block_size,
            "the head has no bias": total + 11,
        },
        hint="the last column of the ledger",
    )
    rng = make_rng(6)
    twins = [TokenAndPosition(11, 8, 6, rng)]
    twins += [TransformerBlock(6, 2, rng) for _ in range(3)]
    twins += [Linear(6, 11, bias=False, rng=rng)]
    parts = (model.embed, *model.blocks, model.head)
    for part, twin in zip(parts, twins, strict=True):
        ours, theirs = part.state_dict(), twin.state_dict()
        alike = all((ours[name] == theirs[name]).all() for name in theirs)
        kind = type(part).__name__
        hint = "embed, then the blocks, then head, all from rng"
        expect(alike, f"{kind}: not what rng gives in its turn", hint=hint)

    # What it computes, part by part.
    rng = make_rng(7)
    for parameter in model.parameters():
        parameter.data[...] = 0.5 * rng.standard_normal(parameter.shape)
    ids = rng.integers(0, 11, (2, 5))

    def through(blocks, mask):
        x = model.embed(ids)
        for block in blocks:
            x = block(x, mask)
        return x

    mask = causal_mask(5)
    end = through(model.blocks, mask)
    with unchanged(ids, what="model(ids)"):
        got = model(ids)
    what = "GPT(11, 8, 6, 2, 3)(ids), ids of shape (2, 5)"
    wanted = f"{what}: the shape must be (2, 5, 11)"
    expect(got.shape == (2, 5, 11), f"{wanted}, not {got.shape}")
    unmasked = model.head(model.norm(through(model.blocks, None))).data
    reverse = model.norm(through(model.blocks[::-1], mask))
    one = model.norm(through(model.blocks[:1], mask))
    bare = model.norm(model.embed(ids))
    same(
        got,
        model.head(model.norm(end)).data,
        what,
        tolerance=1e-4,
        mistakes={
            "positions see what comes after them: pass the mask": unmasked,
            "the last norm is missing": model.head(end).data,
            "the blocks run from last to first": model.head(reverse).data,
            "only the first block was used": model.head(one).data,
            "no block was used": model.head(bare).data,
        },
    )
    same_dtype(got, np.float32, what)

    # No position knows what comes after it.
    changed = ids.copy()
    changed[:, 3:] = (changed[:, 3:] + 1) % 11
    before, after = model(ids).data, model(changed).data
    what = "the logits at 0 to 2, when the ids 3 and 4 are changed"
    same(after[:, :3], before[:, :3], what, hint="the causal mask")
    differ = not np.allclose(after[:, 3], before[:, 3], atol=1e-3)
    expect(differ, "position 3 must know its own id")

    # Any length up to max_length.
    for length in (1, 8):
        some = rng.integers(0, 11, (3, length))
        got = model(some)
        what = f"the shape for ids (3, {length})"
        hint = "make the mask for the T that comes"
        same(got.shape, (3, length, 11), what, hint=hint)
    first = model(ids[:, :1]).data
    same(first, model(ids).data[:, :1], "ids (2, 1), as position 0")
    with refuses(ValueError, "9 ids for a GPT of at most 8"):
        model(np.zeros((1, 9), int))

    def run(*_):
        return model(ids)

    inputs = model.parameters()
    connected(tape, run, *inputs, what="model(ids), from its parameters")


test_gpt()

# %% [markdown]
"""
## 5. What to learn from: windows

To learn, the model needs questions and their answers. A long text is full
of both. Cut out a piece: at every position, the answer is the next token.

```
   ids        t   h   e   _   f   o   x   _   r   a   n
   place      0   1   2   3   4   5   6   7   8   9  10

   x  start 2         e   _   f   o   x                 what it reads
   y  start 3             _   f   o   x   _             what comes next

   asked at   e: _        _: f        f: o        o: x        x: _
```

So `x` is a **window** of `length` ids, and `y` is the window one place
further. Both have the same shape. If y were x itself, the model could
simply copy its input, and it would learn nothing.

Which starts are possible? y must still fit, so a window needs `length + 1`
ids. With 11 ids and length 5, the last start is 5: x ends at place 9, y at
place 10. `rng.integers(0, n, count)` draws from 0 to n - 1.

**Your part.** Draw `count` starts, cut the windows, stack them.
"""


# %% nbgrader={"grade": false, "grade_id": "windows", "locked": false, "schema_version": 3, "solution": true}
#| export
def windows(
    ids: Sequence[int] | np.ndarray,
    length: int,
    count: int,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """`count` random windows x (count, length), and y, one place further.

    Each possible start is equally likely. Raises ValueError for too few
    ids; for 4 ids and length 4 the message says "4 ids" and "5".
    """
    ids = np.asarray(ids)
    ### BEGIN SOLUTION
    if len(ids) <= length:
        needed = f"windows of {length} and their answers need {length + 1}"
        raise ValueError(f"{len(ids)} ids are too few: {needed}")
    starts = rng.integers(0, len(ids) - length, count)
    x = np.stack([ids[start : start + length] for start in starts])
    y = np.stack([ids[start + 1 : start + length + 1] for start in starts])
    return x, y
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_windows", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_windows():
    # Each id tells its place: 100 + place.
    ids = list(range(100, 111))
    got = windows(ids, 5, 300, make_rng(8))
    expect(got is not None, "windows(...) gave None: a `return`?")
    expect(len(got) == 2, "windows gives two arrays: x and y")
    x, y = got
    for name, array in (("x", x), ("y", y)):
        right = isinstance(array, np.ndarray) and array.shape == (300, 5)
        shape = getattr(array, "shape", type(array).__name__)
        expect(right, f"{name} must be an array (300, 5), here: {shape}")
        whole = np.issubdtype(array.dtype, np.integer)
        expect(whole, f"{name} holds whole numbers, not {array.dtype}")
    steps = (np.diff(x, axis=1) == 1).all()
    expect(steps, "a window holds neighbours: ids[start : start + length]")
    same(
        y,
        x + 1,
        "y, beside x",
        mistakes={
            "y is x: the model may copy its input": x,
            "y is one place before x: it must be one further": x - 1,
            "y is two places further": x + 2,
            "y begins where x ends: one place further, no more": x + 5,
        },
    )
    starts = sorted({int(start) - 100 for start in x[:, 0]})
    last = "the last possible window is never drawn: start 5 fits too"
    expect(5 in starts, last, hint="the end of rng.integers is left out")
    expect(0 in starts, "the first window is never drawn: start 0")
    same(starts, [0, 1, 2, 3, 4, 5], "the starts that were drawn")
    counts = np.bincount(x[:, 0] - 100, minlength=6)
    even = np.abs(counts - 50).max() < 4 * np.sqrt(300 * 5 / 36)
    expect(even, f"each start should come about 50 times, here: {counts}")

    again = windows(ids, 5, 300, make_rng(8))[0]
    expect((again == x).all(), "same seed, other windows: draw from rng")
    rng = make_rng(8)
    first, second = (windows(ids, 5, 20, rng)[0] for _ in range(2))
    expect((first != second).any(), "two draws are alike: use rng")
    x, y = windows(np.arange(5), 4, 3, make_rng(9))
    same(x, [[0, 1, 2, 3]] * 3, "the only window of 4 in 5 ids")
    for few, length in ((4, 4), (2, 6)):
        says = [f"{few} ids", str(length + 1)]
        with refuses(ValueError, f"{few} ids, length {length}", says=says):
            windows(ids[:few], length, 1, make_rng(8))


test_windows()

# %% [markdown]
"""
## 6. From scores to one token

The model gives V scores for the next token. Which one shall be written?

Always the largest: safe, and soon dull. It tends to run in circles: "the
fox and the fox and the fox". Better to draw by chance, each token with the
share that softmax gives it.

How bold may chance be? Divide the scores by a **temperature** first:

```
   scores  2, 1, 0           shares of the three tokens

   temperature 0.5           0.87   0.12   0.02      careful
   temperature 1             0.67   0.24   0.09      as the model says
   temperature 2             0.51   0.31   0.19      bold
   temperature 0             1      0      0         always the largest
```

Dividing by 0.5 doubles all differences between scores, so softmax decides
more clearly. The limit is 0. There nothing may be divided: take the largest
by `argmax`, without any chance.

It is the *scores* that are divided. Shares divided by 0.5 would just all
double, and after making them sum to 1 again nothing would have changed.

`softmax` of 03 takes a `Tensor`. `rng.choice(n, p=shares)` draws a number
from 0 to n - 1, each with its share.

**Your part.** Four lines. The result is a plain `int`.
"""


# %% nbgrader={"grade": false, "grade_id": "pick_next", "locked": false, "schema_version": 3, "solution": true}
#| export
def pick_next(
    logits: np.ndarray,
    temperature: float = 1.0,
    rng: np.random.Generator | None = None,
) -> int:
    """One id, drawn by the shares that the logits (V,) give to all.

    The logits are divided by `temperature` first. Temperature 0 takes the
    largest. Raises ValueError where the temperature is negative.
    """
    if temperature < 0:
        low = f"temperature {temperature}"
        raise ValueError(f"{low}: 0 is the lowest, it takes the largest")
    rng = np.random.default_rng() if rng is None else rng
    ### BEGIN SOLUTION
    if temperature == 0:
        return int(logits.argmax())
    shares = softmax(Tensor(logits / temperature)).data
    return int(rng.choice(len(shares), p=shares))
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_pick_next", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_pick_next():
    logits = np.array([1.0, 0.0, 2.0, -1.0], np.float32)
    hint = "take the argmax before anything is divided"
    with quiet("pick_next(logits, temperature=0)", hint=hint):
        largest = pick_next(logits, 0)
    same(largest, 2, "pick_next(logits, temperature=0), the largest")
    expect(type(largest) is int, "an id is a plain int: int(...)")
    same(pick_next(logits, 0.0), 2, "pick_next(logits, temperature=0.0)")

    # By chance, still one int.
    with unchanged(logits, what="pick_next(logits, 1.0)"):
        single = type(pick_next(logits, 1.0, make_rng(1)))
    expect(single is int, f"an id is a plain int, not {single.__name__}")

    # 1,000 draws, each share within 4 standard deviations.
    def shares(scores):
        return np.exp(scores) / np.exp(scores).sum()

    def drawn(temperature, seed=10):
        rng = make_rng(seed)
        ids = [pick_next(logits, temperature, rng) for _ in range(1000)]
        return np.bincount(ids, minlength=4) / 1000

    known = {
        "the temperature was ignored": lambda t: shares(logits),
        "the logits are multiplied: divide": lambda t: shares(logits * t),
        "all are equally likely: use shares": lambda t: np.full(4, 0.25),
        "always the largest: draw": lambda t: np.array([0, 0, 1, 0]),
    }
    for temperature in (1.0, 0.5, 3.0):
        right = shares(logits / temperature)
        spread = np.sqrt(right * (1 - right) / 1000)
        found = drawn(temperature)
        fits = (np.abs(found - right) < 4 * spread).all()
        what = f"1,000 draws at temperature {temperature}"
        if not fits:
            for sentence, wrong in known.items():
                like = np.abs(found - wrong(temperature)).max() < 0.05
                expect(not like, f"{what}: {sentence}")
        texts = (np.round(found, 2), np.round(right, 2))
        expect(fits, f"{what}: shares {texts[0]}, expected {texts[1]}")

    # Reproducible, and safe with large scores.
    first, second = drawn(1.0, seed=11), drawn(1.0, seed=11)
    expect((first == second).all(), "same seed, other ids: draw from rng")
    large = np.array([1000.0, 0.0, -1000.0], np.float32)
    with quiet("logits of 1000", hint="softmax of 03 is safe"):
        picked = pick_next(large, 0.7, make_rng(1))
    same(picked, 0, "pick_next of 1000, 0, -1000")
    with refuses(ValueError, "temperature -1", says=["temperature -1"]):
        pick_next(logits, -1)


test_pick_next()

# %% [markdown]
"""
## 7. Write

All is ready for the loop that writes:

```
   ids    T  h  e  _  f              the prompt
          └───────────┘
               │ model               logits (1, 5, V)
               ▼
          the last row               logits[0, -1], V numbers
               │ pick_next
               ▼
   ids    T  h  e  _  f  o           and again, with six ids
```

Only the *last* position says something about what is not there yet. The
others say what comes after their own place, and that is written already.

The model takes at most `max_length` ids. When the text gets longer, show it
the last `max_length` of them. What lies further back is forgotten.

Every round sends the whole window through the whole model, although only
one id is new. That is plain, correct and slow. You will measure how slow,
and a later module does something about it.

**Your part.** At most six lines. Return all ids, the prompt in front, and
leave the caller's list alone. `np.array([some_list])` has shape (1, T).
"""


# %% nbgrader={"grade": false, "grade_id": "generate", "locked": false, "schema_version": 3, "solution": true}
#| export
def generate(
    model: GPT,
    ids: Sequence[int],
    count: int,
    temperature: float = 1.0,
    rng: np.random.Generator | None = None,
) -> list[int]:
    """The prompt `ids` and `count` new ids after it.

    The model sees the last `model.max_length` ids of what is there. Raises
    ValueError where the prompt is empty.
    """
    if len(ids) == 0:
        raise ValueError("an empty prompt: give at least one id")
    ### BEGIN SOLUTION
    ids = list(ids)
    for _ in range(count):
        window = np.array([ids[-model.max_length :]])
        logits = model(window).data[0, -1]
        ids.append(pick_next(logits, temperature, rng))
    return ids
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_generate", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_generate():
    class Sums(Module):
        """A stand-in: the next id is the sum of all that it sees."""

        max_length = 4

        def __init__(self):
            self.seen = []

        def forward(self, ids):
            window = np.asarray(ids)
            self.seen.append(window.tolist())
            short = window.shape[1] <= self.max_length
            expect(
                short,
                f"the model got {window.shape[1]} ids, max_length is 4",
                hint="the last max_length ids: a slice from behind",
            )
            sums = np.cumsum(window, axis=1) % 97
            logits = 5.0 * (sums[:, :, None] == np.arange(97))
            return Tensor(logits.astype(np.float32))

    model = Sums()
    prompt = [3, 10]
    got = generate(model, prompt, 4, temperature=0)
    expect(prompt == [3, 10], "the caller's list was changed: copy it")
    expect(got is not None, "generate(...) gave None: a `return`?")
    two_axes = np.ndim(model.seen[0]) == 2
    expect(two_axes, f"the model takes ids (1, T), got {model.seen[0]}")
    not_the_last = "the last position says what comes next, not position 0"
    newest = "only the newest id was shown: show the whole window"
    first_four = "the model saw the first four ids: show the last four"
    same(
        got,
        [3, 10, 13, 26, 52, 4],
        "generate(model, [3, 10], 4), each id the sum of the last four",
        mistakes={
            "the prompt must be kept in front": [13, 26, 52, 4],
            not_the_last: [3, 10, 3, 3, 3, 10],
            newest: [3, 10, 10, 10, 10, 10],
            "the model saw only the prompt": [3, 10, 13, 13, 13, 13],
            first_four: [3, 10, 13, 26, 52, 52],
        },
        hint="one new id per round, from the scores of the last position",
    )
    whole = all(type(one) is int for one in got)
    expect(isinstance(got, list) and whole, "the result is a list of ints")
    long = generate(model, [1, 2, 3, 4, 5, 6], 1, temperature=0)
    same(long, [1, 2, 3, 4, 5, 6, 18], "a prompt longer than max_length")
    tuples = generate(model, (3, 10), 0)
    same(tuples, [3, 10], "generate(model, (3, 10), 0)")
    with refuses(ValueError, "an empty prompt", says=["empty prompt"]):
        generate(model, [], 3)

    # Your own GPT, greedy and by chance.
    gpt = GPT(11, 8, 6, heads=2, layers=2, rng=make_rng(12))
    for parameter in gpt.parameters():
        parameter.data *= 5
    by_hand = [1, 7]
    for _ in range(10):
        scores = gpt(np.array([by_hand[-8:]])).data[0, -1]
        by_hand.append(int(scores.argmax()))
    greedy = generate(gpt, [1, 7], 10, temperature=0)
    same(greedy, by_hand, "generate(gpt, [1, 7], 10, temperature=0)")
    rng = make_rng(13)
    by_hand = [1, 7]
    for _ in range(10):
        scores = gpt(np.array([by_hand[-8:]])).data[0, -1]
        by_hand.append(pick_next(scores, 2.0, rng))
    chance = generate(gpt, [1, 7], 10, 2.0, make_rng(13))
    hint = "hand temperature and rng on to pick_next"
    same(chance, by_hand, "generate(gpt, [1, 7], 10, 2.0, rng)", hint=hint)


test_generate()

# %% [markdown]
"""
Let it write. Its parameters are nothing but random, so this is noise, and
it sees only 8 ids at a time. But look at the two ends: at temperature 0 it
runs in a circle, for the same 8 ids always lead to the same next one. At 5
it throws dice. A model with good parameters needs something in between.
"""

# %% tags=["experiment"]
speech = "the quick fox ran over the hill and the lazy hare sat down."
tokenizer = CharTokenizer(speech)
prompt = tokenizer.encode("the ")
rng = make_rng(1)
babbler = GPT(tokenizer.vocab_size, 8, 32, heads=4, layers=2, rng=rng)
for temperature in (0, 0.5, 1, 5):
    ids = generate(babbler, prompt, 50, temperature, make_rng(4))
    print(f"temperature {temperature:<4} {tokenizer.decode(ids)}")

# %% [markdown]
"""
## Systems analysis

### Where the parameters sit
"""

# %% [markdown] tags=["prediction"]
"""
**Predict first.** A GPT has tables, blocks, a norm and a head. Which share
of all parameters do the 12 · D² of its L blocks make up, for D = 256, L = 4
and 65 tokens?

1. about half
2. about 80 %
3. more than 95 %
"""


# %% tags=["experiment"]
def shares_of(dim, layers, vocab_size=65, length=128):
    """Parameters of one GPT: a row of the table."""
    heads = 4
    model = GPT(vocab_size, length, dim, heads, layers, make_rng(0))
    total = sum(parameter.size for parameter in model.parameters())
    rule = 12 * layers * dim**2
    formula = (
        vocab_size * dim
        + length * dim
        + layers * (12 * dim**2 + 13 * dim)
        + 2 * dim
        + dim * vocab_size
    )
    return dim, layers, total, formula, rule, rule / total


sizes = ((64, 2), (128, 2), (128, 4), (256, 4))
size_rows = [shares_of(*size) for size in sizes]
headers = ["D", "L", "parameters", "by the formula", "12·L·D²", "share"]
table([(*row[:5], f"{row[5]:.0%}") for row in size_rows], headers)
print()
shown = {f"D {row[0]}, L {row[1]}": 100 * row[5] for row in size_rows}
bars(shown, unit="%")

# %% [markdown]
"""
### What to see

```
   D           64        128        128        256
   L            2          2          4          4
   parameters  116,608   429,824    826,368   3,225,600
   12·L·D²      98,304   393,216    786,432   3,145,728
   share           84 %       91 %       95 %        98 %
```

Answer 3, and your formula is exact. **The law: about 12 · L · D².** The
square wins: the tables and the head grow with D, the blocks with D². So for
a large model nobody needs to count tables. Of the 12, attention has 4 and
the feed-forward part has 8.

### What one more token costs

`generate` sends the whole window through the model in every round.
"""

# %% [markdown] tags=["prediction"]
"""
**Predict first.** A GPT writes 256 tokens after a prompt of one. How many
positions go through the model in total, in all rounds together?

1. 256: one for each token
2. about 33,000
3. about 65,000: 256 in each of 256 rounds
"""


# %% tags=["experiment"]
writer = GPT(65, 512, 64, heads=4, layers=2, rng=make_rng(0))


def one_more(length):
    """The cost of the next token after `length`: a row of the table."""
    window = make_rng(length).integers(0, 65, (1, length))
    ms = 1e3 * stopwatch(lambda: writer(window), repeats=5)
    positions = length * (length + 1) // 2
    return length, ms, 1e3 * ms / length, positions, positions / length


cost_rows = [one_more(length) for length in (8, 16, 32, 64, 128, 256, 512)]
headers = ["length", "ms for one more", "µs per position"]
table(cost_rows, [*headers, "positions so far", "per token"])
print()
curve(
    {"one more token": [(row[0], row[1]) for row in cost_rows]},
    x="tokens that are there",
    y="ms",
    log_x=True,
    log_y=True,
)

# %% [markdown]
"""
### What to see

On a small laptop-class machine, with one thread, we measured in processor
time:

```
   length              8     32     64    128    256    512
   ms for one more   2.1    2.6    3.7    7.6     20     50
   µs per position   260     82     58     60     77     97
```

Three parts add up:

- about 2 ms for the trips through the door, whatever the length;
- the `Linear` layers, 12 · L · D² products for each position. They give
  the straight part;
- attention, 2 · T · D · L products for each position. They grow with T, and
  at T = 6 · D = 384 they are as many as those of the layers.

**Then the count.** To write n tokens, 1 + 2 + ... + n positions go through
the model: n · (n + 1) / 2, or 32,896 for 256 tokens. Answer 2. Only one
position per round is new. The last column of the table says it: 128.5
positions for each token, and 127.5 of them gave the same result in the
round before.

So writing twice as much takes four times the work, even before attention
adds its own T². Nothing is wrong with the loop; it just remembers nothing.

### Where the time goes

Which operations take the time? The door of 02 notes the seconds of each.
"""

# %% [markdown] tags=["prediction"]
"""
**Predict first.** For 4 sequences of 128 ids, D = 128 and L = 4: which part
of the time do the matrix products take? Nearly all multiplications happen
there.

1. about a tenth
2. about half
3. nearly all
"""

# %% tags=["experiment"]
large = GPT(65, 128, 128, heads=4, layers=4, rng=make_rng(0))
batch = make_rng(1).integers(0, 65, (4, 128))
large(batch)
with tape(lambda record: (record.name, record.seconds)) as timings:
    for _ in range(5):
        large(batch)
spent = {}
for name, seconds in timings:
    spent[name] = spent.get(name, 0.0) + 1e3 * seconds / 5
total_ms = sum(spent.values())
spent = dict(sorted(spent.items(), key=lambda pair: -pair[1]))
print(f"{len(timings) // 5} operations, {total_ms:.0f} ms\n")
bars({name: 100 * ms / total_ms for name, ms in spent.items()}, unit="%")

# %% [markdown]
"""
### What to see

On the same machine, in processor time:

```
   matmul  tanh   add   exp   mul   div   sum   sub   the rest
    55 %   13 %   8 %   7 %   5 %   3 %   3 %   2 %       4 %
```

Answer 2. Nearly all multiplications are in the matrix products, and those
take only half the time. The rest is spent on single numbers: `tanh` and its
neighbours for gelu, `exp` and `div` for softmax, the sums of the bypasses.
Each of the 267 operations reads and writes its numbers once more, as you
saw in 03.
"""

# %% [markdown]
"""
## In production

- **GPT-2 by your formula.** D = 768, L = 12, V = 50,257 and 1,024 positions
  give 85 million for the blocks and 39 million for the tables: 124 million,
  as published for the small model. There the head shares the token table,
  so it adds nothing. With D = 1,600 and L = 48 it is 1.6 billion.
- **Norm.** Newer models often use RMSNorm: it divides by the root of the
  mean square and does not subtract the mean. One step less, and as good.
- **The side road.** GPT-2 uses your gelu; many models since use a gated
  form with three matrices instead of two (SwiGLU).
- **PyTorch** has `nn.LayerNorm`, and `nn.TransformerEncoderLayer` with
  `norm_first=True` for pre-norm. By default its norm stands on the main
  road, as in the first transformers.
- **JAX** programs often keep the weights of all blocks stacked in one array
  and run `lax.scan` over it: the loop over `blocks` is compiled once.
- **Choosing tokens.** Next to the temperature there is *top-k*, which draws
  among the k best, and *top-p*, which draws among the fewest tokens that
  together have the share p.
"""

# %% [markdown]
"""
## Misconceptions

**"It predicts only the last token."** While it learns, every position is a
question: T answers from one pass. Only writing uses the last one alone.

**"The temperature changes the model."** Its scores stay the same. Only what
is drawn from them changes.

**"Temperature 0 gives the best text."** It gives the likeliest token each
time. The likeliest *text* is something else, and often dull as well.

**"Each block works on the result of the last one, like in a chain."** Each
adds to what all before it wrote. Take one out of the middle, and the rest
still understands most of the notebook.

**"Longer texts need many more parameters."** One more position is one more
row of D numbers in a table. What it needs is time.

**"LayerNorm mixes positions or examples."** It looks at the features of a
single position. That is why it works for a batch of one.
"""

# %% [markdown]
"""
## Questions to think about

1. Two models: D = 128 with 8 blocks, D = 256 with 2. Which has more
   parameters in its blocks? Which has more records on the tape?
2. All weights of `head` are zero. What does `pick_next` do at temperature
   1, and what at 0?
3. A text is longer than `max_length`. Does the position of a token change
   from round to round in `generate`? What follows for its features?
4. Of the rows that the first block computes in two rounds of `generate`,
   which are equal? (Assume that the window has not moved.)
5. Why can the mask be left out when the window is a single id?
"""

# %% [markdown]
"""
## Quick reference

```
LayerNorm(D)        (x - mean) / √(variance + eps) · gain + shift
                    along the last axis alone
feed_forward(D)     Linear(D, 4D), gelu, Linear(4D, D)
TransformerBlock    x = x + attn(norm1(x), mask)
                    x = x + mlp(norm2(x))
GPT(V, M, D, H, L, rng)     M is max_length
  ids     (B, T)
  embed   (B, T, D)      (V + M) · D
  blocks  (B, T, D)      L · (12·D² + 13·D)
  norm    (B, T, D)      2·D
  head    (B, T, V)      D·V
  logits at t know the ids 0 to t

windows(ids, length, count, rng)    x and y (count, length), y one further
pick_next(logits, temperature, rng) an int
  0          the largest, no chance
  below 1    careful      1  as the model says      above 1  bold
generate(model, ids, count, temperature, rng)
  the last max_length ids ─▶ logits[0, -1] ─▶ pick_next ─▶ append
```
"""

# %% [markdown]
"""
## Looking ahead

- **08 Training** and its losses turn the windows into good parameters. With
  it you reach the milestone *A machine that writes*: your GPT tells tales
  in which nearly every word is a real one.
- **19 Caching** keeps the keys and values of all past positions, so that a
  round of `generate` only computes what is new.
- **15 Profiling** counts the products and bytes that you estimated here.
"""

# %% [markdown]
"""
## Summary and what comes next

You brought features to one scale, put attention and a small network on two
side roads, and stacked such blocks to a GPT. It answers at every position
at once. Windows of a text are its questions. A temperature decides how its
scores become a token, and a loop of six lines writes.

The loop is slow on purpose: nearly all it computes, it has computed before.

Together with 15 this module opens 19. With 08 and 11 it opens a milestone
in which your GPT learns to write. If 08 is not done yet, take that road
next.
"""

# %%
if __name__ == "__main__":
    run_tests(
        test_layer_norm,
        test_feed_forward,
        test_transformer_block,
        test_gpt,
        test_windows,
        test_pick_next,
        test_generate,
    )
