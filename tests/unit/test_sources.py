"""SOURCE to files, kinds by content and name, and what no bad file may do."""

from __future__ import annotations

import gzip
import json
import os
import socket
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations.records import Page, PageKind, Reason, Rejection, Skip
from tasks.errors import SourceError
from tasks.sources import SourceKind, open_source

# Without the time, which would make the names of tests differ from process to process.
packed = partial(gzip.compress, mtime=0)

ROOT = Path(__file__).parents[2]
Item = Page | Rejection | Skip


def read(path: Path, **options: Any) -> list[Item]:
    return list(open_source(str(path), **options))


def read_bytes(path: Path, data: bytes) -> Item:
    path.write_bytes(data)
    (item,) = read(path)
    return item


def verdict(item: Item) -> str:
    if isinstance(item, Page):
        return item.kind
    return item.rule if isinstance(item, Rejection) else item.reason


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("a.txt", b"Words.", PageKind.TEXT),
        ("a", b"Words.", PageKind.TEXT),
        ("a.txt", "العالم".encode("cp1256"), PageKind.TEXT),
        ("a.txt", b"one\0two", PageKind.TEXT),
        ("a.txt", "نان".encode("utf-16"), PageKind.TEXT),
        ("a.txt", b"ORC armies; ID3 tags; RIFFs; MZ too", PageKind.TEXT),
        ("a.txt", b"{not json}", PageKind.TEXT),
        ("a.html", b"no mark-up", PageKind.HTML),
        ("a.html", b'{"json": "ld"}', PageKind.HTML),
        ("a.html", b'<?xml version="1.0"?><nitf>', PageKind.HTML),
        ("a.txt", b"<!DOCTYPE html><p>x", PageKind.HTML),
        ("a", b"\xef\xbb\xbf\n<html>", PageKind.HTML),
        ("a", "<html><p>x".encode("utf-16"), PageKind.HTML),
        ("a", "<html><p>x".encode("utf-16-be"), PageKind.HTML),
        ("a", "<html><p>x".encode("utf-32"), PageKind.HTML),
        ("a.gz", packed(b"<html>"), PageKind.HTML),
        ("a.html", packed(b"plain") + packed(b" words"), PageKind.HTML),
        ("a.txt", b'{"text": "x"}', PageKind.TEXT),
        ("a.html", b"%PDF-1.7\n", Reason.BINARY),
        ("a.html", b"\x89PNG\r\n\x1a\n", Reason.BINARY),
        ("a.txt", b"PK\x03\x04....", Reason.BINARY),
        ("a", b"\x7fELF\x02", Reason.BINARY),
        ("a.txt", bytes(range(256)) * 8, Reason.BINARY),
        ("a.gz", packed(packed(b"x")), Reason.BINARY),
        ("a.html", b"", Reason.EMPTY),
        ("a.parquet", b"", Reason.EMPTY),
        ("a.gz", packed(b""), Reason.EMPTY),
        ("a.jsonl", b"\n\n", Reason.EMPTY),
        ("a.parquet", b"no parquet", Reason.DAMAGED_ARCHIVE),
        ("a.warc", b"no archive", Reason.DAMAGED_ARCHIVE),
        ("a.txt", b"\nhttps://example.org/1\nhttp://example.org/2\n", Reason.NEEDS_FETCHING),
        ("a.xml", b'<?xml version="1.0"?>\n<rss version="2.0">', Reason.NEEDS_FETCHING),
        ("a.xml", b'<urlset xmlns="x">', Reason.NEEDS_FETCHING),
        ("a.txt", b"https://example.org/1\nis where\nit stands\n", PageKind.TEXT),
    ],
)
def test_the_kind_is_told_by_content_and_name(
    tmp_path: Path, name: str, data: bytes, expected: str
) -> None:
    assert verdict(read_bytes(tmp_path / name, data)) == expected


def test_as_overrides_the_kind(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text('{"text": "<p>x"}')
    expected = {
        SourceKind.TEXT: PageKind.TEXT,
        SourceKind.HTML: PageKind.HTML,
        SourceKind.URLS: Reason.NEEDS_FETCHING,
        SourceKind.WARC: Reason.DAMAGED_ARCHIVE,
        SourceKind.PARQUET: Reason.DAMAGED_ARCHIVE,
    }
    for kind, outcome in expected.items():
        (item,) = read(path, as_kind=kind)
        assert verdict(item) == outcome
    (page,) = read(path, as_kind=SourceKind.JSONL)
    assert isinstance(page, Page)
    assert page.body == b"<p>x"


def test_a_file_is_one_page_with_its_bytes_its_place_and_its_time(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xff\0words")
    os.utime(path, (1e9, 1e9))
    (page,) = read(path)
    assert page == Page(
        source_id="a.txt",
        kind=PageKind.TEXT,
        body=b"\xff\0words",
        raw_ref=f"{path}#0",
        fetched_at=datetime.fromtimestamp(1e9, UTC),
        fetched_at_source="file",
    )


def test_a_folder_is_walked_in_order_and_what_is_no_news_is_skipped(tmp_path: Path) -> None:
    for name in (
        "b/2.txt",
        "b/1.html",
        "a.txt",
        "c.txt",
        ".hidden",
        ".git/config",
        "README.txt",
        "LICENSE",
        "notes.md",
        "x/_delta_log/0.json",
        "script.py",
        "b/style.css.gz",
    ):
        path = tmp_path / "news" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("words")
    items = read(tmp_path / "news")
    assert items == read(tmp_path / "news")
    assert {item.source_id for item in items} == {"news"}
    pages = [Path(item.raw_ref).name for item in items if isinstance(item, Page)]
    assert pages == ["a.txt#0", "1.html#0", "2.txt#0", "c.txt#0"]
    skipped = {item.detail.partition(":")[0] for item in items if isinstance(item, Skip)}
    assert len(items) == 12
    assert skipped == {
        *(".git", ".hidden", "LICENSE", "README.txt", "notes.md"),
        *("style.css.gz", "script.py", "_delta_log"),
    }
    (named,) = read(tmp_path / "news" / "notes.md")
    assert verdict(named) == PageKind.TEXT
    assert {item.source_id for item in read(tmp_path / "news", source_id="mine")} == {"mine"}


def test_a_glob_reads_what_matches_and_is_named_by_its_folder(tmp_path: Path) -> None:
    for name in ("in/1/a.txt", "in/2/b.txt", "in/2/notes.md"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("words")
    items = read(tmp_path / "in" / "*" / "*")
    assert [verdict(item) for item in items] == ["text", "text", "not_an_input"]
    assert {item.source_id for item in items} == {"in"}
    assert [verdict(item) for item in read(tmp_path / "in" / "**" / "*.md")] == ["text"]
    assert len(read(tmp_path / "in" / "?")) == 3


def test_a_file_whose_name_looks_like_a_pattern_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a[1].txt"
    path.write_text("words")
    assert [verdict(item) for item in read(path)] == ["text"]


def test_a_source_that_is_not_there_or_empty_is_the_users_mistake(tmp_path: Path) -> None:
    (tmp_path / "empty" / "inside").mkdir(parents=True)
    for source in ("missing", "*.none", "empty", "nul\0"):
        with pytest.raises(SourceError) as raised:
            open_source(str(tmp_path / source))
        assert "\n" not in str(raised.value)
        assert ":" in str(raised.value)


def test_loops_and_dead_ends_of_links_end(tmp_path: Path) -> None:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "deep" / "a.txt").write_text("words")
    (tmp_path / "in" / "deep" / "up").symlink_to("..")
    (tmp_path / "in" / "again").symlink_to("deep")
    (tmp_path / "in" / "dead").symlink_to("nowhere")
    (tmp_path / "in" / "self").symlink_to("self")
    (tmp_path / "in" / "one").symlink_to(".")
    (tmp_path / "in" / "two").symlink_to(".")
    items = read(tmp_path / "in")
    assert sorted(map(verdict, items)) == ["text", "unreadable", "vanished"]
    assert [verdict(item) for item in read(tmp_path / "**" / "*.txt")] == ["text"]


def test_pipes_sockets_and_devices_do_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "device.txt").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as listener:
        home = Path.cwd()
        os.chdir(tmp_path)  # a socket's path must be short
        try:
            listener.bind("socket.txt")
        finally:
            os.chdir(home)
        assert [verdict(item) for item in read(tmp_path)] == [Reason.UNREADABLE] * 3


def test_a_file_that_vanishes_meanwhile_is_a_rejection(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / name).write_text("words")
    items = open_source(str(tmp_path))
    next(items)
    (tmp_path / "b").unlink()
    assert [verdict(item) for item in items] == [Reason.VANISHED, "text"]


def test_no_permission_is_a_rejection() -> None:
    script = (
        "import os, sys\n"
        "from tasks.sources import open_source\n"
        "list(open_source(sys.argv[1]))\n"  # root reads anything; and all modules are loaded
        "if os.geteuid() == 0: os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "for item in open_source(sys.argv[1]):\n"
        "    print(getattr(item, 'rule', 'page'))\n"
    )
    with TemporaryDirectory() as name:  # not tmp_path: nobody but root gets into it
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "closed").mkdir(mode=0)
        for file in ("a.txt", "b.txt"):
            (folder / file).write_text("words")
            (folder / file).chmod(0o444 if file == "a.txt" else 0)
        command = [sys.executable, "-c", script, name]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.split() == ["page", "no_permission", "no_permission"]


def test_a_name_that_is_no_utf_8_does_not_end_up_in_a_column(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.txt")).write_text("words")
    (page,) = read(tmp_path)
    assert isinstance(page, Page)
    assert page.raw_ref == f"{tmp_path}/\\udcff.txt#0"


def test_a_page_cut_off_in_its_gzip_is_a_rejection(tmp_path: Path) -> None:
    data = packed(os.urandom(100).hex().encode())
    for cut in range(10, len(data)):
        item = read_bytes(tmp_path / "a.html.gz", data[:cut])
        assert isinstance(item, Rejection)
        assert item.rule == Reason.DAMAGED_ARCHIVE
        assert f"byte {cut} of the file" in item.detail


def test_a_page_over_the_limit_is_rejected_also_in_gzip(tmp_path: Path) -> None:
    for name, data in (("a.txt", b"x" * 3000), ("a.html.gz", packed(b"x" * 3_000_000))):
        (tmp_path / name).write_bytes(data)
        (item,) = open_source(str(tmp_path / name), max_page_bytes=2000)
        assert verdict(item) == Reason.TOO_LARGE


def large_files(folder: Path) -> Iterator[tuple[Path, int]]:
    """Files of 60 MB and more, gzip undone, with the number of items in each."""
    line = json.dumps({"text": "words " * 3000}).encode() + b"\n"
    path = folder / "many.jsonl.gz"
    path.write_bytes(packed(line * 100, 1) * 33)
    yield path, 3300
    path = folder / "one-line.jsonl.gz"
    path.write_bytes(packed(b'{"text": "' + b"x" * 60_000_000, 1))
    yield path, 1
    path = folder / "one-page.txt.gz"
    path.write_bytes(packed(b"x" * 60_000_000, 1))
    yield path, 1
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
    header = b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: %d\r\n\r\n"
    block = http + b"<p>" + b"words " * 3000
    record = packed(header % len(block) + block + b"\r\n\r\n", 1)
    path = folder / "many.warc.gz"
    path.write_bytes(record * 3300)
    yield path, 3300
    block = http + b"x" * 60_000_000
    path = folder / "one-record.warc.gz"
    path.write_bytes(packed(header % len(block) + block + b"\r\n\r\n", 1) + record)
    yield path, 2
    block = http.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n")
    block += packed(b"x" * 60_000_000, 9)
    path = folder / "bomb.warc"
    path.write_bytes(header % len(block) + block + b"\r\n\r\n")
    yield path, 1


def test_memory_does_not_grow_with_the_input(tmp_path: Path) -> None:
    limit = 500_000
    for path, count in large_files(tmp_path):
        tracemalloc.start()
        try:
            items = sum(1 for _ in open_source(str(path), max_page_bytes=limit))
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert items == count
        assert peak < 8 * limit, path.name


file_names = st.sampled_from(
    [f"{stem}{suffix}" for stem in "ab" for suffix in ("", ".txt", ".html", ".jsonl", ".json")]
    + ["a.warc", "a.warc.gz", "a.parquet", "a.md", ".hidden", "sub/a", "sub/b.gz", "sub/sub/c.xml"]
)
contents = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=60).map(lambda text: text.encode("utf-8", "replace")),
    st.builds(
        lambda start, rest, pack: packed(start + rest) if pack else start + rest,
        st.sampled_from(
            [
                *(b"WARC/1.0\r\nContent-Length: 3\r\n\r\n", b"PAR1", b"<html>", b"%PDF-1"),
                *(b'{"text": "x"}\n', b"[{", b"https://example.org/\n", b""),
                *(b"\x1f\x8b\x08", b"\xff\xfe"),
            ]
        ),
        st.binary(max_size=60),
        st.booleans(),
    ),
)


@given(st.dictionaries(file_names, contents, min_size=1, max_size=5))
def test_any_folder_gives_the_same_items_each_time_and_never_an_error(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    items = read(folder)
    assert items == read(folder)
    assert len(items) >= len(files)
    for item in items:
        assert isinstance(item, Page | Rejection | Skip)
        repr(item).encode()


def test_a_lake_met_in_a_folder_is_skipped_whole(tmp_path: Path) -> None:
    (tmp_path / "story.txt").write_text("A story of some length.", encoding="utf-8")
    lake = tmp_path / "lake"
    lake.mkdir()
    (lake / "lake.json").write_text("{}", encoding="utf-8")
    (lake / "page.html").write_text("<html><p>not to be read", encoding="utf-8")

    items = list(open_source(str(tmp_path)))

    assert [type(item) for item in items] == [Skip, Page]
