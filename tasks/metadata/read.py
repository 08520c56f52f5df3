"""Metadata of a page: candidates for each field, and the order in which they are believed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from lxml.html import HtmlElement

from expectations.records import NOTHING_GIVEN, Given, Times
from tasks import urls
from tasks.language import parse_tag
from tasks.metadata import meta_names
from tasks.metadata.authors import choose_authors, stated_authors
from tasks.metadata.dates import (
    DATE_GUESSED,
    DATE_IN_FUTURE,
    DATE_UNREADABLE,
    DateCandidate,
    Stamp,
    choose_times,
    date_in_url,
    doubt,
    parse_date,
)
from tasks.metadata.guess import NO_GUESS, guess_date
from tasks.metadata.json_ld import LinkedArticle, LinkedData, read_linked_data
from tasks.metadata.microdata import read_microdata
from tasks.metadata.names import read_names
from tasks.metadata.printed_dates import find_printed_date
from tasks.metadata.strings import agree, clean, distinct, fold
from tasks.metadata.tags import MAX_TITLE_CHARS, Tags
from tasks.metadata.titles import choose_title, without_site

PAYWALLED = "paywalled"
JSON_LD_BROKEN = "json_ld_broken"
JSON_LD_TOO_LARGE = "json_ld_too_large"

MAX_DESCRIPTION_CHARS = 5_000
MAX_LABEL_CHARS = 200  # a section, a tag, a publisher
MAX_TAGS = 100
_MAX_CANONICAL = 5
_MAX_LABELS_CHARS = 20_000  # all keywords in one string
_LABEL_LIST = re.compile(r"\s*[,;،、，]\s*")

# Second-level labels below which registries of countries give out names.
_REGISTRIES = frozenset({"ac", "co", "com", "edu", "gob", "gov", "gouv", "net", "or", "org"})
_UNDATED = Times()


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What is known of an article beside its text; strings are plain, NFC and bounded."""

    title: str | None = None
    description: str | None = None
    title_source: str | None = None  # given, json-ld, meta, html or text
    authors: tuple[str, ...] = ()
    authors_source: str | None = None  # likewise
    section: str | None = None
    tags: tuple[str, ...] = ()
    image_url: str | None = None
    publisher: str | None = None
    declared_language: str | None = None  # as declared, such as `de-AT`
    canonical_urls: tuple[str, ...] = ()  # as declared: link rel=canonical, then og:url
    times: Times = _UNDATED
    licenses_json_ld: tuple[str, ...] = ()  # each that is stated: they may disagree
    copyright_holder_json_ld: str | None = None
    warnings: tuple[str, ...] = ()


_NOTHING_STATED = Metadata()


def read_given(given: Given, *, now: datetime | None = None) -> Metadata:
    """Read what was given beside a page, as if the page had no metadata of its own."""
    times, warnings = choose_times(_given_dates(given), _stamps([given.given_modified]), now=now)
    title = clean(given.given_title, max_chars=MAX_TITLE_CHARS)
    authors = read_names(given.given_authors)
    source = given.hinted_by or "given"
    return Metadata(
        title=title,
        title_source=source if title else None,
        description=clean(given.given_description, max_chars=MAX_DESCRIPTION_CHARS),
        authors=authors,
        authors_source=source if authors else None,
        section=clean(given.given_section, max_chars=MAX_LABEL_CHARS),
        tags=_labels(given.given_tags),
        image_url=_absolute([given.given_image_url or ""], None),
        publisher=clean(given.given_publisher, max_chars=MAX_LABEL_CHARS),
        declared_language=clean(given.given_language, max_chars=MAX_LABEL_CHARS),
        times=times,
        warnings=(*warnings, *_unreadable(given)),
    )


def read_metadata(
    tree: HtmlElement, tags: Tags, *, url: str | None, given: Given, now: datetime
) -> Metadata:
    """Read a page's metadata.

    Args:
        tree: The parsed page; it is not changed.
        tags: Its tags, as `read_tags` gathers them.
        url: The page's URL, if it is known.
        given: Fields that came beside the page. Each wins over the page's own, unless it is a
            hint of a feed or sitemap: that counts only where the page is silent.
        now: The run's clock: dates beyond it are in the future.

    Returns:
        The metadata. Never raises for what stands in a page.
    """
    linked = read_linked_data(tags.scripts)
    canonical = (*tags.canonical[:_MAX_CANONICAL], *tags.all(["og:url"])[:_MAX_CANONICAL])
    own_urls = [*([url] if url else []), *canonical[:2]]
    own_titles = [*tags.all(["og:title"])[:1], tags.title or ""]
    nodes = linked.about(own_urls, [*(text for _, text in tags.headings), *own_titles])
    # Costs a search of the whole page, and repeats what JSON-LD says where there is both.
    marked: tuple[LinkedArticle, ...] = ()
    if not any(node.is_article for node in nodes):
        articles = LinkedData(nodes=read_microdata(tree))
        marked = articles.about(own_urls, [*(text for _, text in tags.headings), *own_titles])[:1]
    beside = _NOTHING_STATED if given == NOTHING_GIVEN else read_given(given, now=now)
    is_hint = given.hinted_by is not None
    stated, hinted = (_NOTHING_STATED, beside) if is_hint else (beside, _NOTHING_STATED)
    publishers = [
        *_values(nodes, "publisher"),
        *tags.all(meta_names.PUBLISHER),
        *_values(marked, "publisher"),
    ]
    publisher = stated.publisher or _publisher(publishers) or hinted.publisher
    own_url = url or next(iter(canonical), None)
    sites = _site_names(tags, [stated.publisher, *publishers], own_url)
    title, title_source = stated.title, stated.title_source
    if title is None:
        title, title_source = _title(tags, nodes, marked, sites)
    if title is None:
        title, title_source = hinted.title, hinted.title_source
    published = _published(tags, nodes, marked, url, given=_given_dates(given))
    heading = _heading(tags, title)
    authors, authors_source = stated.authors, stated.authors_source
    if not authors:
        candidates = stated_authors(tags, nodes, marked, sites)
        authors, authors_source = choose_authors(candidates, tree, heading, houses=sites)
    if not authors:
        authors, authors_source = hinted.authors, hinted.authors_source
    guessed = NO_GUESS
    if all(c.source != "given" and doubt(c.stamp, now) == DATE_IN_FUTURE for c in published):
        language = parse_tag(tags.language)
        guessed = guess_date(tree, heading, language=language, url=url, now=now)
    if guessed.stamp is not None:
        published.append(DateCandidate(guessed.stamp, "html", firm=False))
    times, doubts = choose_times(
        published,
        _stamps(
            [
                *([] if is_hint else [given.given_modified]),
                *_each(nodes, "modified"),
                *tags.all(meta_names.MODIFIED),
                *_each(marked, "modified"),
                given.given_modified,
            ]
        ),
        now=now,
    )
    return Metadata(
        title=title,
        title_source=title_source,
        description=stated.description
        or tags.first(meta_names.DESCRIPTION, max_chars=MAX_DESCRIPTION_CHARS)
        or _first_clean(_values([*nodes, *marked], "description"), MAX_DESCRIPTION_CHARS)
        or hinted.description,
        authors=authors,
        authors_source=authors_source,
        section=stated.section
        or _first_clean(_values(nodes, "section"), MAX_LABEL_CHARS)
        or tags.first(meta_names.SECTION, max_chars=MAX_LABEL_CHARS)
        or _first_clean(_values(marked, "section"), MAX_LABEL_CHARS)
        or hinted.section,
        tags=stated.tags
        or _labels(_each(nodes, "keywords"))
        or _labels(tags.all(meta_names.TAGS))
        or _labels(tags.all(meta_names.TAGS_WEAK))
        or _labels(_each(marked, "keywords"))
        or hinted.tags,
        image_url=stated.image_url
        or _absolute([*tags.all(meta_names.IMAGE), *_values([*nodes, *marked], "image")], url),
        publisher=publisher,
        declared_language=stated.declared_language
        or clean(tags.language, max_chars=MAX_LABEL_CHARS)
        or _first_clean(_values(nodes, "language"), MAX_LABEL_CHARS)
        or tags.first(meta_names.LANGUAGE, max_chars=MAX_LABEL_CHARS)
        or _first_clean(_values(marked, "language"), MAX_LABEL_CHARS)
        or hinted.declared_language,
        canonical_urls=canonical,
        times=times,
        licenses_json_ld=tuple(
            dict.fromkeys(
                stated_license
                for value in _values(nodes, "license")
                if (stated_license := clean(value, max_chars=MAX_DESCRIPTION_CHARS))
            )
        ),
        copyright_holder_json_ld=_first_clean(_values(nodes, "copyright_holder"), MAX_LABEL_CHARS),
        warnings=(
            *doubts,
            *_unreadable(given),
            *([DATE_GUESSED] if guessed.stamp else []),
            *(
                [DATE_IN_FUTURE]
                if guessed.passed_over_future and DATE_IN_FUTURE not in doubts
                else []
            ),
            *([PAYWALLED] if any(node.is_paywalled for node in (*nodes, *marked)) else []),
            *([JSON_LD_BROKEN] if linked.broken else []),
            *([JSON_LD_TOO_LARGE] if linked.too_large else []),
        ),
    )


def date_by_dateline(metadata: Metadata, dateline_date: str | None, *, now: datetime) -> Metadata:
    """Date an article that states no time of publication by its dateline, if that has a year.

    Not by one that says that it is the day of a change.

    Args:
        metadata: What the page states; a guess from the page's words yields to the dateline.
        dateline_date: The dateline's date as written, such as `17 May 2024`, or a line that is but
            a date.
        now: The run's clock.
    """
    is_stated = metadata.times.published_at is not None and DATE_GUESSED not in metadata.warnings
    found = find_printed_date(dateline_date or "", parse_tag(metadata.declared_language))
    if found is None or found.is_update or is_stated:
        return metadata
    if (found_doubt := doubt(Stamp(found.day, "day"), now)) is not None:
        return replace(metadata, warnings=(*metadata.warnings, found_doubt))
    candidate = DateCandidate(Stamp(found.day, "day"), "dateline")
    times, _ = choose_times([candidate], (), now=now)
    return replace(
        metadata,
        times=replace(times, modified_at=metadata.times.modified_at),
        warnings=tuple(w for w in metadata.warnings if w != DATE_GUESSED),
    )


def _values(nodes: Sequence[LinkedArticle], field: str) -> list[str]:
    return [value for node in nodes if isinstance(value := getattr(node, field), str)]


def _each(nodes: Sequence[LinkedArticle], field: str) -> list[str]:
    return [value for node in nodes for value in getattr(node, field)]


def _first_clean(values: Iterable[str], max_chars: int) -> str | None:
    return next((c for v in values if (c := clean(v, max_chars=max_chars)) is not None), None)


def _labels(raw: Iterable[str]) -> tuple[str, ...]:
    """Labels of texts that each hold one or several, separated by commas or semicolons."""
    cleaned = (clean(text, max_chars=_MAX_LABELS_CHARS) for text in raw)
    parts = (part for text in cleaned if text is not None for part in _LABEL_LIST.split(text))
    labels = [label for part in parts if (label := clean(part, max_chars=MAX_LABEL_CHARS))]
    labels = [label for label in labels if fold(label)]
    return distinct(labels, at_most=MAX_TAGS)


def _publisher(stated: Iterable[str]) -> str | None:
    """The first that is a name: templates write addresses and handles there too."""
    names = (clean(name, max_chars=MAX_LABEL_CHARS) for name in stated)
    return next((n for n in names if n and not n.startswith("@") and "://" not in n), None)


def _absolute(addresses: Iterable[str], url: str | None) -> str | None:
    for address in addresses:
        if not address.strip():
            continue
        absolute = urls.join(url or "", address.strip())
        if absolute is not None and urls.canonicalise(absolute) is not None:
            # As the site spells it: image services sign their parameters.
            return clean(urls.without_credentials(absolute), max_chars=urls.MAX_URL_CHARS)
    return None


def _site_names(tags: Tags, publishers: Iterable[str | None], url: str | None) -> frozenset[str]:
    """Folded names that the site goes by: as publisher, as application, and as host."""
    headings = {fold(text) for _, text in tags.headings}
    names = [name for name in publishers if name]
    # Some templates write the headline where the application's name belongs.
    names += [name for name in tags.all(meta_names.APPLICATION) if fold(name) not in headings]
    host = urls.host(url) if url else None
    # A heading that is nothing but a link to the front page is the masthead.
    names += [text for text, href in tags.mastheads if (urls.host(href) or host) == host]
    if host is not None:
        labels = host.split(".")
        own = -3 if len(labels) > 2 and labels[-2] in _REGISTRIES else -2  # noqa: PLR2004 - a.co.uk
        names += [host, ".".join(labels[own:]), *labels[own : own + 1]]
    return frozenset(fold(name) for name in names) - {""}


def _title(
    tags: Tags,
    nodes: Sequence[LinkedArticle],
    marked: Sequence[LinkedArticle],
    sites: frozenset[str],
) -> tuple[str | None, str | None]:
    """The headline, and the place that states it."""

    def cleaned(values: Iterable[str]) -> list[str]:
        return [c for v in values if (c := clean(v, max_chars=MAX_TITLE_CHARS)) is not None]

    # Between the headline and the site's name, templates put the section's.
    sections = [*_values([*nodes, *marked], "section"), *tags.all(meta_names.SECTION)]
    endings = sites | {fold(section) for section in sections}
    linked = cleaned(_each(nodes, "headlines"))
    itemprop = cleaned([*_each(marked, "headlines"), *tags.all(["itemprop:headline"])])
    named = cleaned([*tags.all(meta_names.TITLE), *tags.all(meta_names.TITLE_WEAK)])
    # What an h1 says whole ends as it should: "Paris - Berlin" in the section Berlin.
    whole = {fold(text) for _, text in tags.headings}
    social = [t if fold(t) in whole else without_site(t, endings) for t in named]
    title = choose_title(
        linked=[*linked, *itemprop],
        headings=[text for _, text in tags.headings],
        social=social,
        document=without_site(tags.title, endings) if tags.title else None,
        sites=sites,
    )
    if title is None:
        return None, None
    for source, stated in (("json-ld", linked), ("meta", social)):
        if any(agree(title, without_site(one, sites)) for one in stated):
            return title, source
    return title, "html"


def _heading(tags: Tags, title: str | None) -> HtmlElement | None:
    """The h1 of the headline, else the first."""
    first = tags.headings[0][0] if tags.headings else None
    return next((element for element, text in tags.headings if agree(text, title)), first)


def _given_dates(given: Given) -> list[DateCandidate]:
    source = given.hinted_by or "given"
    return [DateCandidate(stamp, source) for stamp in _stamps([given.given_published])]


def _unreadable(given: Given) -> tuple[str, ...]:
    is_lost = given.given_published is not None and parse_date(given.given_published) is None
    return (DATE_UNREADABLE,) if is_lost else ()


def _stamps(raw: Iterable[str | None]) -> list[Stamp]:
    return [stamp for text in raw if (stamp := parse_date(text)) is not None]


def _published(
    tags: Tags,
    nodes: Sequence[LinkedArticle],
    marked: Sequence[LinkedArticle],
    url: str | None,
    *,
    given: Sequence[DateCandidate],
) -> list[DateCandidate]:
    """Candidates for the time of publication, the most trusted first."""
    articles = [node for node in nodes if node.is_article]
    others = [node for node in nodes if not node.is_article]
    in_url = date_in_url(url)
    return [
        *(candidate for candidate in given if candidate.source == "given"),
        *(DateCandidate(stamp, "json-ld") for stamp in _stamps(_each(articles, "published"))),
        *(DateCandidate(stamp, "meta") for stamp in _stamps(tags.all(meta_names.PUBLISHED))),
        *(candidate for candidate in given if candidate.source != "given"),
        *(DateCandidate(s, "json-ld", firm=False) for s in _stamps(_each(others, "published"))),
        *(
            DateCandidate(s, "html", firm=False)
            for s in _stamps([*_each(marked, "published"), tags.time_published])
        ),
        *(
            DateCandidate(s, "meta", firm=False)
            for s in _stamps(tags.all(meta_names.PUBLISHED_VAGUE))
        ),
        *([DateCandidate(in_url, "url")] if in_url else []),
        *(DateCandidate(stamp, "html", firm=False) for stamp in _stamps([tags.time])),
    ]
