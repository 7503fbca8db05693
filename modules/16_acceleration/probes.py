"""Hidden tests of module 16: the same numbers as the slow ways, for few steps and few arrays."""


def outcome(fn, *args, **settings):
    """What fn returns, or the type of the error that it raises."""
    try:
        return fn(*args, **settings)
    except Exception as error:
        return type(error).__name__


def sizes(rng, count):
    """Distinct sizes, none of them 1."""
    return [int(size) for size in rng.permutation([2, 3, 4, 5, 6, 7])[:count]]


def numbers(rng, *shape, dtype=np.float32):
    return rng.normal(size=shape).astype(dtype)


def products(fn, rng):
    """fn of drawn matrices, their numbers afterwards, and what it costs for a larger pair."""
    found = []
    for dtype in (np.float32, np.float64):
        n, inner, m = sizes(rng, 3)
        for shapes in (((n, inner), (inner, m)), ((4, 4), (4, 4)), ((1, inner), (inner, 1))):
            a, b = (numbers(rng, *shape, dtype=dtype) for shape in shapes)
            found += [fn(a, b), a, b]
    return found, counts_of(fn, numbers(rng, 5, 20), numbers(rng, 20, 7))


def probe_dots(rng):
    found, (picks, calls) = products(matmul_dots, rng)
    return found, picks <= 2 * 5 * 7 + 7, calls <= 2 * 5 * 7


def probe_rows(rng):
    found, (picks, calls) = products(matmul_rows, rng)
    return found, picks <= 12, 5 <= calls <= 12


def probe_memory_order(rng):
    return sorted(predicted_strides().items())


def probe_windows(rng):
    found = []
    for k, stride, padding in ((3, 1, 1), (2, 2, 0), (3, 2, 2), (1, 3, 0), (2, 3, 1)):
        n, channels = sizes(rng, 2)
        height, width = (int(size) for size in rng.permutation([6, 7, 8, 9])[:2])
        x = numbers(rng, n, channels, height, width)
        view, before = window_view(x, k, stride), x.copy()
        weight = numbers(rng, k * k * channels, 5)
        found += [view[:, :, :2], view.shape, np.shares_memory(view, x)]
        found += [conv2d_windows(x, weight, stride, padding), np.array_equal(x, before)]
    return found, window_view(x, 2), conv2d_windows(x.astype(np.float64), weight)


def probe_fused_gelu(rng):
    found = []
    for dtype in (np.float32, np.float64):
        a = numbers(rng, *sizes(rng, 2), dtype=dtype) * dtype(2)
        with tape() as records:
            out = fused_gelu(Tensor(a))
        found += [gelu_in_one_array(a), a, out, [record.name for record in records]]
    large = np.ones(200_000, np.float32)
    return found, peak_bytes(lambda: gelu_in_one_array(large)) < 1.5 * large.nbytes


def probe_fused_rule(rng):
    found = []
    for dtype in (np.float32, np.float64):
        a, g = (numbers(rng, *sizes(rng, 1), 3, dtype=dtype)[:2] for _ in range(2))
        a[0, 0] = 0
        before = [a.copy(), g.copy()]
        answer = RULES["fused_gelu"](g, gelu_in_one_array(a), a)
        found += [isinstance(answer, tuple | list), len(answer), answer, [a, g], before]
    x = Tensor(numbers(rng, 4, 3))
    return found, value_and_gradients(lambda: (fused_gelu(x) * x).sum(), [x])


def probe_in_batches(rng):
    rows, columns = int(rng.integers(7, 12)), 3
    x, weight = Tensor(numbers(rng, rows, columns)), Tensor(numbers(rng, columns, 2))
    found = []
    for size in (1, 2, 3, rows - 1, rows, rows + 4, int(rng.integers(2, 6))):
        seen = []

        def fn(part):
            seen.append(part.shape)
            return part @ weight

        found += [in_batches(fn, x, size), seen, in_batches(lambda part: part.sum(axis=1), x, size)]
        found.append(value_and_gradients(lambda: in_batches(fn, x, size).sum(), [x, weight]))
    return found, [outcome(in_batches, fn, x, size) for size in (0, -1, -5)]
