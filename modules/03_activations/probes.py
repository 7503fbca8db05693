"""Hidden tests of module 03: curves at drawn points, shares along drawn axes, all on the tape."""


def numbers(rng, axes=3, spread=3.0, dtype=np.float32):
    """A tensor whose axes have drawn sizes, all distinct."""
    shape = rng.permutation([2, 3, 4, 5, 6])[:axes]
    return Tensor(rng.normal(0, spread, shape).astype(dtype))


def on_tape(fn, x):
    """Whether all that fn makes of x went through the door."""
    try:
        through_the_door(fn, x, "the answer")
    except Exception:
        return False
    return True


def curve_at(fn, rng):
    """fn of drawn points and of edges, in both dtypes, the input afterwards, and the door."""
    x = numbers(rng)
    wide = numbers(rng, 2, 2.0, np.float64)
    edges = Tensor(np.array([0, -0.0, 90, -90, 1e4, -1e4], np.float32))
    with np.errstate(over="raise", invalid="raise"):
        return [fn(x), fn(wide), fn(edges), x, on_tape(fn, x), on_tape(fn, wide)]


def names_and_inputs(fn, *inputs):
    """The records of fn: their names, and their inputs."""
    with tape() as records:
        fn(*inputs)
    return [(record.name, list(record.inputs)) for record in records]


def probe_primitives(rng):
    x, positive = numbers(rng), Tensor(rng.uniform(0.1, 9, (3, 4)).astype(np.float32))
    other = Tensor(rng.normal(size=x.shape[-1]).astype(np.float32))
    wide, whole = numbers(rng, 2, 1.0, np.float64), Tensor(rng.integers(-5, 5, (2, 3)))
    level = float(rng.normal())
    pairs = [(x, other), (x, level), (x, 0), (wide, level), (whole, level)]
    found = [names_and_inputs(fn, x) for fn in (exp, tanh)]
    found += [names_and_inputs(log, positive), exp(wide), log(exp(wide)), tanh(wide)]
    found += [[maximum(*pair), names_and_inputs(maximum, *pair)] for pair in pairs]
    exact = maximum(Tensor(np.full(3, -9.0)), level).data == level
    return found, exact


def probe_relu(rng):
    slope = float(rng.uniform(0.1, 0.9))
    leaky = [curve_at(fn, rng) for fn in (leaky_relu, lambda x: leaky_relu(x, slope))]
    return curve_at(relu, rng), leaky, relu(Tensor(rng.integers(-9, 9, 7))).data.tolist()


def probe_sigmoid(rng):
    return curve_at(sigmoid, rng)


def probe_gelu(rng):
    x = numbers(rng)
    large = gelu(Tensor(np.array([0, 90, -90], np.float32)))
    return [gelu(x), gelu(numbers(rng, 2, 1.0, np.float64)), x, large, on_tape(gelu, x)]


def shares(fn, rng):
    """fn along every axis of drawn scores, of large ones and of equal ones."""
    x, wide = numbers(rng), numbers(rng, 4, 1.0, np.float64)
    far = Tensor(x.data * np.float32(300))
    with np.errstate(over="raise", invalid="raise"):
        found = [[fn(x, axis), fn(wide, axis), fn(far, axis)] for axis in (0, 1, 2, -1, -2)]
    level = fn(Tensor(np.full((2, 3), rng.normal())))
    columns = Tensor((x.data + 200 * rng.normal(size=x.shape[-1])).astype(np.float32))
    found += [fn(columns, 0), fn(columns, 1), fn(x), fn(wide), fn(far), level, x]
    return found, on_tape(fn, x), on_tape(lambda x: fn(x, 0), x)


def probe_softmax(rng):
    return shares(softmax, rng)


def probe_log_softmax(rng):
    return shares(log_softmax, rng)
