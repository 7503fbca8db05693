"""Hidden tests of module 04: trees of drawn sizes, start values, modes and states."""


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
    return Tensor(rng.normal(0, 2, shape).astype(dtype))


def on_tape(fn, x):
    """Whether the output of fn is connected to x by the tape."""
    try:
        connected(tape, fn, x, what="the answer")
    except Exception:
        return False
    return True


def leaf(rng):
    """A module with parameters of drawn names and sizes, among other attributes."""
    module = Module()
    for name in rng.permutation(["weight", "b", "_z", "alpha", "scale", "none", "plain"]):
        module.__dict__[str(name)] = Parameter(rng.normal(size=sizes(rng, 1)))
    module.none, module.plain = None, Tensor([1.0])
    return module


def tree(rng):
    """Modules in attributes, a list and a tuple, three floors high."""
    root = leaf(rng)
    root.first = leaf(rng)
    root.first.inner = leaf(rng)
    root.first.inner.innermost = leaf(rng)
    root.blocks = [leaf(rng), 7, None, leaf(rng)]
    root.pair = ("text", leaf(rng), leaf(rng))
    root.zero = leaf(rng)
    return root


def probe_own_parameters(rng):
    module = leaf(rng)
    module.child = leaf(rng)
    found = list(module.own_parameters())
    return (
        found,
        [value is vars(module)[name] for name, value in found],
        list(Module().own_parameters()),
    )


def probe_named_parameters(rng):
    root = tree(rng)
    prefix = f"p{rng.integers(99)}."
    children = [name for name, _ in root.children()]
    named = [list(root.named_parameters()), list(root.named_parameters(prefix))]
    root.again = root.first
    return children, named, list(root.parameters()), len(list(root.named_parameters()))


def probe_linear_start(rng):
    found = []
    for _ in range(3):
        inside, outside = map(int, rng.integers((60, 90), (80, 200)))
        seeds = [int(seed) for seed in rng.integers(10**6, size=2)]
        one, again, other = (
            Linear(inside, outside, rng=np.random.default_rng(seed)) for seed in (seeds[0], *seeds)
        )
        weight, limit = one.weight.data, np.sqrt(6 / (inside + outside))
        spread = float(weight.std()) / limit * np.sqrt(3)
        even = [0.95 < spread < 1.05, abs(float(weight.mean())) < limit / 20]
        even += [bool(np.abs(weight).max() <= 1.0001 * limit), len(np.unique(weight)) > 5000]
        repeats = [np.array_equal(weight, layer.weight.data) for layer in (again, other)]
        kinds = [isinstance(one.weight, Parameter), isinstance(one.bias, Parameter)]
        found.append([weight.shape, str(weight.dtype), one.bias, even, repeats, kinds])
    unseeded = [Linear(3, 4).weight.data for _ in range(2)]
    free = Linear(3, 4, bias=False, rng=rng)
    return found, np.array_equal(*unseeded), free.bias, len(free.parameters())


def probe_linear_forward(rng):
    inside, outside, rows, batch = sizes(rng, 4)
    found = []
    for bias in (True, False):
        for features in (inside, outside):
            layer = Linear(features, outside, bias, rng)
            if bias:
                layer.bias.data[...] = rng.normal(size=outside)
            x, deep = numbers(rng, rows, features), numbers(rng, batch, rows, features)
            wrong = numbers(rng, 2, features + 1)
            crosswise = numbers(rng, features, features, features + 2)
            found += [layer(x), layer(deep), x, on_tape(layer, x), list(layer.parameters())]
            found += [on_tape(lambda weight: layer(x), layer.weight)]
            found += [outcome(layer, bad) for bad in (wrong, crosswise)]
            if bias:
                found.append(on_tape(lambda bias: layer(x), layer.bias))
    narrow = Linear(5, 3, rng=rng)
    return found, [outcome(narrow, numbers(rng, *shape)) for shape in ((1, 1), (5, 4), (2, 5, 3))]


def probe_sequential(rng):
    a, b, c, rows = sizes(rng, 4)
    first, last = Linear(a, b, rng=rng), Linear(b, c, rng=rng)
    x = numbers(rng, rows, a)
    net = Sequential(first, lambda z: z * z - 1.0, last)
    found = [net(x), net(x), type(net.steps).__name__, [name for name, _ in net.named_parameters()]]
    found += [Sequential()(x) is x, Sequential(lambda z: 3.0 * z, lambda z: z + 1.0)(x)]
    images = numbers(rng, rows, a, b, c)
    flat = [Flatten()(images), Flatten()(x), on_tape(Flatten(), images)]
    own = [name for name in vars(net) if name != "training"]
    return found, flat, own


def dropped(dropout, x):
    """What is left of x: whether it is right, how much it is, and where it is."""
    out = dropout(x).data
    kept = out != 0
    right = np.allclose(out, np.where(kept, x.data / (1 - dropout.p), 0), rtol=1e-5)
    share = abs(float(kept.mean()) - 1 + dropout.p) < 0.05
    mixed = [bool((kept.any(axis) & ~kept.all(axis)).any()) for axis in (0, 1)]
    return [right, share, str(out.dtype), mixed], kept


def probe_dropout(rng):
    p, seed = float(rng.uniform(0.2, 0.8)), int(rng.integers(10**6))
    found = []
    for dtype in (np.float32, np.float64):
        x = numbers(rng, 300, 7, dtype=dtype)
        dropout, twin = (Dropout(p, np.random.default_rng(seed)) for _ in range(2))
        before = x.data.copy()
        story, kept = dropped(dropout, x)
        again = [np.array_equal(kept, dropped(one, x)[1]) for one in (twin, dropout)]
        found += [story, again, np.array_equal(x.data, before), on_tape(dropout, x)]
        found += [dropout.eval()(x) is x, dropout.train() is dropout, dropped(dropout, x)[0]]
    found += [outcome(lambda p: Dropout(p).p, share) for share in (0, p, 1, 1.5, -p, 0.999)]

    class Fixed:
        random = staticmethod(lambda size=None, **settings: np.full(size, 0.5))

    found.append(Dropout(0.5, Fixed())(numbers(rng, 3, 4)))
    root = tree(rng)
    modes = []
    for switch in (root.eval, root.train, lambda: root.train(False), lambda: root.train(True)):
        returned = switch() is root
        below = [root.first, root.first.inner, root.first.inner.innermost, *root.pair[1:]]
        modes.append([returned, *(m.training for m in (root, *below, root.blocks[3]))])
        modes.append(Module().training)
    return found, modes


def probe_state_dict(rng):
    root = tree(rng)
    state = root.state_dict()
    kinds = {type(array).__name__ for array in state.values()}
    before = list(state.items())
    arrays = [p.data for p in root.parameters()]
    for p in root.parameters():
        p.data += 1
    apart = [state[name] for name in state]
    other = {name: rng.normal(size=array.shape) for name, array in state.items()}
    returned = root.load_state_dict(other)
    loaded = [root.state_dict(), [p.data is a for p, a in zip(root.parameters(), arrays)]]
    names = list(state)
    fewer = {name: other[name] for name in names[1:]}
    turned = {**other, names[-1]: other[names[-1]].reshape(1, -1)}
    small = {**{name: array + 1 for name, array in other.items()}, names[-1]: np.ones(1)}
    bad = [fewer, {**other, "extra": np.ones(2)}, turned, small]
    errors = [[outcome(root.load_state_dict, one), root.state_dict()] for one in bad]
    return before, apart, sorted(kinds), returned, loaded, errors
