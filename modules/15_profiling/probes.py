"""Hidden tests of module 15: costs of drawn calculations, counted; times on a played clock."""


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
    return Tensor(rng.normal(size=shape).astype(dtype))


def calculations(rng):
    """Functions without parameters, from one operation to a small network."""
    a, b, c, n = sizes(rng, 4)
    x, y, z = numbers(rng, a, b), numbers(rng, b, c), numbers(rng, n, a, b)
    row, wide = numbers(rng, b), numbers(rng, a, b, dtype=np.float64)
    net = Sequential(Linear(b, c, rng=rng), lambda t: t * t, Linear(c, n, rng=rng))
    return [
        lambda: x @ y,
        lambda: z @ y,
        lambda: numbers(rng, n, 1, a, b) @ numbers(rng, c, b, 2),
        lambda: (x + row) * 2.0 - wide,
        lambda: row.reshape(b, 1) * row,
        lambda: z.sum(axis=(0, 2)) + x.max(axis=1),
        lambda: [x.T, x.reshape(-1), x.T.reshape(-1), x[1:], x[[0, 1, 0]], z.transpose(2, 0, 1)],
        lambda: [concat([x, x]), x.pad(((1, 0), (0, 2))), z.mean(), -wide, row**2],
        lambda: run_op("arrange", np.sort, z),
        lambda: net(x),
    ]


def records_of(rng):
    """The records of all calculations."""
    with tape() as records:
        for calculation in calculations(rng):
            calculation()
    return records


def probe_count_parameters(rng):
    a, b, c = sizes(rng, 3)
    shared = Linear(a, b, rng=rng)
    nested = Sequential(Linear(b, c, bias=False), Sequential(shared, Flatten(), Linear(c, a)))
    models = [shared, nested, Sequential(shared, shared), Flatten(), Sequential(shared, nested)]
    nested.extra = Parameter(np.ones((a, b, c)))
    counts = [count_parameters(model) for model in models]
    return [int(count) for count in counts], [type(count).__name__ for count in counts]


def probe_op_flops(rng):
    return [[r.name, int(op_flops(r))] for r in records_of(rng)]


def probe_op_bytes(rng):
    return [[r.name, int(op_bytes(r))] for r in records_of(rng)]


def probe_profile(rng):
    found = []
    for calculation in calculations(rng):
        calls = []
        rows = profile(lambda: calls.append(1) or calculation())
        plain = [[row.name, row.shape, int(row.flops), int(row.nbytes)] for row in rows]
        timed = all(0 <= row.seconds < 60 for row in rows)
        found += [plain, timed, len(calls), [type(row) is Row for row in rows]]
    large = Tensor(np.ones(200_000, np.float32))

    def chain():
        result = large
        for _ in range(12):
            result = result + 1.0

    return found, peak_bytes(lambda: profile(chain)) < 5 * large.nbytes


def probe_by_operation(rng):
    found = []
    for _ in range(4):
        names = [str(name) for name in rng.choice(["add", "mul", "matmul", "sum", "exp"], 14)]
        rows = [
            Row(name, (2,), *map(int, rng.integers(1, 999, 2)), float(rng.uniform(0.1, 5)))
            for name in names
        ]
        found.append([[name, list(total)] for name, total in by_operation(iter(rows)).items()])
        found.append(all(type(total) is Total for total in by_operation(rows).values()))
    return found, list(by_operation([]))


def probe_latency(rng):
    found = []
    for _ in range(8):
        repeats, warmup = map(int, rng.integers((1, 0), (12, 5)))
        work = FakeWork(*map(float, rng.uniform(1, 90, repeats + warmup)))
        times = latency(work, repeats, warmup, clock=work.clock)
        found += [sorted((name, float(seconds)) for name, seconds in times.items()), work.calls]
    work = FakeWork(*map(float, rng.uniform(1, 90, 33)))
    found += [float(latency(work, clock=work.clock)["median"]), work.calls]
    for repeats in (0, -3):
        work = FakeWork(1.0)
        found += [outcome(latency, work, repeats, clock=work.clock), work.calls]
    return found


def probe_bound(rng):
    found = []
    for _ in range(40):
        flops, nbytes, peak, bandwidth = (float(n) for n in 10 ** rng.uniform(3, 6, 4))
        found.append(bound(flops, nbytes, peak, bandwidth))
    close = [float(share) for share in rng.uniform(0.9, 1.1, 30)]
    found += [bound(share * 1e9, 2e9, 1e9, 2e9) for share in close]
    return found, [bound(4, 2, 2, 1), bound(5, 0, 2, 1), bound(0, 0, 2, 1), bound(0, 3, 2, 1)]
