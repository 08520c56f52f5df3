"""Each address that a user names is an item, or leads to some."""

from __future__ import annotations

from pathlib import Path

import pytest

from expectations.records import Page, Rejection
from tasks.network.site import StartKind, merged, site_at, site_of_list
from tasks.storage import Lake
from tests.fetching import Clock, Item, fetch, outcomes, publish, registered, with_feed
from tests.newsroom import HTML, RSS, NewsSite

DTD = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
DTD_FEED = DTD + b"<rss><channel><title>&a;</title></channel></rss>"
DTD_SITEMAP = DTD + b"<urlset><url><loc>&a;</loc></url></urlset>"
NAMED_DTD = b'<!DOCTYPE rss [<!ENTITY a "aaaa">]><rss><channel><title>&a;</title></channel></rss>'
PDF = b"%PDF-1.4 \x00\x01"
REFUSED = "a DTD is refused"
NOWHERE = "leads to no feed, sitemap or article"
EMPTY_SITEMAP = b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"></urlset>'
INDEX = b"<sitemapindex><sitemap><loc>%s</loc></sitemap></sitemapindex>"


def words(item: Item) -> str:
    assert not isinstance(item, Page)
    return f"{item.url} {item.detail}" if isinstance(item, Rejection) else item.detail


@pytest.mark.parametrize(
    ("kind", "body", "outcome", "detail"),
    [
        (RSS, DTD_FEED, "rejected broken_feed", REFUSED),
        (RSS, NAMED_DTD, "rejected broken_feed", REFUSED),
        ("text/xml", DTD_SITEMAP, "rejected broken_sitemap", REFUSED),
        (RSS, b"", "rejected empty", "no payload"),
        (HTML, b"", "rejected empty", "no payload"),
        (RSS, b"<rss><channel></channel></rss>", "skipped empty", "has no entries"),
        ("text/xml", EMPTY_SITEMAP, "skipped empty", "has no entries"),
        (
            "application/json",
            b'[{"link": "https://a.example/1"}]',
            "rejected media_type",
            "application/json",
        ),
        ("application/pdf", PDF, "rejected media_type", "application/pdf"),
        (HTML, PDF, "rejected binary", "PDF"),
        (
            HTML,
            b"<title>Just a moment...</title><p>Enable JavaScript</p>",
            "rejected challenge",
            "Just a moment",
        ),
        (
            HTML,
            b"<title>404 Not found</title><p>Page not found.</p>",
            "rejected error_page",
            "404 Not found",
        ),
        (HTML, b"<p>We have moved.</p>", "skipped not_an_article", NOWHERE),
        (HTML, b"<div>" * 3_000, "rejected too_deep", ""),
    ],
)
@pytest.mark.parametrize("path", ["/", "/x"])
def test_an_address_that_leads_nowhere_is_one_item(  # noqa: PLR0917 - parameters
    lake: Lake, site: NewsSite, path: str, kind: str, body: bytes, outcome: str, detail: str
) -> None:
    site.pages[path] = kind, body
    items = fetch(lake, site_at(site.url + path))
    assert outcomes(items) == {outcome: 1}
    assert site.url + path in words(items[0])
    assert detail in words(items[0])


@pytest.mark.parametrize(("kind", "body"), [("application/pdf", PDF), (RSS, DTD_FEED), (RSS, b"")])
def test_what_is_no_page_is_no_reason_to_look_in_the_usual_places(
    lake: Lake, site: NewsSite, kind: str, body: bytes
) -> None:
    site.pages["/x"] = kind, body
    fetch(lake, site_at(f"{site.url}/x"))
    assert set(site.asked()) == {"/x"}


@pytest.mark.parametrize(
    "head", ["", '<link rel="alternate" type="application/rss+xml" href="/feed">']
)
@pytest.mark.parametrize("title", ["News", "Just a moment..."])
def test_a_homepage_that_leads_on_is_no_item(
    lake: Lake, site: NewsSite, head: str, title: str
) -> None:
    with_feed(site, "one", "two")
    site.pages["/"] = HTML, f"<html><title>{title}</title>{head}<p>Hello</p></html>".encode()
    assert outcomes(fetch(lake, site_at(site.url))) == {"page": 2}


def test_a_homepage_whose_feed_is_empty_or_old_is_an_item(
    lake: Lake, site: NewsSite, clock: Clock
) -> None:
    link = b'<link rel="alternate" type="application/rss+xml" href="/feed">'
    site.pages["/"] = HTML, b"<html>" + link + b"<p>Hello</p></html>"
    site.offer_feed("/feed", {})
    items = fetch(lake, site_at(site.url), clock=clock)
    assert outcomes(items) == {"skipped not_an_article": 1}
    with_feed(site, "one")
    clock.time += 60 * 86_400
    items = fetch(lake, site_at(site.url), clock=clock)
    assert outcomes(items) == {"skipped not_an_article": 1}


def test_one_dead_end_beside_an_address_that_leads_on_is_an_item(
    lake: Lake, site: NewsSite
) -> None:
    with_feed(site, "one")
    site.pages["/moved"] = HTML, b"<p>We have moved.</p>"
    (both,) = merged([site_at(f"{site.url}/feed"), site_at(f"{site.url}/moved")])
    items = fetch(lake, both)
    assert outcomes(items) == {"page": 1, "skipped not_an_article": 1}


def test_an_index_of_sitemaps_is_an_item_if_none_of_them_has_entries(
    lake: Lake, site: NewsSite
) -> None:
    site.pages["/index.xml"] = "text/xml", INDEX % f"{site.url}/part.xml".encode()
    site.pages["/part.xml"] = "text/xml", EMPTY_SITEMAP
    items = fetch(lake, site_at(f"{site.url}/index.xml"))
    assert outcomes(items) == {"skipped empty": 1}
    assert f"{site.url}/index.xml" in words(items[0])
    publish(site, "one")
    entry = f"<urlset><url><loc>{site.url}/news/one</loc></url></urlset>"
    site.pages["/another.xml"] = "text/xml", INDEX % f"{site.url}/its-part.xml".encode()
    site.pages["/its-part.xml"] = "text/xml", entry.encode()
    assert outcomes(fetch(lake, site_at(f"{site.url}/another.xml"))) == {"page": 1}


@pytest.mark.parametrize(
    ("name", "body", "outcome"),
    [
        ("urls.txt", b"", "skipped empty"),
        ("urls.txt", b"# nothing yet\n\n", "skipped empty"),
        ("saved.xml", b"<rss><channel></channel></rss>", "skipped empty"),
        ("saved.xml", DTD_FEED, "rejected broken_feed"),
        ("saved.xml", DTD_SITEMAP, "rejected broken_sitemap"),
    ],
)
def test_a_list_without_addresses_is_one_item(
    lake: Lake, tmp_path: Path, name: str, body: bytes, outcome: str
) -> None:
    path = tmp_path / name
    path.write_bytes(body)
    items = fetch(lake, site_of_list(str(path)))
    assert outcomes(items) == {outcome: 1}
    assert str(path) in words(items[0])


@pytest.mark.parametrize(
    ("kind", "body", "detail"),
    [
        (RSS, DTD_FEED, REFUSED),
        ("application/pdf", PDF, "application/pdf, neither feed nor sitemap"),
        (RSS, b"", "there is no payload, neither feed nor sitemap"),
        (HTML, b"<p>We have moved.</p>", "a page, neither feed nor sitemap"),
    ],
)
def test_a_registered_feed_that_is_none_says_what_came(
    lake: Lake, site: NewsSite, kind: str, body: bytes, detail: str
) -> None:
    site.pages["/feed"] = kind, body
    (item,) = fetch(lake, registered(site, StartKind.FEED, "/feed"))
    assert isinstance(item, Rejection)
    assert item.rule == "broken_feed"
    assert detail in item.detail


def test_a_registered_feed_without_entries_is_no_item(lake: Lake, site: NewsSite) -> None:
    site.offer_feed("/feed", {})
    assert fetch(lake, registered(site, StartKind.FEED, "/feed")) == []
