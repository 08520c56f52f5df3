"""Patterns: which addresses are no articles, which look like some, and what sources leave out."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.discover.patterns import Patterns, looks_like_article, why_no_article
from tasks.errors import UsageError

SITE = "https://example.com"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "front page"),
        ("/?utm=x", "front page"),
        ("/index.html", "front page"),
        ("/en/", "front page"),
        ("/pt-br/", "front page"),
        ("/fa/index.php", "front page"),
        ("/tag/flood", "tag page"),
        ("/tags/", "tag page"),
        ("/en/topics/climate-change-and-the-sea", "tag page"),
        ("/%D8%A8%D8%B1%DA%86%D8%B3%D8%A8/%D8%B3%DB%8C%D9%84", "tag page"),
        ("/category/politics/", "category page"),
        ("/category/politics/europe/", "category page"),
        ("/rubrik/kultur", "category page"),
        ("/author/jane-doe", "author page"),
        ("/news/author/jane-doe", "author page"),
        ("/autor/juan-perez/", "author page"),
        ("/search/?q=flood", "search page"),
        ("/suche.html", "search page"),
        ("/?s=flood", "search page"),
        ("/login", "login page"),
        ("/wp-login.php", "login page"),
        ("/my-account/orders/", "login page"),
        ("/shop/mugs/blue-mug-with-a-long-name", "shop page"),
        ("/cart", "shop page"),
        ("/impressum", "service page"),
        ("/en/privacy-policy.html", "service page"),
        ("/about", "service page"),
        ("/feed/", "service page"),
        ("/politics/page/2/", "page of a list"),
        ("/page/17", "page of a list"),
        ("/2026/11/23/", "page of a list"),
        ("/archive/2026", "page of a list"),
        ("/uploads/2026/11/23/photo.jpg", "file"),
        ("/report.pdf", "file"),
        ("/feed.xml", "file"),
    ],
)
def test_pages_that_are_certainly_no_articles_are_named(path: str, kind: str) -> None:
    assert why_no_article(f"{SITE}{path}") == kind
    assert not looks_like_article(f"{SITE}{path}")


@pytest.mark.parametrize(
    "path",
    [
        "/authority/opens-inquiry",
        "/contact-lenses-recalled",
        "/politics/shop-workers-strike",
        "/storefront-closes",
        "/tagesschau/sendung",
        "/search-for-missing-boy-goes-on",
        "/news/about-us-all/",
        "/?p=123",
        "/index.php?id=4711",
        "/news.php?id=5",
        "/tag/2026/11/23/name-day",
        "/category/politics/minister-resigns-over-leaked-letter",
        "/category/politics/481516",
        "/yazarlar/ayse-yilmaz/secimden-sonra-ne-olacak",
        "/story",
        "/people/jane-doe-wins-prize",
        "/2026/11/23/page/2",
        "/en-route-to-mars",
    ],
)
def test_what_may_be_an_article_is_none_of_them(path: str) -> None:
    assert why_no_article(f"{SITE}{path}") is None


@pytest.mark.parametrize(
    ("path", "looks"),
    [
        ("/2026/11/23/flood", True),
        ("/news/world-europe-12345678", True),
        ("/politics/minister-resigns-over-leaked-letter", True),
        ("/article.php?id=123456", True),
        (
            "/%D8%B3%DB%8C%D9%84-%D8%AF%D8%B1-%D8%B4%D9%85%D8%A7%D9%84-%DA%A9%D8%B4%D9%88%D8%B1-%D8%A7%DB%8C%D8%B1%D8%A7%D9%86",
            True,
        ),
        ("/politics", False),
        ("/politics/europe", False),
        ("/live-tv", False),
        ("/2026/11/23/123456", True),
    ],
)
def test_articles_are_told_from_sections_by_the_form_of_their_address(
    path: str,
    looks: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    assert looks_like_article(f"{SITE}{path}") is looks


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("/sport/*", "/sport/a", True),
        ("/sport/*", "/sport/", True),
        ("/sport/*", "/sport", False),
        ("/sport/*", "/news/sport/a", False),
        ("*/live/*", "/news/live/a", True),
        ("*.html", "/a.html", True),
        ("*.html", "/a.html?b=1", False),
        ("*?id=*", "/a?id=1", True),
        ("/a.c", "/abc", False),
        ("/a*a", "/a", False),
        ("/a*a", "/aa", True),
        ("/*ab*ab", "/ab", False),
        ("/ورزش/*", "/%D9%88%D8%B1%D8%B2%D8%B4/1", True),
        ("/%D9%88%D8%B1%D8%B2%D8%B4/*", "/%D9%88%D8%B1%D8%B2%D8%B4/1", True),
        ("*", "/", True),
    ],
)
def test_a_star_stands_for_anything_and_all_else_for_itself(
    pattern: str,
    path: str,
    matches: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    url = f"{SITE}{path}"
    excluded = Patterns(exclude=(pattern,)).why_excluded(url)
    assert excluded == (f"excluded by {pattern}" if matches else None)
    assert (Patterns(include=(pattern,)).why_excluded(url) is None) is matches


def test_what_is_excluded_is_not_included_again() -> None:
    patterns = Patterns(include=("/news/*",), exclude=("*/live-*",))
    assert patterns.why_excluded(f"{SITE}/news/a") is None
    assert patterns.why_excluded(f"{SITE}/news/live-a") == "excluded by */live-*"
    assert patterns.why_excluded(f"{SITE}/sport/a") == "none of the included patterns"


def test_without_patterns_nothing_is_left_out() -> None:
    assert Patterns().why_excluded(f"{SITE}/a") is None


@pytest.mark.parametrize(
    "patterns", [("sport/*",), ("",), ("https://example.com/*",), ("/" * 501,), ("/a",) * 201]
)
def test_a_pattern_that_cannot_be_meant_is_a_usage_error(patterns: tuple[str, ...]) -> None:
    with pytest.raises(UsageError):
        Patterns(exclude=patterns)


def test_many_stars_take_no_longer_than_few() -> None:
    patterns = Patterns(exclude=("*a" * 249 + "*b",) * 200)
    began = time.monotonic()
    assert patterns.why_excluded(f"{SITE}/{'a' * 7_000}") is None
    assert time.monotonic() - began < 1


@given(st.text("ab/*", max_size=12), st.text("ab/", max_size=20))
def test_patterns_mean_what_shells_mean(pattern: str, path: str) -> None:
    import fnmatch

    excluded = Patterns(exclude=(f"/{pattern}",)).why_excluded(f"{SITE}/{path}")
    assert (excluded is not None) is fnmatch.fnmatchcase(f"/{path}", f"/{pattern}")


@given(st.text(max_size=200))
def test_no_address_makes_it_raise(text: str) -> None:
    url = f"{SITE}/{text}"
    why_no_article(url)
    looks_like_article(url)
    Patterns(include=("*a*",)).why_excluded(url)
