"""Hidden tests of module 12: drawn ids in rows and blocks, drawn tables, drawn starts."""


def outcome(fn, *args, **settings):
    """What fn returns, or the type of the error that it raises."""
    try:
        return fn(*args, **settings)
    except Exception as error:
        return type(error).__name__


def on_tape(fn, x):
    """Whether the output of fn is connected to x by the tape."""
    try:
        connected(tape, fn, x, what="the answer")
    except Exception:
        return False
    return True


def drawn_ids(rng, count):
    """Ids below count: one, a row, a block, a list, a Tensor, and none at all."""
    block = rng.integers(0, count, (3, 4))
    yield from (block, block[0], np.array(block[1, 2]), block[2].tolist(), Tensor(block))
    yield from ([], rng.integers(0, count, (2, 3, 5)), np.array([count - 1, 0, 0]))


def bad_ids(count):
    return [-1], [0, count], [0.5], np.array([[1.0]]), [count + 7]


def probe_one_hot(rng):
    count = int(rng.integers(8, 14))
    found = [one_hot(ids, count) for ids in drawn_ids(rng, count)]
    return found, [outcome(one_hot, bad, count) for bad in bad_ids(count)]


def start_of(layer, count, dim, rng):
    """Facts on the start values that `layer(rng)` draws, and whether a seed repeats them."""
    seeds = [int(seed) for seed in rng.integers(10**6, size=2)]
    one, again, other = (layer(make_rng(seed)) for seed in (seeds[0], *seeds))
    values = one.data
    bell = [0.93 < float(values.std()) / 0.02 < 1.07, abs(float(values.mean())) < 0.003]
    bell += [float(np.abs(values).max()) > 0.05, len(np.unique(values)) > 0.9 * values.size]
    repeats = [np.array_equal(values, two.data) for two in (again, other)]
    return [isinstance(one, Parameter), values.shape, str(values.dtype), bell, repeats]


def probe_embedding(rng):
    count, dim = int(rng.integers(60, 90)), int(rng.integers(40, 59))
    found = start_of(lambda rng: Embedding(count, dim, rng).weight, count, dim, rng)
    layer = Embedding(count, 5, rng)
    layer.weight.data[...] = rng.normal(size=(count, 5))
    for ids in drawn_ids(rng, count):
        with tape() as records:
            found.append(layer(ids))
        found.append([r.name for r in records])
    found.append(on_tape(lambda weight: layer([1, 0, 1]), layer.weight))
    unseeded = [Embedding(4, 3).weight.data for _ in range(2)]
    return found, [outcome(layer, bad) for bad in bad_ids(count)], np.array_equal(*unseeded)


def probe_clock_speeds(rng):
    dims = [2, 4, 10, *(2 * int(n) for n in rng.integers(6, 60, 4))]
    return [1e6 * clock_speeds(dim) for dim in dims], [outcome(clock_speeds, dim) for dim in (3, 7)]


def probe_sinusoidal_table(rng):
    found = []
    for _ in range(5):
        length, dim = int(rng.integers(3, 40)), 2 * int(rng.integers(2, 9))
        found.append(sinusoidal_table(length, dim))
    return found, outcome(sinusoidal_table, 4, 5)


def probe_cosine_similarity(rng):
    found = []
    for dtype in (np.float32, np.float64):
        n, m, d = (int(size) for size in rng.permutation([3, 4, 5, 6])[:3])
        a, b = rng.normal(size=(n, d)).astype(dtype), rng.normal(size=(m, d)).astype(dtype)
        a[1], b[0] = 0, a[0] * 3
        before = [a.copy(), b.copy()]
        found += [cosine_similarity(a, b), cosine_similarity(b, a), cosine_similarity(a, a)]
        found.append(cosine_similarity(a * dtype(1e-5), b * dtype(1e4)))
        found.append([np.array_equal(a, before[0]), np.array_equal(b, before[1])])
    return found


def probe_token_and_position(rng):
    vocab, length, dim = int(rng.integers(20, 30)), int(rng.integers(9, 13)), 5
    seed = int(rng.integers(10**6))
    layers = [TokenAndPosition(vocab, length, dim, make_rng(one)) for one in (seed, seed, seed + 1)]
    arrays = [[p.numpy() for p in layer.parameters()] for layer in layers]
    found = [all(map(np.array_equal, arrays[0], other)) for other in arrays[1:]]
    first = Embedding(vocab, dim, make_rng(seed)).weight
    found.append(np.array_equal(layers[0].token.weight.data, first.data))
    layer = layers[0]
    for p in layer.parameters():
        p.data[...] = rng.normal(size=p.shape)
    found.append(sorted((name, p) for name, p in layer.named_parameters()))
    for shape in ((4,), (3, 4), (2, 3, 4), (length,), (1, 1)):
        ids = rng.integers(0, vocab, shape)
        starts = range(length - shape[-1] + 2)
        found += [outcome(layer, ids, start) for start in starts]
        found += [layer(ids.tolist()), outcome(layer, Tensor(ids), start=length - shape[-1])]
    for p in layer.parameters():
        found.append(on_tape(lambda _: layer(ids), p))
    return found, [outcome(layer, bad) for bad in (*bad_ids(vocab), np.zeros(length + 1, int))]
