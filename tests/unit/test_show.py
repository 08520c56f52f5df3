"""One article: found as people name it, its history told truly, its words harmless to print."""

import io
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations.records import Article, Rejection, Removed
from tasks.commit import commit_shard
from tasks.errors import LakeError, UsageError
from tasks.find_article import find_article
from tasks.opening import open_or_create_lake
from tasks.query import open_catalog
from tasks.show import ArticleHistory, history_as_json, read_history
from tasks.show_text import safe, write_history
from tasks.storage import Lake
from tests.builders import TEXT, a_rejection, a_shard, an_article

START = datetime(2026, 1, 1, tzinfo=UTC)
URL = "https://news.example.org/story"


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return open_or_create_lake(tmp_path / "lake")


def put(lake: Lake, *items: Article | Rejection, run_id: str = "run-1", name: str = "0") -> None:
    commit_shard(lake, a_shard(*items, run_id=run_id, name=name), pipeline_version="1")


def story(day: int = 0, **changes: Any) -> Article:
    return an_article(**{"url": URL, "fetched_at": START + timedelta(days=day)} | changes)


def history(lake: Lake, name: str = URL) -> ArticleHistory:
    with open_catalog(lake) as connection:
        return read_history(connection, name, "here")


def printed(lake: Lake, name: str = URL) -> str:
    out = io.StringIO()
    write_history(history(lake, name), out)
    return out.getvalue()


def refusal(lake: Lake, name: str, error: type[Exception]) -> str:
    """The one line with which a name is refused."""
    with open_catalog(lake) as connection, pytest.raises(error) as raised:
        find_article(connection, name, "here")
    (line,) = str(raised.value).splitlines()
    return line


def found(lake: Lake, name: str) -> str:
    with open_catalog(lake) as connection:
        return find_article(connection, name, "here").article_id


# Names


def test_an_article_is_found_by_its_id_and_by_the_first_six_digits_of_it(lake: Lake) -> None:
    article = story()
    put(lake, article, story(url="https://news.example.org/other"))
    name = article.article_id
    assert {found(lake, n) for n in (name, name[:6], name[:20].upper(), f" {name} ")} == {name}


def test_a_version_is_found_by_its_id_and_shown_instead_of_the_current_one(lake: Lake) -> None:
    put(lake, story(1, title="First", text=f"{TEXT} Then."))
    put(lake, story(2, title="Second"), name="1")
    first = history(lake).versions[-1].row.version.version_id
    for name in (first, first[:12]):
        shown = history(lake, name)
        assert shown.article.article.content.title == "First"
        assert len(shown.versions) == 2
    assert "version      1 of 2, not the current one\ntitle        First\n" in printed(lake, first)


def test_ids_that_begin_alike_are_listed_on_one_line(lake: Lake) -> None:
    ids = [f"abcdef{digit}{'0' * 57}" for digit in "123"]
    put(lake, *(story(url=f"{URL}/{name}", article_id=name) for name in ids))
    line = refusal(lake, "ABCDEF", UsageError)
    assert "may be any of abcdef100000, abcdef200000, abcdef300000: give more digits" in line
    assert found(lake, "abcdef2") == ids[1]


def test_ids_that_differ_late_are_listed_as_long_as_they_must_be(lake: Lake) -> None:
    ids = [f"{'a' * 20}{digit}{'0' * 43}" for digit in "12"]
    put(lake, *(story(url=f"{URL}/{name}", article_id=name) for name in ids))
    assert f"{'a' * 20}1, {'a' * 20}2: give more" in refusal(lake, "aaaaaa", UsageError)


@pytest.mark.parametrize(
    "name",
    [
        "https://News.Example.org/story?utm_source=feed&fbclid=1#top",
        "https://user:secret@news.example.org:443/story",
        "http://news.example.org/story",
        "https://www.news.example.org/./story",
        "news.example.org/story",
    ],
)
def test_a_url_is_found_however_it_is_written(lake: Lake, name: str) -> None:
    put(lake, story())
    assert found(lake, name) == story().article_id


@pytest.mark.parametrize(
    ("fetched", "name"),
    [
        ("https://m.example.org/a?utm_source=x&id=5#c", "https://m.example.org/a?id=5"),
        ("http://www.m.example.org/a", "https://m.example.org/a?utm_medium=y"),
        ("https://m.example.org/خبر", "https://m.example.org/%D8%AE%D8%A8%D8%B1"),
        ("https://m.example.org/%d8%ae%d8%a8%d8%b1", "m.example.org/خبر"),
        ("https://m.example.org", "https://m.example.org/"),
        ("https://m.example.org/a.(b)+[c]*", "https://m.example.org/a.(b)+[c]*"),
    ],
)
def test_an_article_is_found_by_the_address_its_page_was_fetched_from(
    lake: Lake, fetched: str, name: str
) -> None:
    article = story(url=fetched, canonical_url="https://www.example.org/canonical")
    other = story(url="https://m.example.org/ab", canonical_url="https://www.example.org/other")
    put(lake, article, other)
    assert found(lake, name) == article.article_id


def test_an_older_versions_address_finds_the_article_too(lake: Lake) -> None:
    canonical = "https://www.example.org/canonical"
    put(lake, story(1, url="https://m.example.org/old", canonical_url=canonical))
    put(lake, story(2, url=canonical, canonical_url=canonical, title="New"), name="1")
    assert history(lake, "https://m.example.org/old").article.article.content.title == "New"


def test_the_exact_address_wins_over_its_variants(lake: Lake) -> None:
    doors = [f"{scheme}://example.org/a" for scheme in ("http", "https")]
    articles = [story(url=door) for door in doors]
    put(lake, *articles)
    assert [found(lake, door) for door in doors] == [a.article_id for a in articles]
    shown = sorted(article.article_id[:12] for article in articles)
    assert ", ".join(shown) in refusal(lake, "https://www.example.org/a", UsageError)


def test_the_longest_address_is_looked_for(lake: Lake) -> None:
    put(lake, story())
    for path in ("a" * 7_000, "%D8%AE" * 1_200, "(" * 7_000):
        assert "no article in here" in refusal(lake, f"https://news.example.org/{path}", LakeError)


def test_what_is_not_there_is_told_with_what_to_do(lake: Lake) -> None:
    put(lake, story(), a_rejection(url="https://news.example.org/wall", rule="paywall"))
    for name, words in {
        "abcdef012345": "no article or version in here",
        "a" * 64: "broadsheet sql",
        "https://news.example.org/wall": "rejected at read by paywall in run run-1",
        "https://news.example.org/none": "host = 'news.example.org'",
        "https://elsewhere.example/": "nothing of elsewhere.example",
    }.items():
        assert words in refusal(lake, name, LakeError)


@pytest.mark.parametrize("name", ["abc", "", "story", "ftp://example.org/a", "a" * 65, "\x1b[2J"])
def test_what_is_no_name_of_an_article_is_a_mistake_of_use(lake: Lake, name: str) -> None:
    put(lake, story())
    assert "6" in refusal(lake, name, UsageError)


# History


def test_each_version_tells_what_it_changed(lake: Lake) -> None:
    put(lake, story(1, title="Old", authors=("A",), text=f"{TEXT}\nSecond."))
    put(lake, story(2, title="New", authors=("A", "B"), text=f"{TEXT}\nSecond."), name="1")
    put(lake, story(3, title="New", authors=("A", "B"), text=f"{TEXT}\nThird."), name="2")
    third, second, first = history(lake).versions
    assert [v.row.version.revision for v in (first, second, third)] == [1, 2, 3]
    assert [v.is_current for v in (first, second, third)] == [False, False, True]
    assert (first.changes, first.text_diff) == ((), ())
    assert [(c.field, c.old, c.new) for c in second.changes] == [
        ("title", "Old", "New"),
        ("authors", ["A"], ["A", "B"]),
    ]
    assert second.text_diff == ()
    assert third.changes == ()
    assert [(line.mark, line.text) for line in third.text_diff] == [
        ("@", "paragraph 2"),
        ("-", "Second."),
        ("+", "Third."),
    ]


def test_an_older_state_that_came_in_late_stands_where_it_belongs_and_is_named(lake: Lake) -> None:
    put(lake, story(5, title="Now"))
    put(lake, story(2, title="Then"), name="1")
    now, then = history(lake).versions
    assert (now.row.article.content.title, now.is_current, now.came_in_late) == ("Now", True, False)
    assert (then.is_current, then.came_in_late) == (False, True)
    assert [(c.old, c.new) for c in now.changes] == [("Then", "Now")]
    assert "an older state that came in late" in printed(lake)


def test_other_articles_with_the_same_text_are_listed_and_older_versions_are_not(
    lake: Lake,
) -> None:
    copy = story(1, url="https://copy.example/a", publisher="Copy")
    changed = story(1, url="https://changed.example/a")
    put(lake, story(), copy, changed)
    put(lake, story(2, url="https://changed.example/a", text=f"{TEXT} More."), name="1")
    shown = history(lake)
    assert shown.duplicate_count == 1
    (duplicate,) = shown.duplicates
    assert (duplicate.article_id, duplicate.url) == (copy.article_id, "https://copy.example/a")
    assert (duplicate.publisher, duplicate.relation) == ("Copy", "exact")


def test_near_duplicates_and_clusters_are_listed_with_their_relation(lake: Lake) -> None:
    original = story(cluster_id="c")
    near = story(
        url="https://near.example/a",
        text=f"{TEXT} Near.",
        duplicate_of=original.article_id,
        duplicate_relation="near",
        similarity=0.93,
        cluster_id="c",
    )
    third = story(url="https://third.example/a", text=f"{TEXT} Third.", cluster_id="c")
    put(lake, original, near, third)
    relations = {d.url: d.relation for d in history(lake).duplicates}
    assert relations == {"https://near.example/a": "near", "https://third.example/a": None}
    seen = printed(lake, "https://near.example/a")
    assert f"duplicate of {original.article_id[:12]} (near, similarity 0.93)\n" in seen
    assert f"{original.article_id[:12]} {URL} (near, Example News)\n" in seen


def test_a_text_under_many_addresses_is_counted_and_not_all_printed(lake: Lake) -> None:
    put(lake, *(story(url=f"{URL}/{number}") for number in range(30)))
    shown = history(lake, f"{URL}/0")
    assert (shown.duplicate_count, len(shown.duplicates)) == (29, 29)
    assert "and 9 more\n" in printed(lake, f"{URL}/0")


# What is printed


def test_fields_and_evidence_are_printed_with_where_they_come_from(lake: Lake) -> None:
    put(
        lake,
        story(
            published_at_precision="minute",
            date_conflict=True,
            dateline_place="TEHRAN",
            dateline_date="June 20",
            license_evidence="Licensed under CC BY 4.0.",
            license_conflict=True,
            rights_reserved=("noai",),
            removed=(Removed("license-footer", "Licensed under\nCC BY 4.0."),),
            warnings=("author_expected",),
        ),
    )
    seen = printed(lake)
    for line in (
        "version      1 of 1, current",
        "title        Chambers of commerce agree to open a joint trade office",
        "published    2026-06-21 08:30 UTC (to the minute, from json-ld)",
        "             conflict: the dates found differ by more than two days",
        "dateline     TEHRAN, June 20",
        "license      CC-BY-4.0 (from rel, scope article)",
        "conflict     the statements found disagree",
        "evidence     Licensed under CC BY 4.0.",
        "reserved     noai",
        "removed      license-footer: Licensed under CC BY 4.0.",
        "warnings     author_expected",
        "raw          example.warc.gz#0",
        "fetched      2026-01-01 00:00:00 UTC (from warc)",
        "duplicates   none",
        TEXT,
    ):
        assert f"{line}\n" in seen, line
    assert "None" not in seen
    assert "image " not in seen


def test_an_article_of_which_little_is_known_says_so(lake: Lake) -> None:
    columns = (
        "title description section publisher language language_score published_at "
        "published_at_precision published_at_source fetched_at fetched_at_source license "
        "license_url license_scope license_source rights_holder"
    )
    unknown = dict.fromkeys(columns.split())
    put(lake, story(**unknown, authors=(), tags=()))
    seen = printed(lake)
    assert "title        none\n" in seen
    assert "published    unknown\n" in seen
    assert "license      none stated\n" in seen
    assert "None" not in seen
    assert "()" not in seen


def test_a_day_is_not_printed_as_a_time(lake: Lake) -> None:
    put(lake, story(published_at=datetime(987, 6, 21, tzinfo=UTC), published_at_precision="day"))
    assert "published    0987-06-21 (to the day, from json-ld)\n" in printed(lake)


def test_changes_are_printed_old_and_new(lake: Lake) -> None:
    removed = (Removed("boilerplate", "Read more"),)
    put(lake, story(1, title="Old", description=None))
    put(lake, story(2, title="New", description="D" * 400, removed=removed), name="1")
    seen = printed(lake)
    assert "changed      title: Old -> New\n" in seen
    assert f"changed      description\n             - none\n             + {'D' * 300}…\n" in seen
    assert "changed      removed: none -> boilerplate: Read more\n" in seen


def test_words_of_strangers_cannot_steer_the_terminal(lake: Lake) -> None:
    evil = "\x1b]0;owned\x07 \x9b31m a\rb \u202eexe.txt \x00 \u2028 x"
    put(
        lake,
        story(1, title=evil, authors=(evil,), license_evidence=evil, raw_ref=evil),
        story(url="https://copy.example/a", publisher=evil),
    )
    put(
        lake,
        story(2, title=f"B {evil}", text=f"{TEXT} {evil}", removed=(Removed(evil, evil),)),
        run_id=evil,
        name="1",
    )
    for name in (URL, "https://copy.example/a"):
        seen = printed(lake, name)
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e]", seen)
    assert "[U+001B]]0;owned[U+0007]" in printed(lake)
    assert "[U+202E]exe.txt" in printed(lake)


def test_scripts_written_from_right_to_left_stay_as_they_are(lake: Lake) -> None:
    title = "دفتر مشترک گشایش می‌یابد\u200f"
    put(lake, story(title=title, text=f"{title} {TEXT}"))
    assert f"title        {title}\n" in printed(lake)


@given(st.text())
def test_no_text_leaves_its_line(text: str) -> None:
    assert len(safe(text).splitlines()) <= 1
    assert safe(safe(text)) == safe(text)


def test_a_history_is_one_json_object_without_internal_columns(lake: Lake) -> None:
    put(lake, story(1, removed=(Removed("footer", "x"),)))
    put(lake, story(2, title="New", published_at=None), name="1")
    answer = json.loads(json.dumps(history_as_json(history(lake)), default=str))
    assert answer["article"]["removed"] == []
    assert answer["article"]["authors"] == ["Sara Ahmadi"]
    newest, oldest = answer["versions"]
    assert newest.items() >= answer["article"].items()
    assert oldest["removed"] == [{"kind": "footer", "text": "x"}]
    assert (newest["is_current"], oldest["is_current"]) == (True, False)
    assert {c["field"] for c in newest["changes"]} == {"title", "published_at", "removed"}
    assert not {"version_key", "retires"} & newest.keys()
    assert answer["duplicate_count"] == 0
