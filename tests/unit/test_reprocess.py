"""tasks.reprocess: what an archived page comes to today becomes its article's newest version."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from expectations.records import Page
from tasks.errors import UsageError
from tasks.funnel import items_by_outcome
from tasks.opening import open_or_create_lake
from tasks.pool import close_shared_pools
from tasks.reprocess import choose_pages, read_pages, version_order
from tasks.reprocess_changes import Changes, read_changes, write_changes
from tasks.shard_steps import RunContext, ingest_shard
from tasks.shards import stage_shards
from tasks.storage import Lake
from tests.archived import (
    FETCHED_AT,
    LICENSE,
    NOW,
    archive,
    commit_as,
    page_of,
    retitled,
    untagged,
    versions,
)
from tests.builders import an_article
from tests.lakes import ask, put

DAY = timedelta(days=1)
URL = "https://news.example.org/{}"
NO_REGISTRY = Path("no registry")
RUNS = itertools.count()


@pytest.fixture(scope="module", autouse=True)
def _workers() -> Iterator[None]:
    yield
    close_shared_pools()


@pytest.fixture
def staging(tmp_path: Path) -> Path:
    return tmp_path / "staging"


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return open_or_create_lake(tmp_path / "lake")


@dataclass(frozen=True)
class Done:
    """A run of reprocessing."""

    outcomes: dict[str, int]
    changes: Changes
    outside: int

    @property
    def fields(self) -> dict[str, int]:
        return {change.field: change.articles for change in self.changes.fields}


def reprocess(
    lake: Lake,
    *,
    source_id: str | None = None,
    since_version: str | None = None,
    registry: Path = NO_REGISTRY,
) -> Done:
    chosen = choose_pages(lake, source_id=source_id, since_version=since_version)
    run_id = f"reprocess-{next(RUNS)}"
    run = RunContext(
        run_id=run_id,
        lake=lake.uri,
        workers=1,
        now=NOW,
        pipeline_version="9.0.0",
        reprocessed=True,
    )
    pages = read_pages(lake, chosen, registry=registry)
    shards = stage_shards(pages, lake.staging / run_id)
    funnel = [row for shard in shards for row in ingest_shard(shard, run).funnel]
    outcomes = {str(outcome): n for outcome, n in items_by_outcome(funnel).items() if n}
    assert outcomes.pop("discovered", 0) == sum(outcomes.values())
    return Done(outcomes, read_changes(lake, run_id), chosen.outside)


def three_pages(lake: Lake) -> list[str]:
    return archive(lake, {URL.format(number): page_of(number) for number in range(3)})


# What becomes of the articles


def test_what_a_faulty_release_made_gets_a_new_version_that_the_pipeline_changed(
    lake: Lake, staging: Path
) -> None:
    one, two, three = three_pages(lake)
    commit_as("0.2.0", lake, [one, three], staging=staging)
    commit_as("0.2.0", lake, [two], retitled, staging=staging)
    done = reprocess(lake)
    assert done.outcomes == {"updated": 1, "unchanged": 2}
    assert versions(lake, "revision, title, changed_by, pipeline_version", "url like '%/1'") == [
        (1, "The harbor opens pier 1 | Example News", None, "0.2.0"),
        (2, "The harbor opens pier 1", "pipeline", "9.0.0"),
    ]
    assert ask(lake, "select title from articles where url like '%/1'") == [
        ("The harbor opens pier 1",)
    ]
    assert (done.changes.articles, done.fields) == (1, {"title": 1})
    (example,) = done.changes.fields[0].examples
    assert example.url == URL.format(1)
    assert (example.before, example.after) == (
        "The harbor opens pier 1 | Example News",
        "The harbor opens pier 1",
    )


def test_the_new_version_was_fetched_when_the_old_one_was_and_is_of_the_same_page(
    lake: Lake, staging: Path
) -> None:
    commit_as("0.2.0", lake, three_pages(lake)[:1], retitled, staging=staging)
    reprocess(lake)
    first, second = versions(lake, "fetched_at, raw_ref, raw_hash, source_id, article_id")
    assert first == second
    assert first[0] == FETCHED_AT
    assert first[2] is not None


def test_reprocessing_again_changes_nothing_and_extracts_nothing(
    lake: Lake, staging: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit_as("0.2.0", lake, three_pages(lake), retitled, staging=staging)
    assert reprocess(lake).outcomes == {"updated": 3}
    before = versions(lake, "*")
    monkeypatch.setattr("tasks.shard_steps.shared_pool", None)
    again = reprocess(lake)
    assert again.outcomes == {"unchanged": 3}
    assert again.changes == Changes(0, ())
    assert versions(lake, "*") == before


def test_fields_that_make_no_version_of_a_publisher_make_one_here(
    lake: Lake, staging: Path
) -> None:
    commit_as("0.2.0", lake, three_pages(lake)[:1], untagged, staging=staging)
    done = reprocess(lake)
    assert done.outcomes == {"updated": 1}
    assert done.fields == {"section": 1, "tags": 1}
    rows = versions(lake, "version_hash, changed_by, section")
    assert rows[0][0] == rows[1][0]
    assert [row[1:] for row in rows] == [(None, "Missed"), ("pipeline", None)]
    assert reprocess(lake).outcomes == {"unchanged": 1}


def test_what_a_release_spoiled_comes_back_as_it_was_before(lake: Lake, staging: Path) -> None:
    places = three_pages(lake)[:1]
    commit_as("0.1.0", lake, places, staging=staging)
    commit_as("0.2.0", lake, places, retitled, staging=staging, reprocessed=True)
    assert reprocess(lake).outcomes == {"updated": 1}
    titles = [title for (title,) in versions(lake, "title")]
    assert titles[0] == titles[2] != titles[1]
    assert [by for (by,) in versions(lake, "changed_by")] == [None, "pipeline", "pipeline"]
    assert reprocess(lake).outcomes == {"unchanged": 1}


def test_only_the_page_of_the_current_version_is_read(lake: Lake, staging: Path) -> None:
    url = URL.format(1)
    (old,) = archive(lake, {url: page_of(1)})
    (new,) = archive(lake, {url: page_of(2)}, name="later", at=FETCHED_AT + DAY)
    commit_as("0.2.0", lake, [old, new], retitled, staging=staging)
    assert reprocess(lake).outcomes == {"updated": 1}
    assert versions(lake, "title, changed_by, raw_ref") == [
        ("The harbor opens pier 1 | Example News", None, old),
        ("The harbor opens pier 2 | Example News", "publisher", new),
        ("The harbor opens pier 2", "pipeline", new),
    ]


def test_a_version_that_is_fetched_meanwhile_stays_current(lake: Lake, staging: Path) -> None:
    url = URL.format(1)
    (old,) = archive(lake, {url: page_of(1)})
    commit_as("0.2.0", lake, [old], retitled, staging=staging)
    chosen = choose_pages(lake, source_id=None, since_version=None)
    pages = list(read_pages(lake, chosen, registry=NO_REGISTRY))
    (new,) = archive(lake, {url: page_of(2)}, name="later", at=FETCHED_AT + DAY)
    commit_as("0.2.0", lake, [new], staging=staging)
    assert [page.raw_ref for page in pages if isinstance(page, Page)] == [old]
    commit_as("0.3.0", lake, [old], staging=staging, reprocessed=True)
    assert [raw_ref for (raw_ref,) in versions(lake, "raw_ref")] == [old, new]
    assert ask(lake, "select raw_ref from articles") == [(new,)]


def test_a_page_that_is_gone_is_a_rejection_and_its_article_stays(
    lake: Lake, staging: Path
) -> None:
    places = three_pages(lake)
    (lost,) = archive(lake, {URL.format(9): page_of(9)}, name="lost", source_id="another")
    commit_as("0.2.0", lake, [*places, lost], retitled, staging=staging)
    (lake.home / lost.partition("#")[0]).unlink()
    for _ in range(2):
        assert reprocess(lake, source_id="another").outcomes == {"rejected": 1}
        assert ask(lake, "select source_id, stage, rule, raw_ref from rejections") == [
            ("another", "read", "vanished", lost)
        ]
    assert reprocess(lake).outcomes == {"updated": 3, "rejected": 1}
    assert ask(lake, "select count(*) from articles where title like '% | Example News'") == [(1,)]


def test_a_shard_that_is_tried_again_after_its_commit_adds_nothing(
    lake: Lake, staging: Path
) -> None:
    commit_as("0.2.0", lake, three_pages(lake), retitled, staging=staging)
    chosen = choose_pages(lake, source_id=None, since_version=None)
    run = RunContext(
        run_id="killed",
        lake=lake.uri,
        workers=1,
        now=NOW,
        pipeline_version="9.0.0",
        reprocessed=True,
    )
    funnels = []
    pages = list(read_pages(lake, chosen, registry=NO_REGISTRY))
    for _ in range(2):
        (shard,) = stage_shards(pages, lake.staging / "killed")
        funnels.append(items_by_outcome(ingest_shard(shard, run).funnel))
    assert funnels[0] == funnels[1]
    assert len(versions(lake, "version_id")) == 6


def test_versions_of_an_older_broadsheet_without_hashes_are_reprocessed_too(
    lake: Lake, staging: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two, three = three_pages(lake)
    monkeypatch.setattr("tasks.versions.fields_hash", lambda _article: None)
    commit_as("0.1.0", lake, [one, two], retitled, staging=staging)
    commit_as("0.1.0", lake, [three], staging=staging)
    monkeypatch.undo()
    assert reprocess(lake).outcomes == {"updated": 2, "unchanged": 1}
    assert reprocess(lake).outcomes == {"unchanged": 3}


# Which pages


def pages_for(lake: Lake, source_id: str | None = None, since: str | None = None) -> list[str]:
    """Where the pages lie that would be reprocessed."""
    chosen = choose_pages(lake, source_id=source_id, since_version=since)
    items = list(read_pages(lake, chosen, registry=NO_REGISTRY))
    places = [item.raw_ref for item in items if isinstance(item, Page)]
    assert len(places) == len(items) == chosen.pages
    return places


def test_since_version_means_what_that_version_or_a_later_one_wrote(
    lake: Lake, staging: Path
) -> None:
    places = three_pages(lake)
    for release, place in zip(("0.9.0", "0.10.0", "0.10.1"), places, strict=True):
        commit_as(release, lake, [place], staging=staging)
    assert pages_for(lake, since="0.9") == places
    assert pages_for(lake, since="0.10") == places[1:]
    assert pages_for(lake, since="0.11") == []


def test_a_source_is_reprocessed_alone(lake: Lake, staging: Path) -> None:
    ours = three_pages(lake)
    theirs = archive(lake, {"https://o.example/": page_of(7)}, name="other", source_id="o.example")
    commit_as("0.2.0", lake, [*ours, *theirs], staging=staging)
    assert pages_for(lake, "o.example") == theirs
    assert pages_for(lake, "o.example", "0.3") == []
    assert pages_for(lake) == [*ours, *theirs]


def test_articles_of_files_are_counted_and_left_alone(lake: Lake, staging: Path) -> None:
    places = three_pages(lake)[:1]
    commit_as("0.2.0", lake, places, staging=staging)
    put(
        lake,
        an_article(url="https://a.example/1", raw_ref="/data/pages/file.warc.gz#0"),
        an_article(url="https://a.example/2", raw_ref="pages/../secret#0"),
        an_article(url="https://a.example/3", raw_ref="seeds/pages/file.html"),
    )
    assert pages_for(lake) == places
    assert choose_pages(lake, source_id=None, since_version=None).outside == 3
    assert choose_pages(lake, source_id=None, since_version="0.2").outside == 3
    assert choose_pages(lake, source_id=None, since_version="2").outside == 0


def test_pages_that_ingest_read_from_the_archive_lie_in_it_too(lake: Lake, staging: Path) -> None:
    places = three_pages(lake)
    commit_as("0.2.0", lake, places[:1], staging=staging)
    for place in places[1:]:
        commit_as("0.2.0", lake, [place], staging=staging, raw_ref=f"{lake.uri}/{place}")
    assert pages_for(lake) == places


def test_pages_come_in_the_order_of_the_archive(lake: Lake, staging: Path) -> None:
    places = archive(lake, {URL.format(number): page_of(number) for number in range(12)})
    commit_as("0.2.0", lake, places[::-1], staging=staging)
    assert pages_for(lake) == places


def test_a_page_of_two_articles_is_read_once(lake: Lake, staging: Path) -> None:
    places = three_pages(lake)[:1]
    commit_as("0.1.0", lake, places, staging=staging)
    commit_as("0.2.0", lake, places, staging=staging, url="https://news.example.org/moved")
    assert ask(lake, "select count(*) from articles") == [(2,)]
    chosen = choose_pages(lake, source_id=None, since_version=None)
    assert len(list(read_pages(lake, chosen, registry=NO_REGISTRY))) == 1


@pytest.mark.parametrize("version", ["", "new", "1.x", "-1", "1." * 12 + "1"])
def test_what_is_no_version_is_refused(lake: Lake, version: str) -> None:
    with pytest.raises(UsageError, match="is no version"):
        choose_pages(lake, source_id=None, since_version=version)


def test_a_source_without_articles_is_refused(lake: Lake) -> None:
    with pytest.raises(UsageError, match="no article of 'nobody'"):
        choose_pages(lake, source_id="nobody", since_version=None)


def test_an_empty_lake_has_nothing_to_reprocess(lake: Lake) -> None:
    done = reprocess(lake)
    assert (done.outcomes, done.outside, done.changes) == ({}, 0, Changes(0, ()))


def test_versions_are_ordered_by_their_numbers_and_candidates_come_before_releases() -> None:
    in_order = ["0.2.0.dev3+g12ab", "0.2", "0.2.1rc1", "v0.2.1", "0.9", "0.10.0", "1.0.0"]
    orders = [version_order(version) for version in in_order]
    assert None not in orders
    assert orders == sorted(orders, key=lambda order: order or ())
    assert version_order("0.2") == version_order("0.2.0") == version_order("0.2.0.post1+g12ab")
    assert version_order("main") is None


# What belongs to a page beside its bytes


def test_the_registry_states_the_license_as_it_does_today(
    lake: Lake, staging: Path, tmp_path: Path
) -> None:
    places = archive(lake, {URL.format(1): page_of(1).replace(LICENSE.encode(), b"")})
    commit_as("0.2.0", lake, places, staging=staging)
    registry = tmp_path / "sources.toml"
    registry.write_text(
        '[[source]]\nid = "example"\nname = "Example News"\nkind = "site"\n'
        'homepage = "https://news.example.org/"\nlicense = "CC-BY-4.0"\n'
        'license_evidence = "All our articles are CC BY 4.0."\n'
    )
    done = reprocess(lake, registry=registry)
    assert done.outcomes == {"updated": 1}
    assert done.fields["license"] == 1
    assert ask(lake, "select license, license_source, changed_by from articles") == [
        ("CC-BY-4.0", "registry", "pipeline")
    ]
    assert reprocess(lake, registry=registry).outcomes == {"unchanged": 1}


def test_the_source_of_an_article_stays(lake: Lake, staging: Path) -> None:
    place = three_pages(lake)[0]
    commit_as("0.2.0", lake, [place], retitled, staging=staging, source_id="renamed")
    reprocess(lake)
    assert versions(lake, "source_id") == [("renamed",), ("renamed",)]


# The same rule where an archive is ingested again


def test_an_archive_ingested_again_by_another_release_is_changed_by_the_pipeline(
    lake: Lake, staging: Path
) -> None:
    url = URL.format(1)
    (old,) = archive(lake, {url: page_of(1)})
    (new,) = archive(lake, {url: page_of(2)}, name="later", at=FETCHED_AT + DAY)
    commit_as("0.2.0", lake, [old, new], retitled, staging=staging)
    commit_as("0.3.0", lake, [old, new], staging=staging)
    assert versions(lake, "title, changed_by") == [
        ("The harbor opens pier 1 | Example News", None),
        ("The harbor opens pier 2 | Example News", "publisher"),
        ("The harbor opens pier 2", "pipeline"),
    ]
    commit_as("0.3.0", lake, [old, new], staging=staging)
    commit_as("0.2.0", lake, [old, new], retitled, staging=staging)
    assert len(versions(lake, "version_id")) == 3, "two releases at one lake do not alternate"


# What is told


def test_changes_are_told_most_first_and_cannot_steer_a_terminal(lake: Lake, staging: Path) -> None:
    one, two, three = three_pages(lake)

    def loud(article: object) -> object:
        misread = untagged(article)  # type: ignore[arg-type]
        return replace(misread, content=replace(misread.content, section="\x1b[31m" + "x" * 100))

    commit_as("0.2.0", lake, [one], retitled, staging=staging)
    commit_as("0.2.0", lake, [two, three], loud, staging=staging)  # type: ignore[arg-type]
    out = io.StringIO()
    write_changes(reprocess(lake).changes, 1_234, out)
    lines = out.getvalue().splitlines()
    assert lines[0] == "changed  3 articles got a new version"
    assert [line.split()[:2] for line in lines[1:-1]] == [
        ["section", "2"],
        ["tags", "2"],
        ["title", "1"],
    ]
    assert lines[1].endswith("x… -> none")
    assert lines[2].endswith("[] -> [harbor, ferries]")
    assert lines[-1].startswith("left     1,234 articles")
    assert "\x1b" not in out.getvalue()
