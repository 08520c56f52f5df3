"""Where `ingest` differs from the labels, by kind: what to look at next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from benchmarks.corpus import Labelled
from benchmarks.found import (
    Agrees,
    Found,
    Results,
    has_authors,
    has_day,
    has_minute,
    has_title,
    has_zone,
)
from benchmarks.page_says import declared_language, language_code, place_of_title, read_html
from benchmarks.scoring import plain, precision_recall_f1, shingle_overlap

WORST_BODIES = 10
Failure = tuple[str, str]  # its kind, and the page and what differs


def titles(pages: Sequence[Labelled], results: Results) -> Iterator[Failure]:
    """Kinds: where on the page the right headline stands."""
    for page, found in _missed(pages, results, has_title):
        wanted = page.truth["title"]
        kind = "no title" if not found.title else place_of_title(read_html(page.html), wanted)
        yield kind, _host(page)  # without its headline: pages' words stay out of the project


def authors(pages: Sequence[Labelled], results: Results) -> Iterator[Failure]:
    """Kinds: names that are missing, that are too many, or both."""
    for page, found in _missed(pages, results, has_authors):
        wanted, got = set(map(plain, page.truth["authors"])), set(map(plain, found.authors))
        kind = "missing" if got < wanted else "extra" if got > wanted else "different"
        yield kind, f"{_host(page)} ({len(wanted - got)} missing, {len(got - wanted)} extra)"


def days(pages: Sequence[Labelled], results: Results) -> Iterator[Failure]:
    """Kinds: no date, or another one."""
    for page, found in _missed(pages, results, has_day):
        yield _off_by(page.truth, found), _host(page)


def minutes(pages: Sequence[Labelled], results: Results) -> Iterator[Failure]:
    """Kinds: no date, or by how much it is another."""
    zoned = [page for page in pages if has_zone(page.truth)]
    for page, found in _missed(zoned, results, has_minute):
        yield _off_by(page.truth, found), _host(page)


def languages(pages: Iterable[Labelled], results: Results) -> Iterator[Failure]:
    """Kinds: the language that the page declares, and the one that its row has."""
    for page in pages:
        declared = declared_language(read_html(page.html))
        got = language_code(results.get(page.url, Found()).language)
        if declared and got != declared:
            yield f"declared {declared}, row {got or 'none'}", _host(page)


def worst_bodies(pages: Sequence[Labelled], results: Results) -> str:
    """The pages whose bodies agree least with their labels, as a table."""
    scored = []
    for page in pages:
        overlap = shingle_overlap(page.truth["body"], results.get(page.url, Found()).text)
        precision, recall, _ = precision_recall_f1([overlap])
        scored.append((overlap.shared, _host(page), precision, recall))
    lines = ["| worst bodies | precision | recall |", "|---|--:|--:|"]
    for _, host, precision, recall in sorted(scored)[:WORST_BODIES]:
        lines.append(f"| {host} | {precision:.2f} | {recall:.2f} |")
    return "\n".join(lines)


def by_kind(field: str, failures: Iterable[Failure]) -> str:
    """Count of each kind of a field's failures, then the pages, as an item of a list."""
    failed = list(failures)
    if not failed:
        return f"- {field}: none"
    kinds = Counter(kind for kind, _ in failed)
    counts = ", ".join(f"{kind} {count}" for kind, count in kinds.most_common())
    pages = [f"  - {kind}: {page}" for kind, page in sorted(failed)]
    return "\n".join([f"- {field}: {len(failed)} ({counts})", *pages])


def _missed(
    pages: Iterable[Labelled], results: Results, agrees: Agrees
) -> Iterator[tuple[Labelled, Found]]:
    for page in pages:
        found = results.get(page.url, Found())
        if not agrees(page.truth, found):
            yield page, found


def _off_by(truth: dict[str, Any], found: Found) -> str:
    if not found.at:
        return "no date"
    wanted = datetime.fromisoformat(truth["published_at"])
    got = found.at if wanted.tzinfo else found.at.replace(tzinfo=None)
    minutes = round((got - wanted).total_seconds() / 60)
    return f"{minutes:+d} min" if abs(minutes) < 24 * 60 else f"{round(minutes / 1440):+d} days"


def _host(page: Labelled) -> str:
    return urlsplit(page.url).hostname or "no host"
