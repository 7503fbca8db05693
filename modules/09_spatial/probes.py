"""Hidden tests of module 09: windows over drawn pictures, no two sizes alike."""


def outcome(fn, *args, **settings):
    """What fn returns, or the type of the error that it raises."""
    try:
        return fn(*args, **settings)
    except Exception as error:
        return type(error).__name__


def on_tape(fn, *inputs):
    """Whether the output of fn is connected to each input by the tape."""
    try:
        connected(tape, fn, *inputs, what="the answer")
    except Exception:
        return False
    return True


def numbers(rng, *shape, dtype=np.float32):
    return rng.normal(size=shape).astype(dtype)


def pictures(rng, channels=None, dtype=np.float32):
    """A few pictures of drawn height and width, as an array (N, C, H, W)."""
    count, drawn = map(int, rng.permutation([2, 3, 4])[:2])
    height, width = map(int, rng.permutation([5, 6, 7, 8])[:2])
    return numbers(rng, count, channels or drawn, height, width, dtype=dtype)


def settings(rng):
    """Kernel size, stride and padding: the usual ones and drawn ones."""
    drawn = [tuple(map(int, rng.integers((1, 1, 0), (5, 4, 3)))) for _ in range(3)]
    return [(3, 1, 1), (2, 2, 0), (3, 2, 1), (3, 3, 2), *drawn]


def probe_output_size(rng):
    drawn = [tuple(map(int, row)) for row in rng.integers((1, 1, 1, 0), (12, 8, 5, 4), (60, 4))]
    edges = [(5, 5, 1, 0), (4, 5, 1, 0), (4, 5, 3, 1), (3, 5, 2, 1), (6, 5, 1), (7, 2)]
    return [outcome(output_size, *sizes) for sizes in (*drawn, *edges)]


def probe_conv2d_loops(rng):
    found = []
    for k, stride, _ in settings(rng):
        for dtype in (np.float32, np.float64):
            picture, kernel = pictures(rng, dtype=dtype)[0, 0], numbers(rng, k, k, dtype=dtype)
            before = picture.copy()
            found += [conv2d_loops(picture, kernel, stride), np.array_equal(picture, before)]
    return found, conv2d_loops(picture, kernel)


def probe_conv2d_loops_multi(rng):
    found = []
    for k, stride, padding in ((3, 1, 1), (2, 2, 0), *settings(rng)[-2:]):
        x = pictures(rng, dtype=np.float32)[:2, :, :6, :5]
        weight, bias = numbers(rng, 3, x.shape[1], k, k), numbers(rng, 3)
        before = x.copy()
        found.append(conv2d_loops_multi(x, weight, bias, stride, padding))
        found.append(conv2d_loops_multi(x, weight, None, stride, padding))
        found.append(np.array_equal(before, x))
    wide = conv2d_loops_multi(x.astype(np.float64), weight, bias, stride=1)
    return found, wide


def probe_shifted_copies(rng):
    found = []
    for k, stride, padding in settings(rng):
        x, value = Tensor(pictures(rng)), float(rng.normal())
        found.append(list(shifted_copies(x, k, stride, padding, value)))
        found.append(list(shifted_copies(x, k, stride, padding)))
        for place in (0, -1):
            found.append(on_tape(lambda x: shifted_copies(x, k, stride, padding)[place], x))
    with tape() as records:
        copies = shifted_copies(x, 2)
    return found, len(copies), [r.name for r in records if r.name == "pad"], x


def probe_conv2d(rng):
    found = []
    for k, stride, padding in settings(rng):
        x = Tensor(pictures(rng))
        weight, bias = Tensor(numbers(rng, k * k * x.shape[1], 5)), Tensor(numbers(rng, 5))
        found.append(conv2d(x, weight, bias, stride, padding))
        found.append(conv2d(x, weight, stride=stride, padding=padding))
        found.append(on_tape(lambda *all: conv2d(*all, stride, padding), x, weight, bias))
    with tape() as records:
        conv2d(x, weight, bias)
    copies = [Tensor(numbers(rng, 2, channels, 3, 4)) for channels in (5, 5, 5, 5)]
    narrow = [Tensor(numbers(rng, 2, 1, 3, 5)) for _ in range(4)]
    rows = [side_by_side(copies), side_by_side(narrow), on_tape(side_by_side, copies[:1])]
    return found, rows[:2], sum(r.name == "matmul" for r in records)


def probe_conv2d_layer(rng):
    found = []
    for k in (1, 3, 5):
        channels, filters = int(rng.integers(10, 30)), int(rng.integers(200, 300))
        seeds = [int(seed) for seed in rng.integers(10**6, size=2)]
        one, again, other = (
            Conv2d(channels, filters, k, rng=make_rng(seed)) for seed in (seeds[0], *seeds)
        )
        weight, he = one.weight.data, np.sqrt(2 / (k * k * channels))
        bell = [0.92 < weight.std() / he < 1.08, abs(weight.mean()) < he / 10]
        bell += [np.abs(weight).max() > 2.8 * he, len(np.unique(weight)) > 0.9 * weight.size]
        repeats = [np.array_equal(weight, layer.weight.data) for layer in (again, other)]
        kinds = [isinstance(p, Parameter) for p in (one.weight, one.bias)]
        found.append(
            [weight.shape, str(weight.dtype), one.bias, [bool(b) for b in bell], repeats, kinds]
        )
    for k, stride, padding in settings(rng):
        x = Tensor(pictures(rng, 3))
        layer = Conv2d(3, 4, k, stride, padding, rng)
        for p in layer.parameters():
            p.data[...] = rng.normal(size=p.shape)
        found += [layer(x), [name for name, _ in layer.named_parameters()]]
        found.append(on_tape(lambda *_: layer(x), x, layer.weight, layer.bias))
    shapes = [(2, 8, 8, 3), (2, 4, 8, 8), (3, 8, 8), (2, 3, 8, 8, 1), (2, 12, 7, 9), (4, 1, 8, 8)]
    return found, [outcome(layer, Tensor(numbers(rng, *shape))) for shape in shapes]


def probe_pooling(rng):
    found = []
    for k, stride in ((2, None), (3, None), (2, 1), (3, 2), (1, 2), (2, 3)):
        x = Tensor(pictures(rng) - np.float32(1))
        pool = MaxPool2d(k, stride)
        found += [pool(x), pool.stride, pool.kernel_size, on_tape(pool, x), x]
        found += [GlobalAvgPool()(x), on_tape(GlobalAvgPool(), x)]
    return found, len(pool.parameters())


def probe_small_cnn(rng):
    seed = int(rng.integers(10**6))
    nets = [small_cnn(make_rng(one)) for one in (seed, seed, seed + 1)]
    arrays = [[p.numpy() for p in net.parameters()] for net in nets]
    same = [all(map(np.array_equal, arrays[0], other)) for other in arrays[1:]]
    x = Tensor(numbers(rng, int(rng.integers(2, 6)), 1, 8, 8))
    net = nets[0]
    for p in net.parameters():
        p.data[...] = rng.normal(0, 0.3, p.shape)
    unseeded = [small_cnn().parameters()[0].data for _ in range(2)]
    return same, [list(line) for line in ledger(net, x)], net(x), np.array_equal(*unseeded)
