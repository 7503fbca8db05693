"""Hidden tests of module 10: drawn examples keep their labels on every way."""


def outcome(fn, *args, **settings):
    """What fn returns, or the type of the error that it raises."""
    try:
        return fn(*args, **settings)
    except Exception as error:
        return type(error).__name__


def examples(rng, count=None):
    """Rows that all differ, and a label for each that tells its row."""
    count = count or int(rng.integers(20, 40))
    x = (rng.permutation(9 * count)[: 3 * count].reshape(count, 3) + 0.5).astype(np.float32)
    return x, 1000 + x[:, 0].astype(np.int64)


def fitting(rows, labels):
    """Whether each row still has its label."""
    return bool(np.array_equal(1000 + np.asarray(rows)[:, 0].astype(np.int64), labels))


def probe_dataset(rng):
    x, y = examples(rng)
    names = [int(n) for n in rng.integers(0, 99, len(x))]
    found = []
    for arrays in ((x, y), (x,), (y, names, x)):
        dataset = ArrayDataset(*arrays)
        chosen = rng.integers(0, len(x), 7)
        picked = [dataset[index] for index in (3, -1, slice(2, 9, 2), chosen, chosen[:0])]
        found.append(
            [len(dataset), len(dataset.arrays), picked, [type(p).__name__ for p in picked]]
        )
    views = [
        dataset.arrays[0] is y,
        np.shares_memory(dataset[2:5][0], y),
        type(dataset.arrays[1]).__name__,
    ]
    uneven = [(x, y[1:]), (x, y, y[:-2]), (y[1:], x, x), ()]
    return found, views, [outcome(lambda: len(ArrayDataset(*arrays))) for arrays in uneven]


def probe_split(rng):
    x, y = examples(rng)
    count, seed = len(x), int(rng.integers(10**6))
    found = [x.copy(), y.copy()]
    for fraction in (0.2, 0.5, *map(float, rng.uniform(0.1, 0.9, 6))):
        train, test = train_test_split(x, y, test_fraction=fraction, seed=seed)
        again = train_test_split(x, y, test_fraction=fraction, seed=seed)[1][1]
        other = train_test_split(x, y, test_fraction=fraction, seed=seed + 1)[1][1]
        found += [len(train[0]), len(test[0]), fitting(*train), fitting(*test)]
        found += [np.sort([*train[1], *test[1]]), np.array_equal(again, test[1])]
        found += [set(other.tolist()) == set(test[1].tolist()), str(train[0].dtype)]
        size = len(test[1])
        ends = (set(y[:size].tolist()), set(y[count - size :].tolist()))
        found.append(set(test[1].tolist()) in ends)
    found += [x, y, [len(part[0]) for part in train_test_split(list(range(count)))]]
    bad = [0.0, 1.0, -0.3, 1.5, 0.4 / count, 1 - 0.4 / count]
    found += [outcome(train_test_split, x, y, test_fraction=fraction) for fraction in bad]
    return found, outcome(train_test_split, x, y[1:]), outcome(train_test_split, x, y, y[:-1])


def probe_length(rng):
    found = []
    for _ in range(30):
        count, size = map(int, rng.integers((1, 1), (30, 12)))
        for drop in (False, True):
            found.append(len(DataLoader(ArrayDataset(np.zeros(count)), size, drop_last=drop)))
    dataset = ArrayDataset(np.zeros(12))
    even = [len(DataLoader(dataset, 4, drop_last=drop)) for drop in (False, True)]
    return found, even, [outcome(lambda: DataLoader(dataset, n).batch_size) for n in (1, 0, -1, -7)]


class Counting(ArrayDataset):
    """Notes how often it is asked, and for how much."""

    def __getitem__(self, index):
        vars(self).setdefault("asked", []).append(np.size(index))
        return super().__getitem__(index)


def probe_batches(rng):
    x, y = examples(rng)
    found = []
    for size in (1, 7, len(x), len(x) + 5, int(rng.integers(2, 12))):
        for drop in (False, True):
            loader = DataLoader(ArrayDataset(x, y), size, drop_last=drop)
            epochs = [list(loader) for _ in range(2)]
            found += [epochs[0], len(epochs[1]), [type(batch).__name__ for batch in epochs[0][:1]]]
    dataset = Counting(x, y)
    way = iter(DataLoader(dataset, 4))
    found += [next(way), dataset.asked, next(way), dataset.asked]
    turned = DataLoader(ArrayDataset(x, y), 5, transform=lambda rows, rng: -2 * rows)
    found.append(list(turned))
    taken = []
    turned.order = lambda: taken.append(1) or np.arange(len(x))[::-1]
    return found, list(turned), taken


def probe_shuffle(rng):
    x, y = examples(rng)
    before, seed = x.copy(), int(rng.integers(10**6))
    dataset = ArrayDataset(x, y)
    loaders = [DataLoader(dataset, 6, shuffle=True, seed=one) for one in (seed, seed, seed + 1)]
    hidden = np.random.get_state()[1].tolist()
    orders, found = [], [x, np.array_equal(before, x)]
    for loader in loaders:
        for _ in range(3):
            batches = list(loader)
            found.append(all(fitting(rows.data, labels.data) for rows, labels in batches))
            orders.append(np.concatenate([labels.data for _, labels in batches]))
    same = [[np.array_equal(one, other) for other in (*orders, y, y[::-1])] for one in orders]
    tape = np.arange(len(x))
    came = loaders[0].shuffled(tape)
    found += [np.sort(came), [np.sort(order) for order in orders], same]
    return found, np.array_equal(before, x), hidden == np.random.get_state()[1].tolist()


def probe_standardize(rng):
    found = []
    for dtype in (np.float32, np.float64):
        x = (rng.normal(size=(30, 5)) * rng.uniform(0.1, 50, 5) + rng.normal(size=5)).astype(dtype)
        x[:, 1], x[:, 3] = dtype(rng.normal()), dtype(0.1)
        other = rng.normal(size=(4, 5)).astype(dtype)
        before = other.copy()
        scale = Standardizer()
        found += [scale.mean, outcome(scale, x), scale.fit(x) is scale, scale.mean, scale.spread]
        found += [
            scale(other),
            scale(x),
            scale(other[0]),
            np.array_equal(other, before),
            scale.mean,
        ]
        found += [Standardizer().fit(x.reshape(30, 5, 1)).spread]
    small = (1e-6 * rng.normal(size=(9, 2))).astype(np.float64)
    return found, Standardizer().fit(small)(small)


def probe_shift(rng):
    found = []
    for most in (1, 2):
        one = rng.permutation(np.arange(1, 41)).reshape(2, 4, 5).astype(np.float32)
        many = np.repeat(one[None], 1200, axis=0)
        framed = np.pad(one, [(0, 0), (most, most), (most, most)])
        places = range(2 * most + 1)
        windows = [framed[:, t : t + 4, s : s + 5].tobytes() for t in places for s in places]
        seed = int(rng.integers(10**6))
        got, again, other = (
            random_shift(many, np.random.default_rng(n), most) for n in (seed, seed, seed + 1)
        )
        came = [picture.tobytes() for picture in got]
        counts = [came.count(window) for window in windows]
        fair = 1200 / len(windows)
        found += [one, sum(counts), min(counts) > 0.4 * fair, max(counts) < 1.8 * fair]
        found += [np.array_equal(got, again), np.array_equal(got, other), str(got.dtype)]
        found.append(bool((many == one).all()))
    bright = rng.permutation(np.arange(1, 30))[:, None, None] * np.ones((29, 3, 3), np.int64)
    hidden = np.random.get_state()[1].tolist()
    found += [random_shift(bright, rng)[:, 1, 1], random_shift(bright, rng, most=0)]
    found.append(hidden == np.random.get_state()[1].tolist())
    return found, outcome(random_shift, bright[0], rng)
