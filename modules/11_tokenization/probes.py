"""Hidden tests of module 11: drawn texts and rows of ids, with letters of several bytes."""


def outcome(fn, *args, **settings):
    """What fn returns, or the type of the error that it raises."""
    try:
        return fn(*args, **settings)
    except Exception as error:
        return type(error).__name__


def written(rng, count=120):
    """A text of words that come again, some of them with letters beyond ASCII."""
    letters = list("abcdefgh\u00e4\u00df\u20ac\U0001f600")
    words = ["".join(rng.choice(letters, rng.integers(1, 7))) for _ in range(12)]
    return " ".join(rng.choice(words, count // 5))


def drawn_ids(rng, count=60):
    """Few different ids, so that pairs repeat and overlap."""
    return [int(n) for n in rng.integers(0, 3, count)]


def probe_char_tokenizer(rng):
    text = written(rng)
    tokenizer = CharTokenizer(text)
    ids = [int(n) for n in rng.integers(0, tokenizer.vocab_size, 9)]
    found = [tokenizer.symbols, sorted(tokenizer.ids.items()), tokenizer.vocab_size]
    found += [
        tokenizer.encode(text),
        tokenizer.decode(ids),
        tokenizer.decode(tokenizer.encode(text)),
    ]
    found += [tokenizer.encode(""), tokenizer.decode([]), CharTokenizer("").symbols]
    found += [outcome(tokenizer.encode, bad) for bad in (text + "Z", "zyx", "Q")]
    bad_ids = ([-1], [tokenizer.vocab_size], [0, 999], [*ids, -2])
    return found, [outcome(tokenizer.decode, bad) for bad in bad_ids]


def probe_count_pairs(rng):
    rows = [drawn_ids(rng), drawn_ids(rng, 2), [3, 3, 3, 3], [1], [], tuple(drawn_ids(rng, 30))]
    return [count_pairs(ids) for ids in rows], rows


def probe_most_common_pair(rng):
    found = []
    for _ in range(25):
        pairs = [tuple(map(int, pair)) for pair in rng.integers(0, 6, (8, 2))]
        found.append(most_common_pair({pair: int(rng.integers(1, 5)) for pair in pairs}))
    tied = {tuple(map(int, pair)): 4 for pair in rng.integers(0, 4, (9, 2))}
    return found, most_common_pair(tied), outcome(most_common_pair, {})


def probe_merge_pair(rng):
    found = []
    for count in (60, 60, 7, 2, 1, 0):
        ids = drawn_ids(rng, count)
        before = list(ids)
        pairs = [(0, 1), (1, 0), (2, 2), (0, 0), (1, 2)]
        new = int(rng.integers(3, 99))
        found += [[merge_pair(ids, pair, new), ids == before] for pair in pairs]
    kinds = [type(merge_pair(tuple(ids), (0, 1), 9)).__name__, merge_pair([1, 1, 1], (1, 1), 5)]
    return found, kinds, merge_pair([0, 1, 0, 1], (0, 1), 1)


def probe_learn_merges(rng):
    found = []
    for size in (256, 257, 270, 600, int(rng.integers(258, 300))):
        merges = learn_merges(written(rng, 200), size)
        found.append(list(merges.items()))
    short = ["", "a", "aaaa", "abab", "abcabc", "\u00e4\u00e4"]
    found += [list(learn_merges(text, 300).items()) for text in short]
    return found, [outcome(learn_merges, "abab", size) for size in (255, 0, -3)]


def probe_replay_merges(rng):
    found = []
    for size in (262, 290, 400):
        text, other = written(rng, 200), written(rng)
        merges = learn_merges(text, size)
        mixed = text[:20] + other + text[30:80] + "aabababc"
        found += [replay_merges(one, merges) for one in (text, other, mixed, "", "a", "\u20ac")]
    odd = {(97, 98): 256, (98, 97): 257, (256, 256): 258, (257, 98): 259, (97, 97): 260}
    letters = "".join(rng.choice(list("ab"), 40))
    return found, replay_merges(letters, odd), replay_merges(letters, {})


def probe_bpe_tokenizer(rng):
    text = written(rng, 200)
    tokenizer = BPETokenizer()
    found = [tokenizer.vocab_size, tokenizer.decode(tokenizer.encode(text)) == text]
    tokenizer.train(text, int(rng.integers(262, 300)))
    size = tokenizer.vocab_size
    for _ in range(12):
        ids = [int(n) for n in rng.integers(0, size, int(rng.integers(1, 9)))]
        high = [int(n) for n in rng.integers(128, size, int(rng.integers(1, 9)))]
        found += [tokenizer.decode(ids), tokenizer.decode(high)]
    ids = tokenizer.encode(text)
    found += [tokenizer.decode(ids), tokenizer.decode(ids[1:9]), tokenizer.decode([])]
    cut = list("a\u20ac\U0001f600".encode())
    found += [tokenizer.decode(cut[:end]) for end in range(len(cut) + 1)]
    return found, [outcome(tokenizer.decode, bad) for bad in ([-1], [size], [0, 9999], [-size])]
