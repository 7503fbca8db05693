"""How a request says that a cell is a test or a probe.

It stands in `user_expressions`, a standard field of an execute request, under `INSTRUCTIONS`:

    {"run": "test"}                                a test: it ends well or raises
    {"run": "probe", "function": NAME, "seed": N}  calls NAME(rng) of the source; the reply carries
                                                   what it returned as plain values
"""

INSTRUCTIONS = "tinytutor"
