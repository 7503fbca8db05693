"""Hidden tests of module 14: small models with drawn numbers; a played model that is written with."""


def outcome(fn, *args, **settings):
    """What fn returns, or the type of the error that it raises."""
    try:
        return fn(*args, **settings)
    except Exception as error:
        return type(error).__name__


def on_tape(fn, *inputs):
    """Whether the output of fn is connected to each input by the tape."""
    try:
        connected(tape, fn, *inputs, what="the answer")
    except Exception:
        return False
    return True


def numbers(rng, *shape, dtype=np.float32):
    return Tensor(rng.normal(size=shape).astype(dtype))


def filled(model, rng):
    """The model with drawn numbers in all its parameters."""
    for p in model.parameters():
        p.data[...] = rng.normal(0, 0.5, p.shape)
    return model


def names_of(model):
    return sorted(name for name, _ in model.named_parameters())


def repeats(make, rng):
    """Whether a seed, and no other, gives the same start values."""
    seed = int(rng.integers(10**6))
    one, again, other = (make(make_rng(n)).parameters() for n in (seed, seed, seed + 1))
    return [
        [np.array_equal(p.data, q.data) for p, q in zip(one, two, strict=False)]
        for two in (again, other)
    ]


def probe_layer_norm(rng):
    found = []
    for shape in ((4, 6), (2, 3, 5), (5,), (3, 4, 2, 7)):
        norm = LayerNorm(shape[-1], eps=float(rng.uniform(0.1, 0.5)))
        found += [norm.gain.data.copy(), norm.shift.data.copy(), names_of(norm)]
        filled(norm, rng)
        x = numbers(rng, *shape)
        found += [norm(x), x, on_tape(lambda *_: norm(x), x, norm.gain, norm.shift)]
    x = numbers(rng, 3, 4)
    flat = Tensor(np.full((2, 4), 3.0, np.float32))
    with tape() as records:
        LayerNorm(4)(x)
    known = {id(x), *(id(r.output) for r in records)}
    around = [t.shape for r in records for t in r.inputs if t.size > 4 and id(t) not in known]
    return found, LayerNorm(4)(flat), LayerNorm(4)(Tensor(1e-3 * x.data)), around


def probe_feed_forward(rng):
    dim = int(rng.integers(3, 7))
    net = feed_forward(dim, rng)
    facts = [names_of(net), [p.shape for p in net.parameters()], len(net.steps)]
    filled(net, rng)
    return facts, net(numbers(rng, 2, 3, dim)), repeats(lambda rng: feed_forward(dim, rng), rng)


def probe_transformer_block(rng):
    found = []
    for dim, heads in ((4, 2), (6, 3), (6, 1)):
        block = filled(TransformerBlock(dim, heads, rng), rng)
        positions = int(rng.integers(3, 7))
        x, mask = numbers(rng, 2, positions, dim), causal_mask(positions)
        found += [names_of(block), block(x), block(x, mask), block.attn.heads]
        found.append(on_tape(lambda *_: block(x, mask), x, block.norm1.gain, block.norm2.gain))
    attn = MultiHeadAttention(4, 2, make_rng(5)).query.weight.data
    first = np.array_equal(attn, TransformerBlock(4, 2, make_rng(5)).attn.query.weight.data)
    return found, repeats(lambda rng: TransformerBlock(4, 2, rng), rng), first


def probe_gpt(rng):
    vocab, length = int(rng.integers(7, 11)), int(rng.integers(5, 9))
    model = filled(GPT(vocab, length, 6, 2, 3, rng), rng)
    ids = rng.integers(0, vocab, (2, length))
    changed = ids.copy()
    changed[:, -1] = (ids[:, -1] + 1) % vocab
    found = [names_of(model), model.max_length, len(model.blocks), model(ids), model(ids[:, :3])]
    found += [np.allclose(model(ids).data[:, :-1], model(changed).data[:, :-1], atol=1e-4)]
    chosen = (model.embed.position.weight, model.blocks[1].mlp.steps[0].weight, model.head.weight)
    found.append([on_tape(lambda _: model(ids), p) for p in chosen])
    long = np.zeros((1, length + 1), int)
    first = TokenAndPosition(vocab, length, 6, make_rng(5)).token.weight.data
    drawn = np.array_equal(first, GPT(vocab, length, 6, 2, 1, make_rng(5)).embed.token.weight.data)
    return found, outcome(model, long), repeats(lambda rng: GPT(7, 5, 4, 2, 2, rng), rng), drawn


def probe_windows(rng):
    found = []
    for _ in range(3):
        count, length = int(rng.integers(12, 20)), int(rng.integers(3, 6))
        ids = 100 + rng.permutation(count)
        seed = int(rng.integers(10**6))
        (x, y), again, other = (
            windows(one, length, 400, np.random.default_rng(n))
            for one, n in ((ids, seed), (ids.tolist(), seed), (ids, seed + 1))
        )
        starts = [int(np.flatnonzero(ids == row[0])[0]) for row in x]
        right = [np.array_equal(ids[s : s + length], row) for s, row in zip(starts, x, strict=True)]
        next_ones = [
            np.array_equal(ids[s + 1 : s + length + 1], row)
            for s, row in zip(starts, y, strict=True)
        ]
        fair = 400 / (count - length)
        often = np.bincount(starts)
        found += [ids, x.shape, y.shape, all(right), all(next_ones), sorted(set(starts))]
        found += [
            bool(often.min() > 0.15 * fair and often.max() < 2 * fair),
            len(set(starts[:30])) > 5,
        ]
        ordered = bool((np.diff(starts) == 1).mean() > 0.5)
        found += [np.array_equal(x, again[0]), np.array_equal(x, other[0]), ordered]
        found.append([outcome(windows, ids[:n], length, 2, rng) for n in (length, length - 1, 0)])
        found.append(windows(ids[: length + 1], length, 2, rng))
    return found


def probe_pick_next(rng):
    found = []
    for temperature in (0.5, 3.0):
        logits = rng.permutation(np.log([1.0, 2.0, 4.0, 8.0])).astype(np.float32)
        drawn = [pick_next(logits, temperature, rng) for _ in range(300)]
        wanted = np.exp(logits / temperature) / np.exp(logits / temperature).sum()
        shares = np.bincount(drawn, minlength=4) / 300
        found += [
            bool(np.abs(shares - wanted).max() < 0.13),
            type(drawn[0]).__name__,
        ]
    logits = rng.normal(0, 200, 30).astype(np.float32)
    found += [pick_next(logits, 0), pick_next(logits, 0.0, rng), pick_next(logits, 0.01, rng)]
    flat = rng.normal(size=50).astype(np.float32)
    seeds = [int(n) for n in rng.integers(10**6, size=2)]
    rows = [[pick_next(flat, 1.0, make_rng(n)) for _ in range(3)] for n in (*seeds, seeds[0])]
    hidden = np.random.get_state()[1].tolist()
    pick_next(flat, 1.0, make_rng(seeds[0]))
    found.append(hidden == np.random.get_state()[1].tolist())
    return found, rows[0] == rows[2], len(set(rows[0])), outcome(pick_next, flat, -1.0), logits


class Played:
    """A model whose scores follow from the ids that it sees; notes them all."""

    def __init__(self, rng, max_length):
        self.table = rng.normal(0, 2, (20, 20)).astype(np.float32)
        self.max_length, self.seen = max_length, []

    def __call__(self, ids):
        self.seen.append(np.asarray(ids).tolist())
        total = np.cumsum(self.table[np.asarray(ids)], axis=1)
        return Tensor(total)


def probe_generate(rng):
    found = []
    for count in (0, 1, int(rng.integers(7, 12))):
        model = Played(rng, int(rng.integers(4, 7)))
        prompt = [int(n) for n in rng.integers(0, 20, int(rng.integers(2, 9)))]
        before = list(prompt)
        found += [generate(model, prompt, count, 0.0), model.seen, prompt == before]
    seed = int(rng.integers(10**6))
    warm = [generate(model, tuple(prompt), 12, 5.0, make_rng(n)) for n in (seed, seed, seed + 1)]
    cold = generate(model, prompt, 12, 0)
    same = [warm[0] == warm[1], warm[0] == warm[2], warm[0] == cold, len(warm[0])]
    return found, same, type(warm[0]).__name__, outcome(generate, model, [], 3)
