"""Hidden tests of module 20: races on a played machine, intervals and claims of drawn numbers."""


def outcome(fn, *args, **settings):
    """What fn returns, or the type of the error that it raises."""
    try:
        return fn(*args, **settings)
    except Exception as error:
        return type(error).__name__


def probe_interleaved(rng):
    found = []
    for _ in range(5):
        machine = FakeMachine(float(rng.uniform(0, 0.5)))
        names = [str(name) for name in rng.permutation(["a", "b", "c", "d"])[: rng.integers(2, 5)]]
        runners = {name: machine.work(name, float(rng.uniform(1, 9))) for name in names}
        repeats, warmup = map(int, rng.integers((1, 0), (7, 4)))
        times = interleaved(runners, repeats, warmup, clock=machine.clock)
        found += [list(times.items()), machine.log]
    machine = FakeMachine()
    alone = {"a": machine.work("a", 1.0)}
    found.append([len(interleaved(alone, clock=machine.clock)["a"]), len(machine.log)])
    return found, outcome(interleaved, alone, 0, clock=machine.clock), len(machine.log)


def probe_redrawn_medians(rng):
    found = []
    for _ in range(4):
        count, draws, size = (int(n) for n in rng.permutation([4, 5, 6, 7, 8])[:3])
        found.append(
            redrawn_medians(rng.uniform(1, 9, count), rng.integers(count, size=(draws, size)))
        )
    return found


def probe_speedup(rng):
    base = rng.lognormal(0, 0.4, 24)
    new = base[rng.permutation(24)] * rng.uniform(0.4, 2, 24)
    factor = float(rng.uniform(0.3, 3))
    found = [list(speedup(base * factor, base)), list(speedup(base, base * factor, 50, 0.5))]
    rounds = rng.integers(24, size=(4000, 24))
    ratios = np.median(base[rounds], axis=1) / np.median(new[rounds], axis=1)
    for level in (0.95, 0.5, 0.8):
        one, again = (speedup(base, new, 4000, level, seed=3) for _ in range(2))
        low, high = np.quantile(ratios, [(1 - level) / 2, (1 + level) / 2])
        near = (high - low) / 8
        found += [one.ratio, abs(one.low - low) < near, abs(one.high - high) < near]
        found += [one == again, type(one).__name__, type(one.low).__name__]
    single, many = speedup(base, new, draws=1), speedup(base, new, draws=400)
    found += [single.low == single.high, many.low < many.high, single.ratio == many.ratio]
    bad = [(base, new[1:]), (base[:1], new[:1]), (base, 0 * new), (-base, new)]
    return [bool(x) if isinstance(x, np.bool_) else x for x in found], [
        outcome(speedup, *pair) for pair in bad
    ]


def probe_verdict(rng):
    pairs = [sorted(map(float, rng.uniform(0.7, 1.3, 2))) for _ in range(25)]
    edges = [(1.0, 1.0), (1.0, 1.2), (0.8, 1.0), (1.0001, 1.1), (0.9, 0.9999), (0.5, 1.1)]
    bad = [(1.2, 1.1), (float("nan"), 1.0), (0.5, float("nan"))]
    return [outcome(verdict, *pair) for pair in (*pairs, *edges, *bad)]


def probe_pareto(rng):
    found = []
    for count in (1, 2, 6, 12, 12, 12):
        names = [str(name) for name in rng.permutation(list("abcdefghijkl"))[:count]]
        points = {name: tuple(map(float, rng.integers(0, 6, 2))) for name in names}
        found += [names, pareto(points)]
    corners = [[1.0, 2.0], [1.0, 2.0], [2.0, 2.0], [1.0, 1.0]]
    twins = {name: tuple(corner) for name, corner in zip("abcd", corners)}
    bad = [{"a": (1.0, value)} for value in (float("nan"), float("inf"))]
    return found, pareto(twins), pareto({}), [outcome(pareto, points) for points in bad]


def probe_scorecard(rng):
    machine, asked = FakeMachine(), []
    question = Tensor(rng.normal(size=(3, 4)).astype(np.float32))

    def contestant(name, seconds, factor):
        run = machine.work(name, seconds)

        def answer(x):
            run()
            asked.append(x is question)
            return x * factor if factor < 2 else (x * factor + 1.0) @ x.T

        return Contestant(answer, int(rng.integers(1, 999)))

    names = [str(name) for name in rng.permutation(["a", "b", "c"])]
    field = {n: contestant(n, float(rng.uniform(1, 9)), f) for n, f in zip(names, (0.5, 1.5, 2.5))}
    scores = scorecard(
        question, field, lambda out: float(out.data.sum()), 6, 2, clock=machine.clock
    )
    found = [[list(score)[:5], list(score.speed)] for score in scores]
    found += [all(asked), machine.log[: 8 * 3], [type(score).__name__ for score in scores]]
    for bad in (None, float("nan"), float("inf")):
        found.append(
            outcome(scorecard, question, field, lambda out: bad, 2, 0, clock=machine.clock)
        )
    return found


def probe_claim(rng):
    found = []
    for low, high in ((1.2, 1.5), (0.5, 0.8), (0.9, 1.1), (1.0, 1.3)):
        shift = float(rng.uniform(0, 0.009))
        rows = [
            Score(name, float(rng.uniform(0, 1)), int(rng.integers(10**6)), 5, 1.0, speed)
            for name, speed in (
                ("new", Speedup((low + high) / 2, low + shift, high + shift)),
                ("old", Speedup(1.0, 1.0, 1.0)),
            )
        ]
        found.append(claim(*rows, f"{rng.integers(99)} rounds"))
    return found, [outcome(claim, *rows, condition) for condition in ("", "  ")]
