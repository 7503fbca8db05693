"""Hidden tests of module 18: drawn networks lose weights, units and ranks."""


def outcome(fn, *args, **settings):
    """What fn returns, or the type of the error that it raises."""
    try:
        return fn(*args, **settings)
    except Exception as error:
        return type(error).__name__


def drawn_linear(rng, inside, outside, bias=True):
    layer = Linear(inside, outside, bias, rng)
    layer.weight.data[...] = rng.normal(0, rng.uniform(0.3, 2), (inside, outside))
    if bias:
        layer.bias.data[...] = rng.normal(size=outside)
    return layer


def network(rng):
    """Layers of different size and spread, the last of them used twice."""
    last = drawn_linear(rng, 5, 5)
    return Sequential(
        drawn_linear(rng, 4, 7), relu, drawn_linear(rng, 7, 5), last, Sequential(last)
    )


def numbers_of(model):
    return sorted(model.state_dict().items())


def drawn_batches(rng):
    return [
        (Tensor(rng.normal(size=(n, 4)).astype(np.float32)), rng.integers(0, 5, n))
        for n in (6, 3, 8)
    ]


def probe_sparsity(rng):
    found = []
    for share in rng.uniform(0.05, 0.95, 5):
        model = network(rng)
        for p in model.parameters():
            p.data[rng.random(p.shape) < share] = 0
        model.steps[0].weight.data[0, 0] = 1e-9
        found += [sparsity(model), type(sparsity(model)).__name__]
    return found, sparsity(Sequential(relu)), sparsity(network(rng))


def probe_keep_largest(rng):
    found = []
    for shape in ((5, 7), (12,), (2, 3, 4)):
        values, whole = rng.normal(size=shape), rng.integers(-3, 4, shape)
        for fraction in (0.0, 0.5, 0.99, *map(float, rng.uniform(0, 0.95, 3))):
            found += [keep_largest(one, fraction) for one in (values, whole)]
    return found, [outcome(keep_largest, values, fraction) for fraction in (1, 1.0, -0.1, 2.5)]


def probe_magnitude_masks(rng):
    found = []
    for scope in ("global", "layer"):
        model = network(rng)
        before = numbers_of(model)
        for fraction in (0.0, *map(float, rng.uniform(0.1, 0.9, 3))):
            found.append(sorted(magnitude_masks(model, fraction, scope).items()))
        found.append(str(before) == str(numbers_of(model)))
    found.append(sorted(magnitude_masks(model, 0.6).items()))
    return found, [outcome(magnitude_masks, model, 0.5, scope) for scope in ("all", "", None)]


def probe_apply_masks(rng):
    model = network(rng)
    arrays = [p.data for p in model.parameters()]
    masks = {name: rng.random(p.shape) < 0.6 for name, p in prunable(model).items()}
    masks["steps.0.bias"] = rng.random(7) < 0.5
    some = dict(list(masks.items())[::-1][:2])
    found = []
    for chosen in (some, masks):
        copies = {name: mask.copy() for name, mask in chosen.items()}
        found += [apply_masks(model, chosen), numbers_of(model)]
        found.append(all(np.array_equal(copies[name], chosen[name]) for name in chosen))
    found.append([p.data is array for p, array in zip(model.parameters(), arrays, strict=True)])
    model = network(rng)
    before = str(numbers_of(model))
    bad = [{**masks, "other": masks["steps.0.bias"]}, {**masks, "steps.2.bias": np.zeros(9, bool)}]
    return found, [
        [outcome(apply_masks, model, one), before == str(numbers_of(model))] for one in bad
    ]


def probe_fine_tune(rng):
    model, batches, seen = network(rng), drawn_batches(rng), []
    masks = magnitude_masks(model, float(rng.uniform(0.3, 0.7)))

    def watched(pred, target):
        seen.append(sparsity(model))
        return cross_entropy(pred, target)

    optimizer, rates = SGD(model.parameters(), 0.05, 0.5), rng.uniform(0.01, 0.1, 9)
    losses = fine_tune(
        model, masks, watched, optimizer, batches, 3, lambda step: float(rates[step])
    )
    found = [list(losses), numbers_of(model), sparsity(model), seen, optimizer.lr]
    plain = fine_tune(model, masks, cross_entropy, optimizer, batches, 2)
    return found, list(plain), numbers_of(model), optimizer.lr


def probe_prune_neurons(rng):
    found = []
    for biases in ((True, True), (False, True), (True, False)):
        first, second = drawn_linear(rng, 4, 9, biases[0]), drawn_linear(rng, 9, 3, biases[1])
        first.weight.data *= rng.uniform(0.1, 5, 9).astype(np.float32)
        second.weight.data *= rng.uniform(0.1, 5, (9, 1)).astype(np.float32)
        before = numbers_of(Sequential(first, second))
        for keep in (1, 9, *map(int, rng.integers(2, 9, 3))):
            one, two = prune_neurons(first, second, keep)
            found += [one.weight, one.bias, two.weight, two.bias]
        found.append(str(before) == str(numbers_of(Sequential(first, second))))
        found.append(np.shares_memory(one.weight.data, first.weight.data))
    pairs = [(first, second, 0), (first, second, 10), (second, first, 2)]
    return found, [outcome(prune_neurons, *pair) for pair in pairs]


def probe_low_rank(rng):
    found = []
    for bias in (True, False):
        linear = drawn_linear(rng, 6, 4, bias)
        before, x = numbers_of(linear), Tensor(rng.normal(size=(5, 6)).astype(np.float32))
        for rank in (1, 2, 3, 4):
            pair = low_rank(linear, rank)
            one, two = pair.steps
            found += [one.weight.data @ two.weight.data, one.weight.shape, two.weight.shape]
            found += [one.bias, two.bias, pair(x), str(one.weight.dtype), str(two.weight.dtype)]
        found.append(str(before) == str(numbers_of(linear)))
    return found, [outcome(low_rank, linear, rank) for rank in (0, 5, -1)]


def probe_distillation_loss(rng):
    found = []
    for dtype in (np.float32, np.float64):
        for temperature in (None, 1.0, float(rng.uniform(0.5, 9))):
            student, teacher = (Tensor(rng.normal(0, 3, (4, 6)).astype(dtype)) for _ in range(2))
            chosen = () if temperature is None else (temperature,)
            found.append(distillation_loss(student, teacher, *chosen))
            with tape() as records:
                distillation_loss(student, teacher, *chosen)
            found.append(any(t is teacher for r in records for t in r.inputs))
            found.append(
                value_and_gradients(lambda: distillation_loss(student, teacher, *chosen), [student])
            )
    far = Tensor(student.data * 300)
    found.append(distillation_loss(student, far, 2.0))
    bad = [
        (student, Tensor(teacher.data[:, :3]), 1.0),
        (student, teacher, 0),
        (student, teacher, -1),
    ]
    return found, [outcome(distillation_loss, *args) for args in bad]
