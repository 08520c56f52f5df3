"""Paragraphs that the page shows twice in a row."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

REPEAT = "repeat"

SHORTEST = 80  # code points; shorter lines are repeated on purpose: refrains, speakers, prices


def cut_repeats(lines: Sequence[str]) -> dict[int, str]:
    """Find long paragraphs that stand directly above too, letter for letter.

    Only there: of labelled pages on which a paragraph comes back further down, the people who
    labelled them kept it.
    """
    pairs = enumerate(pairwise(lines), start=1)
    return {i: REPEAT for i, (above, line) in pairs if line == above and len(line) >= SHORTEST}
