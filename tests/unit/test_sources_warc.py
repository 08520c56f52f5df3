"""WARC archives, sound and damaged."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from hashlib import shake_128
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations.records import Page, PageKind, Reason, Rejection, Skip
from tasks.sources import open_source

BODIES = [
    f"<html><p>{n} ".encode() + shake_128(bytes([n])).hexdigest(40 + 20 * n).encode()
    for n in range(4)
]

# Without the time, which would make the names of tests differ from process to process.
packed = partial(gzip.compress, mtime=0)


def http(body: bytes, content_type: str | None = "text/html; charset=utf-8", **more: str) -> bytes:
    lines = ["HTTP/1.1 " + more.pop("status", "200 OK")]
    if content_type is not None:
        lines.append(f"Content-Type: {content_type}")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in more.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def record(
    block: bytes, url: str = "https://example.org/", kind: str = "response", **headers: str
) -> bytes:
    fields = {
        "WARC-Type": kind,
        "WARC-Target-URI": url,
        "WARC-Date": "2026-11-01T02:03:04Z",
        "Content-Type": "application/http; msgtype=response",
        "Content-Length": str(len(block)),
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    header = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return b"WARC/1.0\r\n" + header.encode() + b"\r\n" + block + b"\r\n\r\n"


RECORDS = [record(http(body), f"https://example.org/{n}") for n, body in enumerate(BODIES)]
MEMBERS = [packed(each) for each in RECORDS]
PLAIN, PER_RECORD = b"".join(RECORDS), b"".join(MEMBERS)
WHOLE = packed(PLAIN)


def read(path: Path, data: bytes, **options: Any) -> list[Page | Rejection | Skip]:
    path.write_bytes(data)
    return list(open_source(str(path), **options))


def read_one(tmp_path: Path, block: bytes, **headers: str) -> Page | Rejection | Skip:
    (item,) = read(tmp_path / "one.warc", record(block, **headers))
    return item


def bodies(items: list[Page | Rejection | Skip]) -> list[bytes]:
    return [item.body for item in items if isinstance(item, Page)]


def rules(items: list[Page | Rejection | Skip]) -> list[str]:
    return [item.rule for item in items if isinstance(item, Rejection)]


@pytest.mark.parametrize(
    ("data", "name", "offsets"),
    [
        (PLAIN, "a.warc", [sum(map(len, RECORDS[:n])) for n in range(4)]),
        (PER_RECORD, "a.warc.gz", [sum(map(len, MEMBERS[:n])) for n in range(4)]),
        (WHOLE, "a.warc.gz", [sum(map(len, RECORDS[:n])) for n in range(4)]),
        (PER_RECORD, "no-suffix", [sum(map(len, MEMBERS[:n])) for n in range(4)]),
    ],
)
def test_pages_carry_url_time_charset_and_the_offset_where_they_can_be_read_again(
    tmp_path: Path, data: bytes, name: str, offsets: list[int]
) -> None:
    items = read(tmp_path / name, data)
    assert bodies(items) == BODIES
    page = items[1]
    assert isinstance(page, Page)
    assert page.url == "https://example.org/1"
    assert page.kind is PageKind.HTML
    assert page.charset == "utf-8"
    assert page.fetched_at == datetime(2026, 11, 1, 2, 3, 4, tzinfo=UTC)
    assert [item.raw_ref for item in items if isinstance(item, Page)] == [
        f"{tmp_path / name}#{offset}" for offset in offsets
    ]


def test_a_page_can_be_read_again_from_its_offset(tmp_path: Path) -> None:
    for item in read(tmp_path / "a.warc.gz", PER_RECORD):
        assert isinstance(item, Page)
        offset = int(item.raw_ref.rpartition("#")[2])
        (again,) = read(tmp_path / "again", zlib.decompressobj(31).decompress(PER_RECORD[offset:]))
        assert isinstance(again, Page)
        assert again.body == item.body


def ends_within(pieces: list[bytes], cut: int) -> int:
    """Count the pieces that lie wholly before the cut."""
    return sum(sum(map(len, pieces[: n + 1])) <= cut for n in range(len(pieces)))


def test_a_plain_archive_cut_off_anywhere_keeps_the_records_before_the_cut(tmp_path: Path) -> None:
    boundaries = {sum(map(len, RECORDS[:n])) for n in range(5)}
    for cut in range(1, len(PLAIN), 3):
        items = read(tmp_path / "cut.warc", PLAIN[:cut])
        if cut < 5:  # too short to be told from text
            continue
        kept = bodies(items)
        assert kept == BODIES[: len(kept)]
        assert len(kept) >= ends_within(RECORDS, cut)
        assert rules(items) == [] if cut in boundaries else [Reason.DAMAGED_ARCHIVE]


def test_a_gzipped_archive_cut_off_anywhere_keeps_the_records_before_the_cut(
    tmp_path: Path,
) -> None:
    boundaries = {sum(map(len, MEMBERS[:n])) for n in range(5)}
    for cut in range(2, len(PER_RECORD), 2):
        items = read(tmp_path / "cut.warc.gz", PER_RECORD[:cut])
        kept = bodies(items)
        assert kept == BODIES[: len(kept)]
        assert len(kept) >= ends_within(MEMBERS, cut)
        assert rules(items) == [] if cut in boundaries else [Reason.DAMAGED_ARCHIVE]


def test_an_archive_gzipped_as_a_whole_keeps_the_records_before_the_cut(tmp_path: Path) -> None:
    for cut in range(2, len(WHOLE), 2):
        items = read(tmp_path / "cut.warc.gz", WHOLE[:cut])
        kept = bodies(items)
        assert kept == BODIES[: len(kept)]
        readable = len(zlib.decompressobj(31).decompress(WHOLE[:cut]))
        assert len(kept) >= ends_within(RECORDS, readable)
        assert rules(items) == [Reason.DAMAGED_ARCHIVE]


def test_a_flipped_byte_loses_no_other_record_and_lets_no_altered_page_through(
    tmp_path: Path,
) -> None:
    for position in range(0, len(PER_RECORD), 2):
        damaged = bytearray(PER_RECORD)
        damaged[position] ^= 0x55
        items = read(tmp_path / "flipped.warc.gz", bytes(damaged))
        kept = bodies(items)
        if position < 2:
            continue  # no gzip file any more
        assert len(kept) >= len(BODIES) - 1
        assert set(kept) <= set(BODIES)
        assert len(kept) == len(BODIES) or rules(items) == [Reason.DAMAGED_ARCHIVE]


def test_damage_inside_one_long_gzip_member_keeps_what_came_before(tmp_path: Path) -> None:
    many = [record(http(shake_128(bytes([n])).hexdigest(4000).encode())) for n in range(60)]
    data = bytearray(packed(b"".join(many)))
    place = len(data) // 2
    data[place : place + 8] = b"\xff" * 8
    before = len(zlib.decompressobj(31).decompress(bytes(data[: place - 1])))
    items = read(tmp_path / "long.warc.gz", bytes(data))
    assert len(bodies(items)) >= ends_within(many, before) - 1 > 20
    assert Reason.DAMAGED_ARCHIVE in rules(items)


@pytest.mark.parametrize("garbage", [b"garbage\n" * 9, b"\x1f\x8b\x08 no gzip", b"\xff\0" * 500])
@pytest.mark.parametrize(("pieces", "name"), [(RECORDS, "a.warc"), (MEMBERS, "a.warc.gz")])
def test_garbage_between_records_is_one_rejection_and_reading_goes_on(
    tmp_path: Path, pieces: list[bytes], name: str, garbage: bytes
) -> None:
    for n in range(1, 4):
        items = read(tmp_path / name, b"".join([*pieces[:n], garbage, *pieces[n:]]))
        assert bodies(items) == BODIES
        (damage,) = (item for item in items if isinstance(item, Rejection))
        assert damage.rule == Reason.DAMAGED_ARCHIVE
        assert damage.raw_ref == f"{tmp_path / name}#{len(b''.join(pieces[:n]))}"
        assert items.index(damage) == n


@pytest.mark.parametrize("change", [-20, -1, +1, +20, +300, 10**12])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_wrong_content_length_costs_its_own_record_only(
    tmp_path: Path, change: int, pack: Callable[[bytes], bytes]
) -> None:
    block = http(BODIES[1])
    wrong = record(block, Content_Length=str(len(block) + change))
    data = b"".join(map(pack, [RECORDS[0], wrong, *RECORDS[2:]]))
    items = read(tmp_path / "wrong", data)
    assert bodies(items) == [BODIES[0], *BODIES[2:]]
    assert rules(items) == [Reason.DAMAGED_ARCHIVE]


def test_padding_and_empty_members_are_no_damage(tmp_path: Path) -> None:
    data = MEMBERS[0] + b"\0" * 70_000 + packed(b"") + b"".join(MEMBERS[1:]) + b"\0" * 9
    items = read(tmp_path / "padded.warc.gz", data)
    assert bodies(items) == BODIES
    assert rules(items) == []


def test_a_file_that_is_damaged_everywhere_is_given_up_with_a_word(tmp_path: Path) -> None:
    broken = b"WARC/1.0\r\nWARC-Type: response\r\n\r\n"
    items = read(tmp_path / "hostile.warc", broken * 3000)
    assert set(rules(items)) == {Reason.DAMAGED_ARCHIVE}
    assert len(items) == 100
    last = items[-1]
    assert isinstance(last, Rejection)
    assert "the rest is not read" in last.detail


def test_records_that_are_no_pages_are_counted_or_passed_over(tmp_path: Path) -> None:
    data = b"".join(
        [
            record(b"software: x\r\n", kind="warcinfo"),
            record(b"GET / HTTP/1.1\r\n\r\n", kind="request"),
            record(http(b""), kind="revisit"),
            record(b"text", kind="conversion", Content_Type="text/plain"),
            record(b"via: x", kind="metadata"),
        ]
    )
    items = read(tmp_path / "a.warc", data)
    assert [(type(item), getattr(item, "reason", None)) for item in items] == [
        (Skip, Reason.REVISIT),
        (Skip, Reason.NOT_AN_INPUT),
    ]


def test_an_archive_without_pages_is_empty(tmp_path: Path) -> None:
    items = read(tmp_path / "a.warc", record(b"software: x\r\n", kind="warcinfo"))
    assert rules(items) == [Reason.EMPTY]


@pytest.mark.parametrize(
    ("status", "detail"), [("404 Not Found", "404"), ("301 Moved", "301"), ("503", "503")]
)
def test_a_status_other_than_success_is_skipped(tmp_path: Path, status: str, detail: str) -> None:
    item = read_one(tmp_path, http(b"<html>x", status=status))
    assert isinstance(item, Skip)
    assert (item.reason, item.detail) == (Reason.HTTP_STATUS, detail)


@pytest.mark.parametrize(
    "media_type",
    [
        "image/png",
        "video/mp4",
        "application/pdf",
        "text/javascript",
        "application/json",
        "text/css",
        "font/woff2",
        "application/rss+xml",
        "application/ld+json",
        "application/octet-stream",
        "text/calendar",
    ],
)
def test_media_that_are_no_text_are_skipped(tmp_path: Path, media_type: str) -> None:
    item = read_one(tmp_path, http(b"anything", f"{media_type}; charset=x"))
    assert isinstance(item, Skip)
    assert (item.reason, item.detail) == (Reason.MEDIA_TYPE, media_type)


@pytest.mark.parametrize(
    ("media_type", "body", "kind"),
    [
        ("text/html", b"no mark-up at all", PageKind.HTML),
        ("TEXT/HTML;charset=x", b"x", PageKind.HTML),
        ("text/plain", b"<html>", PageKind.TEXT),
        (None, b"<!DOCTYPE html><p>x", PageKind.HTML),
        (None, b"Some words", PageKind.TEXT),
        ("html", b"Some words", PageKind.TEXT),
        ("application/octet-stream", b"\n<html><p>x", PageKind.HTML),
        ("application/x-httpd-php", b"<!doctype html>", PageKind.HTML),
        ("text/xml", b'<?xml version="1.0"?><html xmlns="x">', PageKind.HTML),
    ],
)
def test_a_page_is_not_dropped_for_an_odd_media_type(
    tmp_path: Path, media_type: str | None, body: bytes, kind: PageKind
) -> None:
    item = read_one(tmp_path, http(body, media_type))
    assert isinstance(item, Page)
    assert (item.kind, item.body) == (kind, body)


def test_a_binary_called_html_is_rejected(tmp_path: Path) -> None:
    item = read_one(tmp_path, http(b"%PDF-1.7 ..."))
    assert isinstance(item, Rejection)
    assert item.rule == Reason.BINARY


def test_a_resource_record_is_its_own_payload(tmp_path: Path) -> None:
    item = read_one(tmp_path, b"<p>x", kind="resource", Content_Type="text/html;charset=latin1")
    assert isinstance(item, Page)
    assert (item.body, item.charset) == (b"<p>x", "latin1")


def test_a_response_with_line_feeds_only_is_read(tmp_path: Path) -> None:
    item = read_one(tmp_path, b"HTTP/1.0 200 OK\nContent-Type: text/plain\n\nwords")
    assert isinstance(item, Page)
    assert (item.kind, item.body) == (PageKind.TEXT, b"words")


def brotli_of(words: bytes) -> bytes:
    """Uncompressed meta-blocks of RFC 7932: window 16, one block, then the last, empty one."""
    size = len(words) - 1
    header = (0 << 1) | (0 << 2) | (size << 4) | (1 << 20)  # WBITS=16, not last, 4 nibbles, stored
    return header.to_bytes(3, "little") + words + b"\x03"


@pytest.mark.parametrize(
    ("encoded", "coding"),
    [
        (packed(BODIES[0]), "gzip"),
        (packed(BODIES[0][:20]) + packed(BODIES[0][20:]), "x-gzip"),
        (zlib.compress(BODIES[0]), "deflate"),
        (zlib.compress(BODIES[0])[2:-4], "deflate"),
        (packed(zlib.compress(BODIES[0])), "deflate, gzip"),
        (brotli_of(BODIES[0]), "br"),
        (BODIES[0], "gzip"),
        (BODIES[0], "br"),
        (BODIES[0], "utf-8"),
        (BODIES[0], "identity"),
    ],
)
def test_content_codings_are_undone_unless_the_crawler_did_it(
    tmp_path: Path, encoded: bytes, coding: str
) -> None:
    item = read_one(tmp_path, http(encoded, Content_Encoding=coding))
    assert isinstance(item, Page)
    assert item.body == BODIES[0]


def test_rights_that_headers_reserve_go_with_the_page(tmp_path: Path) -> None:
    block = http(BODIES[0], tdm_reservation="1", X_Robots_Tag="noindex, NoAI")
    page = read_one(tmp_path, block)
    assert isinstance(page, Page)
    assert page.reserved == ("noai", "tdm-reservation")
    block = http(BODIES[0], tdm_reservation="0", X_Robots_Tag="noindex")
    page = read_one(tmp_path, block)
    assert isinstance(page, Page)
    assert page.reserved == ()


@given(sizes=st.lists(st.integers(1, 60), max_size=8))
def test_chunks_are_joined_whatever_their_sizes(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int]
) -> None:
    body, chunked = BODIES[3], b""
    for size in [*sizes, len(BODIES[3])]:
        piece, body = body[:size], body[size:]
        chunked += b"%x;x=y\r\n%b\r\n" % (len(piece), piece) if piece else b""
    path = tmp_path_factory.getbasetemp() / "chunked.warc"
    block = http(chunked + b"0\r\n\r\n", Transfer_Encoding="chunked")
    assert bodies(read(path, record(block))) == [BODIES[3]]


@pytest.mark.parametrize(
    ("encoded", "headers"),
    [
        (packed(BODIES[0])[:-9], {"Content_Encoding": "gzip"}),
        (brotli_of(BODIES[0])[:-9], {"Content_Encoding": "br"}),
        (b"\x28\xb5\x2f\xfd\x00\x01", {"Content_Encoding": "zstd"}),
        (packed(BODIES[0]), {"Content_Encoding": "gzip, gzip, gzip, gzip"}),
        (b"ff\r\n<html>", {"Transfer_Encoding": "chunked"}),
        (b"3\r\n<p>oops", {"Transfer_Encoding": "chunked"}),
    ],
)
def test_a_body_that_cannot_be_decoded_is_rejected(
    tmp_path: Path, encoded: bytes, headers: dict[str, str]
) -> None:
    item = read_one(tmp_path, http(encoded, **headers))
    assert isinstance(item, Rejection)
    assert item.rule == Reason.UNDECODABLE


def test_a_page_over_the_limit_is_rejected_wherever_it_hides(tmp_path: Path) -> None:
    large = b"<html>" + b"x" * 200_000
    blocks = [
        http(large),
        http(packed(large), Content_Encoding="gzip"),
        http(zlib.compress(packed(large * 20)), Content_Encoding="gzip, deflate"),
    ]
    data = b"".join(packed(record(block)) for block in [*blocks, http(BODIES[0])])
    items = read(tmp_path / "large.warc.gz", data, max_page_bytes=10_000)
    assert rules(items) == [Reason.TOO_LARGE] * 3
    assert bodies(items) == [BODIES[0]]


def test_a_large_film_is_skipped_and_not_rejected(tmp_path: Path) -> None:
    block = http(b"\0" * 300_000, "video/mp4")
    (item,) = read(tmp_path / "film.warc", record(block), max_page_bytes=1000)
    assert isinstance(item, Skip)
    assert item.reason == Reason.MEDIA_TYPE


def broken_archives() -> Iterator[bytes]:
    yield from (b"WARC/", b"WARC/1.0", b"WARC/1.0\r\n\r\n")
    yield b"WARC/1.0\r\nContent-Length: x\r\n\r\n"
    yield b"WARC/1.0\r\nA: " + b"x" * 100_000
    yield record(b"HTTP/")
    yield record(b"HTTP/1.1 200 OK\r\nno end")
    yield record(http(b""))


def test_broken_headers_are_rejections(tmp_path: Path) -> None:
    for data in broken_archives():
        items = read(tmp_path / "broken.warc", data)
        assert items, data[:40]
        assert all(isinstance(item, Rejection) for item in items), data[:40]


@given(st.lists(st.one_of(st.sampled_from(RECORDS + MEMBERS), st.binary(max_size=60)), max_size=6))
def test_any_mixture_of_records_and_bytes_is_read_to_its_end(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes]
) -> None:
    path = tmp_path_factory.getbasetemp() / "mixture.warc"
    for start in (b"", MEMBERS[0], RECORDS[0]):
        items = read(path, start + b"".join(pieces))
        assert items
        assert set(bodies(items)) <= {*BODIES} | {path.read_bytes()}
