"""Licenses as `tasks.licensing` reads them: labelled sentences, and the labelled pages.

`python -m benchmarks.rights` needs `licenses.tsv` and the labelled pages in `../shared/corpus`.
"""

from __future__ import annotations

import html
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import lxml.html

from benchmarks.corpus import LABELLED, LABELLED_SETS, Labelled, labelled_pages
from benchmarks.datelines import dateline_rows
from benchmarks.results import circumstances, write_section
from benchmarks.rights_cost import rights_cost
from benchmarks.targets import Measure, table
from expectations.records import Article, Page, PageKind, Rights
from tasks.extract import extract_page
from tasks.licensing import cut_footer, decide, rights_in_page
from tasks.metadata import read_tags
from tasks.text import normalise

BODY = "The ministers met on Monday. They spoke of trade."
# How licenses.tsv says what its sentences grant; "page" is any scope that takes the article in.
NOTHING = "NONE"
VERSION_UNKNOWN = " (version unknown)"
KIND_IN_LINK = "Creative Commons, kind only in the link"
SCOPES = {
    "text only": {"text-only"},
    "page": {"article", "site", "unknown"},
    "comments/community": {"site", "unknown"},
}
EVIDENCE_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Case:
    """A labelled sentence; `license` is None where the article gets none from it."""

    sentence: str
    license: str | None
    holder: str | None
    scopes: frozenset[str]


def read_cases() -> list[Case]:
    """The rows of licenses.tsv."""
    lines = (LABELLED / "licenses.tsv").read_text(encoding="utf-8").splitlines()
    return [_case(*line.split("\t")[:4]) for line in lines[1:]]


def _case(sentence: str, spdx: str, holder: str, scope: str) -> Case:
    named: str | None = spdx
    if spdx.startswith(NOTHING):
        named = None
    elif spdx == KIND_IN_LINK:
        named = "LicenseRef-CC"
    elif spdx.endswith(VERSION_UNKNOWN):
        named = f"LicenseRef-{spdx.removesuffix(VERSION_UNKNOWN)}"
    return Case(sentence, named, holder or None, frozenset(SCOPES.get(scope, ())))


def as_text(sentence: str) -> Rights:
    """What the sentence states as the last line of a text."""
    _, _, statements = cut_footer(normalise(f"{BODY}\n{sentence}"))
    return decide(statements, given=None, publisher=None, agency=None)


def as_footer(sentence: str) -> Rights:
    """What the sentence states in a page's footer."""
    tree = lxml.html.document_fromstring(
        f"<article><p>{BODY}</p></article><footer><p>{html.escape(sentence)}</p></footer>"
    )
    return decide(
        rights_in_page(tree, read_tags(tree)).statements, given=None, publisher=None, agency=None
    )


def sentence_measures(name: str, cases: Sequence[Case], found: Sequence[Rights]) -> list[Measure]:
    """Precision and recall of the licenses; of those found, how many have scope and holder."""
    pairs = list(zip(cases, found, strict=True))
    given = [(case, rights) for case, rights in pairs if rights.license]
    wanted = [(case, rights) for case, rights in pairs if case.license]
    right = [(case, rights) for case, rights in given if case.license == rights.license]
    held = [(case, rights) for case, rights in right if case.holder]
    return [
        _share(f"license, precision, {name}", len(right), len(given), 1),
        _share(f"license, recall, {name}", len(right), len(wanted), 0.95),
        _share(
            f"scope, where a license is found, {name}",
            sum(rights.license_scope in case.scopes for case, rights in right),
            len(right),
            None,
        ),
        _share(
            f"holder, where one is labelled, {name}",
            sum(rights.rights_holder == case.holder for case, rights in held),
            len(held),
            None,
        ),
    ]


def _share(name: str, part: int, whole: int, bound: float | None) -> Measure:
    return Measure(
        name=name,
        value=part / whole if whole else 0,
        at_least=bound,
        digits=3,
        detail=f"{part} of {whole}",
    )


def sentence_misses(name: str, cases: Sequence[Case], found: Sequence[Rights]) -> Iterator[str]:
    """Each sentence of which license, scope or holder is not the labelled one."""
    for case, rights in zip(cases, found, strict=True):
        agrees = (
            case.license == rights.license
            and (case.license is None or rights.license_scope in case.scopes)
            and case.holder in {None, rights.rights_holder}
        )
        if not agrees:
            yield (
                f"- {name}: {rights.license}, {rights.license_scope}, {rights.rights_holder} "
                f"for {case.license}, {'/'.join(sorted(case.scopes))}, {case.holder}: "
                f"“{_short(case.sentence)}”"
            )


def page_licenses(pages: Iterable[Labelled]) -> tuple[list[str], list[str]]:
    """The licenses of pages' articles with their evidence: all of them, and how many of each."""
    listed: list[str] = []
    counts: Counter[tuple[str, str]] = Counter()
    number = 0
    for page in pages:
        number += 1
        article = extract_page(
            Page(
                source_id="labelled", url=page.url, body=page.html, kind=PageKind.HTML, raw_ref=""
            ),
            now=datetime(2026, 1, 1, tzinfo=UTC),
        )
        if not isinstance(article, Article) or article.rights.license is None:
            continue
        rights = article.rights
        counts[rights.license or "", rights.license_source or ""] += 1
        evidence = _short(rights.license_evidence or "")
        listed.append(
            f"| {_cell(page.url)} | {rights.license} | {rights.license_source} | "
            f"{rights.license_scope} | {'yes' if rights.license_conflict else ''} | "
            f"{_cell(rights.rights_holder or '')} | {_cell(evidence)} |"
        )
    mix = [f"- {name} ({source}): {count}" for (name, source), count in counts.most_common()]
    return listed, [f"{number} labelled pages, {len(listed)} with a license:\n", *mix]


def _short(words: str) -> str:
    words = " ".join(words.split())
    return words if len(words) <= EVIDENCE_SHOWN else words[:EVIDENCE_SHOWN] + "…"


def _cell(words: str) -> str:
    return words.replace("|", "\\|")


def main() -> None:
    """Read all sentences and pages; print and keep the tables."""
    if not (LABELLED / "licenses.tsv").is_file():
        print("rights: skipped, it needs licenses.tsv in ../shared/corpus", file=sys.stderr)
        return
    cases = read_cases()
    others = sum(case.license is None for case in cases)
    measures: list[Measure] = []
    misses: list[str] = []
    for name, read in (("as a text's last line", as_text), ("as a page's footer", as_footer)):
        found = [read(case.sentence) for case in cases]
        measures += sentence_measures(name, cases, found)
        misses += sentence_misses(name, cases, found)
    rows, wrong_datelines = dateline_rows()
    measures += [
        Measure(
            name=row.measure,
            value=row.value,
            at_least=row.target,
            digits=3,
            detail=f"{row.count} cases",
        )
        for row in rows
    ]
    pages = [page for name in LABELLED_SETS for page in labelled_pages(name)]
    measures.append(rights_cost(pages))
    listed, mix = page_licenses(pages)
    lines = [
        "## Rights and datelines\n",
        circumstances("python -m benchmarks.rights"),
        f"- {len(cases)} labelled sentences, {others} of them about something else\n",
        table(measures, detail="cases"),
        "",
        *(misses or ["No sentence is read otherwise than labelled, nor with another holder."]),
        "",
        *(f"- dateline {miss}" for miss in wrong_datelines),
        "",
        *mix,
        "",
        "| page | license | source | scope | conflict | holder | evidence |",
        "|---|---|---|---|---|---|---|",
        *listed,
    ]
    text = "\n".join(lines)
    print(text)
    write_section("rights", text)


if __name__ == "__main__":
    main()
