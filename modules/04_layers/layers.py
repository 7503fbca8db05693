# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
"""
# 04 Layers

You will build `layers.py`: objects that own numbers, fit inside each other,
can be listed by name, and can be saved. At the end a whole network is one
object, and one call runs it.

### Prerequisites

- **02 Tensor**: `Tensor`, `@`, `+`, broadcasting, `reshape`, and `tape` for
  looking at what was computed. `extend` lets a class grow cell by cell.
- **01 Setup**, which 02 needs too: `stopwatch`, `human_bytes`, `make_rng`.
- Python: classes, inheritance, `isinstance`, dictionaries, `yield`.

Nothing else is needed.

### Time and difficulty

About 3 hours. Difficulty 2 of 5. Seven exercises of 3 to 15 lines.

### Learning objectives

Afterwards you can

- say what belongs to a model and what belongs to the data;
- find every parameter of a nested model with one loop over `vars(self)`;
- choose start values that keep signals neither too small nor too large;
- build, switch, save and restore a network as one object;
- predict how the cost of a layer grows with its width and its batch.

### How the pieces hang together

Here is the network of this lesson as you will see it at the end. It turns
2 numbers into 1, with 3 units between them. Every box is a `Module`. Every
line with a shape is a `Parameter`, and the path to it is its name.

```
┌───────────────────┐
│ net    Sequential │
└─┬─────────────────┘
  │  ┌────────────────────────┐
  ├──┤ steps.0   Linear(2, 3) │
  │  └─┬──────────────────────┘
  │    ├── steps.0.weight   (2, 3)   6 numbers
  │    └── steps.0.bias     (3,)     3 numbers
  │
  ├───  steps.1   bend       a plain function: it owns nothing
  │
  │  ┌────────────────────────┐
  └──┤ steps.2   Linear(3, 1) │
     └─┬──────────────────────┘
       ├── steps.2.weight   (3, 1)   3 numbers
       └── steps.2.bias     (1,)     1 number
```
"""

# %% [markdown]
"""
## Why layers?

A network is a formula with many numbers in it. You could write it with the
tensors of module 02 alone. Let us do that once, and see what hurts.

The formula has two kinds of steps. `x @ w + b` mixes the features of each
example. Between two mixes stands a function that bends: without it, two
mixes in a row would equal one mix with the weights `w1 @ w2`. Any curve
will do for now. This one squeezes every number into -1 to 1:

```
bend(z) = z / sqrt(1 + z * z)        bend( 0.75) =  0.6
                                     bend( 0.00) =  0.0
                                     bend(-0.75) = -0.6
```

The question of this module: **how can an object hold such numbers so that
a program finds all of them, whatever their names and wherever they are?**
"""

# %%
#| default_exp layers
#| export
"""Layers: objects that own parameters and turn tensors into tensors."""

from collections.abc import Callable, Iterator

import numpy as np
from tinytorch.tensor import Tensor, extend

# %% [markdown]
"""
That cell opens your library file: whatever is marked `export` goes into it.
The next cell brings the tools for tests and measurements. They stay here.
"""

# %%
from tinytorch.env import human_bytes, make_rng, stopwatch
from tinytorch.tensor import tape

from tinytutor.kit import (
    connected,
    curve,
    expect,
    refuses,
    run_tests,
    same,
    same_dtype,
    table,
    unchanged,
)

# %% [markdown]
"""
## Worked example: one network, written twice

First as loose tensors. The comments name the four steps; you will meet the
same four steps in every network of this course.
"""


# %%
def bend(z):
    """A smooth curve from -1 to 1. Any shape in, the same shape out."""
    return z / (1.0 + z * z) ** 0.5


# 1. hold the numbers
w1 = Tensor([[0.5, -1.0, 0.25], [0.25, 0.5, -0.25]])
b1 = Tensor([-0.25, 0.0, -0.5])
w2 = Tensor([[1.0], [2.0], [-1.0]])
b2 = Tensor([0.3])

x = Tensor([[1.0, 2.0]])
# 2. mix         [[0.75, 0.0, -0.75]]
mixed = x @ w1 + b1
# 3. bend        [[0.6, 0.0, -0.6]]
bent = bend(mixed)
# 4. mix again   0.6 * 1 + 0.0 * 2 + (-0.6) * (-1) + 0.3 = 1.5
print("loose tensors:", bent @ w2 + b2)  # 1.5

# %% [markdown]
"""
It works, and it does not scale. A network of 50 layers has 100 loose names.
Whoever wants to save it, count it or change it must list all 100 by hand.
Forget one, and nothing complains.

Two small classes mend that. A **parameter** is a tensor that belongs to the
model and not to the data. It computes like any tensor; only its type says
whose it is. A **module** is an object that holds parameters and has a
`forward`: what it does with an input.

You call a module like a function. `net(x)` runs `net.forward(x)`.
"""


# %%
#| export
class Parameter(Tensor):
    """A tensor that belongs to the model, not to the data."""


class Module:
    """Something that may own parameters and turns tensors into tensors."""

    def forward(self, *inputs: Tensor, **settings: object) -> Tensor:
        """The computation. Every kind of module defines its own."""
        kind = type(self).__name__
        raise TypeError(f"{kind} has no forward: define forward(self, x)")

    def __call__(self, *inputs: Tensor, **settings: object) -> Tensor:
        """module(x) runs module.forward(x)."""
        return self.forward(*inputs, **settings)


# %% [markdown]
"""
Now the same network as a module. The four steps are still there. Step 1
moved to `__init__`, steps 2 to 4 moved to `forward`.
"""


# %%
class SmallNetwork(Module):
    """2 features, 3 units, 1 output."""

    def __init__(self):
        # 1. hold the numbers
        self.w1 = Parameter([[0.5, -1.0, 0.25], [0.25, 0.5, -0.25]])
        self.b1 = Parameter([-0.25, 0.0, -0.5])
        self.w2 = Parameter([[1.0], [2.0], [-1.0]])
        self.b2 = Parameter([0.3])

    def forward(self, x):
        # 2. mix
        mixed = x @ self.w1 + self.b1
        # 3. bend
        bent = bend(mixed)
        # 4. mix again
        return bent @ self.w2 + self.b2


small = SmallNetwork()
print("as a module:  ", small(Tensor([[1.0, 2.0]])))  # 1.5
print("Python stores:", list(vars(small)))  # w1, b1, w2, b2

# %% [markdown]
"""
The last line is the key to the first exercise. It gives the names `w1`,
`b1`, `w2`, `b2`: Python keeps the attributes of an object in a dictionary,
in the order of assignment. `vars(small)` is that dictionary: names and
values, ready for a loop.
"""

# %% [markdown]
"""
## 1. Find the parameters of one module

By hand, the list would be `[small.w1, small.b1, small.w2, small.b2]`. Write
the loop that makes it for any module. Go through `vars(self)` and keep what
is a `Parameter`. The name plays no part: ask what a value *is*.

```
vars(layer)                     isinstance(value, Parameter)

"weight"  ─▶ Parameter (1, 2)   yes ─▶  ("weight", the Parameter)
"note"    ─▶ "stretches"        no
"offset"  ─▶ Tensor (1,)        no      data: nobody will change it
"scale"   ─▶ Parameter (1,)     yes ─▶  ("scale", the Parameter)
```

`yield name, value` hands out one pair and then goes on with the loop. The
caller can write `for name, parameter in layer.own_parameters():`.

A new method joins a class with `@extend(Module)` above a class body, as in
module 02. So `Module` grows by one idea at a time.
"""


# %% nbgrader={"grade": false, "grade_id": "own_parameters", "locked": false, "schema_version": 3, "solution": true}
#| export
@extend(Module)
class OwnParameters:
    """What a module holds directly."""

    def own_parameters(self) -> Iterator[tuple[str, Parameter]]:
        """Yields (name, parameter) for each Parameter among the attributes.

        In the order of assignment. Everything else is passed over:
        numbers, None, plain Tensors, other modules.
        """
        ### BEGIN SOLUTION
        for name, value in vars(self).items():
            if isinstance(value, Parameter):
                yield name, value
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_own_parameters", "locked": true, "points": 5, "schema_version": 3, "solution": false}
def test_own_parameters():
    class Stretch(Module):
        def __init__(self):
            self.weight = Parameter([[1.0, 2.0]])
            self.scale = Parameter([3.0])

    layer = Stretch()
    found = layer.own_parameters()
    expect(found is not None, "own_parameters() gave None: yield each pair")
    pairs = list(found)
    are_pairs = all(isinstance(p, tuple) and len(p) == 2 for p in pairs)
    expect(are_pairs, "own_parameters() must give pairs: yield name, value")
    names = [name for name, _ in pairs]
    expect(
        "scale" in names,
        f"found {len(names)} of 2: 'scale' is a Parameter too",
        hint="ask what a value is, not what it is called",
    )
    same(
        " ".join(names),
        "weight scale",
        "the names",
        mistakes={"keep the order of assignment": "scale weight"},
    )
    itself = dict(pairs)["scale"] is layer.scale
    expect(itself, "give the Parameter itself, not a copy of it")

    class Mixture(Module):
        def __init__(self):
            self.part = Stretch()
            self.note = "stretches"
            self._q7 = Parameter([1.0])
            self.nothing = None
            self.offset = Tensor([4.0])

    mixture = Mixture()
    names = [name for name, _ in mixture.own_parameters()]
    expect("offset" not in names, "'offset' is a plain Tensor: only data")
    expect("part" not in names, "'part' is a Module, not a Parameter")
    same(" ".join(names), "_q7", "the names in Mixture")

    mixture.late = Parameter([2.0])
    names = [name for name, _ in mixture.own_parameters()]
    same(" ".join(names), "_q7 late", "the names with a late Parameter")
    empty = list(Module().own_parameters())
    expect(empty == [], "a module without attributes has no parameters")


test_own_parameters()

# %% [markdown]
"""
## 2. Find the parameters of a whole tree

Real networks are built from parts, and parts have parts. Let us cut our
network in two. Each half holds a `weight` and a `bias`.

```
net = Network()                  the list we want

net.first    ─▶ Half             first.weight   (2, 3)
net.second   ─▶ Half             first.bias     (3,)
                                 second.weight  (3, 1)
                                 second.bias    (1,)
```

`net.own_parameters()` finds nothing now: `net` holds two modules and no
parameter. The parameters sit one floor down. Two methods get us there:

- `children` lists the modules directly inside, with their names. Modules in
  a list or tuple count too: item 0 of `self.blocks` is called `blocks.0`.
- `named_parameters` gives a module's own parameters, then asks each child
  to do the same. It hands down the path so far as `prefix`, with a dot.

Follow one name down the tree:

```
net.named_parameters("")                    own:  "" + "gain"
 └─ child "blocks.0"
    .named_parameters("blocks.0.")          own:  "blocks.0." + "b"
     └─ child "inner"
        .named_parameters("blocks.0.inner.")
                                            own:  "blocks.0.inner." + "s"
```

A method that calls itself on the children is recursion. It ends by itself:
a module without children asks nobody.

`yield from pairs` hands on every pair of another generator.

`parameters` is given. It keeps each parameter once, even if two names lead
to it, because a layer may be used in two places.
"""


# %% nbgrader={"grade": false, "grade_id": "named_parameters", "locked": false, "schema_version": 3, "solution": true}
#| export
@extend(Module)
class Tree:
    """A module and everything below it."""

    def children(self) -> Iterator[tuple[str, Module]]:
        """Yields (name, module) for each module directly inside.

        A module in a list or tuple is named by its place: "blocks.0". The
        place counts all items, also those that are no modules.
        """
        ### BEGIN SOLUTION
        for name, value in vars(self).items():
            if isinstance(value, Module):
                yield name, value
            elif isinstance(value, (list, tuple)):
                for place, item in enumerate(value):
                    if isinstance(item, Module):
                        yield f"{name}.{place}", item
        ### END SOLUTION

    def named_parameters(
        self,
        prefix: str = "",
    ) -> Iterator[tuple[str, Parameter]]:
        """Yields (path, parameter) for the whole tree: own first.

        Then those of each child. Every path begins with `prefix`.
        """
        ### BEGIN SOLUTION
        for name, parameter in self.own_parameters():
            yield prefix + name, parameter
        for name, child in self.children():
            yield from child.named_parameters(f"{prefix}{name}.")
        ### END SOLUTION

    def parameters(self) -> list[Parameter]:
        """Every parameter of the tree, each one once."""
        by_identity = {id(p): p for _, p in self.named_parameters()}
        return list(by_identity.values())


# %% nbgrader={"grade": true, "grade_id": "test_named_parameters", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_named_parameters():
    class Unit(Module):
        def __init__(self):
            self.s = Parameter([1.0])

    class Block(Module):
        def __init__(self):
            self.inner = Unit()
            self.b = Parameter([0.5])

    class Net(Module):
        def __init__(self):
            self.stem = Unit()
            self.blocks = [Block(), abs, Unit()]
            self.end = (Unit(),)
            self.gain = Parameter([2.0])
            self.table = [Tensor([1.0]), None]

    net = Net()
    found = net.children()
    expect(found is not None, "children() gave None: yield each pair")
    names = " ".join(name for name, _ in found)
    same(
        names,
        "stem blocks.0 blocks.2 end.0",
        "the names of the children",
        mistakes={
            "the modules inside lists are missing": "stem",
            "a tuple can hold modules too": "stem blocks.0 blocks.2",
            "the place counts all items": "stem blocks.0 blocks.1 end.0",
            "places count from 0": "stem blocks.1 blocks.3 end.1",
            "name the place in the list too": "stem blocks blocks end",
        },
    )
    itself = dict(net.children())["blocks.2"] is net.blocks[2]
    expect(itself, "give the module itself, not a copy of it")

    pairs = list(net.named_parameters())
    own_last = "stem.s blocks.0.inner.s blocks.0.b blocks.2.s end.0.s gain"
    same(
        " ".join(name for name, _ in pairs),
        "gain stem.s blocks.0.b blocks.0.inner.s blocks.2.s end.0.s",
        "the names of all parameters",
        mistakes={
            "the children's parameters are missing": "gain",
            "the grandchildren are missing: children have children": (
                "gain stem.s blocks.0.b blocks.2.s end.0.s"
            ),
            "the path is cut: hand your own prefix down too": (
                "gain stem.s blocks.0.b inner.s blocks.2.s end.0.s"
            ),
            "put prefix before each name": "gain s b s s s",
            "own parameters come before the children's": own_last,
        },
        hint="the drawing: which prefix does each child receive?",
    )
    itself = dict(pairs)["blocks.0.inner.s"] is net.blocks[0].inner.s
    expect(itself, "give the Parameter itself, not a copy of it")
    first, _ = next(iter(net.named_parameters("model.")))
    same(first, "model.gain", 'the first name with prefix "model."')

    net.again = net.stem
    names = [name for name, _ in net.named_parameters()]
    expect("again.s" in names, "a module with two names is listed twice")
    count = len(net.parameters())
    expect(count == 6, f"parameters() gave {count} of 6: each one once")


test_named_parameters()

# %% [markdown]
"""
## 3. A Linear layer: start values

`Linear(in_features, out_features)` is the mix `x @ weight + bias` as a
module. Each column of `weight` belongs to one output, which we call a unit.

```
            unit 0  unit 1  unit 2
feature 0 [  0.50   -1.00    0.25 ]
feature 1 [  0.25    0.50   -0.25 ]     weight (in, out) = (2, 3)
            ─────   ─────   ─────
          [ -0.25    0.00   -0.50 ]     bias   (out,)    = (3,)
```

**Which numbers do we start from?** All zeros looks neutral. It is not: with
equal columns, all three units compute the same number for every input. Any
rule that changes units by what they computed changes them alike. They stay
copies for ever. So the weights start random. The bias may start at zero.

**How large?** A unit adds up `in` products. With weights of spread `s`, the
spread of the sum is `s * sqrt(in)` times that of the inputs. Now stack ten
layers of 64 units:

```
spread s of the weights      per layer     after ten layers
half of 1 / sqrt(64)          x 0.5         x 0.001    fades away
1 / sqrt(64) = 0.125          x 1           x 1        stays
twice 1 / sqrt(64)            x 2           x 1024     blows up
```

Xavier Glorot's rule aims at the middle row. It uses the mean of both sizes,
`(in + out) / 2`, and so treats a layer and its mirror image alike:

```
spread = sqrt(2 / (in + out))
limit  = sqrt(3) * spread = sqrt(6 / (in + out))
```

Numbers drawn evenly between `-limit` and `limit` have just that spread. For
`Linear(2, 4)` the limit is `sqrt(6 / 6) = 1`, and the spread is 0.577.

The random numbers come from `rng`, a generator that the caller passes in.
Then the same seed gives the same network. `rng.uniform(low, high, shape)`
draws evenly, and always in float64.
"""


# %% nbgrader={"grade": false, "grade_id": "linear_start", "locked": false, "schema_version": 3, "solution": true}
#| export
class Linear(Module):
    """x @ weight + bias: (..., in_features) to (..., out_features)."""

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        rng: np.random.Generator | None = None,
    ):
        """Draws the start values.

        Sets `weight`, a Parameter (in_features, out_features), drawn evenly
        between -limit and limit by `rng`; and `bias`, a Parameter
        (out_features,) of zeros, or None where bias=False. Both float32.
        """
        rng = np.random.default_rng() if rng is None else rng
        ### BEGIN SOLUTION
        limit = np.sqrt(6.0 / (in_features + out_features))
        start = rng.uniform(-limit, limit, (in_features, out_features))
        self.weight = Parameter(start, dtype=np.float32)
        zeros = np.zeros(out_features, dtype=np.float32)
        self.bias = Parameter(zeros) if bias else None
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_linear_start", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_linear_start():
    layer = Linear(5, 3, rng=np.random.default_rng(4))
    for name in ("weight", "bias"):
        kind = type(getattr(layer, name)).__name__
        expect(kind == "Parameter", f"{name} is a {kind}, no Parameter")
    weight = layer.weight.data
    expect(
        weight.shape != (3, 5),
        "weight has the shape (out, in): x @ weight needs (in, out)",
        hint="the drawing: a row for each feature, a column for each unit",
    )
    same(weight.shape, (5, 3), "Linear(5, 3).weight.shape")
    expect(
        (weight != weight[:, :1]).any(),
        "all units start alike: every unit would stay identical",
        hint="why zeros are no neutral start",
    )
    same_dtype(layer.weight, np.float32, "weight", hint="rng draws float64")
    same(layer.bias, np.zeros(3), "Linear(5, 3).bias")
    same_dtype(layer.bias, np.float32, "bias", hint="zeros are float64")

    free = Linear(5, 3, bias=False, rng=np.random.default_rng(4))
    expect(free.bias is None, "bias=False: set self.bias = None")
    names = " ".join(name for name, _ in free.named_parameters())
    same(names, "weight", "the parameters of a Linear without bias")

    for n_in, n_out in ((300, 100), (100, 300), (200, 200)):
        what = f"Linear({n_in}, {n_out})"
        large = Linear(n_in, n_out, rng=np.random.default_rng(7))
        weight = large.weight.data
        both_signs = weight.min() < 0 < weight.max()
        expect(both_signs, f"{what}: the weights need both signs")
        spread = np.sqrt(2 / (n_in + n_out))
        limit = np.sqrt(6 / (n_in + n_out))
        same(
            weight.std() / spread,
            1.0,
            f"the spread of {what}, divided by Xavier's",
            tolerance=0.025,
            mistakes={
                "that limit is too small: it is the spread": spread / limit,
                "that spread is too large: it is the limit": limit / spread,
                "the square root is missing": limit,
            },
        )
        inside = np.abs(weight).max() <= 1.0001 * limit
        expect(inside, f"{what}: a weight exceeds the limit {limit:.4f}")

    one = Linear(4, 2, rng=np.random.default_rng(1)).weight.data
    two = Linear(4, 2, rng=np.random.default_rng(1)).weight.data
    same_seed = "the same seed gave other weights: draw from rng"
    expect((one == two).all(), same_seed)
    rng = np.random.default_rng(1)
    one, two = (Linear(4, 2, rng=rng).weight.data for _ in range(2))
    expect((one != two).any(), "two layers from one rng start as copies")
    one, two = (Linear(4, 2).weight.data for _ in range(2))
    expect((one != two).any(), "two layers without rng start as copies")


test_linear_start()

# %% [markdown]
"""
## 4. A Linear layer: forward

Each example is a row, so the input stands on the left of `@`. The bias
comes last and broadcasts over all rows.

```
x (N, in)  @  weight (in, out)  +  bias (out,)   ─▶   (N, out)

[1, 2]     @  the weight above       ─▶  [ 1.00   0.00  -0.25]
                                  +      [-0.25   0.00  -0.50]
                                  =      [ 0.75   0.00  -0.75]
```

Only the last axis is mixed. All axes before it are carried along, because
`@` does so: `(B, T, in)` becomes `(B, T, out)`.

A wrong width is the most common slip in a network of many layers. Module
02 would refuse the product, but it knows nothing of layers. So check first,
and say it in the layer's words: how many features it takes, what it got.
"""


# %% nbgrader={"grade": false, "grade_id": "linear_forward", "locked": false, "schema_version": 3, "solution": true}
#| export
@extend(Linear)
class LinearForward:
    """What a Linear computes."""

    def forward(self, x: Tensor) -> Tensor:
        """x (..., in_features), 2 axes or more, gives (..., out_features).

        Without a bias: the product alone. Raises ValueError where the last
        axis has another size; the message says, for Linear(5, 3) and an
        input (2, 4), the words "5 features" and "(2, 4)".
        """
        ### BEGIN SOLUTION
        features = self.weight.shape[0]
        if x.shape[-1] != features:
            raise ValueError(
                f"this Linear takes {features} features in the last axis, "
                f"got an input {x.shape}: does the layer before fit?"
            )
        mixed = x @ self.weight
        return mixed if self.bias is None else mixed + self.bias
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_linear_forward", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_linear_forward():
    rng = np.random.default_rng(5)
    layer = Linear(2, 3, bias=False, rng=rng)
    values = rng.standard_normal((3, 2)).astype(np.float32)
    weight = layer.weight.data
    same(
        layer(Tensor(values)),
        values @ weight,
        "Linear(2, 3, bias=False)(x), x of shape (3, 2)",
        mistakes={"x stands on the left: x @ weight": weight @ values},
    )

    square = Linear(4, 4, rng=rng)
    square.bias = Parameter([1.0, -2.0, 3.0, 0.5])
    values = rng.standard_normal((2, 4)).astype(np.float32)
    weight, bias = square.weight.data, square.bias.data
    same(
        square(Tensor(values)),
        values @ weight + bias,
        "Linear(4, 4)(x), x of shape (2, 4)",
        mistakes={
            "the bias comes before the product": (values + bias) @ weight,
            "the bias is missing": values @ weight,
            "the bias is subtracted": values @ weight - bias,
            "the weight is transposed": values @ weight.T + bias,
        },
    )

    layer = Linear(5, 3, rng=rng)
    layer.bias = Parameter([0.5, 1.0, -1.0])
    values = rng.standard_normal((2, 4, 5)).astype(np.float32)
    x = Tensor(values)
    with unchanged(x, layer.weight, layer.bias, what="Linear(5, 3)(x)"):
        got = layer(x)
    wanted = values @ layer.weight.data + layer.bias.data
    same(got, wanted, "Linear(5, 3)(x), x of shape (2, 4, 5)")
    same_dtype(got, np.float32, "Linear(5, 3)(x)")

    for shape in ((2, 4), (5, 6)):
        words = ["5 features", str(shape)]
        with refuses(ValueError, f"Linear(5, 3) on {shape}", words):
            layer(Tensor(np.ones(shape, np.float32)))

    def run(*_):
        return layer(x)

    tensors = (x, layer.weight, layer.bias)
    connected(tape, run, *tensors, what="Linear(5, 3) of (x, weight, bias)")


test_linear_forward()

# %% [markdown]
"""
## 5. Sequential and Flatten

Most networks are a row of steps: each works on the result of the last.

```
Sequential(Linear(2, 3), bend, Linear(3, 1))

x (N, 2) ─▶ steps[0] ─▶ (N, 3) ─▶ steps[1] ─▶ (N, 3) ─▶ steps[2] ─▶ (N, 1)
```

A step may be a module or a plain function such as `bend`. Both can be
called, so `step(x)` works for either. Keep the steps in a list named
`steps`, and your `children` will find the modules in it without more work.

`Flatten` joins two worlds. A picture batch has the shape `(N, height,
width)`; a `Linear` wants `(N, features)`. Flatten keeps the first axis,
because examples must never be mixed with each other:

```
(2, 3, 4)  ─▶  (2, 12)      12 = 3 * 4, the 2 examples stay apart
```
"""


# %% nbgrader={"grade": false, "grade_id": "sequential", "locked": false, "schema_version": 3, "solution": true}
#| export
class Sequential(Module):
    """Steps in a row, each a module or a plain function of one tensor."""

    def __init__(self, *steps: Callable[[Tensor], Tensor]):
        """Keeps the steps, in order, in the list `self.steps`."""
        for place, step in enumerate(steps):
            if not callable(step):
                kind = type(step).__name__
                advice = "write Sequential(a, b), without brackets"
                raise TypeError(f"step {place} is a {kind}: {advice}")
        ### BEGIN SOLUTION
        self.steps = list(steps)
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Feeds x through all steps; without steps, gives x itself."""
        ### BEGIN SOLUTION
        for step in self.steps:
            x = step(x)
        return x
        ### END SOLUTION


class Flatten(Module):
    """(N, ...) to (N, features): one row for each example."""

    def forward(self, x: Tensor) -> Tensor:
        """Joins all axes but the first, without changing the order."""
        ### BEGIN SOLUTION
        return x.reshape(x.shape[0], -1)
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_sequential", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_sequential():
    calls = []

    class Doubling(Module):
        def __call__(self, x):
            calls.append("called")
            return super().__call__(x)

        def forward(self, x):
            return x * 2.0

    def plus_one(x):
        return x + 1.0

    x = Tensor([[1.0, -3.0]])
    got = Sequential(Doubling())(x)
    same(got, [[2.0, -6.0]], "Sequential(doubling)(x)")
    expect(
        calls == ["called"],
        "call step(x), not step.forward(x): a function has no forward",
    )
    net = Sequential(Doubling(), plus_one, Doubling(), plus_one)
    with unchanged(x, what="Sequential(...)(x)"):
        got = net(x)
    same(
        got,
        [[7.0, -9.0]],
        "Sequential(doubling, plus_one, doubling, plus_one)(x)",
        mistakes={
            "the steps run from last to first": [[10.0, -6.0]],
            "each step works on the last result": [[2.0, -2.0]],
            "it stops after the first step": [[2.0, -6.0]],
        },
    )
    same(net(x), [[7.0, -9.0]], "the same network called again")
    expect(Sequential()(x) is x, "without steps the result is x itself")

    small = Sequential(Linear(2, 3), bend, Linear(3, 1))
    names = " ".join(name for name, _ in small.named_parameters())
    wanted = "steps.0.weight steps.0.bias steps.2.weight steps.2.bias"
    same(names, wanted, "the parameter names", hint="the list self.steps")
    first, _, last = small.steps
    first.weight = Parameter([[0.5, -1.0, 0.25], [0.25, 0.5, -0.25]])
    first.bias = Parameter([-0.25, 0.0, -0.5])
    last.weight = Parameter([[1.0], [2.0], [-1.0]])
    last.bias = Parameter([0.3])
    same(small(Tensor([[1.0, 2.0]])), [[1.5]], "the worked example")
    with refuses(TypeError, "Sequential([a, b])", ["without brackets"]):
        Sequential([plus_one, plus_one])

    values = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    x = Tensor(values)
    same(
        Flatten()(x),
        values.reshape(2, 12),
        "Flatten()(x), x of shape (2, 3, 4)",
        mistakes={
            "the examples were joined: keep axis 0": values.reshape(24),
            "the first axis must stay first": values.reshape(12, 2),
            "only the last axes may be joined": values.reshape(6, 4),
        },
    )
    same_dtype(Flatten()(x), np.float32, "Flatten()(x)")
    big = Tensor(np.arange(120).reshape(5, 2, 3, 4))
    wanted = big.data.reshape(5, 24)
    same(Flatten()(big), wanted, "Flatten()(x), x of shape (5, 2, 3, 4)")
    net = Sequential(Flatten(), plus_one)
    connected(tape, net, x, what="Sequential(Flatten(), plus_one)(x)")


test_sequential()

# %% [markdown]
"""
## 6. Dropout, train and eval

A large network can rely on a few units and let the others idle. **Dropout**
works against that. While the network learns, each number is set to 0 with
probability `p`. No unit can then count on any other. When the network is
used, nothing is dropped.

So a module needs to know which of the two is going on. `training` is True
or False, and `train()` and `eval()` switch it for the whole tree.

```
net.eval()     net           training = False
                ├─ steps.0   training = False
                └─ steps.1   training = False
                    └─ ...   training = False      down to every leaf
```

Zeros make the output smaller on average. To make up for that, dropout
divides what it keeps by `1 - p`. An example with `p = 0.5`:

```
x            [ 2   4   6   8 ]   mean 5
kept         [ 1   0   0   1 ]
kept / 0.5   [ 2   0   0   2 ]
x * that     [ 4   0   0  16 ]   mean 5
```

The mean stays 5 here by luck of the numbers; over many draws it stays on
average. Then the next layer sees the same scale in both modes.

Draw one number from 0 to 1 for each element: `self.rng.random(x.shape)`. An
element is kept where its number is at least `p`. Draw anew in every call.
"""


# %% nbgrader={"grade": false, "grade_id": "dropout", "locked": false, "schema_version": 3, "solution": true}
#| export
@extend(Module)
class Modes:
    """Two modes: train while the model learns, eval while it is used."""

    training = True

    def train(self, mode: bool = True) -> Module:
        """Sets `training` to `mode` here and in the whole tree below.

        Returns the module itself, so that calls can be chained.
        """
        ### BEGIN SOLUTION
        self.training = mode
        for _, child in self.children():
            child.train(mode)
        return self
        ### END SOLUTION

    def eval(self) -> Module:
        """Like train(False): `training` is False in the whole tree."""
        ### BEGIN SOLUTION
        return self.train(False)
        ### END SOLUTION


class Dropout(Module):
    """In train mode drops a share p of the elements; in eval mode none."""

    def __init__(
        self,
        p: float = 0.5,
        rng: np.random.Generator | None = None,
    ):
        """Raises ValueError with the number p, unless 0 <= p < 1."""
        ### BEGIN SOLUTION
        if not 0 <= p < 1:
            raise ValueError(f"p is the share to drop, 0 <= p < 1, got {p}")
        ### END SOLUTION
        self.p = p
        self.rng = np.random.default_rng() if rng is None else rng

    def forward(self, x: Tensor) -> Tensor:
        """Any shape in, same shape and dtype out.

        In train mode an element is 0 with probability p, else x / (1 - p).
        Each has a draw of its own from `rng`; it is kept where that is at
        least p. In eval mode the result is x itself.
        """
        ### BEGIN SOLUTION
        if not self.training:
            return x
        kept = self.rng.random(x.shape) >= self.p
        return x * Tensor(kept.astype(x.dtype) / (1 - self.p))
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_dropout", "locked": true, "points": 15, "schema_version": 3, "solution": false}
def test_dropout():
    x = Tensor(np.ones((100, 200), np.float32))
    half = Dropout(0.5, rng=np.random.default_rng(3))
    average = half(x).data.mean()
    expect(
        average > 0.6,
        f"the average shrank to {average:.1f} of the input: divide by 1-p",
    )
    fifth = Dropout(0.2, rng=np.random.default_rng(3))
    with unchanged(x, what="Dropout(0.2)(x)"):
        got = fifth(x)
    kept = got.data != 0
    expect(not kept.all(), "Dropout(0.2) dropped nothing in train mode")
    columns = (kept == kept[:1]).all()
    expect(not columns, "whole columns were dropped: one draw per element")
    rows = (kept == kept[:, :1]).all()
    expect(not rows, "whole rows were dropped: one draw per element")
    four_sigma = 4 * np.sqrt(0.2 * 0.8 / kept.size)
    expect(
        abs(kept.mean() - 0.2) > four_sigma,
        "Dropout(0.2) kept a share of 0.2: p is the share that is dropped",
    )
    expect(
        abs(kept.mean() - 0.8) < four_sigma,
        f"Dropout(0.2) kept a share of {kept.mean():.2f}, expected 0.8",
    )
    same(
        np.unique(got.data),
        [0, 1.25],
        "the values of Dropout(0.2) on ones",
        mistakes={"divide by 1 - p, not by p": [0, 5]},
    )
    same_dtype(got, np.float32, "Dropout(0.2)(x)")

    again = fifth(x).data != 0
    expect((kept != again).any(), "two calls dropped the same: draw anew")
    twin = Dropout(0.2, rng=np.random.default_rng(3))
    expect(
        (twin(x).data == got.data).all(),
        "the same seed dropped other elements: draw from self.rng",
    )
    wide = Tensor(np.random.default_rng(1).standard_normal((6, 7)))
    got = Dropout(0.25, rng=np.random.default_rng(2))(wide)
    wanted = np.where(got.data != 0, wide.data / 0.75, 0)
    same(got, wanted, "Dropout(0.25)(x)")
    same_dtype(got, np.float64, "Dropout of a float64 tensor")
    same(Dropout(0.0)(wide), wide.data, "Dropout(0.0)(x)")
    draws = np.random.default_rng(6).random((2, 3))
    p = float(draws[1, 0])
    edge = Dropout(p, rng=np.random.default_rng(6))
    same(
        edge(Tensor(np.ones((2, 3)))),
        (draws >= p) / (1 - p),
        "Dropout(p)(ones), where one draw is exactly p",
        mistakes={
            "a draw equal to p is kept: at least p": (draws > p) / (1 - p),
        },
        hint="draw self.rng.random(x.shape), keep what is >= self.p",
    )
    connected(tape, half, x, what="Dropout(0.5)(x)")

    for p in (1.0, 1.5, -0.1):
        with refuses(ValueError, f"Dropout({p})", [str(p)]):
            Dropout(p)

    leaf = Dropout(0.5, rng=np.random.default_rng(4))
    net = Sequential(Sequential(leaf), Flatten())
    tree = [net, net.steps[0], leaf, net.steps[1]]
    other = Dropout(0.5)
    expect(all(m.training for m in tree), "a new module is in train mode")
    expect(net.eval() is net, "eval() must return the module itself")
    reached = sum(not module.training for module in tree)
    expect(
        reached == 4,
        f"eval() reached {reached} of 4 modules: tell every child its mode",
    )
    expect(
        other.training,
        "eval() of one model switched another: set it on self alone",
    )
    same(
        net(x),
        x.data,
        "net.eval()(x)",
        hint="in eval mode nothing is dropped and nothing is divided",
    )
    expect(leaf(x) is x, "in eval mode dropout gives x itself, no copy")
    expect(net.train() is net, "train() must return the module itself")
    reached = sum(module.training is True for module in tree)
    expect(reached == 4, f"train() reached {reached} of 4 modules")
    dropped = (net(x).data == 0).any()
    expect(dropped, "after train() dropout must drop again")
    expect(not net.train(False).training, "train(False) means eval()")


test_dropout()

# %% [markdown]
"""
## 7. Save and load: state_dict

A trained network is worth keeping. What is worth keeping of it? Not the
code, only the numbers, each under its name:

```
{"steps.0.weight": array (2, 3),   "steps.0.bias": array (3,),
 "steps.2.weight": array (3, 1),   "steps.2.bias": array (1,)}
```

`state_dict` makes that dictionary. It holds **copies**: what was saved must
stand still while the model goes on changing.

`load_state_dict` writes such numbers into a model. Three things can go
wrong, so it takes three steps:

1. **names**: compare both sets. A name only in the model is *missing*, one
   only in the state is *unexpected*. Either is a `KeyError`.
2. **shapes**: compare all of them *before* anything is written. A
   `ValueError` then leaves the model whole, not half loaded.
3. **numbers**: write *into* the arrays that are there.

Why into? Somebody may hold on to a parameter's array already:

```
holder ──────────┐
                 ▼
net.weight ──▶ array [0.1 0.2]    weight.data[...] = new  holder sees it
                                  weight.data = new       holder does not
```
"""


# %% nbgrader={"grade": false, "grade_id": "state_dict", "locked": false, "schema_version": 3, "solution": true}
#| export
@extend(Module)
class State:
    """All numbers of a model by name: to save, and to load again."""

    def state_dict(self) -> dict[str, np.ndarray]:
        """The path of every parameter and a copy of its array."""
        ### BEGIN SOLUTION
        return {name: p.data.copy() for name, p in self.named_parameters()}
        ### END SOLUTION

    def load_state_dict(self, state: dict[str, np.ndarray]) -> None:
        """Writes the arrays of `state` into the parameters, by name.

        Raises KeyError with "missing [...], unexpected [...]" (two sorted
        lists of names) where the names differ; ValueError with the name and
        both shapes where a shape differs. An error leaves all as it was.
        """
        mine = dict(self.named_parameters())
        ### BEGIN SOLUTION
        # 1. names
        missing = sorted(set(mine) - set(state))
        unexpected = sorted(set(state) - set(mine))
        if missing or unexpected:
            names = f"missing {missing}, unexpected {unexpected}"
            raise KeyError(f"{names}: was another model saved?")
        # 2. shapes
        for name, parameter in mine.items():
            here, there = parameter.shape, state[name].shape
            if here != there:
                raise ValueError(
                    f"{name} has shape {here} in the model, {there} in the "
                    "state: build the model with the sizes that were saved"
                )
        # 3. numbers
        for name, parameter in mine.items():
            parameter.data[...] = state[name]
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "test_state_dict", "locked": true, "points": 10, "schema_version": 3, "solution": false}
def test_state_dict():
    def network(seed):
        rng = np.random.default_rng(seed)
        first, last = Linear(2, 3, rng=rng), Linear(3, 1, rng=rng)
        return Sequential(first, bend, last)

    net = network(1)
    state = net.state_dict()
    names = "steps.0.weight steps.0.bias steps.2.weight steps.2.bias"
    same(" ".join(state), names, "the names in state_dict()")
    arrays = all(type(value) is np.ndarray for value in state.values())
    expect(arrays, "state_dict() holds plain arrays: take p.data of each")
    before = state["steps.0.weight"][0, 0]
    net.steps[0].weight.data[0, 0] += 1
    expect(
        state["steps.0.weight"][0, 0] == before,
        "the saved numbers moved with the model: store copies",
    )

    net = network(1)
    other = network(2)
    held = [parameter.data for parameter in other.parameters()]
    x = Tensor([[1.0, 2.0], [-3.0, 0.5], [0.0, 1.5]])
    with unchanged(*state.values(), what="load_state_dict(state)"):
        other.load_state_dict(state)
    same(other(x), net(x).data, "network(2) with the state of network(1)")
    now = [parameter.data for parameter in other.parameters()]
    expect(
        all(a is b for a, b in zip(held, now, strict=True)),
        "a holder of the array sees old numbers: write into data[...]",
    )
    doubles = {name: a.astype(np.float64) for name, a in state.items()}
    other.load_state_dict(doubles)
    loaded = other.steps[0].weight
    same_dtype(loaded, np.float32, "weight after loading float64")

    short = dict(state)
    del short["steps.2.bias"]
    words = ["missing ['steps.2.bias']"]
    with refuses(KeyError, "a name is missing", words):
        other.load_state_dict(short)
    more = state | {"extra": np.zeros(1)}
    with refuses(KeyError, "a name too many", ["unexpected ['extra']"]):
        other.load_state_dict(more)
    deep = Sequential(*(Linear(1, 1) for _ in range(4)))
    mine = sorted(deep.state_dict())
    letters = ["a", "b", "c", "d", "e", "f", "g", "h"]
    strange = dict.fromkeys(reversed(letters), np.zeros(1))
    words = [f"missing {mine}", f"unexpected {letters}"]
    with refuses(KeyError, "nothing fits, so two sorted lists", words):
        deep.load_state_dict(strange)

    narrow = state | {"steps.0.bias": np.ones(1, np.float32)}
    words = ["steps.0.bias", "(3,)", "(1,)"]
    with refuses(ValueError, "a bias (1,) for Linear(2, 3)", words):
        other.load_state_dict(narrow)
    fresh = network(2)
    start = fresh.steps[0].weight.data.copy()
    last_wrong = {name: array + 1 for name, array in state.items()}
    last_wrong["steps.2.bias"] = np.ones((1, 1), np.float32)
    with refuses(ValueError, "a bias (1, 1) for Linear(3, 1)", ["(1, 1)"]):
        fresh.load_state_dict(last_wrong)
    expect(
        (fresh.steps[0].weight.data == start).all(),
        "the model is half loaded: compare every shape before you write",
    )
    nothing = Flatten().state_dict()
    expect(nothing == {}, "a module without parameters saves {}")


test_state_dict()

# %% [markdown]
"""
## Systems analysis

A layer costs time and memory. Two measurements show what drives each.

**Time.** A batch is many examples in one tensor, one per row. You can send
512 examples through a `Linear(256, 256)` in 512 calls, or in one call.
"""

# %% [markdown] tags=["prediction"]
"""
**Predict first.** One call with 1 example takes some 8 millionths of a
second (8 µs) on our machine. What does one call with 512 examples take,
*per example*?

1. 8 µs: the arithmetic is the same for each example
2. 4 µs: about half
3. 1.3 µs: about a sixth
4. 0.016 µs: all examples are computed at once, so 1/512
"""


# %% tags=["experiment"]
def seconds_per_call(layer, x, calls):
    def run():
        for _ in range(calls):
            layer(x)

    return stopwatch(run, repeats=7) / calls


rng = make_rng(0)
tiny = Linear(1, 1, rng=rng)
bare = seconds_per_call(tiny, Tensor([[1.0]]), calls=1000)
print(f"Linear(1, 1), 1 example: {bare * 1e6:.1f} µs per call\n")

layer = Linear(256, 256, rng=rng)
batch_rows = []
for size in (1, 2, 4, 8, 16, 32, 64, 128, 256, 512):
    batch = Tensor(rng.standard_normal((size, 256)).astype(np.float32))
    us = 1e6 * seconds_per_call(layer, batch, calls=max(4, 1024 // size))
    weight_bytes = human_bytes(layer.weight.nbytes // size)
    batch_rows.append((size, us, us / size, weight_bytes))
print("Linear(256, 256)")
headers = ["batch", "µs per call", "µs per example", "weights per example"]
table(batch_rows, headers)

# The law: a call costs `fixed` once, and `each` for every example.
first, last = batch_rows[0], batch_rows[-1]
each = (last[1] - first[1]) / (last[0] - first[0])
fixed = first[1] - each
print(f"\nlaw: {fixed:.1f} µs per call + {each:.2f} µs per example\n")
curve(
    {
        "measured": [(row[0], row[2]) for row in batch_rows],
        "law": [(row[0], fixed / row[0] + each) for row in batch_rows],
    },
    x="batch size",
    y="µs per example",
    log_x=True,
    log_y=True,
)

# %% [markdown]
"""
### What to see

The law is **time = fixed + each · batch**, so the time per example is
**fixed / batch + each**. Sharing a fixed cost like this is called
*amortisation*. On a small laptop-class machine, with one thread, we
measured:

```
batch             1      8     64    512     law: 7.1 µs + 1.4 µs · batch
µs per example  8.5    1.9    1.6    1.4
```

Where do the fixed 7.1 µs come from? `Linear(1, 1)` has next to no
arithmetic and still takes 5.5 µs: the way through Python, and twice through
the door of module 02. Most of the rest is reading: the weights fill 256
KiB, and every call fetches them all, be it for 1 example or for 512.

The 1.4 µs are the arithmetic: 65,536 products and sums per example. No
batch can save those. So the curve flattens, and answer 4 is wrong.

The law is not the whole story. Between batch 8 and 16 our time per example
rose a little: NumPy multiplies larger matrices by another method, and on
our machine it takes over at 16 rows.

**Memory.** A layer of width `w` has a `(w, w)` weight and a `(w,)` bias.
"""

# %% [markdown] tags=["prediction"]
"""
**Predict first.** `Linear(512, 512)` needs about 1 MiB. What does
`Linear(1024, 1024)` need?

1. 1 MiB and a little: only the bias grows
2. 2 MiB: twice the width, twice the bytes
3. 4 MiB: twice the rows and twice the columns
"""

# %% tags=["experiment"]
memory_rows = []
for width in (16, 32, 64, 128, 256, 512, 1024):
    layer = Linear(width, width, rng=make_rng(0))
    total = sum(parameter.nbytes for parameter in layer.parameters())
    share = layer.weight.nbytes / total
    result = layer(Tensor(np.ones((64, width), np.float32)))
    memory_rows.append((width, total, share, result.nbytes))
headers = ["width", "parameters", "weight's share", "result, batch 64"]
shown = [
    (width, human_bytes(total), f"{share:.1%}", human_bytes(result))
    for width, total, share, result in memory_rows
]
table(shown, headers)
print()
curve(
    {
        "parameters": [(w, p / 1024) for w, p, _, _ in memory_rows],
        "result, batch 64": [(w, r / 1024) for w, _, _, r in memory_rows],
    },
    x="width",
    y="KiB",
    log_x=True,
    log_y=True,
)

# %% [markdown]
"""
### What to see

Bytes follow the law **4 · (w² + w)**: quadratic in the width, and the
square soon leaves nothing to the bias. Twice the width costs four times the
memory. The *result* is only `(batch, w)`: twice the width, twice the bytes.
At width 64 and batch 64 weight and result are equal, 16 KiB. Wider layers
spend more on parameters, larger batches more on results.

Both charts have logarithmic axes. There a straight line is a power law, and
its steepness is the exponent: 2 for the parameters, 1 for the results.
"""

# %% [markdown]
"""
## In production

- **PyTorch** has the same three ideas under the same names: `nn.Parameter`,
  `nn.Module`, `state_dict`. Saved files use the same dotted names.
- Its `nn.Linear` stores the weight as `(out, in)` and multiplies by the
  transpose. Moving weights between frameworks often means one `.T`.
- It finds parameters at assignment: `Module.__setattr__` sorts each value
  into hidden dictionaries. Plain lists are passed over there, hence
  `nn.ModuleList`. Your loop looks when asked, and sees lists.
- Its start values for `nn.Linear` are even between `-1/sqrt(in)` and
  `1/sqrt(in)`. **Keras** uses Xavier's rule, as you do, and stores `(in,
  out)`.
- **JAX** libraries such as Flax Linen keep the parameters outside: a nested
  dictionary goes into each call. Its keys spell the same tree of names.
- Servers collect single requests for some milliseconds and run them as one
  batch. You have just measured why.
"""

# %% [markdown]
"""
## Misconceptions

**"A layer is its output."** A layer is a rule and its numbers. An output
belongs to one input; the layer keeps no trace of it.

**"Zero is a neutral start."** For a bias it is. For weights it makes all
units copies of one, and copies stay copies.

**"Dropout also runs when the model is used."** Only in train mode. Forget
`eval()`, and the same input gives another answer in each call.

**"`eval()` evaluates something."** It computes nothing. It sets `training`
to False in the whole tree and returns the model.

**"Two names mean two parameters."** A layer used in two places has two
paths and one array. `parameters()` lists it once.
"""

# %% [markdown]
"""
## Questions to think about

1. A class keeps `self.scales = [Parameter(...), Parameter(...)]`. Which of
   your methods finds them? How would you rewrite the class?
2. Why does `Sequential` need no `parameters` method of its own?
3. `Linear(256, 256)` at batch 1 spends most of its time on what is not
   arithmetic. What would you change first: the layer or its caller?
4. `Flatten` has no parameters. Why is it a class and not a function?
5. Two models share one `Linear`. What does `load_state_dict` on the first
   do to the second? When is that wanted?
"""

# %% [markdown]
"""
## Quick reference

```
class Mine(Module):                      a module in 4 lines
    def __init__(self): self.scale = Parameter([1.0])
    def forward(self, x): return x * self.scale
Mine()(x)                                runs forward

own_parameters()      Parameters among the attributes, by type
children()            modules among the attributes, in lists and tuples
named_parameters()    ("steps.0.weight", Parameter) for the whole tree
parameters()          the list of them, each once
                      found by none: bare Parameters in a list

Linear(in, out, bias=True, rng)     (..., in) ─▶ (..., out)
  weight (in, out)   even in ± sqrt(6 / (in + out))
  bias   (out,)      zeros
Sequential(a, f, b)                 modules and functions, in order
Flatten()                           (N, ...) ─▶ (N, features)
Dropout(p, rng)                     same shape
  after train()      a share p to 0, the rest / (1 - p)
  after eval()       x itself; no other layer minds the mode

state_dict()          {name: copy of the array}
load_state_dict(d)    names, then shapes, then numbers in place
```
"""

# %% [markdown]
"""
## Looking ahead

- **03 Activations** has well-chosen bends. With them you reach the
  milestone *A network that guesses*, with its first map of the plane.
- **05 Losses** measures how wrong a network is. **07 Optimizers** changes
  what `parameters()` lists, in place.
- **09 Spatial**, **12 Embeddings** and **13 Attention** add new kinds of
  modules. Your code finds, switches and saves them all without a change.
- **15 Profiling** counts what a tree of modules costs.
"""

# %% [markdown]
"""
## Summary and what comes next

You built a tree of objects in which every number has an owner and a name.
One visible loop over `vars(self)` finds them all. On it stand listing,
counting, switching modes, saving and loading. `Linear` starts at a scale
that lets signals pass, and a batch shares its fixed costs.

This module unlocks 07 and 15. Together with 03 it also unlocks 05, 09 and
13, and together with 11 it unlocks 12. If you skipped 03, take it next.
"""

# %%
if __name__ == "__main__":
    run_tests(
        test_own_parameters,
        test_named_parameters,
        test_linear_start,
        test_linear_forward,
        test_sequential,
        test_dropout,
        test_state_dict,
    )
