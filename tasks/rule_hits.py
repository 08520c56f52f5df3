"""How often each licensing, wire and boilerplate rule fires, and whether one fires as never before.

A hit is read off a finished article, so that workers neither count nor send anything for it. What
an article does not show (which of two rules of the same kind cut a line) is not told apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from expectations.records import Article, Metric
from tasks.licensing import agency_of

PREFIX = "hits."
"""Of the names of these metrics: `hits.removed.byline`."""

ANY = "any"
"""Stands for all rules. The one that has a metric for each run and source that had articles, even
if it is zero; its `n` adds up to the articles looked at. Others have one only if they fired."""

PLAIN_TEXT = "wire.plain-text"
"""Its hits tell how many articles the rules of plain text were tried on."""

# As tasks.extract names it, which would load trafilatura here.
_PLAIN_TEXT_EXTRACTOR = "broadsheet.wire"

RULES_OF_PAGES: Mapping[str, str] = {
    "removed.headline": "The headline, once more in the text, was cut",
    "removed.kicker": "A kicker above the headline was cut",
    "removed.author-note": "A note on the author was cut",
    "removed.caption": "A picture's caption was cut",
    "removed.picture-credit": "A picture's credit was cut",
    "removed.side-box": "Lines of a box within the article (newsletter, comments, ...) were cut",
    "removed.related-link": "Links to other articles were cut",
    "removed.invitation": "An invitation to subscribe, share or follow was cut",
    "removed.consent-notice": "A notice on cookies or consent was cut",
    "removed.repeat": "A paragraph that the page shows twice in a row was cut",
    "removed.bare-heading": "A heading with nothing below it was cut",
    "removed.not-in-articlebody": "Text behind the end that the page's JSON-LD states was cut",
    "license.rel": "The license is that of a link with rel=license",
    "license.json-ld": "The license is that of the page's JSON-LD",
    "license.meta": "The license is that of a meta element",
    "license.link": "The license is that of a link to it",
    "reserved.noai": "Robots rules reserve the use for AI",
    "reserved.noimageai": "Robots rules reserve the use of pictures for AI",
    "reserved.noml": "Robots rules reserve the use for machine learning",
    "reserved.tdm-reservation": "TDMRep reserves text and data mining",
}

RULES_OF_PLAIN_TEXT: Mapping[str, str] = {
    PLAIN_TEXT: "It came as plain text, and was read as an agency's",
    "wire.headline": "The title is that of a line of the text",
    "wire.byline": "The authors are those of a line of the text",
    "removed.slug": "An agency's slug, above the headline or the text, was cut",
    "removed.advisory": "An agency's advisory, such as an embargo, was cut",
    "removed.correction": "An agency's note that it corrects an earlier version was cut",
    "removed.editor-note": "An agency's note to editors was cut",
    "removed.credit": "A credit of who reported, wrote or edited it was cut",
    "removed.contact": "An agency's contact for journalists was cut",
    "removed.end-mark": "An agency's end mark, such as -30-, was cut",
}

RULES: Mapping[str, str] = {
    **RULES_OF_PAGES,
    **RULES_OF_PLAIN_TEXT,
    "removed.byline": "A line that names the authors was cut",
    "removed.date-line": "A line with the date of publication was cut",
    "removed.license-footer": "A footer that states a license was cut",
    "removed.copyright-footer": "A footer that states copyright was cut",
    "license.text": "The license is that of a sentence",
    "license.registry": "The license is that of the source's entry in the registry",
    "license.given": "The license is that given beside the page",
    "license.conflict": "Statements about the license disagree",
    "license.holder": "A holder of the rights is named",
    "wire.dateline": "The text begins with a dateline",
    "wire.place": "The dateline names a place",
    "wire.date": "The dateline names a date",
    "wire.agency": "The dateline names an agency",
    "wire.signature": "An agency stands as author, or in a credit at the end",
}
"""Each rule, with what a hit says of an article: those of pages, of plain text, and of both."""

LEAST_ARTICLES = 20
"""Articles of a run and source from which on their share is judged."""

LEAST_EARLIER_ARTICLES = 100
"""Earlier articles of the source from which on it is known what is usual there."""

MOST = 0.5
"""The share of articles above which a rule fires on most of them."""

SUDDEN = 4
"""How many times the usual share is sudden: what chance alone brings less than once in 50,000 runs,
however rare the rule (by the binomial distribution; next to it 11 articles of 21 where 13 % are
usual). What hits more than a quarter is a habit, and no share of it is sudden."""


@dataclass(frozen=True, slots=True)
class SourceHits:
    """Of one source's articles, on how many each rule fired; those that never did are left out."""

    source_id: str
    articles: int
    hits: Mapping[str, int]

    def share(self, rule: str) -> float:
        """The part of the articles that a rule hit; 0 if there are none."""
        return self.hits.get(rule, 0) / self.articles if self.articles else 0.0


def rules_hit(article: Article) -> frozenset[str]:
    """Name the rules that fired on an article.

    A kind of cut or reservation that RULES does not list is named all the same.
    """
    return frozenset(_hits(article))


def _hits(article: Article) -> Iterator[str]:
    content, wire, rights = article.content, article.wire, article.rights
    yield from (f"removed.{piece.kind}" for piece in article.cleaning.removed)
    yield from (f"reserved.{signal}" for signal in rights.rights_reserved)
    if rights.license_source is not None:
        yield f"license.{rights.license_source}"
    signs = {
        PLAIN_TEXT: article.cleaning.extractor == _PLAIN_TEXT_EXTRACTOR,
        "license.conflict": rights.license_conflict,
        "license.holder": rights.rights_holder,
        "wire.dateline": wire.dateline_place or wire.dateline_date or wire.agency,
        "wire.place": wire.dateline_place,
        "wire.date": wire.dateline_date,
        "wire.agency": wire.agency,
        "wire.signature": agency_of(content.authors, content.text),
        "wire.byline": content.authors_source == "text",
        "wire.headline": content.title_source == "text",
    }
    yield from (rule for rule, sign in signs.items() if sign)


def count_hits(articles: Iterable[Article]) -> tuple[SourceHits, ...]:
    """Count each source's articles and the rules that fired on them."""
    return add_up(_of_one(article) for article in articles)


def _of_one(article: Article) -> SourceHits:
    rules = rules_hit(article)
    return SourceHits(article.place.source_id, 1, dict.fromkeys({*rules, ANY} if rules else (), 1))


def add_up(counted: Iterable[SourceHits]) -> tuple[SourceHits, ...]:
    """Add counts up, by source."""
    articles: Counter[str] = Counter()
    hits: dict[str, Counter[str]] = {}
    for part in counted:
        articles[part.source_id] += part.articles
        hits.setdefault(part.source_id, Counter()).update(part.hits)
    return tuple(
        SourceHits(source_id, articles[source_id], dict(hits[source_id]))
        for source_id in sorted(hits)
    )


def hit_metrics(
    run_id: str, counted: Iterable[SourceHits], earlier: Mapping[str, SourceHits], now: datetime
) -> list[Metric]:
    """Measure a run's hits against what is usual at each source.

    A metric's value is how many articles the rule fired on, `n` how many there were, `baseline` the
    share of earlier articles of the source; the verdict is `warn` if the rule suddenly fires on
    most articles.

    Args:
        run_id: The run.
        counted: Its hits, each source once.
        earlier: The same of earlier runs, by source.
        now: When it is measured.
    """
    return [
        _hit_metric(run_id, source, rule, earlier.get(source.source_id), now)
        for source in counted
        for rule in sorted({ANY, *source.hits})
    ]


def _hit_metric(
    run_id: str, source: SourceHits, rule: str, earlier: SourceHits | None, now: datetime
) -> Metric:
    baseline = verdict = None
    if rule != ANY and earlier is not None and earlier.articles >= LEAST_EARLIER_ARTICLES:
        baseline = earlier.share(rule)
        if source.articles >= LEAST_ARTICLES:
            verdict = "warn" if is_sudden(source.share(rule), baseline) else "ok"
    return Metric(
        run_id=run_id,
        source_id=source.source_id,
        metric=f"{PREFIX}{rule}",
        value=float(source.hits.get(rule, 0)),
        n=source.articles,
        baseline=baseline,
        verdict=verdict,
        at=now,
    )


def is_sudden(share: float, usual: float) -> bool:
    """Whether a rule that is rare at a source fires on most of its articles."""
    return share > MOST and share >= SUDDEN * usual
