"""The text as the page's JSON-LD states it, for what follows the article's last words."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Sequence
from itertools import islice

from lxml.html import HtmlElement

from tasks.body.head import fold

NOT_STATED = "not-in-articlebody"

AGREEING_SHARE = 0.8  # of the text's length; where less is stated, it is a teaser, or outdated
SHORTEST = 250  # code points
MAX_CHARS = 500_000  # of one script
MAX_TEXTS = 5  # more than one is a list of articles, of which one may be the page's

_STATED = re.compile(r'"articleBody"\s{0,20}:\s{0,20}("(?:[^"\\]|\\.)*")', re.DOTALL)
_ENDS = (*".!?…。؟।", '"', "”", "»", "’", ")", ">")
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,500}>")


def cut_unstated_tail(lines: Sequence[str], scripts: Sequence[HtmlElement]) -> dict[int, str]:
    """Find last lines that are not in `articleBody`, where nearly all others are.

    First lines are left: `articleBody` seldom has the standfirst. So are those in between, for it
    often lacks quotes and lists.
    """
    for stated in islice(_texts(scripts), MAX_TEXTS):
        has = [fold(line) in stated for line in lines]
        size = sum(len(line) for line, is_stated in zip(lines, has, strict=True) if is_stated)
        if any(has) and size >= AGREEING_SHARE * sum(map(len, lines)):
            last = max(i for i, is_stated in enumerate(has) if is_stated)
            return dict.fromkeys(range(last + 1, len(lines)), NOT_STATED)
    return {}


def _texts(scripts: Sequence[HtmlElement]) -> Iterator[str]:
    for script in scripts:
        for match in _STATED.finditer((script.text or "")[:MAX_CHARS]):
            try:
                raw = json.loads(match[1], strict=False)
            except ValueError:
                continue
            if len(raw) >= SHORTEST and raw.rstrip().endswith(_ENDS):  # else it was cut off
                yield fold(_TAG.sub(" ", html.unescape(html.unescape(raw))))
