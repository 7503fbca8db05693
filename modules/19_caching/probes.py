"""Hidden tests of module 19: small models with drawn numbers, read at once and piece by piece."""


def outcome(fn, *args, **settings):
    """What fn returns, or the type of the error that it raises."""
    try:
        return fn(*args, **settings)
    except Exception as error:
        return type(error).__name__


def numbers(rng, *shape):
    return Tensor(rng.normal(size=shape).astype(np.float32))


def drawn_model(rng):
    """A GPT of two blocks with drawn numbers."""
    model = GPT(int(rng.integers(9, 14)), int(rng.integers(10, 14)), 6, 2, 2, rng)
    for p in model.parameters():
        p.data[...] = rng.normal(0, 0.6, p.shape)
    model.norm.shift.data[...] = 0  # else it says the same everywhere
    return model


def drawn_ids(rng, model, *shape):
    return rng.integers(0, model.embed.token.weight.shape[0], shape)


def probe_repeated_rows(rng):
    found = []
    for count in (2, *map(int, rng.integers(3, 10, 3))):
        model = drawn_model(rng)
        ids = drawn_ids(rng, model, count).tolist()
        found += [repeated_rows(model, ids), len(ids)]
    return found


def probe_kv_cache(rng):
    found = []
    for _ in range(3):
        layers, heads, width, length, sequences = (int(n) for n in rng.permutation([1, 2, 3, 4, 5]))
        cache = KVCache(layers, heads, width, length, sequences)
        found += [cache.keys.shape, cache.values.shape, str(cache.keys.dtype), cache.length]
        found += [np.shares_memory(cache.keys, cache.values), cache.nbytes, str(cache.values.dtype)]
        found += [KVCache(layers, heads, width, length).keys.shape]
        sizes = (layers, heads, width, length)
        found += [
            cache_bytes(*sizes),
            cache_bytes(*sizes, sequences),
            cache_bytes(*sizes, sequences, 2),
        ]
    return found


def probe_append(rng):
    found = []
    cache = KVCache(2, 3, 4, 9, 2)
    cache.keys[...], cache.values[...] = 0, 0
    for count in (int(rng.integers(2, 5)), 1, int(rng.integers(2, 4))):
        for layer in (0, 1):
            k, v = numbers(rng, 2, 3, count, 4), numbers(rng, 2, 3, count, 4)
            keys, values = cache.append(layer, k, v)
            found += [keys, values, cache.length, cache.keys.copy(), cache.values.copy()]
            found += [
                np.shares_memory(keys.data, cache.keys),
                np.shares_memory(values.data, cache.values),
            ]
        found += [cache.advance(count), cache.length]
    room = 9 - cache.length
    for count in (room + 1, room + 4, room):
        k, v = numbers(rng, 2, 3, count, 4), numbers(rng, 2, 3, count, 4)
        found += [outcome(cache.append, 1, k, v), cache.length, cache.keys.copy()]
    return found


def probe_new_rows_mask(rng):
    sizes = [
        (0, 1),
        (0, 5),
        (4, 1),
        *(tuple(map(int, pair)) for pair in rng.integers(1, 7, (4, 2))),
    ]
    return [new_rows_mask(*pair) for pair in sizes]


def probe_cached_forward(rng):
    found = []
    for sequences in (1, 3):
        model = drawn_model(rng)
        cache = empty_cache(model, sequences)
        ids = drawn_ids(rng, model, sequences, model.max_length)
        ends = [0, int(rng.integers(2, 5)), 5, 6, 7, model.max_length]
        for start, end in zip(ends[:-1], ends[1:], strict=True):
            if end > start:
                found += [cached_forward(model, ids[:, start:end], cache), cache.length]
        found += [outcome(cached_forward, model, ids[:, :1], cache), cache.length]
        tight = KVCache(2, 2, 3, 4, sequences)
        found.append(outcome(cached_forward, model, ids[:, :5], tight))
    return found


def probe_generate_cached(rng):
    found = []
    for count in (0, 1, 4, int(rng.integers(5, 8))):
        model = drawn_model(rng)
        prompt = drawn_ids(rng, model, 3).tolist()
        before = list(prompt)
        rows = profile(lambda: found.append(generate_cached(model, prompt, count, 0.0)))
        products = [row.shape[1] for row in rows if row.name == "matmul" and len(row.shape) == 3]
        # Six of a block and one of the head for each position that goes through.
        found += [prompt == before, sum(products) <= (6 * 2 + 1) * (3 + count)]
    seed = int(rng.integers(10**6))
    warm = [generate_cached(model, prompt, 3, 5.0, make_rng(n)) for n in (seed, seed, seed + 1)]
    slow = generate(model, prompt, 3, 5.0, make_rng(seed))
    same = [warm[0] == warm[1], warm[0] == warm[2], warm[0] == slow, len(warm[0])]
    most = model.max_length - 3
    limits = [
        len(generate_cached(model, prompt, most, 0.0)),
        outcome(generate_cached, model, prompt, most + 1),
    ]
    return found, same, limits, outcome(generate_cached, model, [], 2)
