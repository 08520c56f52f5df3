"""Registered licenses: which pages an entry of the registry speaks for."""

from __future__ import annotations

import pickle
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations.records import Given, Page, PageKind
from tasks.errors import UsageError
from tasks.registered import find_sites, state_license
from tasks.registry import EntryKind, Source

PAGE = Page(source_id="crawl", kind=PageKind.HTML, body=b"<p>News", raw_ref="crawl.warc#0")


def site(homepage: str | None, license_id: str | None = "CC-BY-4.0", name: str = "Site") -> Source:
    return Source(
        source_id=name.lower(),
        name=name,
        kind=EntryKind.SITE,
        homepage=homepage,
        license=license_id,
        license_evidence=license_id and f"{name} says {license_id}",
    )


def folder(license_id: str | None) -> Source:
    return replace(site(None, license_id, "Folder"), kind=EntryKind.FOLDER, location="/in")


def stated(url: str | None, *sites: Source, source: Source | None = None) -> str | None:
    page = state_license(replace(PAGE, url=url), source=source, sites=find_sites(sites))
    return page.given.registry_license


def test_a_page_of_a_registered_site_carries_what_the_registry_states() -> None:
    entry = replace(site("https://www.news.example/"), license_url="https://cc.example/by")
    page = replace(PAGE, url="http://news.example/1", given=Given(given_title="Title"))
    found = state_license(page, source=None, sites=find_sites((entry,)))
    assert found == replace(
        page,
        given=Given(
            given_title="Title",
            registry_license="CC-BY-4.0",
            registry_license_url="https://cc.example/by",
            registry_license_evidence="Site says CC-BY-4.0",
            registry_holder="Site",
        ),
    )


@pytest.mark.parametrize(
    ("homepage", "url", "license_id"),
    [
        ("https://news.example/", "https://news.example/", "CC-BY-4.0"),
        ("https://news.example", "http://WWW.News.Example:80/1?x=2#y", "CC-BY-4.0"),
        ("https://news.example/", "https://blogs.news.example/1", "CC-BY-4.0"),
        ("https://news.example/", "https://fakenews.example/1", None),
        ("https://news.example/", "https://news.example.org/1", None),
        ("https://news.example/", "https://evil.test/news.example/", None),
        ("https://news.example/", "https://news.example@evil.test/", None),
        ("https://news.example/", "https://news.example:8443/1", None),
        ("https://en.news.example/", "https://news.example/1", None),
        ("https://news.example/en", "https://news.example/en/1", "CC-BY-4.0"),
        ("https://news.example/en/", "https://news.example/en", "CC-BY-4.0"),
        ("https://news.example/en/", "https://news.example/english/1", None),
        ("https://news.example/en/", "https://news.example/en/../fa/1", None),
        ("https://news.example/en/", "https://news.example/", None),
        ("https://bücher.example/", "https://xn--bcher-kva.example/1", "CC-BY-4.0"),
        ("http://intranet/", "http://intranet/1", "CC-BY-4.0"),
        ("http://intranet/", "http://other.intranet/1", None),
        ("https://news.example/", "/1", None),
        ("https://news.example/", "file:///news.example/1", None),
        ("https://news.example/", "https://[news.example/1", None),
        ("https://news.example/", None, None),
    ],
)
def test_a_site_is_its_host_with_subdomains_below_its_path(
    homepage: str, url: str | None, license_id: str | None
) -> None:
    assert stated(url, site(homepage)) == license_id


def test_the_nearest_of_several_sites_speaks_for_a_page() -> None:
    sites = (
        site("https://news.example/", "CC-BY-4.0", "All"),
        site("https://news.example/en/blogs", "CC0-1.0", "Blogs"),
        site("https://news.example/en", "CC-BY-SA-4.0", "English"),
        site("https://wire.news.example/", None, "Wire"),
    )
    assert stated("https://news.example/fa/1", *sites) == "CC-BY-4.0"
    assert stated("https://news.example/en/1", *sites) == "CC-BY-SA-4.0"
    assert stated("https://news.example/en/blogs/1", *sites) == "CC0-1.0"
    assert stated("https://wire.news.example/1", *sites) is None


def test_one_homepage_with_two_licenses_is_a_mistake() -> None:
    sites = (site("https://a.example", name="One"), site("http://www.a.example/", "CC0-1.0", "Two"))
    with pytest.raises(UsageError, match=r"@one and @two .* different licenses"):
        find_sites(sites)
    assert stated("https://a.example/1", sites[0], replace(sites[0], name="Three")) == "CC-BY-4.0"


@pytest.mark.parametrize("url", [None, "https://anywhere.example/1", "no address"])
def test_a_folders_license_holds_for_all_that_lies_in_it(url: str | None) -> None:
    assert stated(url, source=folder("CC0-1.0")) == "CC0-1.0"
    assert stated(url, site("https://anywhere.example"), source=folder("CC0-1.0")) == "CC0-1.0"


def test_a_folder_without_a_license_leaves_its_pages_to_their_sites() -> None:
    assert stated("https://news.example/1", site("https://news.example"), source=folder(None))
    assert stated(None, site("https://news.example"), source=folder(None)) is None


def test_a_folder_names_no_holder_of_its_pages_rights() -> None:
    page = state_license(PAGE, source=folder("CC0-1.0"), sites={})
    assert page.given.registry_holder is None


def test_a_site_does_not_speak_for_pages_that_stand_elsewhere() -> None:
    news = site("https://news.example")
    assert stated(None, source=news) == "CC-BY-4.0"
    assert stated("https://news.example/1", source=news) == "CC-BY-4.0"
    assert stated("https://other.example/1", source=news) is None
    assert stated("https://other.example/1", site("https://other.example", "CC0-1.0"), source=news)


def test_a_page_with_its_license_travels_to_a_worker() -> None:
    page = state_license(PAGE, source=folder("CC0-1.0"), sites={})
    assert pickle.loads(pickle.dumps(page)) == page  # noqa: S301 - just pickled here


@given(st.text())
def test_no_address_is_too_odd_to_be_looked_up(url: str) -> None:
    sites = find_sites((site("https://news.example"),))
    page = replace(PAGE, url=url)
    assert state_license(page, source=None, sites=sites) is page
