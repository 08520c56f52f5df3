"""URLs: one spelling per address, and which address a page may claim."""

import hashlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tasks.tracking import is_tracking
from tasks.urls import (
    article_id,
    as_requested,
    canonicalise,
    choose_canonical,
    host,
    join,
    same_host,
    without_credentials,
    without_credentials_within,
)

WORDS = """
http: https: // / \\ @ user:pw example.com .. . %2e %7E % %zz ? & = # utm_source=x a=1 :80 :443 :x
[::1] [ bücher.example \u200c \x00 。 ß /;jsessionid=1 İ
"""
PIECES = st.lists(st.sampled_from([*WORDS.split(), "\ud800", "\t", " "]), max_size=12).map("".join)
URLS = PIECES | PIECES.map("https://example.com/".__add__) | st.text(max_size=40)


@given(URLS)
@example("http://a/;jsessionid=%3Bjsessionid=1/..")
def test_a_canonical_url_is_its_own_canonical_url(url: str) -> None:
    once = canonicalise(url)
    assert once is None or canonicalise(once) == once


@given(URLS)
@example("http://a/%3Bjsessionid=1/..?utm_source=x&&a")
def test_a_url_as_requested_stays_as_it_is_and_is_the_same_page(url: str) -> None:
    asked = as_requested(url)
    if asked is None:
        assert canonicalise(url) is None
    else:
        assert as_requested(asked) == asked
        assert canonicalise(asked) == canonicalise(url)


def test_a_url_as_requested_keeps_every_parameter() -> None:
    url = "https://Example.com:443/a;jsessionid=7?utm_source=x&&b=%7e#top"
    assert as_requested(url) == "https://example.com/a;jsessionid=7?utm_source=x&&b=~"


@given(URLS, URLS)
def test_no_text_whatever_makes_a_function_raise(a: str, b: str) -> None:
    host(a)
    same_host(a, b)
    without_credentials(a)
    choose_canonical(a, [b, a])
    choose_canonical(None, [b, a])


@given(URLS)
def test_a_canonical_url_is_printable_ascii_with_a_host_and_no_credentials(url: str) -> None:
    canonical = canonicalise(url)
    if canonical is not None:
        assert canonical.isascii()
        assert canonical.isprintable()
        assert " " not in canonical
        assert canonical.startswith(("http://", "https://"))
        assert "@" not in canonical.split("/")[2]
        assert host(canonical)


@given(URLS)
def test_taking_credentials_away_twice_takes_no_more_than_once(url: str) -> None:
    once = without_credentials(f"https://user:pw@{url}")
    assert not once.startswith("https://user:pw@")
    assert canonicalise(once) == canonicalise(f"https://user:pw@{url}")


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTPS://Example.COM", "https://example.com/"),
        ("https://example.com:443/a", "https://example.com/a"),
        ("http://example.com:443/a", "http://example.com:443/a"),
        ("https://example.com./a", "https://example.com/a"),
        ("https://user:pw@example.com/a", "https://example.com/a"),
        ("https://example.com/a/./b/../c", "https://example.com/a/c"),
        ("https://example.com/a/..", "https://example.com/"),
        ("https://example.com/../../a", "https://example.com/a"),
        ("https://example.com/%7euser/%e4%bd%a0", "https://example.com/~user/%E4%BD%A0"),
        ("https://example.com/%2e%2e/a%2Fb", "https://example.com/a%2Fb"),
        ("https://example.com/100%", "https://example.com/100%25"),
        (
            "https://example.com/خبر\u200cها",
            "https://example.com/%D8%AE%D8%A8%D8%B1%E2%80%8C%D9%87%D8%A7",
        ),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://straße.de/", "https://xn--strae-oqa.de/"),
        ("http://[2001:DB8:0::1]:80/a", "http://[2001:db8::1]/a"),
        ("https://example.com/a#comments", "https://example.com/a"),
        ("https://example.com/a?", "https://example.com/a"),
        ("https://example.com/a?b=2&a=1&utm_source=x&fbclid=y", "https://example.com/a?b=2&a=1"),
        ("https://example.com/a?UTM_Source=x&u%74m_medium=y", "https://example.com/a"),
        ("https://example.com/a?flag&b=&q=a+b", "https://example.com/a?flag&b=&q=a+b"),
        ("https://example.com/a;jsessionid=0F3A/b", "https://example.com/a/b"),
        ("  https://exa\nmple.com/a\t ", "https://example.com/a"),
        ("http://good.example\\@evil.example/", "http://good.example/@evil.example/"),
        ("https://example.com/a/", "https://example.com/a/"),
    ],
)
def test_each_address_has_one_spelling(url: str, canonical: str) -> None:
    assert canonicalise(url) == canonical


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com/a",
        "ftp://example.com/a",
        "javascript:alert(1)",
        "data:text/html,x",
        "http://",
        "http:///a",
        "http://[::1",
        "http://[fe80::1%25eth0]/",
        "http://a..b/",
        "http://exa mple.com/",
        "http://example.com:99999/",
        "http://example.com:port/",
        "http://a%2Fb/",
        "http://\ud800.com/",
        "http://example.com/\ud800",
        "https://example.com/" + "a" * 8_000,
        "https://" + "a." * 200 + "com/",
    ],
)
def test_what_is_no_address_on_the_web_has_no_canonical_form(url: str) -> None:
    assert canonicalise(url) is None
    assert host(url) is None


@pytest.mark.parametrize("name", ["utm_term", "FBCLID", "mc_eid", "gclid", "PHPSESSID"])
def test_parameters_that_follow_the_reader_are_known(name: str) -> None:
    assert is_tracking(name)


@pytest.mark.parametrize("name", ["id", "p", "page", "ref", "article", "source", "v", "q"])
def test_parameters_that_may_choose_the_page_are_kept(name: str) -> None:
    assert not is_tracking(name)


def test_a_host_stands_without_www_and_port() -> None:
    assert host("https://www.Example.com:8080/a") == "example.com"
    assert host("https://www.de/") == "www.de"


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("https://www.example.com/a", "http://example.com/b", True),
        ("https://m.example.com/a", "https://www.example.com/a", True),
        ("https://amp.example.com/a", "https://example.com/a", True),
        ("https://www1.example.com/a", "https://example.com/a", True),
        ("https://blog.example.com/", "https://example.com/", False),
        ("https://alice.example.com/", "https://bob.example.com/", False),
        ("https://m.de/", "https://www.de/", False),
        ("https://foo.m.example.com/", "https://foo.example.com/", False),
        ("not a url", "not a url", False),
    ],
)
def test_mobile_and_amp_doors_lead_to_one_site_other_subdomains_do_not(
    a: str, b: str, *, same: bool
) -> None:
    assert same_host(a, b) is same
    assert same_host(b, a) is same


PAGE = "https://www.example.com/2024/05/17/story.html?utm_source=feed"


@pytest.mark.parametrize(
    ("page_url", "declared", "canonical"),
    [
        (PAGE, [], "https://www.example.com/2024/05/17/story.html"),
        (PAGE, ["https://example.com/story"], "https://example.com/story"),
        (PAGE, ["../story?id=1#top"], "https://www.example.com/2024/05/story?id=1"),
        (PAGE, ["https://agency.example/story"], "https://www.example.com/2024/05/17/story.html"),
        (PAGE, ["/", "/story"], "https://www.example.com/story"),
        (
            PAGE,
            ["", "javascript:void(0)", "http://[::1"],
            "https://www.example.com/2024/05/17/story.html",
        ),
        ("https://amp.example.com/s", ["https://example.com/s"], "https://example.com/s"),
        ("https://example.com/", ["https://example.com/"], "https://example.com/"),
        (None, ["/story", "https://example.com/story"], "https://example.com/story"),
        (None, ["https://example.com/"], None),
        (None, [], None),
        ("not a url", ["https://example.com/story"], "https://example.com/story"),
    ],
)
def test_a_page_is_believed_about_its_own_site_only(
    page_url: str | None, declared: list[str], canonical: str | None
) -> None:
    assert choose_canonical(page_url, declared) == canonical


@pytest.mark.parametrize(
    ("url", "bare"),
    [
        ("https://user:pw@example.com/a@b", "https://example.com/a@b"),
        ("https://user@example.com/", "https://example.com/"),
        ("https://us@er:p@w@example.com/", "https://example.com/"),
        ("http:\\\\user:pw@example.com/", "http:\\\\example.com/"),
        ("ftp://user:pw@example.com/", "ftp://example.com/"),
        ("https://exa\nmple.com/@name", "https://example.com/@name"),
        ("https://example.com/@name", "https://example.com/@name"),
        ("https://example.com//x@y?u=//a@b", "https://example.com//x@y?u=//a@b"),
        ("mailto:desk@example.com", "mailto:desk@example.com"),
    ],
)
def test_credentials_are_cut_and_nothing_else(url: str, bare: str) -> None:
    assert without_credentials(url) == bare


def test_an_article_id_is_the_hash_of_its_address() -> None:
    url = "https://example.com/story"
    assert article_id(url) == hashlib.sha256(url.encode()).hexdigest()


@pytest.mark.parametrize(
    ("reference", "joined"),
    [
        (r"http:\\joe:secret@b.example\x", "http://joe:secret@b.example/x"),
        (r"\\b.example\x", "https://b.example/x"),
        (r"\x\y", "https://a.example/x/y"),
        (r"y?a=\b#\c", r"https://a.example/p/y?a=\b#\c"),
        ("http://[::1", None),
    ],
)
def test_a_backslash_in_an_address_is_a_slash_before_the_query(
    reference: str, joined: str | None
) -> None:
    assert join("https://a.example/p/", reference) == joined


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("Sitemap: https://joe:pw@a.example/s.xml\n", "Sitemap: https://a.example/s.xml\n"),
        ("<http://joe:p%20w@a.example/x>; rel=next", "<http://a.example/x>; rel=next"),
        (r"5; url=http:\\joe@a.example/", r"5; url=http:\\a.example/"),
        ("mail me@a.example or see https://a.example/@me", None),
    ],
)
def test_credentials_are_cut_from_addresses_within_a_text(text: str, cut: str | None) -> None:
    assert without_credentials_within(text) == (text if cut is None else cut)
