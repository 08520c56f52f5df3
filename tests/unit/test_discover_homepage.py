"""Front pages and section pages: feeds, sitemaps, the site's name, and links to articles."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml.html import HtmlElement

from tasks.discover.homepage import (
    MAX_ARTICLE_LINKS,
    MAX_FEEDS,
    Site,
    article_links,
    find_feeds,
    find_site,
    find_sitemaps,
    usual_feeds,
    usual_sitemaps,
)
from tasks.discover.links import HintSource
from tasks.parsing import parse_html

URL = "https://www.example.com/en/"


def tree(html: str) -> HtmlElement:
    result = parse_html(html)
    assert isinstance(result, HtmlElement), result
    return result


def links(html: str) -> list[str]:
    found = article_links(tree(html), URL)
    assert all(link.hint_source is HintSource.PAGE for link in found)
    return [link.url.removeprefix("https://www.example.com") for link in found]


@pytest.mark.parametrize(
    "kind", ["rss+xml", "atom+xml", "rdf+xml", "feed+json", "rss+xml; charset=utf-8", "RSS+XML "]
)
def test_declared_feeds_are_found(kind: str) -> None:
    page = f"<head><link rel='Alternate' type='application/{kind}' href='/x' title='News'>"
    assert find_feeds(tree(page), URL) == ("https://www.example.com/x",)


@pytest.mark.parametrize(
    "element",
    [
        "<link rel=alternate type=application/rss+xml title='Comments Feed' href=/c/feed/>",
        "<link rel=alternate type=application/rss+xml title='Kommentare' href=/rss2>",
        "<link rel=alternate type=application/rss+xml href=javascript:alert(1)>",
        "<link rel=alternate type=application/rss+xml href=''>",
        "<link rel=alternate type=application/rss+xml>",
        "<link rel=alternate type=application/json href=/wp-json/wp/v2/pages/2>",
        "<link rel=alternate hreflang=de href=/de/>",
        "<link rel=stylesheet type=application/rss+xml href=/x>",
        "<a href=/feedback>Feedback</a>",
        "<a href=/news/rss-is-back>RSS is back</a>",
        "<a href=/comments/feed>Comments</a>",
    ],
)
def test_what_is_no_feed_of_articles_is_not_taken_for_one(element: str) -> None:
    assert find_feeds(tree(f"<head>{element}<body><p>x"), URL) == ()


@pytest.mark.parametrize(
    "href",
    [
        "/rss",
        "/en/feed/",
        "/rss.xml",
        "/news/politics.rss",
        "/index.rdf",
        "feed://www.example.com/rss",
    ],
)
def test_links_named_like_feeds_are_found_behind_declared_ones(href: str) -> None:
    page = f"<a href='{href}'>RSS</a><link rel=alternate type=application/rss+xml href=/declared>"
    declared, linked = find_feeds(tree(page), URL)
    assert declared == "https://www.example.com/declared"
    assert linked.startswith(("https://www.example.com/", "http://www.example.com/"))


def test_the_scheme_of_feed_readers_is_undone() -> None:
    page = "<a href='feed:https://example.com/rss'>a</a><a href='feed://example.com/feed'>b</a>"
    assert find_feeds(tree(page), URL) == ("https://example.com/rss", "http://example.com/feed")


def test_relative_addresses_mean_the_pages_base() -> None:
    page = (
        "<base target=_blank><base href='https://cdn.example.com/x/'><link rel=sitemap href=s.xml>"
        "<link rel=alternate type=application/atom+xml href=feed>"
    )
    assert find_feeds(tree(page), URL) == ("https://cdn.example.com/x/feed",)
    assert find_sitemaps(tree(page), URL) == ("https://cdn.example.com/x/s.xml",)


def test_a_page_of_feeds_gives_a_bounded_number() -> None:
    page = "".join(f"<a href='/{i}.rss'>x</a>" for i in range(1_000))
    assert len(find_feeds(tree(page), URL)) == MAX_FEEDS


@pytest.mark.parametrize(
    ("html", "site"),
    [
        (
            "<html lang=fa-IR><meta property=og:site_name content='A &amp; B'><title>Home</title>",
            Site("A & B", "fa"),
        ),
        ("<html><title> Example  News </title>", Site("Example News", None)),
        ("<p>nothing", Site(None, None)),
    ],
)
def test_a_site_says_its_name_and_language(html: str, site: Site) -> None:
    assert find_site(tree(html)) == site


def test_usual_places_are_those_of_the_edition_and_then_of_the_site() -> None:
    feeds = usual_feeds(URL)
    assert feeds[0] == "https://www.example.com/en/feed"
    assert "https://www.example.com/rss.xml" in feeds
    assert len(feeds) == len(set(feeds))
    assert usual_feeds("https://example.com") == usual_feeds("https://example.com/index.html")
    sitemaps = usual_sitemaps("https://example.com/")
    assert sitemaps[0] == "https://example.com/sitemap-news.xml"
    assert "https://example.com/sitemap.xml" in sitemaps
    assert usual_feeds("javascript:alert(1)") == ()


HEADLINE = "Minister resigns over leaked letter"


def test_article_links_are_those_of_the_site_with_headlines_in_order_and_once() -> None:
    page = f"""
        <nav><a href=/politics>Politics and more politics</a><a href=/login>{HEADLINE}</a></nav>
        <a href=/2026/11/23/b><img src=b.jpg></a>
        <a href=/2026/11/23/b#comments>3</a>
        <a href=/news/minister-resigns-over-letter>{HEADLINE}</a>
        <a href=/2026/11/23/b><h2>{HEADLINE}</h2></a>
        <a href=/2026/11/23/c>Read on</a>
        <a href=https://other.org/2026/11/23/d>{HEADLINE}</a>
        <a href=https://sport.example.com/2026/11/23/e>{HEADLINE}</a>
        <a href=javascript:open()>{HEADLINE}</a>
        <a href=/tag/flood>{HEADLINE}</a>
        <a href=https://u:p@www.example.com/2026/11/23/f>{HEADLINE}</a>
        <a>{HEADLINE}</a>"""
    assert links(page) == [
        "/2026/11/23/b",
        "/news/minister-resigns-over-letter",
        "https://sport.example.com/2026/11/23/e",
        "/2026/11/23/f",
    ]


def test_headlines_of_ideographs_may_be_short() -> None:
    assert links("<a href=/2026/11/23/a>東京で大雨の被害広がる</a>") == ["/2026/11/23/a"]


def test_the_page_itself_is_no_article() -> None:
    own = "https://www.example.com/news/2026/11/23/today"
    page = f"<a href='{own}'>{HEADLINE}</a>"
    assert article_links(tree(page), own) == ()


def test_a_page_of_links_gives_a_bounded_number_in_bounded_time() -> None:
    page = "".join(f"<a href='/x/{i}/{10_000 + i}'>{HEADLINE}</a>" for i in range(20_000))
    noise = "".join(f"<a href='/x/{i}'>{HEADLINE}</a>" for i in range(20_000))
    root = tree(f"<body>{noise}{page}")
    began = time.monotonic()
    assert len(links_of := article_links(root, URL)) == MAX_ARTICLE_LINKS, links_of[-1]
    assert time.monotonic() - began < 5


@given(
    st.lists(
        st.sampled_from(
            [
                *(
                    "<a href='",
                    "'>",
                    "<base href='",
                    "<link rel=alternate type=application/rss+xml ",
                ),
                *(
                    "href='",
                    "http://",
                    "//",
                    "[",
                    "u:p@",
                    "/2026/11/23/a",
                    HEADLINE,
                    "feed:",
                    "#",
                    "\ud800",
                ),
            ]
        ),
        max_size=20,
    )
)
def test_no_mark_up_makes_it_raise_or_find_what_is_no_address(words: list[str]) -> None:
    root = parse_html("<p>x</p>" + "".join(words))
    if not isinstance(root, HtmlElement):
        return
    found = [*find_feeds(root, URL), *find_sitemaps(root, URL)]
    found += [link.url for link in article_links(root, URL)]
    find_site(root)
    for url in found:
        assert url.startswith(("http://", "https://"))
        assert "@" not in url.split("/")[2]
        assert "#" not in url
