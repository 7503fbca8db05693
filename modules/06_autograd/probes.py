"""Hidden tests of module 06: every rule asked with drawn slopes, walks over drawn graphs."""


def outcome(fn, *args, **settings):
    """What fn returns, or the type of the error that it raises."""
    try:
        return fn(*args, **settings)
    except Exception as error:
        return type(error).__name__


def sizes(rng, count):
    """Distinct sizes, none of them 1."""
    return [int(size) for size in rng.permutation([2, 3, 4, 5, 6])[:count]]


def numbers(rng, *shape, dtype=np.float32):
    """Numbers of both signs, none close to 0."""
    return (rng.uniform(0.3, 2, shape) * rng.choice([-1, 1], shape)).astype(dtype)


def pieces(rng, fn, *arrays):
    """What the rule of each record of fn answers, asked with drawn slopes."""
    with tape() as records:
        fn(*map(Tensor, arrays))
    found = []
    for r in records:
        g = np.asarray(rng.normal(size=r.output.shape)).astype(r.output.dtype)
        inputs = [t.data for t in r.inputs]
        before = [array.copy() for array in (g, *inputs)]
        answer = outcome(RULES[r.name], g, r.output.data, *inputs, **r.attrs)
        intact = all(map(np.array_equal, before, (g, *inputs)))
        found.append([r.name, isinstance(answer, tuple | list), answer, intact])
    return found


def probe_numerical_gradient(rng):
    rows, columns = sizes(rng, 2)
    t, other = (Tensor(numbers(rng, rows, columns, dtype=np.float64)) for _ in range(2))
    array, before = t.data, t.numpy()
    found = []
    for eps in (1e-5, float(rng.uniform(0.2, 0.9))):
        found.append(numerical_gradient(lambda: (t * t * t * other).sum(), t, eps))
        found.append(numerical_gradient(lambda: exp(t * other).mean(), t, eps=eps))
    found.append(numerical_gradient(lambda: (t[0] * other[1]).sum(), t))
    return found, np.array_equal(before, t.data), t.data is array


def probe_rule(rng):
    a, b, g = (numbers(rng, *sizes(rng, 1), 3) for _ in range(3))
    a, b, g = (array[:2] for array in (a, b, g))
    with patch.dict(RULES):

        def first(*things):
            return things

        def second(*things):
            return things[::-1]

        same = [rule("odd")(first) is first, RULES.get("odd") is first]
        same += [rule("odd")(second) is second, RULES.get("odd") is second]
    return (
        same,
        "odd" in RULES,
        list(RULES["add"](g, a + b, a, b)),
        list(RULES["mul"](g, a * b, a, b)),
    )


def drawn_graph(rng, leaves):
    """A calculation with shared results and dead ends; all tensors of it, and its sum."""
    made = list(leaves)
    for _ in range(12):
        one, two = (made[int(i)] for i in rng.integers(max(0, len(made) - 5), len(made), 2))
        kind = rng.integers(4)
        made.append([one + two, one * two * 0.5, tanh(one), one - two * 0.3][kind])
    return made, (made[-1] * made[-2] + leaves[0]).sum() + sum(leaf.mean() for leaf in leaves)


def probe_gradients(rng):
    found = []
    for dtype in (np.float32, np.float64):
        for _ in range(2):
            leaves = [Tensor(numbers(rng, 2, 3, dtype=dtype)) for _ in range(3)]
            with tape() as records:
                made, total = drawn_graph(rng, leaves)
            on_the_way = [made[-1], made[-2], total]
            count = len(records)
            found.append(gradients(total, [*leaves, *on_the_way, leaves[0]], records))
            found += [gradients(total, [leaf], records) for leaf in leaves]
            found.append(len(records) == count)
    x, weight = Tensor(numbers(rng, 4, 3)), Tensor(numbers(rng, 3, 2))
    with tape() as records:
        long = x
        for _ in range(520):
            long = long * 0.999 + 0.001
        loss = tanh((long @ weight).max(axis=0, keepdims=True)[:, 1]).sum()
        tanh(x * 5.0)
        odd = run_op("odd", np.square, x).sum()
        apart = weight.sum()
    found += gradients(loss, (t for t in (x, weight)), records)
    one, two = gradients(apart, [weight, weight], records)
    wrong = [(odd, [x]), (long, [x]), (apart, [x]), (loss, x), (loss.item(), [x])]
    return found, np.shares_memory(one, two), [outcome(gradients, *pair, records) for pair in wrong]


def probe_unbroadcast(rng):
    a, b, c = sizes(rng, 3)
    found = []
    for shape in (
        (a, b, c),
        (b, c),
        (c,),
        (1,),
        (),
        (1, b, 1),
        (a, 1, c),
        (1, c),
        (b, 1),
        (1, 1, 1),
    ):
        grad, small = numbers(rng, a, b, c), numbers(rng, *shape)
        large = numbers(rng, a, b, c)
        found.append(np.asarray(unbroadcast(grad, shape)))
        for one, two in ((large, small), (small, large), (small, small)):
            for fn in ("add", "sub", "mul", "truediv"):
                found.append(pieces(rng, lambda x, y: getattr(x, f"__{fn}__")(y), one, two))
    found.append(pieces(rng, lambda x: -x, large))
    positive = np.abs(numbers(rng, a, b, dtype=np.float64))
    powers = [2, 3, -1, 0.5, float(rng.uniform(1, 3))]
    return found, [pieces(rng, lambda x: x**power, positive) for power in powers]


def judged(tensors, errors, power=2, eps=1e-5, tol=1e-6):
    """gradcheck of powers whose rules are wrong by the given errors."""
    wrong = {}
    for number, error in enumerate(errors):
        wrong[f"odd{number}"] = lambda g, out, x, e=error: (g * power * x ** (power - 1) + e,)

    def total():
        parts = [run_op(f"odd{n}", lambda x: x**power, t).sum() for n, t in enumerate(tensors)]
        return sum(parts[1:], parts[0])

    with patch.dict(RULES, wrong):
        return outcome(gradcheck, total, tensors, eps, tol)


def probe_gradcheck(rng):
    a, b = spread(rng, 2, 3), spread(rng, 4)
    drawn = [float(sign * 10**size) for sign in (1, -1) for size in rng.uniform(-8.5, -3.5, 10)]
    found = [judged([a], [error]) for error in drawn]
    found += [
        judged([a], [error], tol=float(tol))
        for error, tol in zip(drawn, 10 ** rng.uniform(-6, -4, 20))
    ]
    balanced = np.where(np.arange(6).reshape(2, 3) % 2, 0.01, -0.01)
    found += [judged([a, b], errors) for errors in ((0, 0), (0, 0.01), (-0.01, 0), (balanced, 0))]
    found += [judged([a], [np.nan]), judged([a], [0], 3), judged([a], [0], 3, eps=0.3)]
    large, small = Tensor(100 * a.data), Tensor(1e-5 * a.data)
    found += [judged([large], [5e-6]), judged([small], [5e-7])]
    single = Tensor(b.data.astype(np.float32))
    return found, [judged(pair, (0, 0)) for pair in ([single, a], [a, single], [single])]


def probe_matmul_rule(rng):
    rows, inner, columns, batch = sizes(rng, 4)
    pairs = [((rows, inner), (inner, columns)), ((batch, rows, inner), (inner, columns))]
    pairs += [((rows, inner), (batch, inner, columns)), ((3, 3), (3, 3))]
    pairs += [((batch, 1, rows, inner), (7, inner, columns)), ((batch, 4, 4), (batch, 4, 4))]
    product = Tensor.__matmul__
    return [pieces(rng, product, numbers(rng, *a), numbers(rng, *b)) for a, b in pairs]


def probe_reduce_rules(rng):
    shape = sizes(rng, 3)
    found = []
    for array in (numbers(rng, *shape), rng.integers(0, 3, shape).astype(np.float32)):
        for axis in (None, 0, 1, -1, (0, 2), (1, -1), (0, 1, 2)):
            for keep in (False, True):
                found.append(pieces(rng, lambda t: t.sum(axis, keep), array))
                found.append(pieces(rng, lambda t: t.max(axis, keep), array))
    return found


def probe_shape_rules(rng):
    a, b, c = sizes(rng, 3)
    array, other = numbers(rng, a, b, c), numbers(rng, a, b, c)
    order = tuple(int(axis) for axis in rng.permutation(3))
    frame = tuple((int(lo), int(hi)) for lo, hi in rng.integers(0, 4, (3, 2)))
    rows, columns = rng.integers(0, a, 8), rng.integers(0, b, 8)
    ways = [lambda t: t.reshape(c, -1), lambda t: t.reshape(-1), lambda t: t.pad(frame)]
    ways += [lambda t: t.transpose(*order), lambda t: t.transpose(1, 2, 0), lambda t: t.T]
    ways += [lambda t: t.transpose(2, 0, 1), lambda t: t.transpose(-1, 0, 1), lambda t: t[1:, ::-1]]
    ways += [lambda t: t[rows], lambda t: t[rows, columns], lambda t: t[:, columns, 0]]
    ways += [lambda t: t[-1, ..., None], lambda t: t[t.data > 0], lambda t: t[0, 1, 1]]
    found = [pieces(rng, way, array) for way in ways]
    for axis in (0, 1, 2, -1):
        cut = np.take(other, range(1, other.shape[axis]), axis)
        found.append(pieces(rng, lambda *ts: concat(ts, axis), array, cut, other))
    return found, pieces(rng, lambda *ts: stack(ts, 1), array, other)


def probe_curve_rules(rng):
    a, b = sizes(rng, 2)
    array, positive = numbers(rng, a, b), np.abs(numbers(rng, a, b))
    found = [pieces(rng, exp, array), pieces(rng, log, positive), pieces(rng, tanh, array)]
    whole = rng.integers(0, 3, (a, b)).astype(np.float32)
    others = [rng.integers(0, 3, shape).astype(np.float32) for shape in ((a, b), (b,), (a, 1), ())]
    found += [pieces(rng, maximum, whole, other) for other in others]
    found += [pieces(rng, maximum, others[1], whole)]
    x = Tensor(array)
    labels = rng.integers(0, b, a)
    for fn in (lambda: gelu(x).sum(), lambda: softmax(x)[0, 1], lambda: cross_entropy(x, labels)):
        found.append(value_and_gradients(fn, [x]))
    return found
