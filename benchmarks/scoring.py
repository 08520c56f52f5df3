"""How well an extracted text and its fields agree with what people labelled."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean

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


def plain(text: str | None) -> str:
    """A field as it reads: no invisible characters, white space folded."""
    return " ".join(_INVISIBLE.sub("", text or "").split())


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    tokens = _TOKEN.findall(text)
    if not tokens:
        return Counter()
    starts = range(max(1, len(tokens) - SHINGLE_TOKENS + 1))
    return Counter(tuple(tokens[i : i + SHINGLE_TOKENS]) for i in starts)
