"""Metadata of whole pages: which of several statements is believed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from expectations.records import NOTHING_GIVEN, Given
from tasks.metadata import Metadata, date_by_dateline, read_given, read_metadata, read_tags

NOW = datetime(2026, 11, 23, tzinfo=UTC)
URL = "https://www.example.com/politics/vote"


def parse(html: str) -> HtmlElement:
    return document_fromstring(html.encode("utf-8", "replace"), parser=HTMLParser(encoding="utf-8"))


def read(html: str, *, url: str | None = URL, given: Given = NOTHING_GIVEN) -> Metadata:
    tree = parse(html)
    return read_metadata(tree, read_tags(tree), url=url, given=given, now=NOW)


def linked(**fields: Any) -> str:
    node = {"@context": "https://schema.org", "@type": "NewsArticle", **fields}
    return f'<script type="application/ld+json">{json.dumps(node)}</script>'


def meta(name: str, content: str) -> str:
    return f'<meta property="{name}" content="{content}">'


# Title


HOUSE = {"@type": "NewsMediaOrganization", "name": "Example News"}
OG_SITE = meta("og:site_name", "Example")


@pytest.mark.parametrize(
    ("html", "title"),
    [
        (linked(headline="Vote &amp; count"), "Vote & count"),
        (linked(headline="Vote is on - Example News", publisher=HOUSE), "Vote is on"),
        ("<h1>Vote is on</h1>" + meta("og:title", "Vote is on | Example.com"), "Vote is on"),
        (OG_SITE + meta("og:title", "Vote - a study | Example"), "Vote - a study"),
        ("<title>Vote is on – Example.com</title>", "Vote is on"),
        ("<title>Example | Vote is on</title>", "Vote is on"),
        ("<title>Berlin - a portrait</title>", "Berlin - a portrait"),
        ("<h1>Latest</h1><h1>Vote is on</h1><title>Vote is on | Example</title>", "Vote is on"),
        ("<h1><b>Kicker</b><br>Vote is <i>on</i>!</h1>", "Kicker Vote is on!"),
        ("<h1>Vote is on</h1>" + meta("application-name", "Vote is on"), "Vote is on"),
        ("<h1><i>Kicker</i> Vote is on</h1>" + meta("og:title", "Vote is on"), "Vote is on"),
        (
            meta("article:section", "Politics") + "<title>Vote is on - Politics | Example</title>",
            "Vote is on",
        ),
        ("<title>Example</title>", None),
        ("<p>No title</p>", None),
        (f"<title>{'x' * 1_001}</title>", None),
        (linked(headline="مجلس می‌رود - خبرگزاری", publisher="خبرگزاری"), "مجلس می‌رود"),
        (linked(headline="選挙が始まる：例新聞", publisher={"name": "例新聞"}), "選挙が始まる"),
    ],
)
def test_a_title_is_the_headline_without_the_site(html: str, title: str | None) -> None:
    assert read(html).title == title


def test_the_headline_that_readers_see_beats_one_that_only_machines_see() -> None:
    html = linked(headline="Old words") + "<h1>New words</h1>" + meta("og:title", "New words")
    assert read(html).title == "New words"


def test_a_headline_in_json_ld_beats_an_og_title_that_stands_alone() -> None:
    html = linked(headline="The headline") + "<h1>The headline</h1>" + meta("og:title", "Click me")
    assert read(html).title == "The headline"


def test_a_headline_cut_for_search_engines_is_made_whole_from_the_page() -> None:
    whole = (
        "Minister promises again what was promised before, and the opposition says that it knows"
    )
    html = linked(headline=whole[:40] + "…") + f"<h1>{whole}</h1>"
    assert read(html).title == whole


def test_a_teaser_in_json_ld_is_not_taken_for_the_article() -> None:
    teaser = linked(headline="Another story", url="https://www.example.com/other")
    own = linked(headline="Vote is on", url=URL)
    assert read(teaser + own).title == "Vote is on"


def test_an_h1_that_links_to_the_front_page_is_the_masthead() -> None:
    masthead = '<h1><a href="/">The Courier</a></h1><h1>Vote is on</h1>'
    assert read(masthead + "<title>Vote is on | The Courier</title>").title == "Vote is on"
    assert read('<h1><a href="https://example.com/">T</a></h1><title>T</title>').title is None
    link_elsewhere = '<h1><a href="https://example.org/">A find</a></h1><title>A find</title>'
    assert read(link_elsewhere).title == "A find"


def test_an_h1_that_the_documents_title_knows_nothing_of_is_not_the_headline() -> None:
    assert read("<h1>신문</h1><title>선거가 시작된다</title>").title == "선거가 시작된다"


# Authors


MINISTRY = "Ministry of Trade and Youth Affairs"


@pytest.mark.parametrize(
    ("stated", "authors"),
    [
        ({"@type": "Person", "name": "Jane Doe"}, ("Jane Doe",)),
        (["Jane Doe", [{"name": "John Roe"}]], ("Jane Doe", "John Roe")),
        ("Jane Doe and John Roe", ("Jane Doe", "John Roe")),
        ({"@type": "Organization", "name": MINISTRY}, (MINISTRY,)),
        ({"name": "مريم علي"}, ("مريم علي",)),
        ("松岡大地", ("松岡大地",)),
        ({"@type": "Person", "name": "https://example.com/jane"}, ()),
        ([], ()),
    ],
)
def test_authors_are_whom_json_ld_names(stated: object, authors: tuple[str, ...]) -> None:
    assert read(linked(author=stated)).authors == authors


@pytest.mark.parametrize(
    ("html", "authors"),
    [
        ("<p class=byline>Von Jane Doe, Berlin</p>", ("Jane Doe",)),
        ("<p><a rel=author>Jane Doe</a> <a rel=author>John Roe</a></p>", ("Jane Doe", "John Roe")),
        ("<div class=byline>By <b class=author-name>Jane Doe</b> 3 min read</div>", ("Jane Doe",)),
        ("<figure><b class=author>Al Poe</b></figure><p class=author>Jane Doe</p>", ("Jane Doe",)),
        ("<div class=comments><b class=author>Angry Reader</b></div>", ()),
        ("<div>\n<div><span>By</span> <a>Jane Doe</a></div></div>", ("Jane Doe",)),
        ("<p>Por Juan Pérez y Ana López</p><p>Por Otra Persona</p>", ("Juan Pérez", "Ana López")),
        ("<p>Автор: Иван Иванов</p>", ("Иван Иванов",)),
        ("<p>Text Size Larger</p><p>By the way, Things change</p><p>By Monday</p>", ()),
        ("<div class=related><p>By Somebody Else</p></div>", ()),
        ("<p>Words</p>" * 60 + "<p>By Somebody Else</p>", ()),
        ("<a class=author>Follow</a><a class=author>Share this</a>", ()),
    ],
)
def test_a_byline_names_the_authors_where_no_tag_does(html: str, authors: tuple[str, ...]) -> None:
    page = meta("author", "desk@example.com") + meta("article:author", "https://facebook.com/jane")
    assert read(f"{page}<h1>T</h1>{html}").authors == authors


def test_the_house_is_the_author_only_if_the_page_names_nobody_else() -> None:
    html = linked(headline="T", author=HOUSE, publisher=HOUSE)
    assert read(html).authors == ("Example News",)
    assert read(html + meta("author", "Jane Doe")).authors == ("Jane Doe",)


def test_an_author_may_be_a_reference_into_the_graph() -> None:
    article = {"@type": "NewsArticle", "author": {"@id": "#jane"}, "publisher": {"@id": "#org"}}
    jane = {"@type": "Person", "@id": "#jane", "name": "Jane Doe"}
    graph = json.dumps({"@graph": [article, jane, {**HOUSE, "@id": "#org"}]})
    found = read(f'<script type="application/ld+json">{graph}</script>')
    assert found.authors == ("Jane Doe",)
    assert found.publisher == "Example News"


# Times


def test_a_time_is_stored_in_utc_with_its_precision_and_source() -> None:
    times = read(linked(headline="T", datePublished="2024-05-17T10:30:15+03:30")).times
    assert times.published_at == datetime(2024, 5, 17, 7, 0, 15, tzinfo=UTC)
    assert (times.published_at_precision, times.published_at_source) == ("second", "json-ld")


@pytest.mark.parametrize(
    ("html", "url", "source", "precision"),
    [
        (meta("article:published_time", "2024-05-17T10:30Z"), URL, "meta", "minute"),
        ('<time itemprop="datePublished" datetime="2024-05-17T10:30Z">', URL, "html", "minute"),
        ('<h1>T</h1><time datetime="2024-05-17T10:30Z">', URL, "html", "minute"),
        ("<p>Text</p>", "https://example.com/2024/05/17/vote", "url", "day"),
    ],
)
def test_a_time_is_found_where_pages_state_it(
    html: str, url: str, source: str, precision: str
) -> None:
    times = read(html, url=url).times
    assert times.published_at is not None
    assert times.published_at.date().isoformat() == "2024-05-17"
    assert (times.published_at_source, times.published_at_precision) == (source, precision)


def test_a_day_is_made_exact_by_another_statement_about_the_same_day() -> None:
    html = linked(headline="T", datePublished="2024-05-17") + meta("date", "2024-05-17T10:30:00Z")
    times = read(html).times
    assert times.published_at == datetime(2024, 5, 17, 10, 30, tzinfo=UTC)
    assert times.published_at_source == "meta"


def test_a_time_without_zone_takes_the_zone_that_the_page_uses_and_says_so() -> None:
    html = linked(
        headline="T", datePublished="2024-05-17T10:30:00", dateModified="2024-05-17T12:07:30+02:00"
    )
    found = read(html)
    assert found.times.published_at == datetime(2024, 5, 17, 8, 30, tzinfo=UTC)
    assert "date_without_zone" in found.warnings


def test_a_time_without_zone_that_another_statement_zones_is_in_no_doubt() -> None:
    html = linked(headline="T", datePublished="2024-05-17T10:30:00") + meta(
        "article:published_time", "2024-05-17T08:30:00Z"
    )
    found = read(html)
    assert found.times.published_at == datetime(2024, 5, 17, 8, 30, tzinfo=UTC)
    assert found.warnings == ()


def test_dates_that_disagree_by_more_than_two_days_are_a_conflict() -> None:
    html = linked(headline="T", datePublished="2024-05-17T10:00:00Z")
    near = meta("article:published_time", "2024-05-18T23:00:00Z")
    far = meta("article:published_time", "2024-05-19T10:00:01Z")
    assert not read(html + near).times.date_conflict
    conflict = read(html + far)
    assert conflict.times.date_conflict
    assert "date_conflict" in conflict.warnings


@pytest.mark.parametrize(
    ("stated", "warning", "alone_at"),
    [
        ("2031-01-01T00:00:01Z", "date_in_future", None),
        ("9999-12-31T23:59:59Z", "date_in_future", None),
        ("1989-12-31T10:00:00Z", "date_before_1990", datetime(1989, 12, 31, 10, tzinfo=UTC)),
    ],
)
def test_a_date_in_the_future_is_never_believed_and_one_before_1990_only_alone(
    stated: str, warning: str, alone_at: datetime | None
) -> None:
    html = linked(headline="T", datePublished=stated)
    alone = read(html)
    assert alone.times.published_at == alone_at
    assert warning in alone.warnings
    printed = read(html + "<h1>T</h1><p class=date>17 May 2024</p>")
    assert printed.times.published_at == (alone_at or datetime(2024, 5, 17, tzinfo=UTC))
    assert warning in printed.warnings
    assert ("date_guessed" in printed.warnings) is (alone_at is None)
    beside = read(html + meta("article:published_time", "2024-05-17T10:00:00Z"))
    assert beside.times.published_at == datetime(2024, 5, 17, 10, tzinfo=UTC)
    assert warning in beside.warnings
    assert not beside.times.date_conflict


def test_a_date_in_the_text_is_a_guess_and_is_called_one() -> None:
    html = "<h1>T</h1><p class='date'>17 May 2024</p><p>Some words of the story.</p>"
    found = read(html)
    assert found.times.published_at == datetime(2024, 5, 17, tzinfo=UTC)
    assert found.times.published_at_precision == "day"
    assert "date_guessed" in found.warnings


def test_a_control_character_in_the_page_does_not_stop_the_search_for_a_date() -> None:
    assert read("<h1>T</h1><script>x</script>\x1f<p>Words</p>").title == "T"


@pytest.mark.parametrize(
    ("html", "dateline", "source", "day"),
    [
        ("<p>Words</p>", "17 May 2024", "dateline", 17),
        ("<p>Words</p>", "May 17", None, None),
        ("<p>Words</p>", None, None, None),
        ("<p>Words</p>", "17 May 2031", None, None),
        ("<h1>T</h1><p class=date>20 May 2024</p>", "17 May 2024", "dateline", 17),
        (meta("article:published_time", "2024-05-18T10:00Z"), "17 May 2024", "meta", 18),
    ],
)
def test_a_dateline_dates_an_article_that_states_no_time(
    html: str, dateline: str | None, source: str | None, day: int | None
) -> None:
    found = date_by_dateline(read(html), dateline, now=NOW)
    assert found.times.published_at_source == source
    assert (found.times.published_at.day if found.times.published_at else None) == day
    assert "date_guessed" not in found.warnings


# The rest


def test_all_other_fields_are_read() -> None:
    html = f"""<html lang="de-AT"><head>
      <link rel="canonical" href="/politik/wahl"><meta property="og:url" content="{URL}">
      <meta property="og:image" content="/bild.jpg?w=1">
      <meta property="og:description" content="Kurz">
      {
        linked(
            headline="Wahl", articleSection="Politik", keywords="Wahl, Wien, wahl,,T&amp;T",
            license="https://creativecommons.org/licenses/by/4.0/", isAccessibleForFree="False",
            copyrightHolder={"name": "Beispiel GmbH"}, publisher={"name": "Beispiel"},
        )
    }</head></html>"""  # fmt: skip
    found = read(html)
    assert found.declared_language == "de-AT"
    assert found.canonical_urls == ("/politik/wahl", URL)
    assert found.image_url == "https://www.example.com/bild.jpg?w=1"
    assert found.description == "Kurz"
    assert found.section == "Politik"
    assert found.tags == ("Wahl", "Wien", "T&T")
    assert found.licenses_json_ld == ("https://creativecommons.org/licenses/by/4.0/",)
    assert found.copyright_holder_json_ld == "Beispiel GmbH"
    assert found.publisher == "Beispiel"
    assert found.warnings == ("paywalled",)


def test_what_was_given_wins_over_the_page() -> None:
    given_fields = Given(
        given_title="Given &amp; kept",
        given_authors=("Jane Doe",),
        given_published="2024-05-17",
        given_tags=("a", "b, c"),
    )
    page = linked(headline="Page", author="John Roe", datePublished="2024-05-17T10:00:00Z")
    found = read(page, given=given_fields)
    assert found.title == "Given & kept"
    assert found.authors == ("Jane Doe",)
    assert found.times.published_at == datetime(2024, 5, 17, tzinfo=UTC)
    assert found.times.published_at_source == "given"
    assert found.tags == ("a", "b", "c")


def test_a_given_time_is_kept_over_a_guess_from_the_pages_words() -> None:
    page = "<h1>T</h1><p class=date>17 May 2024</p>"
    found = read(page, given=Given(given_published="1985-03-04"))
    assert found.times.published_at == datetime(1985, 3, 4, tzinfo=UTC)
    assert "date_guessed" not in found.warnings


def test_given_fields_alone_make_metadata() -> None:
    found = read_given(Given(given_title=" T ", given_published="17 May 2024 10:30 UTC"))
    assert found.title == "T"
    assert found.times.published_at == datetime(2024, 5, 17, 10, 30, tzinfo=UTC)


def test_a_given_date_that_cannot_be_read_is_not_lost_in_silence() -> None:
    assert read_given(Given(given_published="soon")).warnings == ("date_unreadable",)


def test_reading_leaves_the_page_as_it_was() -> None:
    tree = parse("<h1>T</h1><p class='date'>17 May 2024</p><script>x</script><p>Words</p>")
    before = etree.tostring(tree)
    read_metadata(tree, read_tags(tree), url=URL, given=NOTHING_GIVEN, now=NOW)
    assert etree.tostring(tree) == before


PIECES = [
    "<h1>",
    "<title>",
    '<meta name="author" content="',
    '"><time datetime="',
    "<p class=byline>By ",
    "2024-05-17",
    " | ",
    '<script type="application/ld+json">',
    '{"@type":"NewsArticle","author":',
    "[",
    "}",
    "</script>",
]
WORDS = st.text(max_size=30) | st.sampled_from(PIECES)


@given(st.lists(WORDS, min_size=1, max_size=12).map("".join), st.none() | st.text(max_size=20))
def test_no_page_whatever_makes_it_raise_and_all_strings_can_be_stored(
    html: str, url: str | None
) -> None:
    tree = parse(f"<html><body>x{html}")
    found = read_metadata(tree, read_tags(tree), url=url, given=NOTHING_GIVEN, now=NOW)
    for text in (found.title, found.description, found.section, found.publisher, *found.authors):
        assert text is None or (text.encode() and text == text.strip() and "\x00" not in text)


# Another article's


OTHER = {
    "headline": "Whale beached near Aberdeen",
    "author": "Max Whale",
    "datePublished": "2020-01-01",
}
COUNCIL = "<title>Council passes budget after long debate</title>"
HEADLINE = "<h1>Council passes budget after long debate</h1><p class='byline'>By Jane Doe</p>"


def test_json_ld_without_an_address_whose_headline_is_quite_another_is_not_believed() -> None:
    page = f"<html><head>{COUNCIL}{linked(**OTHER)}</head><body>{HEADLINE}</body></html>"
    found = read(page)
    assert (found.title, found.authors) == (
        "Council passes budget after long debate",
        ("Jane Doe",),
    )
    assert found.times.published_at is None


@pytest.mark.parametrize("place", ["aside", "section class='comments'"])
def test_a_date_in_a_teaser_or_a_comment_is_not_the_article_s(place: str) -> None:
    tag = place.split(maxsplit=1)[0]
    beside = f"<{place}><time itemprop='datePublished' datetime='2020-01-20T10:00Z'></time></{tag}>"
    printed = "<p class='date'>20 November 2025</p>"
    page = f"<html><head>{COUNCIL}</head><body>{HEADLINE}{printed}{beside}</body></html>"
    assert read(page).times.published_at == datetime(2025, 11, 20, tzinfo=UTC)


def test_a_headline_that_ends_in_the_section_s_name_keeps_it_where_the_h1_has_it() -> None:
    page = (
        f"<html><head><title>Russia - Ukraine</title>{meta('article:section', 'Ukraine')}"
        f"{meta('og:title', 'Russia - Ukraine')}</head>"
        "<body><h1>Russia - Ukraine</h1></body></html>"
    )
    assert read(page).title == "Russia - Ukraine"


def test_a_day_in_the_future_that_was_passed_over_is_told() -> None:
    ahead = f"<p class='date'>12 December {NOW.year + 1}</p>"
    found = read(f"<html><head>{COUNCIL}</head><body>{HEADLINE}{ahead}</body></html>")
    assert (found.times.published_at, found.warnings) == (None, ("date_in_future",))


# Hints of feeds and sitemaps


def test_what_a_feed_says_fills_in_what_the_page_leaves_out() -> None:
    hints = Given(
        given_title="From the feed",
        given_authors=("Jane Doe",),
        given_published="2026-11-20T10:15:30+01:00",
        given_language="de",
        hinted_by="feed",
    )
    tree = parse("<body><p>Text</p></body>")
    found = read_metadata(tree, read_tags(tree), url=None, given=hints, now=NOW)
    assert (found.title, found.title_source) == ("From the feed", "feed")
    assert (found.authors, found.authors_source) == (("Jane Doe",), "feed")
    assert found.times.published_at == datetime(2026, 11, 20, 9, 15, 30, tzinfo=UTC)
    assert found.times.published_at_source == "feed"
    assert found.declared_language == "de"


def test_what_the_page_says_is_better_than_a_hint() -> None:
    hints = Given(
        given_title="From the sitemap",
        given_published="2026-11-20T10:15:30Z",
        given_language="de",
        hinted_by="sitemap",
    )
    page = """<html lang="en"><head><meta property="og:title" content="From the page">
    <meta property="article:published_time" content="2026-11-20T10:00:00Z"></head></html>"""
    tree = parse(page)
    found = read_metadata(tree, read_tags(tree), url=None, given=hints, now=NOW)
    assert (found.title, found.title_source) == ("From the page", "meta")
    assert found.times.published_at_source == "meta"
    assert found.times.published_at == datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
    assert found.declared_language == "en"


def test_a_hint_is_better_than_some_date_on_the_page_or_in_its_address() -> None:
    hints = Given(given_published="2026-11-20T10:15:30Z", hinted_by="feed")
    page = parse('<p>Since <time datetime="2019-05-06">May</time> they wait.</p>')
    found = read_metadata(
        page, read_tags(page), url="https://a.example/2026/11/20/x", given=hints, now=NOW
    )
    assert found.times.published_at == datetime(2026, 11, 20, 10, 15, 30, tzinfo=UTC)
