"""Before the article's first words: its headline again, what stands above it, and its date."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml.html import HtmlElement

from tasks.body.blocks import words
from tasks.metadata.printed_dates import find_printed_date

HEADLINE, KICKER, DATE_LINE = "headline", "kicker", "date-line"

HEAD_LINES = 3
LONGEST_DATE_LINE = 80  # code points
LONGEST_KICKER = 120
MAX_HEADINGS = 20

_NOT_WORD = re.compile(r"[\W_]+")
_ASCII_NOT_WORD = dict.fromkeys(code for code in range(128) if not chr(code).isalnum())
_DIGITS = re.compile(r"\d+")
_LETTERS = re.compile(r"[^\W\d_]+")
_YEAR_OR_TIME = re.compile(r"\b(?:19|20)\d\d\b|\b(?:[01]?\d|2[0-3])[:.h][0-5]\d\b|\d{4}年")
_MOST_WORDS_OF_A_DATE = 6  # "Published Monday 18 November 2019 at 14:05 EST"
_OTHER = re.compile(r"[$€£¥₹%]|\([^)]*\D\)")  # money, and what may be an agency's dateline
_AGE = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}")
_SENTENCE_ENDS = (".", "!", "?", "…", "。", "؟", "।")


def cut_head(
    lines: Sequence[str], headings: Sequence[HtmlElement], title: str | None
) -> dict[int, str]:
    """Find the headline, short lines above it, and lines that are nothing but a date.

    Only among the first lines, and a line is the headline only if it is equal to the article's
    title or to a heading, but for case, space and punctuation.

    Args:
        lines: The text.
        headings: The page's `h1` elements.
        title: Of the article.
    """
    stated = [title or "", *map(words, headings[:MAX_HEADINGS])]
    titles = {fold(words_stated) for words_stated in stated} - {""}
    head = lines[: min(HEAD_LINES, len(lines) - 1)]
    cuts = {i: DATE_LINE for i, line in enumerate(head) if _is_date(line)}
    at = next((i for i, line in enumerate(head) if fold(line) in titles), None)
    if at is not None:
        cuts[at] = HEADLINE
        cuts |= {i: KICKER for i in range(at) if i not in cuts and _is_kicker(lines[i])}
    return cuts


def _is_kicker(line: str) -> bool:
    return len(line) <= LONGEST_KICKER and not line.endswith(_SENTENCE_ENDS)


def fold(line: str) -> str:
    """A line without case, space and punctuation."""
    if line.isascii():
        return line.translate(_ASCII_NOT_WORD).lower()
    return _NOT_WORD.sub("", line).casefold()


def _is_date(line: str) -> bool:
    return (
        len(line) <= LONGEST_DATE_LINE
        and not line.endswith(_SENTENCE_ENDS)
        and len(_DIGITS.findall(line)) > 1
        and len(_LETTERS.findall(line)) <= _MOST_WORDS_OF_A_DATE
        and _YEAR_OR_TIME.search(line) is not None
        and _OTHER.search(line) is None
        and (_AGE.search(line) is not None or find_printed_date(line, None) is not None)
    )
