"""Hidden tests of module 17: drawn values on rulers of drawn bits, and what networks become."""


def outcome(fn, *args, **settings):
    """What fn returns, or the type of the error that it raises."""
    try:
        return fn(*args, **settings)
    except Exception as error:
        return type(error).__name__


def on_tape(fn, x):
    """Whether the output of fn is connected to x by the tape."""
    try:
        connected(tape, fn, x, what="the answer")
    except Exception:
        return False
    return True


def values_of(rng, *shape, dtype=np.float32):
    return rng.normal(0, rng.uniform(0.5, 5), shape).astype(dtype)


def drawn_linear(rng, inside, outside, bias=True):
    layer = Linear(inside, outside, bias, rng)
    layer.weight.data *= rng.uniform(0.1, 20, outside).astype(np.float32)
    if bias:
        layer.bias.data[...] = rng.normal(size=outside)
    return layer


def probe_tick_size(rng):
    found = []
    for bits in (8, 4, 2, int(rng.integers(3, 8))):
        for dtype in (np.float32, np.float64):
            values = values_of(rng, 4, 5, dtype=dtype)
            low, high = -np.abs(values), np.abs(values)
            low[1, 2] = -30
            found += [1e3 * tick_size(one, bits) for one in (values, low, high)]
            found += [tick_size(values, bits), type(tick_size(values, bits)).__name__]
    edges = [np.zeros(3), np.array([1e-300]), np.zeros((2, 3), np.float32), np.array([1e-46, 0])]
    bad = [np.array([1, np.nan]), np.array([np.inf, 1]), np.array([])]
    return found, [tick_size(one) for one in edges], [outcome(tick_size, one) for one in bad]


def probe_quantize(rng):
    found = []
    for bits in (8, 4, 3, 2):
        values, tick = values_of(rng, 6, 5), np.float32(rng.uniform(0.05, 0.5))
        ticks = rng.uniform(0.05, 2, (1, 5)).astype(np.float32)
        before = values.copy()
        found += [quantize(values, one, bits) for one in (tick, float(tick), ticks)]
        found += [quantize(values * 1000, tick, bits), np.array_equal(values, before)]
    halves = np.array([0.4, 0.6, -0.4, -0.6, 1.4, 200, -200, 128, -128, -127.6])
    return found, quantize(halves, 1.0), quantize(values, tick)


def probe_dequantize(rng):
    readings = rng.integers(-127, 128, (4, 5)).astype(np.int8)
    ticks = rng.uniform(0.1, 3, (1, 5)).astype(np.float32)
    one = float(rng.uniform(0.1, 3))
    found = [dequantize(readings, tick) for tick in (one, np.float32(one), ticks, 2.0, 2)]
    return found, dequantize(readings[0], np.float32(0.5)), readings


def probe_tick_per_channel(rng):
    found = []
    for dtype in (np.float32, np.float64):
        values = values_of(rng, 3, 4, 5, dtype=dtype) * rng.uniform(0.1, 9, 5).astype(dtype)
        values[:, 1], values[..., 2] = 0, -np.abs(values[..., 2])
        for axis in (0, 1, 2, -1, -2):
            bits = int(rng.integers(2, 9))
            found += [tick_per_channel(values, bits, axis), tick_size(values, bits, axis)]
    bad = np.where(np.arange(6).reshape(2, 3) == 4, np.nan, 1.0)
    small = np.array([[1e-46, 1.0]])
    return found, outcome(tick_per_channel, bad, 8, 1), tick_per_channel(small, 8, 1)


def probe_quantized_linear(rng):
    found = []
    for bits in (8, 4):
        for bias in (True, False):
            linear = drawn_linear(rng, 6, 5, bias)
            before = linear.state_dict()
            small = QuantizedLinear(linear, bits=bits)
            x, deep = Tensor(values_of(rng, 4, 6)), Tensor(values_of(rng, 2, 3, 6))
            found += [small.weight, small.tick, small.bias, small.x_tick, small.nbytes]
            found += [small(x), small(deep), on_tape(small, x), len(small.parameters())]
            found.append(sorted(name for name in vars(small) if name != "training"))
            found.append(
                all(np.array_equal(before[n], p.data) for n, p in linear.named_parameters())
            )
            if bias:
                found.append(np.shares_memory(small.bias, linear.bias.data))
            ready = QuantizedLinear(linear, np.float32(0.05), bits)
            found += [ready(x), ready.x_tick]
    return found


def probe_integer_product(rng):
    found = []
    for shape in ((4, 40), (2, 3, 40), (40,)):
        x, weight = values_of(rng, *shape), rng.integers(-127, 128, (40, 5)).astype(np.int8)
        x_tick, tick = tick_size(x), rng.uniform(0.01, 0.1, (1, 5)).astype(np.float32)
        found += [integer_product(x, weight, one, tick) for one in (x_tick, np.float32(0.07))]
    full = np.full((2, 600), 127, np.int8)
    return found, integer_product(full.astype(np.float32), full.T, np.float32(1), tick[:, :1])


def network(rng, large_last=True):
    """Layers in two floors, one used twice, for large numbers first or last."""
    twice = drawn_linear(rng, 5, 5)
    factor = 30.0 if large_last else 0.003
    inner = Sequential(twice, lambda t: t * factor, twice, relu)
    first, last = drawn_linear(rng, 6, 5), drawn_linear(rng, 5, 4, False)
    return Sequential(Flatten(), first, relu, lambda t: -t, inner, last)


def probe_calibrate(rng):
    found = []
    for large_last in (True, False):
        model, x = network(rng, large_last), Tensor(values_of(rng, 7, 2, 3))
        before, layers = model.state_dict(), layers_of(model, Linear)
        ticks = calibrate(model, x)
        found += [[tick for layer, tick in ticks.items() if layer is one] for one in layers]
    unused = Sequential(drawn_linear(rng, 6, 3))
    unused.spare = drawn_linear(rng, 4, 4)
    found.append([len(ticks), len(calibrate(unused, Tensor(values_of(rng, 3, 6))))])
    found += [layer.weight.shape for layer in ticks]
    return found, all(np.array_equal(before[n], p.data) for n, p in model.named_parameters())


def shown(step):
    """What a step of a network is, and what it holds."""
    if isinstance(step, Sequential):
        return [shown(one) for one in step.steps]
    if isinstance(step, QuantizedLinear):
        return [step.weight, step.tick, step.x_tick, step.bias]
    return getattr(step, "__name__", type(step).__name__)


def probe_quantize_model(rng):
    model, x = network(rng), Tensor(values_of(rng, 7, 2, 3))
    steps, before, answer = shown(model), model.state_dict(), model(x).data
    found = []
    for settings in ({}, {"bits": 4}, {"calibration": x}, {"calibration": x, "bits": 5}):
        small = quantize_model(model, **settings)
        found += [shown(small), small(x), model_bytes(small), type(small).__name__]
        found.append([shown(model) == steps, np.array_equal(model(x).data, answer)])
    unused = Sequential(relu, drawn_linear(rng, 6, 3))
    found.append(shown(quantize_model(unused, Tensor(values_of(rng, 3, 6)), 6)))
    partly = Sequential(drawn_linear(rng, 6, 4))
    skips = Sequential(lambda t: t, Sequential(partly.steps[0]))
    skips.steps.append(Sequential())
    found.append(shown(quantize_model(skips))[1:])
    lazy = Idle(drawn_linear(rng, 3, 3))
    found.append(len(shown(quantize_model(lazy, Tensor(values_of(rng, 2, 6))))))
    return found, all(np.array_equal(before[n], p.data) for n, p in model.named_parameters())


class Idle(Sequential):
    """A network whose layers do not run."""

    def forward(self, x):
        return x
