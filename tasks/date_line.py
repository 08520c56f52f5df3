"""Lines that are nothing but a date, below a headline or a byline."""

from __future__ import annotations

import re

from tasks.metadata.printed_dates import find_printed_date

DATE_LINE = "date-line"

LONGEST_DATE_LINE = 80  # code points

_NUMBERS = re.compile(r"\d+")
_WORDS = re.compile(r"[^\W\d_]+")
_YEAR_OR_TIME = re.compile(r"\b(?:19|20)\d\d\b|\b(?:[01]?\d|2[0-3])[:.h][0-5]\d\b|\d{4}年")
_MOST_WORDS_OF_A_DATE = 6  # "Published Monday 18 November 2019 at 14:05 EST"
_OTHER = re.compile(r"[$€£¥₹%]|\([^)]*\D\)")  # money, and what may be an agency's dateline
_AGE = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}")
_SENTENCE_ENDS = (".", "!", "?", "…", "。", "؟", "।")


def is_date_line(line: str) -> bool:
    """Whether a line says when something was published, and nothing else."""
    return (
        len(line) <= LONGEST_DATE_LINE
        and not line.endswith(_SENTENCE_ENDS)
        and len(_NUMBERS.findall(line)) > 1
        and len(_WORDS.findall(line)) <= _MOST_WORDS_OF_A_DATE
        and _YEAR_OR_TIME.search(line) is not None
        and _OTHER.search(line) is None
        and (_AGE.search(line) is not None or find_printed_date(line, None) is not None)
    )
