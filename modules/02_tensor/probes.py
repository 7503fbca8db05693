"""Hidden tests of module 02: values, dtypes and records of operations on drawn shapes."""


def outcome(fn, *args, **settings):
    """What fn returns, or the type of the error that it raises."""
    try:
        return fn(*args, **settings)
    except Exception as error:
        return type(error).__name__


def numbers(rng, *shape, dtype=np.float32):
    return Tensor(rng.normal(0, 3, shape).astype(dtype))


def sizes(rng, count):
    """Distinct sizes, none of them 1."""
    return [int(size) for size in rng.permutation([2, 3, 4, 5, 6])[:count]]


def filed(fn, *inputs):
    """What fn gives, and the names, inputs and settings of its records."""
    with tape() as records:
        result = outcome(fn, *inputs)
    story = [[r.name, list(r.inputs), str(sorted(r.attrs.items()))] for r in records]
    ends_well = bool(records) and records[-1].output is result
    return [result, story, ends_well]


def probe_create(rng):
    rows, columns = sizes(rng, 2)
    array = rng.normal(size=(rows, columns))
    nested, whole = array.tolist(), rng.integers(0, 9, rows)
    number = float(rng.normal())
    given = [nested, number, int(whole[0]), whole.tolist(), [True], array, array.astype(np.float32)]
    given += [np.float64(number), np.float32(number), np.float64([number]), whole]
    tensors = [Tensor(data) for data in given]
    chosen = [Tensor(data, kind) for data in (nested, array, whole) for kind in ("f8", "f4", "i4")]
    refused = [outcome(Tensor, bad) for bad in (["a"], [object()], [[1], [2, 3]], [1j], "7")]
    t = Tensor(array)
    copy = t.numpy()
    copy[0, 0] += 1
    items = [outcome(Tensor(data).item) for data in (number, [[number]], [[3]], array, [])]
    shared = np.shares_memory(t.data, array)
    return tensors, chosen, refused, copy, t, items, shared, list(vars(t))


def probe_door(rng):
    rows, columns = sizes(rng, 2)
    a, b = numbers(rng, rows, columns), numbers(rng, columns)
    by = int(rng.integers(2, 9))

    def scale(array, by):
        return array * by

    with tape() as outer, tape(lambda record: len(record.attrs)) as counts:
        total = run_op("add", np.add, a, b)
        with tape(lambda record: record.name) as inner:
            scaled = run_op("scale", scale, total, by=by)
        run_op("sub", np.subtract, scaled, b)
    logs = [outer]
    try:
        with tape() as abandoned:
            raise KeyError
    except KeyError:
        logs.append(abandoned)
    run_op("add", np.add, a, b)
    records = [[r.name, list(r.inputs), list(r.attrs.items()), r.output] for r in outer]
    same = [outer[0].inputs[0] is a, outer[0].output is total, outer[1].output is scaled]
    bad = numbers(rng, columns + 1)
    errors = [outcome(run_op, "add", np.add, a, bad), outcome(run_op, "exp", np.exp, a.data)]
    return scaled, records, same, inner, counts, [len(log) for log in logs], errors


def probe_arithmetic(rng):
    rows, columns = sizes(rng, 2)
    wide, whole = numbers(rng, rows, columns, dtype=np.float64), Tensor(rng.integers(1, 9, columns))
    a, array = numbers(rng, rows, columns), rng.uniform(1, 3, columns).astype(np.float32)
    others = [numbers(rng, columns), array, int(rng.integers(2, 9)), float(rng.normal()), True]
    others += [np.float64(rng.normal()), np.float32(rng.normal()), array.tolist()]
    found = []
    for other in others:
        for one in (a, wide, whole):
            found += [filed(lambda: one + other), filed(lambda: other + one)]
            found += [filed(lambda: one - other), filed(lambda: other - one)]
            found += [filed(lambda: one * other), filed(lambda: other * one)]
            found += [filed(lambda: one / other), filed(lambda: other / one)]
    powers = [filed(lambda: a**power) for power in (2, 3, int(rng.integers(4, 6)))]
    return found, filed(lambda: -a), powers, [outcome(lambda: a**other) for other in (a, "2", None)]


def probe_matmul(rng):
    rows, inner, columns, batch = sizes(rng, 4)
    a, b = numbers(rng, rows, inner), numbers(rng, inner, columns)
    many = numbers(rng, batch, rows, inner)
    square = [numbers(rng, 3, 3), numbers(rng, 3, 3)]
    loops = [outcome(matmul_loops, x.data.tolist(), y.data.tolist()) for x, y in ((a, b), square)]
    loops.append(outcome(matmul_loops, a.data.tolist(), numbers(rng, inner + 1, 2).data.tolist()))
    pairs = [(a, b), (many, b), square, (a, b.data)]
    products = [filed(lambda x, y: x @ y, *pair) for pair in pairs]
    flat, wrong = numbers(rng, inner), numbers(rng, inner + 1, columns)
    pairs = [(a, flat), (flat, b), (a, wrong), (b, a), (a, 2.0)]
    return loops, products, [filed(lambda x, y: x @ y, *pair) for pair in pairs], a.data @ b


def probe_reduce(rng):
    t = numbers(rng, *sizes(rng, 3))
    found = []
    for axis in (None, 0, 1, -1, (0, 2), (1, -1)):
        for keep in (False, True):
            settings = {"axis": axis, "keepdims": keep}
            found.append([filed(lambda: getattr(t, name)(**settings)) for name in ("sum", "max")])
            found.append(filed(lambda: t.mean(**settings)))
    whole = Tensor(rng.integers(0, 9, (2, 5)))
    places = [filed(lambda: t.argmax(axis)) for axis in (None, 0, 1, 2)]
    return found, places, filed(lambda: whole.sum(0)), filed(lambda: t.mean())


def probe_shape(rng):
    a, b, c = sizes(rng, 3)
    t, matrix = numbers(rng, a, b, c), numbers(rng, a, b)
    order = tuple(int(axis) for axis in rng.permutation(3))
    rows = rng.integers(0, a, 7)
    found = [filed(lambda: t.reshape(c, -1)), filed(lambda: t.reshape((b, c * a)))]
    found += [filed(lambda: t.transpose(*order)), filed(lambda: t.transpose(order))]
    found += [filed(lambda: t.transpose(2, 0, 1)), filed(t.transpose), filed(lambda: t.T)]
    found += [filed(lambda: t[1]), filed(lambda: t[:, 0, ::-1]), filed(lambda: t[rows])]
    found += [filed(lambda: t[Tensor(rows)]), filed(lambda: t[Tensor(rows), 1])]
    found += [filed(lambda: t[None, ..., Tensor(np.array([1, 0]))]), filed(lambda: matrix.T)]
    frame = [tuple(pair) for pair in rng.integers(0, 3, (3, 2)).tolist()]
    found += [filed(lambda: t.pad(frame, float(rng.normal()))), filed(lambda: t.pad(frame))]
    return found, [outcome(t.pad, pairs) for pairs in (frame[:2], frame[:1], [*frame, (0, 0)])]


def probe_join(rng):
    rows, columns = sizes(rng, 2)
    first, second = numbers(rng, rows, columns), numbers(rng, rows, columns)
    longer, wider = numbers(rng, rows + 1, columns), numbers(rng, rows, columns + 3)
    found = [filed(concat, [first, longer]), filed(lambda: concat((first, wider), axis=1))]
    found += [filed(lambda: concat(iter([first, second]), axis=axis)) for axis in (0, 1, -1)]
    found += [filed(lambda: stack([first, second], axis=axis)) for axis in (0, 1, 2, -1, -2, -3)]
    found.append(filed(stack, [numbers(rng, 4) for _ in range(3)]))
    wrong = [outcome(stack, [first, second], axis) for axis in (3, -4, 7)]
    wrong += [outcome(join, pieces) for join in (concat, stack) for pieces in ([], [first, wider])]
    return found, wrong


def probe_read(rng):
    return sorted(predicted_names().items())
