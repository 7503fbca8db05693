"""Hidden tests of module 08: small networks train on drawn batches, stop, and go on."""


def outcome(fn, *args, **settings):
    """What fn returns, or the type of the error that it raises."""
    try:
        return fn(*args, **settings)
    except Exception as error:
        return type(error).__name__


def network(rng, *middle):
    """Two inputs, three classes, and what stands between."""
    first, last = Linear(2, 5, rng=rng), Linear(5, 3, rng=rng)
    return Sequential(first, tanh, *middle, last)


def twin_of(net, *middle):
    """Another network with the same numbers."""
    other = network(make_rng(0), *middle)
    other.load_state_dict(net.state_dict())
    return other


def drawn_batches(rng):
    """Batches of different sizes, with labels."""
    counts = [int(count) for count in rng.permutation([3, 5, 9])]
    points = [rng.normal(size=(n, 2)).astype(np.float32) for n in counts]
    return [(Tensor(x), rng.integers(0, 3, len(x))) for x in points]


def numbers_of(net):
    return [p.numpy() for p in net.parameters()]


def counted(net, calls):
    """The network as a function that notes each call."""

    def run(x):
        calls.append(x.shape)
        return net(x)

    return run


def probe_train_step(rng):
    found = []
    for max_norm in (None, float(rng.uniform(0.01, 0.1))):
        net, calls = network(rng), []
        optimizer = SGD(net.parameters(), float(rng.uniform(0.1, 1)), 0.5)
        for x, y in drawn_batches(rng):
            loss = train_step(counted(net, calls), cross_entropy, optimizer, x, y, max_norm)
            found += [loss, type(loss).__name__, numbers_of(net), len(calls), optimizer.t]
    half = SGD(net.parameters()[:1], 0.3)
    found += [train_step(net, cross_entropy, half, x, y), numbers_of(net)]
    far = Tensor(np.full((2, 2), np.nan, np.float32))
    found += [outcome(train_step, net, cross_entropy, half, far, y[:2]), numbers_of(net), half.t]
    targets = []
    train_step(net, lambda pred, target: targets.append(target is y) or pred.sum(), half, x, y)
    return found, targets


def probe_train_epoch(rng):
    dropout = Dropout(0.5, np.random.default_rng(int(rng.integers(10**6))))
    net, batches = network(rng, dropout), drawn_batches(rng)
    plain = network(rng)
    optimizer = SGD(plain.parameters(), 0.4, 0.5)
    losses = [train_epoch(plain, cross_entropy, optimizer, batches)]
    losses.append(train_epoch(plain, cross_entropy, optimizer, iter(batches)))
    losses.append(train_epoch(plain, cross_entropy, optimizer, batches, max_norm=0.05))
    net.eval()
    modes = [type(train_epoch(net, cross_entropy, SGD(net.parameters()), batches)).__name__]
    modes += [net.training, dropout.training]
    empty = outcome(train_epoch, plain, cross_entropy, optimizer, iter(()))
    return losses, numbers_of(plain), optimizer.t, modes, empty


def probe_evaluate(rng):
    dropout = Dropout(0.6, rng)
    net, batches = network(rng, Sequential(dropout)), drawn_batches(rng)
    before = numbers_of(net)
    found = []
    for mode in (True, False):
        net.train(mode)
        for metric in (accuracy, cross_entropy, lambda pred, target: pred.data.max()):
            value = evaluate(net, metric, iter(batches))
            found += [float(value), net.training, dropout.training, net.steps[2].training]
    unmoved = all(map(np.array_equal, before, numbers_of(net)))
    return (
        found,
        unmoved,
        outcome(evaluate, net, accuracy, []),
        outcome(evaluate, net, accuracy, iter(())),
    )


def probe_clip_gradients(rng):
    found = []
    for dtype in (np.float32, np.float64):
        grads = [rng.normal(size=shape).astype(dtype) for shape in ((3, 4), (5,), (2, 1, 3))]
        before = [g.copy() for g in grads]
        whole = float(np.sqrt(sum((g.astype(float) ** 2).sum() for g in grads)))
        for most in (whole * 1.01, whole * 0.99, *map(float, rng.uniform(0.1, 9, 3))):
            clipped, norm = clip_gradients(grads, most)
            same = [one is g for one, g in zip(clipped, grads)]
            found += [list(clipped), norm, type(norm).__name__, same]
            found.append(all(map(np.array_equal, grads, before)))
    one = [np.array([3.0, 4.0])]
    limits = [clip_gradients(one, 5.0)[0][0] is one[0], outcome(clip_gradients, one, 0)]
    return found, limits, list(clip_gradients([0 * one[0]], 1.0))


def probe_cosine_schedule(rng):
    found = []
    for warmup in (0, 1, int(rng.integers(2, 6))):
        total = warmup + int(rng.integers(5, 20))
        peak, floor = float(rng.uniform(0.3, 1)), float(rng.uniform(0.01, 0.2))
        steps = range(total + 4)
        rates = [cosine_schedule(step, total, peak, floor, warmup) for step in steps]
        found += [rates, cosine_schedule(total // 2, total, peak)]
    return found, {type(rate).__name__ for rate in rates} == {"float"}


def probe_trainer(rng):
    net, batches, asked, after = network(rng), drawn_batches(rng), [], []
    start = twin_of(net)
    rates = [float(rate) for rate in rng.uniform(0.1, 0.9, 99)]

    def schedule(step):
        asked.append(step)
        return rates[step]

    optimizer = SGD(net.parameters(), 0.2, 0.5)
    trainer = Trainer(net, cross_entropy, optimizer, schedule, 0.3, None)

    def note(model):
        after.append([model is net, trainer.step_count, optimizer.lr, numbers_of(net)[0]])

    trainer.after_step = note
    net.eval()
    found = [trainer.step(*batches[0]), trainer.step_count, list(trainer.fit(batches, 2))]
    found += [net.training, trainer.fit(batches, 1) is trainer.history, list(trainer.history)]
    found += [numbers_of(net), optimizer.lr, asked, after, trainer.step_count]
    found += [outcome(trainer.fit, [], 1), outcome(trainer.fit, iter(batches), 2)]
    plain = Trainer(start, cross_entropy, SGD(start.parameters(), 0.3))
    return found, plain.fit(batches, 3), numbers_of(start), plain.step_count, plain.optimizer.lr


def probe_checkpoint(rng):
    net, batches = network(rng), drawn_batches(rng)
    found = []
    for make in (lambda params: Adam(params, 0.05), lambda params: SGD(params, 0.2, 0.9)):
        other = twin_of(network(rng))
        optimizer, fresh = make(net.parameters()), make(other.parameters())
        train_epoch(net, cross_entropy, optimizer, batches)
        optimizer.lr = float(rng.uniform(0.01, 0.1))
        step = int(rng.integers(1, 99))
        with TemporaryDirectory() as folder:
            path = Path(folder) / "run.state"
            save_checkpoint(path, net, optimizer, step)
            found.append(sorted(file.name for file in Path(folder).iterdir()))
            with np.load(path) as file:
                found.append(sorted((name, file[name]) for name in file.files))
            loaded = load_checkpoint(str(path), other, fresh)
            found += [
                loaded,
                type(loaded).__name__,
                numbers_of(other),
                sorted(fresh.state_dict().items()),
            ]
            for one, moved in ((net, optimizer), (other, fresh)):
                found += [train_epoch(one, cross_entropy, moved, batches), numbers_of(one)]
            strange, small = SGD(other.parameters(), 0.7), Sequential(Linear(2, 3, rng=rng))
            found += [outcome(load_checkpoint, path, other, strange), numbers_of(other), strange.lr]
            before = sorted(fresh.state_dict().items())
            found += [outcome(load_checkpoint, path, small, fresh), numbers_of(small)]
            found.append(str(sorted(fresh.state_dict().items())) == str(before))
            save_checkpoint(path, net, optimizer)
            found.append(load_checkpoint(path, other, fresh))
    return found


def probe_pytorch_style(rng):
    net, batches = network(rng), drawn_batches(rng)
    params = net.parameters()
    found = []

    def grads():
        return [getattr(p, "grad", "missing") for p in params]

    with pytorch_style(SGD(params, float(rng.uniform(0.1, 1)), 0.5), cross_entropy) as pair:
        optimizer, loss_fn = pair
        found += [grads(), outcome(optimizer.step)]
        for x, y in batches:
            loss = loss_fn(net(x), y)
            found += [loss, loss.backward(), grads(), len(optimizer.records)]
        found += [optimizer.step(), numbers_of(net), grads(), optimizer.zero_grad(), grads()]
        for x, y in batches:
            optimizer.zero_grad()
            loss_fn(net(x), y).backward()
            optimizer.step()
            found += [numbers_of(net), grads(), len(optimizer.records)]
    return found
