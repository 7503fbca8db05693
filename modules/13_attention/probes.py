"""Hidden tests of module 13: drawn queries, keys and values in stacks of distinct sizes."""

HIDDEN_SCORE = -1e9


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


def drawn(rng):
    """Queries, keys, values and a mask, with and without axes in front, in both dtypes."""
    for front in ((), (2,), (3, 2)):
        for dtype in (np.float32, np.float64):
            queries, keys, width, values = (int(n) for n in rng.permutation([4, 5, 6, 7]))
            q = numbers(rng, *front, queries, width, dtype=dtype)
            k = numbers(rng, *front, keys, width, dtype=dtype)
            mask = np.where(rng.random((queries, keys)) < 0.3, HIDDEN_SCORE, rng.normal(size=keys))
            yield q, k, numbers(rng, *front, keys, values, dtype=dtype), mask.astype(dtype)
    same = [numbers(rng, 2, 5, 5) for _ in range(3)]
    yield (*same, rng.normal(size=(5, 5)).astype(np.float32))


def probe_by_hand(rng):
    rows = attention_by_hand()
    steps = {"scores": 4, "scaled": 4, "weights": 10, "mix": 2}
    return [[round(step * float(x)) for x in rows[name]] for name, step in steps.items()]


def probe_attention_weights(rng):
    found = []
    for q, k, _, mask in drawn(rng):
        before = q.numpy()
        found += [attention_weights(q, k), attention_weights(q, k, mask), q, k]
        found += [on_tape(attention_weights, q, k), np.array_equal(before, q.data)]
    return found, outcome(attention_weights, numbers(rng, 3, 4), numbers(rng, 3, 5))


def probe_attention(rng):
    found = []
    for q, k, v, mask in drawn(rng):
        found += [attention(q, k, v), attention(q, k, v, mask), on_tape(attention, q, k, v)]
    return found


def probe_causal_mask(rng):
    return [causal_mask(int(length)) for length in (1, 2, *rng.integers(3, 12, 4))]


def probe_shape_ledger(rng):
    return sorted((name, list(shape)) for name, shape in shape_ledger().items())


def probe_split_heads(rng):
    found = []
    for heads in (1, 2, 3, int(rng.integers(4, 7))):
        width, batch, positions = (int(n) for n in rng.permutation([2, 3, 4, 5])[:3])
        x = numbers(rng, batch, positions, heads * width)
        found += [split_heads(x, heads), on_tape(lambda x: split_heads(x, heads), x)]
    bad = [((2, 3, 12), 5), ((2, 3, 7), 2), ((3, 12), 2), ((2, 3, 4, 12), 2), ((2, 4, 6), 4)]
    return found, [outcome(split_heads, numbers(rng, *shape), heads) for shape, heads in bad]


def probe_merge_heads(rng):
    found = []
    for _ in range(4):
        x = numbers(rng, *(int(n) for n in rng.permutation([2, 3, 4, 5, 6])[:4]))
        found += [merge_heads(x), on_tape(merge_heads, x)]
    return found


def probe_multi_head_attention(rng):
    seed = int(rng.integers(10**6))
    one, twin = (MultiHeadAttention(6, 3, np.random.default_rng(seed)) for _ in range(2))
    order = np.random.default_rng(seed)
    firsts = [Linear(6, 6, rng=order).weight.data for _ in range(4)]
    layers = (one.query, one.key, one.value, one.out)
    found = [
        [np.array_equal(layer.weight.data, w) for layer, w in zip(layers, firsts, strict=True)]
    ]
    found.append(all(map(np.array_equal, one.state_dict().values(), twin.state_dict().values())))
    for heads in (1, 2, 4):
        model = MultiHeadAttention(8, heads, rng)
        for p in model.parameters():
            p.data[...] = rng.normal(0, 0.5, p.shape)
        positions = int(rng.integers(3, 7))
        x, mask = numbers(rng, 2, positions, 8), causal_mask(positions)
        found += [model.heads, [name for name, _ in model.named_parameters()]]
        found += [list(model.project(x)), model(x), model(x, mask), on_tape(model, x)]
        q, k, v = (numbers(rng, 3, heads, n, 8 // heads) for n in (2, 5, 5))
        part = rng.normal(size=(2, 5)).astype(np.float32)
        found += [model.finish(q, k, v), model.finish(q, k, v, part)]
        found.append([on_tape(lambda _: model(x), p) for p in model.parameters()])
    unseeded = [MultiHeadAttention(4, 2).query.weight.data for _ in range(2)]
    return found, np.array_equal(*unseeded)
