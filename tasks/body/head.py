"""Before the article's first words: its headline again, what stands above it, and its date."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml.html import HtmlElement

from tasks.body.blocks import words
from tasks.date_line import DATE_LINE, is_date_line

HEADLINE, KICKER = "headline", "kicker"

HEAD_LINES = 3
LONGEST_KICKER = 120  # code points
MAX_HEADINGS = 20

_NOT_WORD = re.compile(r"[\W_]+")
_ASCII_NOT_WORD = dict.fromkeys(code for code in range(128) if not chr(code).isalnum())
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
    cuts = {i: DATE_LINE for i, line in enumerate(head) if is_date_line(line)}
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
