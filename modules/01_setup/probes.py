"""Hidden tests of module 01: a played machine, a played clock, sizes and seeds never seen."""


def outcome(fn, *args, **settings):
    """What fn returns, or the type of the error that it raises."""
    try:
        return fn(*args, **settings)
    except Exception as error:
        return type(error).__name__


def probe_human_bytes(rng):
    edges = [0, 1000, 1023, 1024, 1024**2, 1024**3, 5 * 1024**4]
    drawn = [int(rng.integers(1, 4000) * 1024**power) // 3 for power in range(5)]
    negative = -int(rng.integers(1, 5000))
    return [outcome(human_bytes, size) for size in (*edges, *drawn, negative)]


def probe_require_python(rng):
    asked = [(3, 10), (3, 9), (4, 0), (2, 12)]
    asked += [tuple(map(int, rng.integers((2, 0), (5, 20)))) for _ in range(20)]
    by_default = [outcome(require_python, current=version) for version in asked]
    minimum = tuple(map(int, rng.integers((2, 0), (5, 20))))
    return by_default, [outcome(require_python, minimum, version) for version in asked]


def probe_system_report(rng):
    version = ".".join(map(str, rng.integers(2, 90, 3)))
    with (
        patch.object(platform, "python_version", return_value=version),
        patch.object(np, "__version__", version[::-1]),
        patch.object(platform, "system", return_value=f"system {rng.integers(99)}"),
        patch.object(platform, "machine", return_value=f"machine {rng.integers(99)}"),
        patch.object(os, "cpu_count", return_value=int(rng.integers(1, 99))),
    ):
        known = sorted(system_report().items())
    with patch.object(os, "cpu_count", return_value=None):
        return known, system_report()["cores"]


def probe_make_rng(rng):
    seed = int(rng.integers(10**6))
    hidden = np.random.get_state()[1].tolist()
    made = [make_rng(seed), make_rng(seed), make_rng(seed + 1)]
    drawn = [[isinstance(one, np.random.Generator), one.random(3)] for one in made]
    untouched = hidden == np.random.get_state()[1].tolist()
    return drawn, untouched, [outcome(make_rng, seed) for seed in ("7", None, 7.5)]


def probe_stopwatch(rng):
    found = []
    for _ in range(8):
        repeats, warmup = map(int, rng.integers((1, 0), (7, 4)))
        work = FakeWork(*map(float, rng.uniform(1, 90, repeats + warmup)))
        found.append(float(stopwatch(work, repeats, warmup, clock=work.clock)))
        found.append(work.calls)
    for repeats in (0, -int(rng.integers(1, 9))):
        work = FakeWork(1.0)
        found += [outcome(stopwatch, work, repeats, clock=work.clock), work.calls]
    return found


def probe_peak_bytes(rng):
    mib = 2**20
    held, brief = (int(size) for size in rng.integers(3, 9, 2))

    def work():
        kept = np.ones(held * mib + mib // 2, np.uint8)
        np.ones(brief * mib, np.uint8)
        return kept

    def fails():
        raise KeyError(held)

    peaks = [peak_bytes(work) // mib, peak_bytes(lambda: None) // mib]
    traced = [tracemalloc.is_tracing()]
    tracemalloc.stop()
    failed = outcome(peak_bytes, fails)
    traced.append(tracemalloc.is_tracing())
    tracemalloc.stop()
    return peaks, failed, traced
