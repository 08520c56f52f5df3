"""Feeds that were made to do harm: each is refused or read, in bounded time and memory."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from expectations.records import Reason
from tasks.discover.feeds import MAX_FEED_BYTES, read_feed
from tasks.discover.links import Feed
from tasks.parsing import Refusal
from tests.faults.servers import measured

URL = "https://example.com/feed"
ITEM = "<item><title>News</title><link>/a</link></item>"
MILLION = 1_000_000
# On a busy machine; none takes a fifth of it on an idle one.
SECONDS = 10


def rss(inner: str, head: str = "") -> bytes:
    return f"{head}<rss><channel>{ITEM}{inner}".encode()


@pytest.mark.parametrize(
    "dtd",
    [
        '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        "<!DOCTYPE rss [%external;]>",
        '<!DOCTYPE rss SYSTEM "https://evil.example/bomb.dtd">',
        '<!DOCTYPE rss PUBLIC "-//x" "https://evil.example/x.dtd" [<!ENTITY a "b">]>',
        '<!-- > --><?xml-stylesheet href="x"?><!doctype rss [<!ATTLIST item a CDATA "b">]>',
        "<!DOCTYPE rss",
        '<br /><!DOCTYPE rss [<!ENTITY a "b">]>',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_a_dtd_is_refused_in_any_encoding(dtd: str, encoding: str) -> None:
    body = f'<?xml version="1.0"?>{dtd}<rss><channel>{ITEM}</channel></rss>'.encode(encoding)
    result = read_feed(body, url=URL)
    assert result == Refusal(Reason.BROKEN_FEED, "no feed: a DTD is refused")


@pytest.mark.parametrize("declaration", ['<!ENTITY x SYSTEM "{}">', '<!ENTITY % x SYSTEM "{}">%x;'])
def test_no_file_is_read_through_an_entity(declaration: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("SECRET")
    dtd = f"<!DOCTYPE rss [{declaration.format(secret.as_uri())}]>"
    for head in (dtd, f"<rss>{dtd}", f"<br/>{dtd}"):
        body = (
            f"{head}<rss><channel><item><title>&x;</title><link>/&x;</link></item></channel></rss>"
        )
        assert "SECRET" not in repr(read_feed(body.encode(), url=URL))


def test_the_public_dtd_of_rss_0_91_is_left_unread() -> None:
    head = (
        '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN"'
        ' "http://my.netscape.com/publish/formats/rss-0.91.dtd">'
    )
    feed = read_feed(rss("<item><title>caf&eacute;</title><link>/b</link></item>", head), url=URL)
    assert isinstance(feed, Feed)
    assert feed.links[1].title == "café"


@pytest.mark.parametrize(
    "inner",
    [
        lambda: "<item><title>" + "x" * 10 * MILLION + "</title><link>/b</link></item>",
        lambda: "<item><link>/" + "x" * 10 * MILLION + "</link></item>",
        lambda: "<description><![CDATA[" + "<p>" * 5 * MILLION + "]]></description>",
        lambda: "<description><![CDATA[" + "x" * 15 * MILLION,
        lambda: "<a>" * 100_000 + "</a>" * 100_000,
        lambda: "<item>" * 100_000,
        lambda: "<item xml:base='x/'>" * 100_000,
        lambda: "<title>" * MILLION,
        lambda: "<item/>" * 2 * MILLION,
        lambda: "<item><link>/b</link></item>" * 500_000,
        lambda: "<item>" + "<link>/b</link>" * MILLION,
        lambda: "<item>" + "<pubDate>2026</pubDate>" * 500_000,
        lambda: "<item>" + "<category>x</category>" * 500_000,
        lambda: "<![CDATA[]]>" * MILLION,
        lambda: "&" * 15 * MILLION,
        lambda: "&nbsp;" * 3 * MILLION,
        lambda: "&#0;" * 4 * MILLION,
        lambda: "<" * 10 * MILLION,
        lambda: "<a " * 5 * MILLION,
        lambda: "<a " + "b='c' " * 2 * MILLION,
        lambda: "<br " * 4 * MILLION,
        lambda: "<!--" * 4 * MILLION,
        lambda: "<!DOCTYPE a [" * MILLION,
        lambda: "<?" + "x" * 15 * MILLION,
        lambda: " " * 15 * MILLION,
        lambda: "\0" * 15 * MILLION,
        lambda: "</channel>" * MILLION,
        lambda: "<item " + " ".join(f"xmlns:n{i}='u{i}'" for i in range(100_000)) + ">",
    ],
    ids=range(28),
)
def test_an_endless_feed_takes_bounded_time(inner: Callable[[], str]) -> None:
    body = rss(inner())
    assert len(body) < MAX_FEED_BYTES
    began = time.monotonic()
    result = read_feed(body, url=URL)
    assert time.monotonic() - began < SECONDS
    if isinstance(result, Feed):
        assert result.links[0].url == "https://example.com/a"
        assert len(result.links) <= 2_000
    else:
        assert "NUL" in result.detail


@pytest.mark.parametrize(
    "before", ["<!-->" * MILLION, "<!--x-->" * MILLION, "<?x" * MILLION, "<b>" * MILLION]
)
def test_an_endless_prolog_takes_bounded_time(before: str) -> None:
    began = time.monotonic()
    assert isinstance(read_feed(before.encode() + rss(""), url=URL), Refusal)
    assert time.monotonic() - began < SECONDS


def test_a_feed_that_is_too_large_is_refused_before_it_is_looked_at() -> None:
    result = read_feed(rss("") + b" " * MAX_FEED_BYTES, url=URL)
    assert isinstance(result, Refusal)
    assert result.reason is Reason.TOO_LARGE


@pytest.mark.parametrize(
    "inner",
    [
        "[" * 100_000, '{"a":' * 100_000, "9" * 100_000, '"\\ud800"', '"\\', "\\" * 999,
        '"' + '\\"' * 3_000_000, '"' * 9_000_000,
    ],
)  # fmt: skip
def test_json_that_breaks_parsers_is_refused(inner: str) -> None:
    body = f'{{"version": "https://jsonfeed.org/version/1", "items": {inner}'
    with measured() as cost:
        assert isinstance(read_feed(body.encode(), url=URL), Refusal)
    assert cost.seconds < 2


@pytest.mark.parametrize("element", ["{}", "[]", "0", '{"a":0}', '""'])
def test_json_of_very_many_elements_is_refused_before_it_fills_the_memory(element: str) -> None:
    many = ",".join([element] * ((MAX_FEED_BYTES - 100) // (len(element) + 1)))
    body = f'{{"version": "https://jsonfeed.org/version/1", "items": [{many}]}}'.encode()
    with measured() as cost:
        result = read_feed(body, url=URL)
    assert isinstance(result, Refusal)
    assert result.reason is Reason.TOO_LARGE
    assert "elements" in result.detail
    assert cost.seconds < 2
    assert cost.peak_bytes < 80 << 20  # the text of 20 MiB, and what it was decoded from


def test_a_json_feed_of_2000_long_articles_is_read() -> None:
    text = "It rained, it poured, and then, at last, the sun came out. " * 150
    items = [{"id": str(n), "url": f"/{n}", "content_html": text} for n in range(2_000)]
    feed = read_feed(
        json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}).encode(),
        url=URL,
    )
    assert isinstance(feed, Feed), feed
    assert len(feed.links) == 2_000


def test_2000_items_of_10_kb_are_read_in_little_time() -> None:
    text = "<p>hello world <a href='/x'>link</a>" * 270
    items = "".join(
        f"<item><title>News {i}</title><link>/{i}</link><pubDate>2026-11-23T10:00:00Z</pubDate>"
        f"<description><![CDATA[{text}]]></description></item>"
        for i in range(2_000)
    )
    body = rss(items)
    began = time.monotonic()
    feed = read_feed(body, url=URL)
    assert isinstance(feed, Feed)
    assert len(feed.links) == 2_000
    assert time.monotonic() - began < SECONDS
