"""Intake: the SOURCE arguments of a run, and the days of a backfill."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations.records import Page, Reason, Rejection, Skip, Stage
from tasks.errors import SourceError, UsageError
from tasks.intake import as_handed_on, input_sizes, open_sources, sources_by_day
from tasks.sources import SourceKind
from tests.builders import a_page

Item = Page | Rejection | Skip
FIRST, LAST = date(2026, 2, 27), date(2026, 3, 2)
NO_REGISTRY = Path("there-is-no-registry.toml")


def read(sources: list[str], registry: Path = NO_REGISTRY, **options: Any) -> list[Item]:
    return list(open_sources(sources, registry=registry, **options).files)


def write_registry(folder: Path, **folders: str) -> Path:
    registry = folder / "sources.toml"
    registry.write_text(
        "".join(
            f'[[source]]\nid = "{name}"\nname = "{name}"\nkind = "folder"\npath = "{path}"\n'
            for name, path in folders.items()
        )
    )
    return registry


def write_story(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("TEHRAN - The ferry sailed on time.")
    return path


def test_sources_are_read_in_the_order_in_which_they_are_named(tmp_path: Path) -> None:
    for name in ("b", "a"):
        write_story(tmp_path / name / "story.txt")
    registry = write_registry(tmp_path, watched="a")
    items = read([str(tmp_path / "b"), "@watched"], registry)
    assert [item.source_id for item in items] == ["b", "watched"]


def test_all_sources_of_the_registry_are_read_under_their_own_names(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_story(tmp_path / name / "story.txt")
    registry = write_registry(tmp_path, first="one", second="two")
    items = read(["@all"], registry)
    assert [item.source_id for item in items] == ["first", "second"]


@pytest.mark.parametrize("beside", ["", "processed"])
def test_a_watched_folder_without_a_file_is_no_news_and_no_error(
    tmp_path: Path, beside: str
) -> None:
    (tmp_path / "inbox" / beside).mkdir(parents=True)
    registry = write_registry(tmp_path, watched="inbox")
    assert read(["@watched"], registry) == []


def test_a_watched_folder_that_is_gone_is_a_rejection_and_the_others_are_read(
    tmp_path: Path,
) -> None:
    write_story(tmp_path / "here" / "story.txt")
    registry = write_registry(tmp_path, lost="gone", watched="here")
    lost, page = read(["@all"], registry)
    assert isinstance(lost, Rejection)
    assert (lost.source_id, lost.stage, lost.rule) == ("lost", Stage.READ, Reason.UNREADABLE)
    assert "gone" in lost.detail
    assert isinstance(page, Page)


@pytest.mark.parametrize(
    "source", ["S3://bucket", "ftp://news.example/", "http://", "https://a b/"]
)
def test_an_address_that_nobody_can_fetch_is_refused(source: str) -> None:
    with pytest.raises(UsageError, match=r"cannot ingest .*http"):
        open_sources([source], registry=NO_REGISTRY)


def test_addresses_of_one_host_are_one_source() -> None:
    named = ["https://www.News.example/1", "feed://news.example/rss", "https://other.example:8080"]
    sites = open_sources(named, registry=NO_REGISTRY).sites
    assert {site.source_id: [start.url for start in site.starts] for site in sites} == {
        "news.example": ["https://www.news.example/1", "http://news.example/rss"],
        "other.example-8080": ["https://other.example:8080/"],
    }
    (named_site,) = open_sources(named, registry=NO_REGISTRY, source_id="mine").sites
    assert named_site.source_id == "mine"


def test_credentials_in_an_address_are_dropped() -> None:
    (site,) = open_sources(["https://me:secret@news.example/"], registry=NO_REGISTRY).sites
    assert "secret" not in repr(site)


def test_a_list_of_urls_is_fetched_unless_it_is_said_to_be_text(tmp_path: Path) -> None:
    urls = tmp_path / "urls.txt"
    urls.write_text("https://news.example/1\nhttps://news.example/2\n")
    (site,) = open_sources([str(urls)], registry=NO_REGISTRY).sites
    assert (site.source_id, site.listed_in) == ("urls.txt", (urls,))
    as_text = open_sources([str(urls)], registry=NO_REGISTRY, as_kind=SourceKind.TEXT)
    assert len(list(as_text.files)) == 1
    assert as_text.sites == ()


def test_a_name_that_the_registry_does_not_know_is_refused_before_anything_is_read(
    tmp_path: Path,
) -> None:
    story = write_story(tmp_path / "story.txt")
    registry = write_registry(tmp_path, watched="inbox")
    with pytest.raises(UsageError, match="@watched"):
        open_sources([str(story), "@nobody"], registry=registry)


def test_a_path_that_does_not_exist_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    story = write_story(tmp_path / "story.txt")
    with pytest.raises(SourceError):
        open_sources([str(story), str(tmp_path / "missing")], registry=NO_REGISTRY)


def test_sizes_are_known_of_the_files_that_exist(tmp_path: Path) -> None:
    story = write_story(tmp_path / "inbox" / "story.txt")
    registry = write_registry(tmp_path, watched="inbox")
    sizes = input_sizes(["@all", str(tmp_path / "missing")], registry=registry)
    assert sizes == {str(story): story.stat().st_size}


def test_a_backfill_takes_both_ends_of_its_range_and_passes_over_days_without_a_file(
    tmp_path: Path,
) -> None:
    days = ["2026-02-26", "2026-02-27", "2026-03-01", "2026-03-02", "2026-03-03"]
    files = [str(write_story(tmp_path / f"{day}.txt")) for day in days]
    assert sources_by_day(f"{tmp_path}/%Y-%m-%d.txt", FIRST, LAST) == files[1:4]


def test_a_pattern_that_is_the_same_for_several_days_names_one_source(tmp_path: Path) -> None:
    for name in ("2026-02", "2026-03"):
        write_story(tmp_path / name / "story.txt")
    assert sources_by_day(f"{tmp_path}/%Y-%m", FIRST, LAST) == [
        f"{tmp_path}/2026-02",
        f"{tmp_path}/2026-03",
    ]


def test_a_pattern_may_be_a_glob_or_a_name_that_looks_like_one(tmp_path: Path) -> None:
    write_story(tmp_path / "20260301-morning.txt")
    write_story(tmp_path / "20260302 [final].txt")
    assert sources_by_day(f"{tmp_path}/%Y%m%d-*.txt", FIRST, LAST) == [f"{tmp_path}/20260301-*.txt"]
    assert sources_by_day(f"{tmp_path}/%Y%m%d [final].txt", FIRST, LAST) == [
        f"{tmp_path}/20260302 [final].txt"
    ]


@given(st.sets(st.integers(0, 45)), st.integers(0, 45), st.integers(0, 45))
def test_a_backfill_finds_exactly_the_days_of_its_range(
    offsets: set[int], start: int, length: int
) -> None:
    days = sorted(date(2027, 12, 15) + timedelta(offset) for offset in offsets)
    since = date(2027, 12, 15) + timedelta(start)
    until = since + timedelta(length)
    with TemporaryDirectory() as folder:
        for day in days:
            Path(folder, f"{day}.txt").touch()
        wanted = [f"{folder}/{day}.txt" for day in days if since <= day <= until]
        if wanted:
            assert sources_by_day(f"{folder}/%Y-%m-%d.txt", since, until) == wanted
        else:
            with pytest.raises(SourceError):
                sources_by_day(f"{folder}/%Y-%m-%d.txt", since, until)


def test_a_range_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(UsageError, match="2026-03-02 to 2026-02-27"):
        sources_by_day("%Y", LAST, FIRST)


@pytest.mark.parametrize("pattern", ["%Y-%m-%d.txt", "a\0%Y", "", "%"])
def test_a_pattern_that_matches_no_file_says_so(tmp_path: Path, pattern: str) -> None:
    with pytest.raises(SourceError, match="2026-02-27 to 2026-03-02"):
        sources_by_day(f"{tmp_path}/missing/{pattern}", FIRST, LAST)


def test_a_pattern_that_no_file_name_can_have_is_refused() -> None:
    with pytest.raises(UsageError, match="pattern"):
        sources_by_day("\ud800%Y", FIRST, LAST)


def test_a_registered_source_keeps_its_own_id(tmp_path: Path) -> None:
    registry = tmp_path / "sources.toml"
    registry.write_text(
        '[[source]]\nid = "a"\nname = "A"\nkind = "folder"\npath = "a"\n', encoding="utf-8"
    )
    with pytest.raises(UsageError, match="leave --source-id out"):
        open_sources(["@a"], registry=registry, source_id="b")


SITE = """
[[source]]
id = "wire"
name = "The Wire"
kind = "site"
homepage = "https://wire.example/"
license = "CC-BY-4.0"
license_evidence = "All our texts are CC BY 4.0."
"""


def licenses(items: Iterable[object]) -> list[str | None]:
    return [item.given.registry_license for item in items if isinstance(item, Page)]


def test_a_registered_site_begins_at_its_homepage_and_keeps_its_schedule(tmp_path: Path) -> None:
    registry = tmp_path / "sources.toml"
    registry.write_text(SITE + "pace = 7\n")
    (site,) = open_sources(["@wire"], registry=registry).sites
    assert [(start.url, start.kind) for start in site.starts] == [("https://wire.example/", "home")]
    assert (site.source_id, site.delay_s, site.is_scheduled) == ("wire", 7, True)


def test_a_registered_site_with_feeds_begins_there(tmp_path: Path) -> None:
    registry = tmp_path / "sources.toml"
    registry.write_text(SITE + 'feeds = ["https://feeds.example/wire"]\nexclude = ["/sport/*"]\n')
    (site,) = open_sources(["@wire"], registry=registry).sites
    assert [(s.url, s.kind) for s in site.starts] == [("https://feeds.example/wire", "feed")]
    assert site.patterns.why_excluded("https://wire.example/sport/1") is not None


def test_all_sources_are_the_folders_and_the_verified_sites(tmp_path: Path) -> None:
    write_story(tmp_path / "inbox" / "story.txt")
    registry = write_registry(tmp_path, watched="inbox")
    seen = SITE.replace("wire", "seen") + "verified = true\n"
    registry.write_text(SITE + registry.read_text() + seen)
    intake = open_sources(["@all"], registry=registry)
    assert [item.source_id for item in intake.files] == ["watched"]
    assert [site.source_id for site in intake.sites] == ["seen"]
    assert len(input_sizes(["@all"], registry=registry)) == 1


def test_all_sources_of_a_registry_that_nobody_has_looked_at_are_none(tmp_path: Path) -> None:
    registry = tmp_path / "sources.toml"
    registry.write_text(SITE)
    with pytest.raises(UsageError, match="sources check"):
        open_sources(["@all"], registry=registry)


def test_a_fetched_page_gets_the_license_of_its_source_or_its_site(tmp_path: Path) -> None:
    registry = tmp_path / "sources.toml"
    registry.write_text(SITE)
    intake = open_sources(["@wire", "https://elsewhere.example/"], registry=registry)
    pages = [
        a_page(source_id="wire", url="https://wire.example/1"),
        a_page(source_id="elsewhere.example", url="https://elsewhere.example/1"),
        a_page(source_id="elsewhere.example", url="https://wire.example/2"),
    ]
    assert licenses(intake.with_licenses(iter(pages))) == ["CC-BY-4.0", None, "CC-BY-4.0"]


def test_a_page_that_another_run_left_gets_the_license_of_its_source(tmp_path: Path) -> None:
    registry = tmp_path / "sources.toml"
    feeds_only = SITE.replace("wire", "feeds").replace('homepage = "https://feeds.example/"\n', "")
    registry.write_text(SITE.replace("CC-BY-4.0", "CC0-1.0") + feeds_only)
    intake = open_sources(["@wire"], registry=registry)
    left = a_page(source_id="feeds", url="https://pages.example/1")
    assert licenses(intake.with_licenses(iter([left]))) == ["CC-BY-4.0"]


def test_the_license_of_a_registered_folder_goes_with_its_pages(tmp_path: Path) -> None:
    write_story(tmp_path / "inbox" / "story.txt")
    registry = write_registry(tmp_path, watched="inbox")
    registry.write_text(registry.read_text() + 'license = "CC0-1.0"\nlicense_evidence = "README"\n')
    assert licenses(read(["@watched"], registry)) == ["CC0-1.0"]
    assert licenses(read([str(tmp_path / "inbox")], registry)) == [None]


def test_a_page_of_a_registered_site_is_known_in_any_file(tmp_path: Path) -> None:
    registry = tmp_path / "sources.toml"
    registry.write_text(SITE)
    crawl = tmp_path / "crawl.jsonl"
    crawl.write_text(
        '{"url": "https://www.wire.example/1", "text": "The ferry sailed."}\n'
        '{"url": "https://elsewhere.example/1", "text": "The ferry sailed."}\n'
        '{"text": "The ferry sailed."}\n'
        "broken\n"
    )
    items = read([str(crawl)], registry)
    assert licenses(items) == ["CC-BY-4.0", None, None]
    assert isinstance(items[-1], Rejection)


def test_a_registered_id_that_is_given_on_purpose_names_its_entry(tmp_path: Path) -> None:
    registry = tmp_path / "sources.toml"
    registry.write_text(SITE)
    story = str(write_story(tmp_path / "wire" / "story.txt"))
    assert licenses(read([story], registry, source_id="wire")) == ["CC-BY-4.0"]
    # The folder's own name is the same by chance.
    assert licenses(read([str(tmp_path / "wire")], registry)) == [None]


def test_a_broken_registry_is_told_even_if_only_a_file_is_read(tmp_path: Path) -> None:
    registry = tmp_path / "sources.toml"
    registry.write_text("[[sauce]]")
    story = str(write_story(tmp_path / "story.txt"))
    with pytest.raises(UsageError, match="source registry"):
        open_sources([story], registry=registry)


def test_credentials_are_not_stored_with_the_sources_of_a_run() -> None:
    named = ["https://me:secret@news.example/feed", "notes@home.txt", "s3://a/b", "@wire"]
    assert as_handed_on(named) == ["https://news.example/feed", *named[1:]]


def test_what_stands_for_a_file_at_the_input_is_that_file(tmp_path: Path) -> None:
    story = write_story(tmp_path / "story.txt")
    code = "from tasks.intake import as_handed_on; print(*as_handed_on(['/dev/stdin']))"
    with story.open() as file:
        told = subprocess.check_output([sys.executable, "-c", code], stdin=file, text=True)
    assert told.strip() == str(story)


@pytest.mark.parametrize("name", ["/dev/fd/{}", "/proc/self/fd/{}"])
def test_a_file_that_is_open_here_goes_by_its_name(name: str, tmp_path: Path) -> None:
    story = write_story(tmp_path / "story.txt")
    with story.open() as file:
        assert as_handed_on([name.format(file.fileno())]) == [str(story)]


def test_what_is_open_here_and_has_no_name_is_a_mistake() -> None:
    read_end, write_end = os.pipe()
    try:
        with pytest.raises(UsageError, match=rf"/dev/fd/{read_end} is no file with a name"):
            as_handed_on([f"/dev/fd/{read_end}"])
    finally:
        os.close(read_end)
        os.close(write_end)


@pytest.mark.parametrize(
    "source", ["https://a.example/feed", "feed:https://a.example", "cc-news:2026-10"]
)
def test_only_of_files_it_can_be_said_what_they_hold(source: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"--as .*leave it out"):
        open_sources([source], registry=tmp_path / "none.toml", as_kind=SourceKind.HTML)
