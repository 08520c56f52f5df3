"""Guess: a date from the page's words, for pages that state none where machines look."""

from __future__ import annotations

from datetime import datetime

from htmldate import find_date
from lxml.html import HtmlElement

from tasks.metadata.dates import Stamp


def guess_date(tree: HtmlElement, *, url: str | None, now: datetime) -> Stamp | None:
    """Find a date in the page's text with htmldate; a day, and only probably the right one.

    About 2 ms on top of the rest, on one page in ten. With all metadata hidden, on 250 labelled
    pages: right within a day on 191, wrong on 17, none on 42. Its extensive search is off: it
    finds 29 more, gets 13 more wrong (often January 1st of the year in the footer), at 5 to 8
    times the cost.
    """
    try:
        found = find_date(
            tree,
            extensive_search=False,
            original_date=True,
            outputformat="%Y-%m-%d",
            url=url,
            max_date=now.strftime("%Y-%m-%d"),
        )
    except ValueError:  # lxml refuses to move text with a control character in it
        return None
    return None if found is None else Stamp(datetime.fromisoformat(found), "day")
