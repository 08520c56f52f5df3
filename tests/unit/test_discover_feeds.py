"""Feeds: dialects, addresses, hints, and what becomes of feeds as sites really write them."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations.records import Reason
from tasks.discover.feeds import read_feed
from tasks.discover.links import Feed, LeftOut, Link
from tasks.metadata.dates import parse_date
from tasks.parsing import Refusal

URL = "https://example.com/feeds/news.xml"


def feed(body: str | bytes, *, url: str = URL, charset: str | None = None) -> Feed:
    result = read_feed(body.encode() if isinstance(body, str) else body, url=url, charset=charset)
    assert isinstance(result, Feed), result
    return result


def rss(items: str, *, about: str = "", head: str = '<?xml version="1.0"?>') -> str:
    return (
        f'{head}<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:atom="http://www.w3.org/2005/Atom"'
        ' xmlns:media="http://search.yahoo.com/mrss/"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:fb="http://rssnamespace.org/feedburner/ext/1.0"'
        ' xmlns:cc="http://backend.userland.com/creativeCommonsRssModule"'
        ' xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">'
        f"<channel>{about}{items}</channel></rss>"
    )


def only(body: str | bytes, **arguments: str) -> Link:
    (link,) = feed(body, **arguments).links
    return link


def urls(found: Feed) -> list[str]:
    return [link.url for link in found.links]


def test_an_rss_item_gives_its_address_and_what_it_states() -> None:
    link = only(
        rss(
            "<item><title>Storm &amp;amp; flood</title><link>https://example.com/a</link>"
            "<pubDate>Mon, 23 Nov 2026 10:00:00 EST</pubDate></item>",
            about="<language>en-us</language>",
        )
    )
    assert (link.url, link.title, link.language) == (
        "https://example.com/a",
        "Storm & flood",
        "en-us",
    )
    stamp = parse_date(link.published)
    assert stamp is not None
    assert stamp.utc().isoformat() == "2026-11-23T15:00:00+00:00"


def test_an_atom_entry_has_its_own_language_base_and_times() -> None:
    link = only(
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fa" xml:base="https://b.org/x/">'
        '<title>T</title><link href="/"/><entry xml:base="sub/" xml:lang="ar">'
        '<title type="html">A &amp;lt;b&amp;gt;bold&amp;lt;/b&amp;gt; step</title>'
        '<link rel="alternate" type="application/json" href="a.json"/>'
        '<link rel="alternate" type="text/html" href="a"/><link rel="enclosure" href="a.mp3"/>'
        "<id>urn:1</id><published>2026-11-23T10:00:00+03:30</published>"
        "<updated>2026-11-24T00:00:01Z</updated></entry></feed>"
    )
    assert link.url == "https://b.org/x/sub/a"
    assert link.title == "A bold step"
    assert link.language == "ar"
    assert link.published == "2026-11-23T10:00:00+03:30"
    assert link.modified == "2026-11-24T00:00:01Z"


def test_an_xhtml_headline_is_read_as_text() -> None:
    link = only(
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title type="xhtml">'
        '<div xmlns="http://www.w3.org/1999/xhtml">One <b>bold</b> step</div></title>'
        '<link href="/a"/></entry></feed>'
    )
    assert link.title == "One bold step"


@pytest.mark.parametrize(
    "namespace", ["http://purl.org/rss/1.0/", "http://my.netscape.com/rdf/simple/0.9/"]
)
def test_items_of_rdf_stand_beside_the_channel(namespace: str) -> None:
    found = feed(
        f'<rdf:RDF xmlns="{namespace}"'
        ' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
        ' xmlns:cc="http://web.resource.org/cc/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        '<channel rdf:about="https://example.com/"><title>T</title><link>https://example.com/</link>'
        "<dc:language>de</dc:language>"
        '<cc:license rdf:resource="https://creativecommons.org/licenses/by/4.0/"/></channel>'
        '<item rdf:about="https://example.com/a"><title>A</title><link>https://example.com/a</link>'
        "<dc:date>2026-11-23T10:00:00+02:00</dc:date></item></rdf:RDF>"
    )
    assert urls(found) == ["https://example.com/a"]
    assert found.links[0].published == "2026-11-23T10:00:00+02:00"
    assert found.links[0].language == "de"


def test_a_json_feed_is_read_and_its_links_to_other_sites_are_not() -> None:
    found = feed(
        json.dumps(
            {
                "version": "https://jsonfeed.org/version/1.1",
                "title": "T",
                "home_page_url": "/",
                "language": "en",
                "items": [
                    {"id": "1", "url": "/a", "title": "A", "date_published": "2026-11-23"},
                    {"id": "https://example.com/b", "language": "fr"},
                    {"id": "3", "external_url": "https://other.org/c"},
                    "no item",
                ],
            }
        )
    )
    assert [(link.url, link.title, link.published, link.language) for link in found.links] == [
        ("https://example.com/a", "A", "2026-11-23", "en"),
        ("https://example.com/b", None, None, "fr"),
    ]
    assert found.left_out == (LeftOut(Reason.NOT_AN_ARTICLE, 2),)


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("<guid>https://example.com/g</guid>", "https://example.com/g"),
        ("<guid isPermaLink='false'>https://example.com/?p=1</guid>", None),
        ("<link/><guid isPermaLink='true'>https://example.com/g</guid>", "https://example.com/g"),
        ("<link> </link><guid>https://example.com/g</guid>", "https://example.com/g"),
        ("<link></link><guid>tag:example.com,2026:1</guid>", None),
        ("<guid>tag:example.com,2026:1</guid>", None),
        ("<guid isPermaLink='false'>1</guid><link>https://example.com/l</link>", "/l"),
        (
            "<link>https://feeds.org/~r/1</link><fb:origLink>https://example.com/o</fb:origLink>",
            "/o",
        ),
        ("<atom:link rel='alternate' href='https://example.com/al'/>", "/al"),
        ("<enclosure url='https://example.com/a.mp3' type='audio/mpeg' length='1'/>", None),
        ("<media:content url='https://example.com/v.mp4'/>", None),
        ("<link>javascript:alert(1)</link>", None),
        ("<link>mailto:editor@example.com</link>", None),
        ("<link>file:///etc/passwd</link>", None),
        ("<link>https://user:secret@example.com/c#part</link>", "/c"),
        ("<link> \n https://example.com/w \n</link>", "/w"),
        ("<link><![CDATA[https://example.com/d?a=1&b=2]]></link>", "/d?a=1&b=2"),
        ("<link>https://example.com/u?a=1&b=2</link>", "/u?a=1&b=2"),
        (f"<link>https://example.com/{'x' * 9_000}</link>", None),
        ("<link></link>", None),
    ],
)
def test_which_address_is_an_items_own(item: str, expected: str | None) -> None:
    found = feed(rss(f"<item><title>t</title>{item}</item>"))
    if expected is None:
        assert not found.links
        assert found.left_out == (LeftOut(Reason.NOT_AN_ARTICLE, 1),)
    else:
        assert urls(found) == [
            expected if expected.startswith("http") else f"https://example.com{expected}"
        ]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.com/feeds/news.xml", "https://example.com/feeds/a"),
        ("https://www.example.com/feeds/news.xml", "https://www.example.com/feeds/a"),
        ("https://feeds.service.org/example", "https://example.com/a"),
    ],
)
def test_relative_links_mean_the_site_even_where_a_service_hosts_its_feed(
    url: str, expected: str
) -> None:
    hub = "<atom:link rel='hub' href='https://hub.org/'/><atom:link rel='self' href='/self'/>"
    about = f"{hub}<link>https://example.com/</link>"
    body = rss("<item><link>a</link></item>", about=about)
    assert only(body, url=url).url == expected


def test_an_address_comes_once_whatever_the_guids_say() -> None:
    item = "<item><guid isPermaLink='false'>{}</guid><link>https://example.com/{}</link></item>"
    found = feed(rss("".join(item.format(*each) for each in ["1a", "1b", "2a", "3c"])))
    assert urls(found) == [f"https://example.com/{name}" for name in "abc"]
    assert found.left_out == ()


@pytest.mark.parametrize("date", ["Fri, 01 Jan 2100 00:00:00 GMT", "yesterday", "32.13.2026", "0"])
def test_dates_of_the_future_and_nonsense_are_handed_on_as_stated(date: str) -> None:
    body = rss(f"<item><link>/a</link><pubDate>{date}</pubDate></item>")
    assert only(body).published == date


def test_the_title_of_a_picture_is_not_the_articles() -> None:
    link = only(
        rss(
            "<item><title>Article</title><link>/a</link><media:title>Picture</media:title>"
            "<media:group><media:title>Film</media:title></media:group></item>"
        )
    )
    assert link.title == "Article"


def test_where_an_entry_was_taken_from_does_not_replace_its_own_fields() -> None:
    link = only(
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>Own</title><link href="/own"/>'
        '<source><title>Other</title><link href="/other"/><updated>2001-01-01</updated></source>'
        "</entry></feed>"
    )
    assert (link.url, link.title, link.modified) == ("https://example.com/own", "Own", None)


@pytest.mark.parametrize("namespace", ["a b", "http://[", "x y:z", "%zz", "", "urn:feed"])
def test_a_namespace_that_is_no_address_does_no_harm(namespace: str) -> None:
    link = only(
        f"<rss xmlns:n='{namespace or 'n'}'><channel><item xmlns='{namespace}'><title>A</title>"
        "<link>/a</link></item></channel></rss>"
    )
    assert (link.url, link.title) == ("https://example.com/a", "A")


def test_the_channels_title_may_follow_its_items() -> None:
    found = feed(rss("<item><title>A</title><link>/a</link></item><title>T</title>"))
    assert found.links[0].title == "A"


@pytest.mark.parametrize(
    ("about", "seconds"),
    [
        ("<ttl>15</ttl>", 900),
        ("<ttl>soon</ttl>", None),
        ("<ttl>0</ttl>", None),
        ("<sy:updatePeriod>daily</sy:updatePeriod>", 86_400),
        (
            "<sy:updatePeriod> hourly </sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>",
            1_800,
        ),
        (
            "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>9999</sy:updateFrequency>",
            60,
        ),
        ("<sy:updatePeriod>never</sy:updatePeriod>", None),
        ("", None),
    ],
)
def test_how_often_a_feed_asks_to_be_read(about: str, seconds: int | None) -> None:
    assert feed(rss("", about=about)).poll_s == seconds


def test_a_feed_without_items_is_a_feed() -> None:
    assert feed(rss("")).links == ()
    assert not feed(rss("")).is_damaged


def test_at_most_2000_links_are_taken_and_the_rest_is_counted() -> None:
    found = feed(rss("".join(f"<item><link>/{i}</link></item>" for i in range(2_345))))
    assert len(found.links) == 2_000
    assert found.left_out == (LeftOut(Reason.TOO_MANY, 345),)


TITLE = "Überschwemmung in Österreich: Tausende Menschen müssen ihre Häuser verlassen"


@pytest.mark.parametrize(
    ("encoding", "declared", "header"),
    [
        ("utf-8", "utf-8", None),
        ("utf-8", "iso-8859-1", None),  # the bytes prove UTF-8
        ("utf-8", "utf-8", "iso-8859-1"),
        ("iso-8859-1", "iso-8859-1", None),
        ("iso-8859-1", "utf-8", "iso-8859-1"),
        ("windows-1252", "iso-8859-1", "utf-8"),
        ("utf-8-sig", "utf-8", None),
        ("utf-16", "utf-16", None),
        ("utf-16-le", "utf-16", "utf-16"),
    ],
)
def test_a_wrong_charset_does_not_spoil_headlines(
    encoding: str, declared: str, header: str | None
) -> None:
    head = f'<?xml version="1.0" encoding="{declared}"?>'
    body = rss(f"<item><title>{TITLE}</title><link>/a</link></item>", head=head).encode(encoding)
    (link,) = feed(body, charset=header).links
    assert link.title == TITLE


@pytest.mark.parametrize(
    "before",
    ["\n\n  ", "\ufeff\n", "<!-- a < b <rss> -->\n", "<br />\n<b>Warning</b>: in line 3<br />\n"],
)
def test_what_stands_before_the_xml_declaration_does_no_harm(before: str) -> None:
    assert only(before + rss("<item><link>/a</link></item>")).url == "https://example.com/a"


def test_what_was_read_before_the_damage_stays() -> None:
    body = rss("".join(f"<item><title>{i}</title><link>/{i}</link></item>" for i in range(9)))
    found = feed(body[: body.index("<title>5</title>") + 4])
    assert urls(found) == [f"https://example.com/{i}" for i in range(5)]
    assert found.is_damaged


@pytest.mark.parametrize(
    "broken",
    [
        "<title>AT&T &nbsp;&bogus; wins</title>",
        "<title>AT&amp;T\x03 wins</title>",
        "<title>AT&amp;T</title><description>one<br>two<p>three <img src=a></description>",
        "<title>AT&amp;T</title><dc:creator>x<y</dc:creator>",
        "<title>AT&amp;T</title><foo:bar>x</foo:bar>",
    ],
)
def test_an_item_that_is_not_well_formed_spoils_neither_itself_nor_the_others(broken: str) -> None:
    items = "".join(
        f"<item>{broken}<link>/{i}?a=1&b=2</link><pubDate>2026-11-{i:02}</pubDate></item>"
        for i in range(1, 31)
    )
    found = feed(rss(items))
    assert urls(found) == [f"https://example.com/{i}?a=1&b=2" for i in range(1, 31)]
    assert [link.published for link in found.links] == [f"2026-11-{i:02}" for i in range(1, 31)]
    assert all("AT&T" in (link.title or "") for link in found.links)


def test_prefixes_that_nobody_declared_are_understood() -> None:
    link = only(
        "<rss><channel><item><link>/a</link><dc:date>2026-11-23</dc:date></item></channel></rss>"
    )
    assert link.published == "2026-11-23"


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ("<!DOCTYPE html><html><head><title>Feed</title>", "an HTML page"),
        ("<html><body><p>Not found</p><item></item></body></html>", "an HTML page"),
        ('<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML"><html/>', "an HTML page"),
        ("<urlset><url><loc>https://example.com/</loc></url></urlset>", "a document of <urlset>"),
        ("<opml><body/></opml>", "a document of <opml>"),
        ("Service unavailable", "no XML"),
        ("", "nothing"),
        ("  \n", "nothing"),
        ('{"posts": []}', "JSON, but no JSON Feed"),
        ('{"version": "https://jsonfeed.org/version/1"', "JSON that cannot be read"),
        ('{"version": "https://jsonfeed.org/version/1"}', "without a list of items"),
        ("\0\1\2\3" * 200, "not text"),
    ],
)
def test_what_is_no_feed_is_refused_with_what_it_is(body: str, detail: str) -> None:
    result = read_feed(body.encode(), url=URL)
    assert isinstance(result, Refusal)
    assert result.reason is Reason.BROKEN_FEED
    assert detail in result.detail


WORDS = st.sampled_from(
    [
        *("<rss>", "<channel>", "<item>", "</item>", "<feed>", "<entry>", "<link>", "</link>"),
        *(
            "<link href='",
            "'/>",
            "<guid>",
            "</guid>",
            "<title>",
            "&amp;",
            "&x;",
            "<![CDATA[",
            "]]>",
        ),
        *(
            "http://",
            "//",
            "[",
            "a.com/",
            "u:p@",
            "javascript:",
            "#",
            "\0",
            "é",
            "<",
            ">",
            "xml:base='",
        ),
        *("<pubDate>", "9999-99", "<!--", "-->", "<?", "{", '"version":', "\ud800"),
        *("xmlns='", "<title xmlns='", "xmlns:dc='", "<dc:date>", "'>"),
    ]
)


def check(result: Feed | Refusal) -> None:
    if isinstance(result, Refusal):
        assert result.detail
        return
    for link in result.links:
        assert link.url.startswith(("http://", "https://"))
        assert "@" not in link.url.split("/")[2]
        assert "#" not in link.url
    assert len(set(urls(result))) == len(result.links)


@given(st.binary(max_size=2_000))
def test_no_bytes_make_it_raise(body: bytes) -> None:
    check(read_feed(body, url=URL))


@given(st.lists(WORDS, max_size=40), st.sampled_from(["<rss><channel>", "<feed>", ""]))
def test_no_mark_up_makes_it_raise_or_hand_on_what_is_no_address(
    words: list[str], root: str
) -> None:
    check(read_feed((root + "".join(words)).encode("utf-8", "surrogatepass"), url=URL))


@given(st.lists(st.sampled_from("abcdefgh"), max_size=12))
def test_links_keep_the_order_of_the_feed(names: list[str]) -> None:
    found = feed(rss("".join(f"<item><link>/{name}</link></item>" for name in names)))
    places = [names.index(url.rpartition("/")[2]) for url in urls(found)]
    assert all(a < b for a, b in pairwise(places))
    assert len(places) == len(set(names))
