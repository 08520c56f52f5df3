"""Microdata and RDFa as pages mark up their articles and their teasers."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from expectations.records import NOTHING_GIVEN
from tasks.metadata import Metadata, read_metadata, read_tags
from tasks.metadata.microdata import read_microdata

NOW = datetime(2026, 11, 23, tzinfo=UTC)
URL = "https://www.example.com/politics/vote"
SCHEMA = 'itemscope itemtype="https://schema.org'
PICTURE = "https://www.example.com/vote.jpg"

MICRODATA = f"""
<article {SCHEMA}/NewsArticle">
  <link itemprop="mainEntityOfPage" href="{URL}">
  <h1 itemprop="headline">Vote is on</h1>
  <span itemprop="author" {SCHEMA}/Person"><b itemprop="name">Jane Doe</b> writes on trade</span>
  <time itemprop="datePublished" datetime="2024-05-17T10:30:15+02:00">a day ago</time>
  <meta itemprop="dateModified" content="2024-05-18T08:00:00Z">
  <a itemprop="articleSection" href="/politics">Politics</a>
  <div itemprop="publisher" {SCHEMA}/Organization"><meta itemprop="name" content="Example News">
    <span itemprop="logo" {SCHEMA}/ImageObject"><img itemprop="url" src="/logo.png"></span></div>
  <figure itemprop="image" {SCHEMA}/ImageObject"><img itemprop="url" src="/vote.jpg"></figure>
  <div itemprop="articleBody">Words</div>
  <p itemprop="comment" {SCHEMA}/Comment"><b itemprop="author">Angry Reader</b></p>
</article>"""
RDFA = """
<article vocab="https://schema.org/" typeof="NewsArticle">
  <h1 property="headline">Vote is on</h1>
  <span property="author" typeof="Person"><b property="name">Jane Doe</b></span>
  <time property="schema:datePublished" content="2024-05-17T10:30:15+02:00">a day ago</time>
  <meta property="dateModified" content="2024-05-18T08:00:00Z">
  <span property="articleSection">Politics</span>
  <div property="publisher" typeof="Organization"><b property="name">Example News</b></div>
  <img property="image" src="/vote.jpg">
</article>"""


def parse(html: str) -> HtmlElement:
    return document_fromstring(html.encode("utf-8", "replace"), parser=HTMLParser(encoding="utf-8"))


def read(html: str) -> Metadata:
    tree = parse(html)
    return read_metadata(tree, read_tags(tree), url=URL, given=NOTHING_GIVEN, now=NOW)


@pytest.mark.parametrize("html", [MICRODATA, RDFA])
def test_an_article_is_read_from_the_elements_that_are_marked_up(html: str) -> None:
    found = read(html)
    assert found.title == "Vote is on"
    assert found.authors == ("Jane Doe",)
    assert found.times.published_at == datetime(2024, 5, 17, 8, 30, 15, tzinfo=UTC)
    assert found.times.published_at_source == "html"
    assert found.times.modified_at == datetime(2024, 5, 18, 8, tzinfo=UTC)
    assert found.section == "Politics"
    assert found.publisher == "Example News"
    assert found.image_url == PICTURE


def test_an_organization_that_is_marked_up_as_author_keeps_its_commas() -> None:
    author = f'<b itemprop="author" {SCHEMA}/Organization">Ministry of Trade, Youth and Sports</b>'
    assert read(f'<div {SCHEMA}/Article">{author}</div>').authors == (
        "Ministry of Trade, Youth and Sports",
    )


def teaser(headline: str, address: str) -> str:
    return (
        f'<article {SCHEMA}/NewsArticle"><a itemprop="url" href="{address}">'
        f'<h2 itemprop="headline">{headline}</h2></a>'
        '<b itemprop="author">Somebody Else</b></article>'
    )


def test_teasers_that_are_marked_up_are_not_taken_for_the_article() -> None:
    teasers = teaser("Another story of the day", "/other") + teaser("A third story", "/third")
    found = read(teasers + MICRODATA + teasers)
    assert (found.title, found.authors) == ("Vote is on", ("Jane Doe",))
    found = read(f"{teasers}<h1>Vote is on</h1>")
    assert (found.title, found.authors) == ("Vote is on", ())


def test_json_ld_is_believed_over_microdata() -> None:
    script = '{"@type": "NewsArticle", "headline": "Vote is on", "author": "John Roe"}'
    assert read(f'{MICRODATA}<script type="application/ld+json">{script}</script>').authors == (
        "John Roe",
    )


@pytest.mark.parametrize(
    "html",
    [
        f'<div {SCHEMA}/Article">' * 200 + '<b itemprop="author">' * 200 + "x" * 1_000,
        f'<div {SCHEMA}/Article"><b itemprop="author">A B</b></div>' * 20_000,
        f'<div {SCHEMA}/Article">' + '<b itemprop="author">A B</b>' * 50_000,
    ],
)
def test_scopes_without_end_cost_little(html: str) -> None:
    tree = parse(html)
    start = time.process_time()
    read_microdata(tree)
    assert time.process_time() - start < 2


PIECES = [
    f'<div {SCHEMA}/Article">',
    f'<p itemprop="author" {SCHEMA}/Person">',
    '<div typeof="schema:Article">',
    '<b property="headline">',
    '<a itemprop="url image name" href="http://[">',
    '<time itemprop="datePublished" datetime="2024-05-17">',
    "</div>",
    "</p>",
]


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=20), min_size=1, max_size=15))
def test_no_mark_up_makes_it_raise(pieces: list[str]) -> None:
    read("<html><body>x" + "".join(pieces))
