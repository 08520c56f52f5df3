"""Bodies and fields of `ingest` and of trafilatura alone, on the same labelled pages.

`python -m benchmarks.quality [--workers 2]` needs the labelled pages in `../shared/corpus`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import failures
from benchmarks.corpus import (
    BUILD,
    LABELLED,
    LABELLED_SETS,
    Labelled,
    build_warc,
    labelled_pages,
)
from benchmarks.found import (
    Agrees,
    Found,
    Results,
    from_lake,
    from_table,
    has_authors,
    has_day,
    has_minute,
    has_title,
    has_zone,
    share,
)
from benchmarks.measure import measure
from benchmarks.page_says import declared_language, read_html
from benchmarks.results import circumstances, write_section
from benchmarks.scoring import precision_recall_f1, shingle_overlap, token_f1
from benchmarks.targets import Measure, table

HOW = """\
- Body precision, recall and F1: Scrapinghub's measure, runs of four tokens; token F1: mean of the
  pages' F1s by single tokens (benchmarks/scoring.py)
- Titles agree but for case, space, punctuation and Unicode's compatible forms; authors as sets
- trafilatura alone gives no time of day, and no language
- The language is compared with what the page declares: `<html lang>`, else `og:locale`, else
  JSON-LD's `inLanguage`; declarations can be wrong, so each difference is listed below
"""
FIELDS: tuple[tuple[str, Agrees, float], ...] = (
    ("title", has_title, 0.95),
    ("authors, exact set", has_authors, 0.90),
    ("day of publication", has_day, 0.99),
)


def bodies(pages: Sequence[Labelled], results: Results) -> tuple[float, float, float]:
    """Precision, recall and F1 of the bodies."""
    return precision_recall_f1(
        shingle_overlap(page.truth["body"], results.get(page.url, Found()).text) for page in pages
    )


def body_token_f1(pages: Sequence[Labelled], results: Results) -> float:
    """Token F1 of the bodies."""
    return token_f1((page.truth["body"], results.get(page.url, Found()).text) for page in pages)


def body_measures(ours: Results, bare: Results) -> Iterator[Measure]:
    """Of both sets."""
    to_reach = {"body F1, body/": 0.975, "body token F1, publishers/": 0.97}
    for name in LABELLED_SETS:
        pages = list(labelled_pages(name))
        mine = (*bodies(pages, ours), body_token_f1(pages, ours))
        its = (*bodies(pages, bare), body_token_f1(pages, bare))
        for kind, a, b in zip(("precision", "recall", "F1", "token F1"), mine, its, strict=True):
            words = f"body {kind}, {name}/"
            yield _share(f"{words} ({len(pages)} pages)", a, b, to_reach.get(words))


def field_measures(pages: Sequence[Labelled], ours: Results, bare: Results) -> Iterator[Measure]:
    """Of the set whose fields are labelled."""
    for name, agrees, bound in FIELDS:
        a, b = share(agrees, pages, ours), share(agrees, pages, bare)
        yield _share(f"{name} ({len(pages)} pages)", a, b, bound)
    zoned = [page for page in pages if has_zone(page.truth)]
    words = f"minute of publication, where labelled with a zone ({len(zoned)} pages)"
    yield _share(words, share(has_minute, zoned, ours), None, 0.95)


def language_measure(pages: Sequence[Labelled], ours: Results) -> Measure:
    """Of all pages that declare one."""
    declaring = sum(1 for page in pages if declared_language(read_html(page.html)))
    wrong = sum(1 for _ in failures.languages(pages, ours))
    words = f"language, where the page declares one ({declaring} pages)"
    return _share(words, 1 - wrong / declaring, None, 0.99)


def _share(name: str, mine: float, its: float | None, bound: float | None) -> Measure:
    beside = "" if its is None else f"{its:.4f}"
    return Measure(name=name, value=mine, at_least=bound, digits=4, detail=beside)


def all_failures(pages: Sequence[Labelled], fields: Sequence[Labelled], ours: Results) -> str:
    """Of all `pages`, of which `fields` have labelled fields."""
    return "\n".join(
        [
            "Misses, by kind (of a title: where on the page the labelled one stands):\n",
            failures.by_kind("title", failures.titles(fields, ours)),
            failures.by_kind("authors", failures.authors(fields, ours)),
            failures.by_kind("day", failures.days(fields, ours)),
            failures.by_kind("minute", failures.minutes(fields, ours)),
            failures.by_kind("language", failures.languages(pages, ours)),
            "",
            failures.worst_bodies(pages, ours),
        ]
    )


def run_both(warc: Path, workers: int) -> tuple[Results, Results]:
    """What `ingest` and the bare pool make of a file of pages."""
    at_once = ["--workers", str(workers)]
    with tempfile.TemporaryDirectory(prefix="quality-", dir=BUILD) as folder:
        lake, parquet = Path(folder) / "lake", Path(folder) / "bare.parquet"
        ingest = ["-m", "flows", "ingest", str(warc), "--lake", str(lake), "--json"]
        measure([sys.executable, *ingest, *at_once])
        pool = ["-m", "benchmarks.bare_pool", str(warc), str(parquet)]
        measure([sys.executable, *pool, *at_once])
        return from_lake(lake), from_table(parquet)


def main() -> None:
    """Run both on all labelled pages; print and keep the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    if not LABELLED.is_dir():
        print("quality: skipped, it needs the labelled pages in ../shared/corpus", file=sys.stderr)
        return
    pages = [page for name in LABELLED_SETS for page in labelled_pages(name)]
    fields = list(labelled_pages("publishers"))
    warc, corpus = build_warc(len(pages))
    ours, bare = run_both(warc, options.workers)
    missing = f"{len(pages) - len(ours)} of broadsheet, {len(pages) - len(bare)} of trafilatura"
    measures = [
        *body_measures(ours, bare),
        *field_measures(fields, ours, bare),
        language_measure(pages, ours),
    ]
    lines = [
        "## Quality\n",
        circumstances(f"python -m benchmarks.quality --workers {options.workers}"),
        f"- {corpus}",
        f"- Pages without a row count as empty: {missing}",
        HOW,
        table(measures, value="broadsheet", detail="trafilatura alone"),
        "",
        all_failures(pages, fields, ours),
    ]
    text = "\n".join(lines)
    print(text)
    write_section("quality", text)


if __name__ == "__main__":
    main()
