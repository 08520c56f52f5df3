"""What rights cost of extraction: labelled pages with and without them, page by page in turns."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from benchmarks.corpus import Labelled
from benchmarks.targets import Measure
from expectations.records import Page, PageKind, Rights
from tasks import licensing
from tasks.extract import extract_page

ROUNDS = 6
NOW = datetime(2026, 1, 1, tzinfo=UTC)
# What the functions say of a page that states nothing.
SILENT: Mapping[str, Callable[..., Any]] = {
    "rights_in_page": lambda *_: licensing.PageRights((), ()),
    "cut_footer_of_page": lambda _, text: (text, (), ()),
    "decide": lambda *_, **__: Rights(),
    "agency_of": lambda *_: None,
    "attribution_line": lambda *_: None,
}
WORKING = {name: getattr(licensing, name) for name in SILENT}


def rights_cost(labelled: Iterable[Labelled]) -> Measure:
    """CPU of rights by that of extraction; of each page the least of several rounds."""
    pages = [
        Page(source_id="x", url=each.url, body=each.html, kind=PageKind.HTML, raw_ref="")
        for each in labelled
    ]
    with_rights = [float("inf")] * len(pages)
    without = [float("inf")] * len(pages)
    for turn in range(ROUNDS):
        for number, page in enumerate(pages):
            both = [(WORKING, with_rights), (SILENT, without)]
            for functions, least in both if (turn + number) % 2 else reversed(both):
                least[number] = min(least[number], _cpu_s(page, functions))
    _use(WORKING)
    whole, rest = sum(with_rights), sum(without)
    return Measure(
        name="CPU: rights / extraction",
        value=(whole - rest) / whole,
        at_most=0.03,
        digits=3,
        detail=_per_page(whole, rest, pages),
    )


def _per_page(whole_s: float, rest_s: float, pages: Sequence[Page]) -> str:
    a, b = (1000 * seconds / len(pages) for seconds in (whole_s - rest_s, whole_s))
    return f"{a:.2f} ms of {b:.2f} ms a page"


def _cpu_s(page: Page, functions: Mapping[str, Callable[..., Any]]) -> float:
    _use(functions)
    started = time.process_time()
    extract_page(page, now=NOW)
    return time.process_time() - started


def _use(functions: Mapping[str, Callable[..., Any]]) -> None:
    for name, function in functions.items():
        setattr(licensing, name, function)
