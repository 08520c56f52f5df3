"""Sitemaps: XML, text and feeds, indexes, news, gzip, and sites that bend the protocol."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations.records import Reason
from tasks.discover import sitemap_links
from tasks.discover.links import HintSource, LeftOut, Link
from tasks.discover.sitemaps import Found, SitemapLink, read_sitemap
from tasks.parsing import Refusal

URL = "https://www.example.com/sitemap.xml"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
NEWS = (
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    ' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
    ' xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
    ' xmlns:video="http://www.google.com/schemas/sitemap-video/1.1"'
    ' xmlns:xhtml="http://www.w3.org/1999/xhtml">'
)


def read(body: str | bytes, *, piece: int = 1 << 30, **arguments: str) -> list[Found]:
    data = body.encode() if isinstance(body, str) else body
    pieces = [data[at : at + piece] for at in range(0, len(data), piece)]
    return list(read_sitemap(pieces, url=URL, **arguments))


def urls(found: list[Found]) -> list[str]:
    return [each.url for each in found if isinstance(each, Link | SitemapLink)]


def refusal(found: list[Found]) -> str:
    last = found[-1]
    assert isinstance(last, Refusal), found
    assert last.reason is Reason.BROKEN_SITEMAP
    assert not any(isinstance(each, Refusal) for each in found[:-1])
    return last.detail


def urlset(*entries: str, head: str = HEAD) -> str:
    listed = "".join(f"<url><loc>{entry}</loc></url>\n" for entry in entries)
    return f"{head}{NEWS}\n{listed}</urlset>"


def test_a_news_sitemap_gives_its_hints_and_none_of_its_pictures() -> None:
    (link,) = read(
        f"{HEAD}{NEWS}<url><video:video><video:url>https://www.example.com/v</video:url></video:video>"
        "<image:image><image:loc>https://www.example.com/i.jpg</image:loc>"
        "<image:title>Picture</image:title></image:image>"
        "<loc> https://www.example.com/a </loc><lastmod>2026-11-24</lastmod>"
        "<xhtml:link rel='alternate' href='https://www.example.com/de/a'/>"
        "<news:news><news:publication><news:name>Example</news:name><news:language>fa"
        "</news:language></news:publication><news:publication_date>2026-11-23T10:00:00+03:30"
        "</news:publication_date><news:title>Storm &amp; flood</news:title></news:news></url>"
        "</urlset>"
    )
    assert link == Link(
        url="https://www.example.com/a",
        hint_source=HintSource.SITEMAP,
        title="Storm & flood",
        published="2026-11-23T10:00:00+03:30",
        modified="2026-11-24",
        language="fa",
    )


def test_an_index_names_sitemaps_itself_among_them() -> None:
    found = read(
        f"{HEAD}<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>"
        f"<sitemap><loc>{URL}</loc><lastmod>2026-11-23</lastmod></sitemap>"
        "<sitemap><loc>https://www.example.com/2.xml.gz</loc></sitemap></sitemapindex>"
    )
    assert found == [
        SitemapLink(url=URL, modified="2026-11-23"),
        SitemapLink(url="https://www.example.com/2.xml.gz"),
    ]


@pytest.mark.parametrize("piece", [1, 7, 1_000])
def test_pieces_of_any_size_give_the_same(piece: int) -> None:
    body = urlset("https://www.example.com/ä?a=1&amp;b=2", "https://www.example.com/b?a=1&b=2")
    expected = ["https://www.example.com/%C3%A4?a=1&b=2", "https://www.example.com/b?a=1&b=2"]
    assert urls(read(body, piece=piece)) == expected
    assert urls(read(gzip.compress(body.encode()), piece=piece)) == expected


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\n\n"])
def test_a_text_sitemap_has_an_address_a_line(end: str) -> None:
    lines = ["https://www.example.com/a", "https://www.example.com/b", "no address"]
    found = read("\ufeff" + end.join(lines), piece=5)
    assert urls(found) == lines[:2]
    assert found[-1] == LeftOut(Reason.NOT_AN_ARTICLE, 1)


def test_a_feed_in_place_of_a_sitemap_is_read_as_a_feed() -> None:
    found = read(
        "<rss><channel><item><link>/a</link><title>A</title></item>"
        "<item><link>https://other.org/b</link></item></channel></rss>"
    )
    assert found == [
        Link(url="https://www.example.com/a", hint_source=HintSource.FEED, title="A"),
        LeftOut(Reason.EXCLUDED, 1),
    ]


def test_pages_of_other_sites_are_left_out_and_counted() -> None:
    found = read(
        urlset(
            "https://www.example.com/a",
            "https://example.com/b",
            "https://sport.example.com/c",
            "https://other.org/d",
            "https://badexample.com/e",
            "https://example.com.evil.org/f",
        )
    )
    assert urls(found) == [
        "https://www.example.com/a",
        "https://example.com/b",
        "https://sport.example.com/c",
    ]
    assert found[-1] == LeftOut(Reason.EXCLUDED, 3)


def test_a_sitemap_elsewhere_is_of_the_site_whose_robots_txt_names_it() -> None:
    found = list(
        read_sitemap(
            [urlset("https://www.example.com/a").encode()],
            url="https://storage.service.org/example/sitemap.xml",
            site="https://example.com/",
        )
    )
    assert urls(found) == ["https://www.example.com/a"]


@pytest.mark.parametrize(
    "loc",
    [
        "javascript:alert(1)",
        "mailto:a@example.com",
        "file:///etc/passwd",
        "",
        f"https://www.example.com/{'x' * 9_000}",
        "http://[",
    ],
)
def test_what_is_no_address_is_left_out(loc: str) -> None:
    found = read(urlset(loc))
    assert found == [LeftOut(Reason.NOT_AN_ARTICLE, 1)]


def test_credentials_and_fragments_are_cut_off() -> None:
    assert urls(read(urlset("https://user:secret@www.example.com/a#part"))) == [
        "https://www.example.com/a"
    ]


@pytest.mark.parametrize(
    "loc",
    [
        "https://www.example.com/?a=1&b=2",
        "https://www.example.com/?a=1&amp;b=2",
        "https://www.example.com/?a=1&amp;amp;b=2",
        "https://www.example.com/?a=1&#38;b=2",
        "<![CDATA[https://www.example.com/?a=1&b=2]]>",
        "<![CDATA[https://www.example.com/?a=1&amp;b=2]]>",
    ],
)
def test_ampersands_are_read_however_they_are_written(loc: str) -> None:
    # Also behind damage, where libxml2 alone would leave references out.
    found = read(urlset(loc, "https://www.example.com/<b", loc))
    assert urls(found)[0] == urls(found)[-1] == "https://www.example.com/?a=1&b=2"
    assert "damaged" in refusal(found)


def test_an_undeclared_prefix_is_no_damage() -> None:
    (link,) = read(
        f"<urlset><url><loc>{URL}</loc><news:news><news:title>A</news:title></news:news></url></urlset>"
    )
    assert isinstance(link, Link)
    assert link.title == "A"


@pytest.mark.parametrize("before", ["\n\n", "\ufeff", "\ufeff\r\n", "<!-- made by <urlset> -->"])
def test_what_stands_before_the_xml_declaration_does_no_harm(before: str) -> None:
    assert urls(read(before + urlset(URL))) == [URL]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "windows-874", "euc-kr"])
def test_other_encodings_are_read(encoding: str) -> None:
    codec = {"windows-874": "cp874"}.get(encoding, encoding)
    text = {"windows-874": "ข่าวด่วนวันนี้", "euc-kr": "뉴스속보"}.get(encoding, "Übung")
    head = f'<?xml version="1.0" encoding="{encoding}"?>'
    news = f"<news:news><news:title>{text}</news:title></news:news>"
    body = f"{head}{NEWS}<url><loc>{URL}</loc>{news}</url></urlset>"
    (link,) = read(body.encode(codec))
    assert isinstance(link, Link)
    assert link.title == text


def test_what_was_read_before_the_end_was_cut_off_stays() -> None:
    entries = [f"https://www.example.com/{i}" for i in range(3_000)]
    body = urlset(*entries)
    found = read(body[: body.index("/2000</loc>")])
    assert urls(found) == entries[:2_000]
    assert "damaged XML" in refusal(found)


def test_what_was_read_before_the_gzip_was_cut_off_stays() -> None:
    entries = [f"https://www.example.com/{i}" for i in range(9)]
    found = read(gzip.compress(urlset(*entries).encode())[:-4])
    assert urls(found) == entries
    assert refusal(found) == "its gzip is cut off"


def test_gzip_of_several_members_with_padding_behind_them_is_one_sitemap() -> None:
    body = urlset("https://www.example.com/a", "https://www.example.com/b").encode()
    data = gzip.compress(body[:100]) + gzip.compress(body[100:]) + b"\0" * 512
    assert len(read(data, piece=13)) == 2


def test_more_links_than_may_be_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemap_links, "MAX_LINKS", 3)
    found = read(urlset(*(f"https://www.example.com/{i}" for i in range(10))))
    assert len(urls(found)) == 3
    assert found[-1] == LeftOut(Reason.TOO_MANY, 7)


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ("<!DOCTYPE html><html><head>", "an HTML page"),
        ("<html>", "an HTML page"),
        ("<opml/>", "a document of <opml>"),
        ("Not found", "no XML"),
        ("", "nothing"),
        ("\0\1\2\3" * 200, "not text"),
    ],
)
def test_what_is_no_sitemap_is_refused_with_what_it_is(body: str, detail: str) -> None:
    assert detail in refusal(read(body))


WORDS = st.sampled_from(
    [
        *(
            "<urlset>",
            "<url>",
            "</url>",
            "<loc>",
            "</loc>",
            "<sitemapindex>",
            "<sitemap>",
            "&amp;",
            "&x;",
        ),
        *("http://", "https://www.example.com/", "u:p@", "//", "[", "\0", "é", "#", "\n", "<rss>"),
        *(
            "<item>",
            "<link>",
            "<![CDATA[",
            "]]>",
            "<!--",
            "-->",
            "<",
            ">",
            "<news:news>",
            "<news:title>",
        ),
    ]
)


def check(found: list[Found]) -> None:
    for url in urls(found):
        assert url.startswith(("http://", "https://"))
        assert "@" not in url.split("/")[2]
        assert "#" not in url


@given(st.binary(max_size=2_000), st.sampled_from([b"", b"\x1f\x8b\x08", b"<urlset>"]))
def test_no_bytes_make_it_raise(body: bytes, head: bytes) -> None:
    check(read(head + body, piece=100))


@given(st.lists(WORDS, max_size=40), st.sampled_from(["<urlset>", "<sitemapindex>", ""]))
def test_no_mark_up_makes_it_raise_or_hand_on_what_is_no_address(
    words: list[str], root: str
) -> None:
    check(read(root + "".join(words)))
