"""Hidden tests of module 05: losses of drawn scores, and what a search leaves behind."""


def outcome(fn, *args, **settings):
    """What fn returns, or the type of the error that it raises."""
    try:
        return fn(*args, **settings)
    except Exception as error:
        return type(error).__name__


def sizes(rng, count):
    """Distinct sizes, none of them 1."""
    return [int(size) for size in rng.permutation([2, 3, 4, 5, 6])[:count]]


def numbers(rng, *shape, spread=2.0, dtype=np.float32):
    return Tensor(rng.normal(0, spread, shape).astype(dtype))


def on_tape(fn, *inputs):
    """Whether all that fn makes of its inputs went through the door."""
    try:
        through_the_door(fn, *inputs, what="the answer")
    except Exception:
        return False
    return True


def values(fn, rng, target):
    """A loss of two equal shapes, in both dtypes, and its refusal of shapes that differ."""
    rows, columns = sizes(rng, 2)
    found = []
    for shape in ((rows,), (rows, columns), (2, rows, columns)):
        for dtype in (np.float32, np.float64):
            x, y = numbers(rng, *shape, dtype=dtype), Tensor(target(shape).astype(dtype))
            with np.errstate(over="raise", divide="raise", invalid="raise"):
                found += [fn(x, y), fn(Tensor(x.data * 100), y), x, y]
            found.append(on_tape(lambda x: fn(x, y), x))
    x = numbers(rng, rows, columns)
    for shape in ((columns,), (rows, 1), (columns, rows), (rows * columns,), ()):
        found.append(outcome(fn, x, numbers(rng, *shape)))
    return found


def probe_mse_loss(rng):
    return values(mse_loss, rng, lambda shape: rng.normal(size=shape))


def probe_bce_with_logits(rng):
    edges = Tensor(np.array([0, 800, -800, 40, -40], np.float32))
    sure = Tensor(np.array([1, 1, 0, 1, 0], np.float32))
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        found = [bce_with_logits(edges, sure), bce_with_logits(edges, 1.0 - sure)]
    return found, values(bce_with_logits, rng, lambda shape: rng.integers(0, 2, shape))


def probe_cross_entropy(rng):
    rows, classes = sizes(rng, 2)
    labels = rng.integers(0, classes, rows)
    found = []
    for dtype in (np.float32, np.float64):
        x = numbers(rng, rows, classes, dtype=dtype)
        far = Tensor(x.data * 200)
        with np.errstate(over="raise", divide="raise", invalid="raise"):
            found += [cross_entropy(x, kind) for kind in (labels, labels.tolist(), Tensor(labels))]
            found += [cross_entropy(far, labels), x]
        found.append(on_tape(lambda x: cross_entropy(x, labels), x))
    high, low = labels.copy(), labels.copy()
    high[-1], low[0] = classes, -1
    bad = [labels.astype(float), labels[:, None], labels[1:], high, low, labels[None], high + 5]
    return found, [outcome(cross_entropy, x, one) for one in bad]


def probe_accuracy(rng):
    rows, classes, batch = sizes(rng, 3)
    found = []
    for shape in ((4 * rows,), (batch, 3 * rows)):
        x = Tensor(rng.integers(0, 3, (*shape, classes)).astype(np.float32))
        guesses = np.argmax(x.data, axis=-1)
        labels = np.where(rng.random(shape) < 0.6, guesses, rng.integers(0, classes, shape))
        found += [accuracy(x, labels), accuracy(x, Tensor(labels)), accuracy(x, guesses)]
    square = numbers(rng, classes, classes)
    return found, accuracy(square, rng.integers(0, classes, classes))


def network(rng):
    """A small model of drawn sizes, with inputs and targets."""
    inside, hidden, outside, rows = sizes(rng, 4)
    model = Sequential(Linear(inside, hidden, rng=rng), tanh, Linear(hidden, outside, rng=rng))
    return model, numbers(rng, 2 * rows, inside), numbers(rng, 2 * rows, outside)


def probe_nudge(rng):
    model, x, y = network(rng)
    before, arrays = model.state_dict(), [p.data for p in model.parameters()]
    calls, changes = [], []

    def loss(pred, target):
        calls.append(1)
        return mse_loss(pred, target)

    def breaks(pred, target):
        calls.append(1)
        if len(calls) % 2 == 0:
            raise ArithmeticError
        return mse_loss(pred, target)

    for parameter in model.parameters():
        index = tuple(int(rng.integers(size)) for size in parameter.shape)
        for amount in rng.normal(0, 0.7, 3):
            changes.append(float(nudge(model, loss, x, y, parameter, index, float(amount))))
    count = len(calls)
    calls.clear()
    failed = outcome(nudge, model, breaks, x, y, model.parameters()[0], (0, 0), 0.5)
    exact = [np.array_equal(before[name], array) for name, array in model.state_dict().items()]
    return changes, count, failed, exact, [p.data is a for p, a in zip(model.parameters(), arrays)]


def climbed(model, x, y, steps, scale, rng):
    """The history of a climb, and the parameters and the loss at each measurement."""
    places, losses = [], []

    def loss(pred, target):
        places.append(np.concatenate([p.data.ravel() for p in model.parameters()]))
        losses.append(mse_loss(pred, target).item() if target is y else 9.0)
        return Tensor(losses[-1])

    return hill_climb(model, loss, x, y, steps, scale, rng), places, losses


def probe_hill_climb(rng):
    model, x, y = network(rng)
    arrays, start = [p.data for p in model.parameters()], model.state_dict()
    steps, scale = int(rng.integers(30, 45)), float(rng.uniform(0.1, 0.3))
    seed = int(rng.integers(10**6))
    history, places, losses = climbed(model, x, y, steps, scale, np.random.default_rng(seed))
    best = np.minimum.accumulate(losses)
    kept = [int(np.argmin(losses[: n + 1])) for n in range(steps)]
    moves = np.array([places[n + 1] - places[kept[n]] for n in range(steps)])
    found = [losses[0], len(losses), [type(one).__name__ for one in history[:1]]]
    found += [np.allclose(history, best[1:]), 0.9 < float(moves.std()) / scale < 1.1]
    found += [abs(float(moves.mean())) < scale / 5, len(np.unique(moves)) > 0.9 * moves.size]
    now = np.concatenate([p.data.ravel() for p in model.parameters()])
    found += [np.array_equal(now, places[int(np.argmin(losses))]), str(now.dtype)]
    found.append([p.data is array for p, array in zip(model.parameters(), arrays)])
    for other in (seed, seed + 1):
        model.load_state_dict(start)
        found.append(history == climbed(model, x, y, steps, scale, np.random.default_rng(other))[0])
    for value in (2.5, np.nan):
        before = model.state_dict()
        found.append(hill_climb(model, lambda pred, target: Tensor(value), x, y, 5, 9.0, rng))
        found.append([np.array_equal(before[name], p.data) for name, p in model.named_parameters()])
    return found
