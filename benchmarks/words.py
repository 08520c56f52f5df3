"""Invented words in the proportions of a language, and texts of them.

A few of the letters are not ASCII, as in nearly all real texts: searches take other ways then.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

SEED = 20260101
VOCABULARY = 40_000
SLOTS = 1 << 20  # of the table that words are drawn from
# What follows a word, and how often: nothing, a comma, an end of sentence, a dash, a paragraph.
ENDS = {"": 0.88, ",": 0.06, ".": 0.04, " –": 0.005, ".\n": 0.015}
SYLLABLES = (
    "a e i o u an en in on un al er is or us ba be bo ca co da de di do fa fi ga go ha he ka ki la "
    "le li lo ma me mi mo na ne no pa pe po ra re ri ro sa se si so ta te ti to va ve vi vo ber "
    "con den for gen her kan len man nor pan ren ster ten tion ver wen ment ing ed ly é ü ñ"
)

Integers = npt.NDArray[np.int64]


def texts(rng: np.random.Generator, lengths: Integers) -> pa.Array:
    """Texts of so many words each, in sentences and paragraphs."""
    words = _vocabulary_in_sentences().take(_drawn(rng, lengths))
    joined = pc.binary_join(_lists(words, lengths), " ")
    return pc.utf8_rtrim_whitespace(pc.replace_substring(joined, "\n ", "\n"))


def phrases(rng: np.random.Generator, lengths: Integers) -> pa.Array:
    """Phrases of so many words each, without punctuation."""
    words = vocabulary().take(pc.divide(_drawn(rng, lengths), len(ENDS)))
    return pc.utf8_capitalize(pc.binary_join(_lists(words, lengths), " "))


def names(rng: np.random.Generator, lengths: Integers) -> pa.Array:
    """Lists of so many words each, all alike in frequency."""
    words = vocabulary().slice(0, 4_000)
    return _lists(words.take(pa.array(rng.integers(0, len(words), int(lengths.sum())))), lengths)


def _lists(values: pa.Array, lengths: Integers) -> pa.Array:
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), values)


def _drawn(rng: np.random.Generator, lengths: Integers) -> pa.Array:
    return pa.array(_slots()[rng.integers(0, SLOTS, int(lengths.sum()), dtype=np.uint32)])


@cache
def vocabulary() -> pa.Array:
    """Words, the frequent ones short."""
    rng = np.random.default_rng([SEED, 1 << 41])
    syllables = np.array(SYLLABLES.split())
    words: dict[str, None] = {}
    while len(words) < VOCABULARY:
        length = 1 + rng.poisson(min(2.2, len(words) / 300))
        words["".join(syllables[rng.integers(0, len(syllables), length)])] = None
    return pa.array(words)


@cache
def _vocabulary_in_sentences() -> pa.Array:
    """Each word with each of the ends."""
    return pa.array(f"{word}{end}" for word in vocabulary().to_pylist() for end in ENDS)


@cache
def _slots() -> npt.NDArray[np.int32]:
    """Places in the vocabulary of sentences, each as often as its word is frequent."""
    rng = np.random.default_rng([SEED, 1 << 42])
    words = rng.choice(VOCABULARY, SLOTS, p=zipf(VOCABULARY))
    ends = rng.choice(len(ENDS), SLOTS, p=list(ENDS.values()))
    return (words * len(ENDS) + ends).astype(np.int32)


def zipf(count: int) -> npt.NDArray[np.float64]:
    """Zipf's law in Mandelbrot's form, in which the first few are not quite so frequent."""
    weights: npt.NDArray[np.float64] = 1 / (np.arange(count) + 2.7)
    weights /= weights.sum()
    return weights


def common_word() -> str:
    """A word of one text in some: neither in nearly all nor in nearly none."""
    return str(vocabulary()[2_000])
