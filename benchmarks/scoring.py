"""How well an extracted text and its fields agree with what people labelled."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean
from unicodedata import category, normalize

SHINGLE_TOKENS = 4
_TOKEN = re.compile(r"\w+")
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff]")


@dataclass(frozen=True, slots=True)
class Overlap:
    """Shingles that two texts share, and those that only one has, as shares of all."""

    shared: float
    extra: float
    missing: float


def shingle_overlap(truth: str, found: str) -> Overlap:
    r"""Compare two texts by their shingles: runs of four tokens `\\w+`, repeats counted.

    The measure of Scrapinghub's article-extraction-benchmark (`string_shingle_matching` of its
    evaluate.py): shares instead of counts, so that long texts weigh no more than short ones.
    """
    wanted, got = _shingles(truth), _shingles(found)
    shared, extra, missing = (wanted & got), (got - wanted), (wanted - got)
    total = shared.total() + extra.total() + missing.total() or 1
    return Overlap(shared.total() / total, extra.total() / total, missing.total() / total)


def precision_recall_f1(overlaps: Iterable[Overlap]) -> tuple[float, float, float]:
    """Mean precision, mean recall, and the F1 of these two means (not the mean of F1s).

    As in `metrics_from_tp_fp_fns` of evaluate.py: precision is not asked of an empty extraction,
    nor recall where there is nothing to find.
    """
    pages = list(overlaps)
    precisions = [p.shared / (p.shared + p.extra) for p in pages if p.shared + p.extra]
    recalls = [p.shared / (p.shared + p.missing) for p in pages if p.shared + p.missing]
    precision = fmean(precisions) if precisions else 0.0
    recall = fmean(recalls) if recalls else 0.0
    both = precision + recall
    return precision, recall, 2 * precision * recall / both if both else 0.0


def token_f1(pairs: Iterable[tuple[str, str]]) -> float:
    r"""Mean of the pages' F1s by single tokens `\\w+`, repeats counted; of (truth, found)."""
    scores = []
    for truth, found in pairs:
        wanted, got = Counter(_TOKEN.findall(truth)), Counter(_TOKEN.findall(found))
        total = wanted.total() + got.total()
        scores.append(2 * (wanted & got).total() / total if total else 1.0)
    return fmean(scores)


def folded(text: str | None) -> str:
    """A field without the differences of case, space, punctuation and Unicode's compatible forms.

    Twice without punctuation: NFKC makes a spacing accent, of those that stand for apostrophes, a
    space and a combining mark.
    """
    return _unpunctuated(normalize("NFKC", _unpunctuated(text or "")).casefold())


def plain(text: str | None) -> str:
    """A field as it reads: no invisible characters, white space folded."""
    return " ".join(_INVISIBLE.sub("", text or "").split())


def _unpunctuated(text: str) -> str:
    """Without punctuation, separators, controls, and symbols that modify."""
    kinds = ((character, category(character)) for character in text)
    # The bar that parts a headline from its site's name is mathematics to Unicode.
    return "".join(c for c, kind in kinds if kind[0] not in "PZC" and kind != "Sk" and c != "|")


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    tokens = _TOKEN.findall(text)
    if not tokens:
        return Counter()
    starts = range(max(1, len(tokens) - SHINGLE_TOKENS + 1))
    return Counter(tuple(tokens[i : i + SHINGLE_TOKENS]) for i in starts)
