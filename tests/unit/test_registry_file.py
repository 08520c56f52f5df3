"""Writing the source registry: what is written loads again, and nothing else changes."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.discover.patterns import Patterns
from tasks.errors import UsageError
from tasks.licensing import Statement
from tasks.registry import EntryKind, Source, load_registry, parse_registry
from tasks.registry_file import add_entry, entry_of, id_of, mark_verified, render_entry
from tasks.site_check import DocumentLook, SiteLook

SEEDS = Path(__file__).parents[2] / "seeds"
HOME = "https://news.example/"

COMMENTED = """\
# The registry of a town.

[[source]]   # first
  id = "a"
name = "A"
kind = "site"
homepage = "https://a.example/"
verified = false   # not yet

# About B: a comment of two lines,
# which belongs to B.
[[ source ]]
id = "b"
kind = "site"
name = '''
verified = false
'''
homepage = "https://b.example/"
feeds = [
    "https://b.example/feed",  # the news
]

# About C.
[["source"]]
id = "c"
name = "C"
kind = "folder"
path = "c"
verified=false# really"""


def site(**changes: object) -> Source:
    entry = Source(source_id="a", name="A", kind=EntryKind.SITE, homepage=HOME)
    return replace(entry, **changes)


def looked(**changes: object) -> SiteLook:
    return replace(SiteLook(source_id="a", homepage=HOME, name="A"), **changes)


def mark(path: Path, *source_ids: str) -> tuple[str, ...]:
    """Verify entries as the registry has them now."""
    return mark_verified(path, [s for s in load_registry(path) if s.source_id in source_ids])


def written(folder: Path, text: str) -> Path:
    path = folder / "sources.toml"
    path.write_bytes(text.encode())
    return path


# What a loaded registry may hold: white space is folded there, and NUL refused.
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1).map(
    lambda text: " ".join(text.split())
)
texts = words.filter(bool)
ids = st.from_regex(r"[a-z0-9]([a-z0-9._-]{0,20}[a-z0-9])?", fullmatch=True)
patterns = st.builds(
    Patterns,
    include=st.lists(texts.map(lambda t: f"/{t}"), max_size=2).map(tuple),
    exclude=st.lists(texts.map(lambda t: f"*{t}"), max_size=2).map(tuple),
)
licenses = st.sampled_from(
    [
        {},
        {"license": "CC-BY-4.0", "license_url": "https://creativecommons.org/licenses/by/4.0/"},
        {"license": "LicenseRef-own", "license_url": "https://a.example/license"},
        {"license": "LicenseRef-own", "license_url": None},
    ]
)


@st.composite
def entries(draw: st.DrawFn) -> Source:
    licensed = draw(licenses)
    return site(
        source_id=draw(ids),
        name=draw(texts),
        feeds=draw(st.sampled_from([(), (f"{HOME}feed",), (f"{HOME}a?b=%22", f"{HOME}rss")])),
        patterns=draw(patterns),
        language=draw(st.sampled_from([None, "en", "fa"])),
        country=draw(st.sampled_from([None, "GB"])),
        pace_s=draw(st.none() | st.floats(1e-9, 3600)),
        is_verified=draw(st.booleans()),
        license_evidence=draw(texts) if licensed else None,
        **licensed,
    )


@given(entries())
def test_an_entry_that_is_rendered_loads_as_what_it_was(entry: Source) -> None:
    assert parse_registry(render_entry(entry), Path("sources.toml")) == (entry,)


@given(st.text())
def test_no_name_that_a_homepage_gives_is_more_than_a_name(name: str) -> None:
    entry = entry_of(looked(name=name))
    assert parse_registry(render_entry(entry), Path("sources.toml")) == (entry,)
    assert "\n" not in entry.name


@given(st.from_regex(r"https://[a-z0-9.]{1,30}/[a-zA-Z0-9%._/-]{0,80}", fullmatch=True))
def test_the_id_of_any_homepage_is_one_that_loads(homepage: str) -> None:
    entry = site(source_id=id_of(homepage))
    assert parse_registry(render_entry(entry), Path("sources.toml")) == (entry,)


@pytest.mark.parametrize(
    ("homepage", "source_id"),
    [
        ("https://www.news.example/", "news.example"),
        ("https://news.example/en/", "news.example-en"),
        ("https://news.example/EN/World", "news.example-en-world"),
        ("http://news.example:8080/", "news.example-8080"),
        ("http://[::1]:8080/", "1-8080"),
        ("https://news.example/" + "a" * 500, "news.example-" + "a" * 87),
    ],
)
def test_ids_come_of_hosts_and_of_the_editions_below_them(homepage: str, source_id: str) -> None:
    assert id_of(homepage) == source_id


def test_what_is_added_stands_at_the_end_and_all_else_as_it_was(tmp_path: Path) -> None:
    path = written(tmp_path, COMMENTED)
    before = load_registry(path)
    rendered = add_entry(path, site(source_id="new"))
    assert path.read_text(encoding="utf-8") == f"{COMMENTED}\n\n{rendered}"
    assert load_registry(path) == (*before, site(source_id="new"))
    assert [p.name for p in tmp_path.iterdir()] == ["sources.toml"]


def test_a_registry_that_is_not_there_is_begun(tmp_path: Path) -> None:
    add_entry(tmp_path / "mine.toml", site())
    assert load_registry(tmp_path / "mine.toml") == (site(),)


@pytest.mark.parametrize(
    "other",
    [
        site(homepage="https://elsewhere.example/"),
        site(source_id="b"),
        site(source_id="b", homepage="http://www.news.example"),
    ],
)
def test_an_id_or_a_homepage_is_registered_once(tmp_path: Path, other: Source) -> None:
    path = tmp_path / "sources.toml"
    add_entry(path, site())
    before = path.read_bytes()
    with pytest.raises(UsageError, match="in the registry already, as @a"):
        add_entry(path, other)
    assert path.read_bytes() == before


def test_another_edition_of_a_registered_host_is_another_source(tmp_path: Path) -> None:
    path = tmp_path / "sources.toml"
    add_entry(path, site(source_id="en", homepage="https://news.example/en"))
    add_entry(path, site(source_id="fr", homepage="https://news.example/fr"))
    assert len(load_registry(path)) == 2


def test_one_line_an_entry_changes_when_it_is_verified(tmp_path: Path) -> None:
    path = written(tmp_path, COMMENTED)
    assert mark(path, "a") == ("a",)
    changed = COMMENTED.replace("verified = false   # not yet", "verified = true   # not yet")
    assert path.read_text(encoding="utf-8") == changed
    assert mark(path, "a", "c") == ("c",)
    changed = changed.replace("verified=false# really", "verified=true# really")
    assert path.read_text(encoding="utf-8") == changed
    assert mark(path, "a", "c") == ()


def test_an_entry_that_changed_since_it_was_checked_is_not_verified(tmp_path: Path) -> None:
    path = written(tmp_path, COMMENTED)
    checked = load_registry(path)
    path.write_text(COMMENTED.replace("https://a.example/", "https://z.example/"))
    assert mark_verified(path, [checked[0], checked[2]]) == ("c",)
    assert not load_registry(path)[0].is_verified


def test_a_line_of_a_string_is_not_taken_for_a_key(tmp_path: Path) -> None:
    path = written(tmp_path, COMMENTED)
    with pytest.raises(UsageError, match=r"edited safely \(it would mean something else\)"):
        mark(path, "b")
    assert path.read_text(encoding="utf-8") == COMMENTED


def test_a_key_that_is_not_there_is_put_before_the_next_entrys_comments(tmp_path: Path) -> None:
    text = '[[source]]\nid = "a"\nname = "A"\nkind = "site"\n{}\n# About B.\n{}'
    second = '[[source]]\nid = "b"\nname = "B"\nkind = "site"\nfeeds = [\n]\n{}# The end.\n'
    path = written(tmp_path, text.format("", second.format("")))
    assert mark(path, "a", "b") == ("a", "b")
    key = "verified = true\n"
    assert path.read_text(encoding="utf-8") == text.format(key, second.format(key))


def test_line_ends_of_another_system_stay(tmp_path: Path) -> None:
    text = '[[source]]\r\nid = "a"\r\nname = "A"\r\nkind = "site"\r\n'
    path = written(tmp_path, text)
    mark(path, "a")
    assert path.read_bytes() == text.encode() + b"verified = true\r\n"


@pytest.mark.parametrize(
    "text",
    [
        'source = [{id = "a", name = "A", kind = "site"}]\n',
        '[[source]]\nid = "a"\nname = "A"\nkind = "site"\n"verified" = false\n',
        "[[source]]\nid = \"a\"\nkind = \"site\"\nname = '''\n[[source]]\n'''\n",
    ],
)
def test_a_registry_that_cannot_be_edited_safely_is_left_alone(tmp_path: Path, text: str) -> None:
    path = written(tmp_path, text)
    load_registry(path)
    with pytest.raises(UsageError, match=r"was left as it is, .*change it by hand"):
        mark(path, "a")
    assert path.read_text(encoding="utf-8") == text


def test_all_sites_of_the_samples_can_be_verified_with_a_changed_line_each(tmp_path: Path) -> None:
    text = (SEEDS / "sources.toml").read_text(encoding="utf-8")
    path = written(tmp_path, text)
    sites = [s.source_id for s in load_registry(path) if s.kind is EntryKind.SITE]
    assert mark(path, *sites) == tuple(sites)
    assert path.read_text(encoding="utf-8") == text.replace("verified = false", "verified = true")


def test_a_link_stays_a_link_and_the_mode_of_the_file_stays(tmp_path: Path) -> None:
    file = written(tmp_path, "")
    file.chmod(0o640)
    link = tmp_path / "link.toml"
    link.symlink_to(file)
    add_entry(link, site())
    assert link.is_symlink()
    assert file.stat().st_mode & 0o777 == 0o640
    assert load_registry(file) == (site(),)


def test_entries_that_are_added_at_once_are_all_there(tmp_path: Path) -> None:
    path = tmp_path / "sources.toml"
    added = [site(source_id=f"n{i}", homepage=f"https://n{i}.example/") for i in range(8)]
    threads = [threading.Thread(target=add_entry, args=(path, entry)) for entry in added]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(load_registry(path)) == set(added)


def test_a_place_that_cannot_be_written_is_a_message_that_says_what_to_do() -> None:
    for path in (Path("/proc/sources.toml"), Path("/no/such/folder/sources.toml")):
        with pytest.raises(UsageError, match=r"cannot write .*; keep one of your own.*--registry"):
            add_entry(path, site())


CC_BY = Statement("CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/", "site", "text", "W")


def test_an_entry_takes_the_license_that_the_homepage_states_with_its_words() -> None:
    entry = entry_of(looked(statements=(CC_BY,)))
    assert (entry.license, entry.license_evidence) == ("CC-BY-4.0", "W")
    assert entry.is_verified


@pytest.mark.parametrize(
    "statements",
    [
        (),
        (CC_BY, replace(CC_BY, spdx="CC-BY-NC-4.0")),
        (replace(CC_BY, scope="article"),),
        (replace(CC_BY, spdx=None),),
    ],
)
def test_an_entry_has_no_license_where_the_homepage_states_none_or_two(
    statements: tuple[Statement, ...],
) -> None:
    entry = entry_of(looked(statements=statements))
    assert entry.license is entry.license_url is entry.license_evidence is None


def test_an_entry_has_the_feeds_that_could_be_read_else_the_sitemaps() -> None:
    bad = DocumentLook(url=f"{HOME}rss", problem="HTTP status 404")
    feed = DocumentLook(url=f"{HOME}feed", links=1)
    sitemap = DocumentLook(url=f"{HOME}sitemap.xml", links=1)
    named = {"feeds": (bad.url, feed.url), "sitemaps": (sitemap.url,)}
    assert entry_of(looked(**named, documents=(bad, feed, sitemap))).feeds == (feed.url,)
    assert entry_of(looked(**named, documents=(bad, sitemap))).feeds == (sitemap.url,)
    empty = DocumentLook(url=f"{HOME}feed")
    assert entry_of(looked(**named, documents=(bad, empty))).feeds == ()


def test_a_site_without_a_name_goes_by_its_id() -> None:
    assert entry_of(looked(name=None)).name == "news.example"
    assert entry_of(looked(name="\u202e\u2066")).name == "news.example"
