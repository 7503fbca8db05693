"""Hidden tests of module 07: drawn parameters walk with drawn gradients, stop and go on."""


def outcome(fn, *args, **settings):
    """What fn returns, or the type of the error that it raises."""
    try:
        return fn(*args, **settings)
    except Exception as error:
        return type(error).__name__


def drawn(rng, dtype=np.float32):
    """Parameters of distinct shapes, two of them alike."""
    a, b, c = (int(size) for size in rng.permutation([2, 3, 4, 5])[:3])
    shapes = [(a, b), (c,), (c,), (a, b, c)]
    return [Parameter(rng.normal(size=shape).astype(dtype)) for shape in shapes]


def slopes(rng, params, dtype=None):
    return [rng.normal(0, 2, p.shape).astype(dtype or p.dtype) for p in params]


def memories(optimizer):
    """What the optimizer remembers, by the name of its lists."""
    return [[name, list(getattr(optimizer, name))] for name in optimizer.remembers]


def walked(rng, make):
    """Places and memories on the way of some steps; what became of arrays and gradients."""
    found = []
    for dtype, slope_dtype in (
        (np.float32, np.float32),
        (np.float64, None),
        (np.float32, np.float64),
    ):
        params = drawn(rng, dtype)
        arrays = [p.data for p in params]
        optimizer = make(params)
        for _ in range(int(rng.integers(4, 7))):
            grads = slopes(rng, params, slope_dtype)
            before = [g.copy() for g in grads]
            optimizer.step(grads)
            found.append([[p.numpy() for p in params], memories(optimizer), optimizer.t])
            found[-1] = [found[-1], all(map(np.array_equal, grads, before))]
        found.append([p.data is array for p, array in zip(params, arrays)])
        found.append([[array.copy() for array in arrays] for _, arrays in memories(optimizer)])
    return found


class Recorder(Optimizer):
    """Notes how it is called, and moves each parameter a little."""

    def update(self, index, p, g):
        vars(self).setdefault("calls", []).append([index, self.t, isinstance(p, Tensor), g.copy()])
        p.data += 1


def probe_optimizer(rng):
    params = drawn(rng)
    given = list(params)
    optimizer, lr = Recorder(given, float(rng.uniform(0.1, 1))), float(rng.uniform(0.1, 1))
    given.append(Parameter([1.0]))
    from_generator = Recorder((p for p in params), lr)
    found = [len(optimizer.params), from_generator.lr, len(from_generator.params)]
    found += [[type(o.params).__name__, o.t] for o in (optimizer, from_generator)]
    grads = slopes(rng, params)
    turned = [*grads[:-1], grads[-1].T.copy()]
    for bad in (grads[:-1], [*grads, grads[0]], turned, grads[::-1], [g[None] for g in grads]):
        found.append([outcome(optimizer.step, bad), optimizer.t, [p.numpy() for p in params]])
    for _ in range(2):
        for one in (optimizer, from_generator):
            found += [one.step(slopes(rng, params)), one.t, one.calls]
    bad_starts = [([], 0.1), (iter([]), 0.1), (params, 0), (params, -lr), (params, 0.0)]
    found += [outcome(lambda: Recorder(*start).lr) for start in bad_starts]
    return found, imports_inside(Optimizer), [p.numpy() for p in params]


def probe_sgd(rng):
    lr = float(rng.uniform(0.01, 0.9))
    return walked(rng, lambda params: SGD(params, lr)), walked(rng, SGD)


def probe_momentum(rng):
    lr, momentum = float(rng.uniform(0.01, 0.5)), float(rng.uniform(0.2, 0.8))
    zeros = SGD(drawn(rng, np.float64), lr, momentum).velocity
    return walked(rng, lambda params: SGD(params, lr, momentum)), zeros


def probe_weight_decay(rng):
    lr, decay = float(rng.uniform(0.05, 0.5)), float(rng.uniform(0.1, 0.9))
    plain = walked(rng, lambda params: SGD(params, lr, weight_decay=decay))
    both = walked(rng, lambda params: SGD(params, lr, 0.5, decay))
    p = Parameter(rng.normal(size=(3, 2)))
    g = rng.normal(size=(3, 2))
    pulled = SGD([p], lr, weight_decay=decay).with_decay(p, g)
    return plain, both, pulled, p, g, np.shares_memory(pulled, g)


def probe_adam(rng):
    lr = float(rng.uniform(0.05, 0.5))
    betas = (float(rng.uniform(0.3, 0.7)), float(rng.uniform(0.75, 0.95)))
    eps, decay = float(rng.uniform(0.1, 0.9)), float(rng.uniform(0.1, 0.5))
    found = [walked(rng, lambda params: Adam(params, lr)), walked(rng, Adam)]
    found.append(walked(rng, lambda params: Adam(params, lr, betas)))
    return found, walked(rng, lambda params: Adam(params, lr, betas, eps, decay))


def probe_state(rng):
    makers = [
        lambda params: Adam(params, 0.05, (0.5, 0.8)),
        lambda params: SGD(params, 0.1, 0.7),
        SGD,
    ]
    found = []
    for make in makers:
        params = drawn(rng)
        optimizer, twin = make(params), make([Parameter(p.data.copy()) for p in params])
        steps = [slopes(rng, params) for _ in range(6)]
        for grads in steps[:3]:
            optimizer.step(grads)
        optimizer.lr = float(rng.uniform(0.01, 0.5))
        state = optimizer.state_dict()
        kinds = sorted({type(value).__name__ for value in state.values()})
        twin.step(slopes(rng, params))
        found.append([kinds, sorted(state.items()), twin.load_state_dict(state)])
        for p, q in zip(params, twin.params):
            q.data[...] = p.data
        for grads in steps[3:]:
            optimizer.step(grads)
            twin.step(grads)
        found.append(
            [sorted(state.items()), type(twin.lr).__name__, type(twin.t).__name__, twin.lr, twin.t]
        )
        found += [[p.numpy() for p in one.params] + memories(one) for one in (optimizer, twin)]
        bad = [{"lr": state["lr"]}, {**state, "more": state["t"]}]
        found += [[outcome(twin.load_state_dict, one), twin.lr, twin.t] for one in bad]
    return found
