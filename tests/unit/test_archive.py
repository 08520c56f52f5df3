"""The archive: what is written is read again, whatever kills the writer."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator, WarcRecordType
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.records import Given, Page, Rejection
from tasks.archive import Archive
from tasks.archive_index import Archived, index_of, sort_key
from tasks.archive_recovery import recover
from tasks.fetch.messages import Request, Response
from tasks.replay import read_archived
from tasks.sources import open_source
from tasks.storage import lake_at

ROOT = Path(__file__).parents[2]
AT = datetime(2026, 11, 23, 12, 30, 15, 123456, tzinfo=UTC)
RUN = "20261123T120000Z-abc123"


def response(number: int = 0, *, body: bytes | None = None, fields: str = "") -> Response:
    page = body if body is not None else f"<html><p>Page {number}</p></html>".encode()
    header = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n{fields}\r\n"
    return Response(
        request=Request(url=f"https://news.example/{number}?a=b", max_bytes=1000),
        status=200,
        header=header.encode(),
        fields=(("Content-Type", "text/html; charset=utf-8"),),
        wire_body=page,
        body=page,
        address="192.0.2.1",
        fetched_at=AT,
        seconds=0.1,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "pages"


@pytest.fixture
def archive(folder: Path) -> Iterator[Archive]:
    archive = Archive(folder, RUN, software="Broadsheet")
    yield archive
    archive.close()


def archived_page(folder: Path, raw_ref: str) -> Page:
    page = read_archived(lake_at(folder.parent), raw_ref)
    assert isinstance(page, Page), page
    return page


def test_a_page_is_read_again_with_all_that_was_known_of_it(folder: Path, archive: Archive) -> None:
    hints = Given(given_title="Überschrift", given_authors=("A", "B"), given_published="2026-11-22")
    archived = archive.add(response(7), source_id="example", given=hints)
    archive.add(response(8), source_id="another")
    page = archived_page(folder, archived.raw_ref)
    assert page.body == response(7).body
    assert (page.url, page.source_id) == ("https://news.example/7?a=b", "example")
    assert (page.fetched_at, page.fetched_at_source) == (AT, "warc")
    assert (page.charset, page.given) == ("utf-8", hints)
    assert page.raw_ref == archived.raw_ref


def test_a_body_in_its_coding_is_kept_as_it_came(folder: Path, archive: Archive) -> None:
    packed = response(
        1, body=gzip.compress(b"<html>packed</html>"), fields="Content-Encoding: gzip\r\n"
    )
    assert archived_page(folder, archive.add(packed, source_id="a").raw_ref).body == (
        b"<html>packed</html>"
    )


def test_a_body_that_looks_like_a_chunk_is_not_taken_for_one(
    folder: Path, archive: Archive
) -> None:
    body = b"5\r\n<html>five</html>"
    chunked = response(1, body=body, fields="Transfer-Encoding: chunked\r\n")
    assert archived_page(folder, archive.add(chunked, source_id="a").raw_ref).body == body


def test_other_programs_read_the_archive(folder: Path, archive: Archive) -> None:
    for number in range(3):
        archive.add(response(number), source_id="example")
    archive.close()
    (path,) = folder.glob("*.warc.gz")
    kinds, sound = [], []
    with path.open("rb") as file:
        for record in ArchiveIterator(file):
            kinds.append(record.record_type)
            if record.record_type == WarcRecordType.response:
                sound.append(record.verify_payload_digest())
    response_and_request = [WarcRecordType.response, WarcRecordType.request]
    assert kinds == [WarcRecordType.warcinfo, *response_and_request * 3]
    assert sound == [True] * 3


def records_of(path: Path) -> list[tuple[WarcRecordType, dict[str, str], bytes]]:
    with path.open("rb") as file:
        return [
            (record.record_type, dict(record.headers), record.reader.read())
            for record in ArchiveIterator(file, parse_http=False)
        ]


def test_a_request_is_kept_as_it_was_sent_without_credentials(
    folder: Path, archive: Archive
) -> None:
    sent = (
        ("Host", "news.example"),
        ("User-Agent", "Broadsheet/1 (+https://us.example)"),
        ("Accept-Encoding", "gzip"),
        ("If-None-Match", '"v1"'),
        ("Cookie", "session=secret"),
        ("Proxy-Authorization", "Basic c2VjcmV0"),
    )
    archive.add(replace(response(1), sent=sent), source_id="a")
    archive.add(response(2), source_id="a")  # over HTTP/2 a host is no field
    archive.close()
    (path,) = folder.glob("*.warc.gz")
    _, (_, answer, _), (_, asked, request), _, (_, _, second) = records_of(path)
    assert request == (
        b"GET /1?a=b HTTP/1.1\r\nHost: news.example\r\n"
        b"User-Agent: Broadsheet/1 (+https://us.example)\r\nAccept-Encoding: gzip\r\n"
        b'If-None-Match: "v1"\r\n\r\n'
    )
    assert second == b"GET /2?a=b HTTP/1.1\r\nHost: news.example\r\n\r\n"
    assert asked["WARC-Concurrent-To"] == answer["WARC-Record-ID"]


def test_a_response_whose_body_was_dropped_says_so(folder: Path, archive: Archive) -> None:
    chunked = response(1, body=b"", fields="Transfer-Encoding: chunked\r\n")
    archive.add(replace(chunked, is_cut=True), source_id="a")
    archive.add(chunked, source_id="a")
    archive.close()
    (path,) = folder.glob("*.warc.gz")
    answers = [about for kind, about, _ in records_of(path) if kind == WarcRecordType.response]
    assert [about.get("WARC-Truncated") for about in answers] == ["length", None]


def test_the_archive_is_ingested_like_any_warc(folder: Path, archive: Archive) -> None:
    for number in range(3):
        archive.add(response(number), source_id="example")
    archive.close()
    pages = [item for item in open_source(str(folder)) if isinstance(item, Page)]
    assert [page.url for page in pages] == [f"https://news.example/{n}?a=b" for n in range(3)]
    assert {page.source_id for page in pages} == {"example"}
    named = [i for i in open_source(str(folder), source_id="mine") if isinstance(i, Page)]
    assert {page.source_id for page in named} == {"mine"}


def test_the_index_leads_to_each_page(folder: Path, archive: Archive) -> None:
    for number in (2, 0, 1):
        archive.add(response(number), source_id="example")
    archive.close()
    (index,) = folder.glob("*.cdxj")
    lines = index.read_text(encoding="utf-8").splitlines()
    assert lines == sorted(lines)
    for number, line in enumerate(lines):
        key, time, described = line.split(" ", 2)
        assert (key, time) == (f"example,news)/{number}?a=b", "20261123123015")
        entry = json.loads(described)
        path = folder / entry["filename"]
        start, length = int(entry["offset"]), int(entry["length"])
        member = path.read_bytes()[start : start + length]
        assert response(number).body in gzip.decompress(member)


def test_files_are_rotated_and_each_is_handed_over_when_it_is_finished(folder: Path) -> None:
    finished: list[Path] = []
    archive = Archive(folder, RUN, software="x", on_finished=finished.append, max_file_bytes=1_500)
    places = [archive.add(response(number), source_id="a").raw_ref for number in range(9)]
    archive.close()
    files = sorted(folder.glob("*.warc.gz"))
    assert len(files) > 2
    assert finished == files
    for number, raw_ref in enumerate(places):
        assert archived_page(folder, raw_ref).url == f"https://news.example/{number}?a=b"


def writing(program: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


WRITER = """
import os, signal, sys
from pathlib import Path
from tasks.archive import Archive
from tests.unit.test_archive import RUN, response
archive = Archive(Path(sys.argv[1]), RUN, software="x")
for number in range(5):
    print(archive.add(response(number), source_id="example").raw_ref, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_kill_loses_no_page_and_the_next_run_finishes_the_file(folder: Path) -> None:
    done = writing(WRITER, folder)
    assert done.returncode == -signal.SIGKILL, done.stderr
    ((path, pages),) = recover(folder)
    assert [page.raw_ref for page in pages] == done.stdout.split()
    assert path.with_name(f"{RUN}-00000.cdxj").exists()
    assert list(recover(folder)) == []


def test_a_run_that_fails_leaves_its_file_as_a_kill_does(folder: Path) -> None:
    handed_over: list[Path] = []

    def run() -> None:
        with Archive(folder, RUN, software="x", on_finished=handed_over.append) as archive:
            archive.add(response(1), source_id="example")
            raise KeyboardInterrupt  # before anybody noted it

    with pytest.raises(KeyboardInterrupt):
        run()
    ((path, pages),) = recover(folder)
    assert handed_over == [path]
    assert [page.url for page in pages] == ["https://news.example/1?a=b"]


def test_a_file_that_is_being_written_is_left_alone(folder: Path, archive: Archive) -> None:
    archive.add(response(1), source_id="example")
    assert list(recover(folder)) == []


@settings(max_examples=25, deadline=None)
@given(share=st.floats(0, 1))
def test_whatever_a_cut_leaves_is_kept_and_the_file_is_sound_again(
    tmp_path_factory: pytest.TempPathFactory, share: float
) -> None:
    folder = tmp_path_factory.mktemp("cut") / "pages"
    archive = Archive(folder, RUN, software="x")
    ends = []
    for number in range(3):
        archived = archive.add(response(number), source_id="example")
        ends.append(int(archived.raw_ref.rpartition("#")[2]) + archived.length)
    archive.close()
    (path,) = folder.glob("*.warc.gz")
    (index,) = folder.glob("*.cdxj")
    index.unlink()
    cut = round(share * path.stat().st_size)
    os.truncate(path, cut)
    ((_, pages),) = recover(folder)
    assert [page.url[-5] for page in pages] == [
        str(number) for number, end in enumerate(ends) if end <= cut
    ]
    items = list(open_source(str(path)))
    assert sum(isinstance(item, Page) for item in items) == len(pages)
    assert [i.rule for i in items if isinstance(i, Rejection)] == ([] if pages else ["empty"])


def half_archived(folder: Path, pages: int) -> tuple[Path, list[Archived]]:
    """A file as a kill leaves it, whose pages do not compress."""
    archive = Archive(folder, RUN, software="x")
    added = [
        archive.add(response(number, body=os.urandom(3_000)), source_id="example")
        for number in range(pages)
    ]
    archive.close()
    path = folder / f"{RUN}-00000.warc.gz"
    index_of(path).unlink()
    return path, added


def test_damage_in_the_middle_costs_one_page_and_a_torn_end_is_cut(folder: Path) -> None:
    path, pages = half_archived(folder, 5)
    data = bytearray(path.read_bytes())
    data[pages[1].offset + 200 : pages[1].offset + 300] = bytes(100)
    path.write_bytes(data[: pages[4].offset + pages[4].length - 9])
    ((_, found),) = recover(folder)
    assert found == (pages[0], pages[2], pages[3])
    assert path.stat().st_size == pages[4].offset
    assert len(index_of(path).read_text(encoding="utf-8").splitlines()) == 3


def test_a_file_that_is_damaged_everywhere_is_not_cut(folder: Path) -> None:
    path, pages = half_archived(folder, 120)
    data = bytearray(path.read_bytes())
    for page in pages[:-1]:
        data[page.offset + 200 : page.offset + 300] = bytes(100)
    path.write_bytes(data)
    assert [found for _, found in recover(folder)] == [()]
    assert path.read_bytes() == data


def test_pages_are_given_out_again_if_nobody_could_take_note_of_them(folder: Path) -> None:
    path, pages = half_archived(folder, 2)
    killed = recover(folder)
    assert next(killed) == (path, tuple(pages))
    assert list(recover(folder)) == [], "they are being noted"
    killed.close()
    assert list(recover(folder)) == [(path, tuple(pages))]


def test_a_file_that_somebody_removed_meanwhile_is_not_made_again(folder: Path) -> None:
    for number in range(2):
        path, _ = half_archived(folder, 1)
        path.rename(folder / f"{number}.warc.gz")
    found = recover(folder)
    assert next(found)[0].name == "0.warc.gz"
    (folder / "1.warc.gz").unlink()
    assert list(found) == []
    assert sorted(path.name for path in folder.iterdir()) == ["0.cdxj", "0.warc.gz"]


NAMELESS = """
import os, signal, sys
from pathlib import Path
from tasks.archive import Archive
from tests.unit.test_archive import RUN, response
Path.rename = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
Archive(Path(sys.argv[1]), RUN, software="x").add(response(), source_id="example")
"""


def test_a_file_that_has_no_name_yet_is_left_alone(folder: Path) -> None:
    done = writing(NAMELESS, folder)
    assert done.returncode == -signal.SIGKILL, done.stderr
    (left,) = folder.iterdir()
    assert list(recover(folder)) == []
    assert list(folder.iterdir()) == [left]


FULL = """
import os, resource, sys
from pathlib import Path
from tasks.archive import Archive
from tests.unit.test_archive import RUN, response
archive = Archive(Path(sys.argv[1]), RUN, software="x")
places = [archive.add(response(n), source_id="example").raw_ref for n in range(2)]
resource.setrlimit(resource.RLIMIT_FSIZE, (3_000, 3_000))
for _ in range(2):
    try:
        archive.add(response(2, body=os.urandom(9_000)), source_id="example")
    except OSError as error:
        print(error.strerror)
archive.add(response(3), source_id="example")
archive.close()
"""


def test_a_disk_that_gets_full_leaves_no_half_record(folder: Path) -> None:
    done = writing(FULL, folder)
    assert done.stdout.splitlines() == ["File too large"] * 2, done.stderr
    items = list(open_source(str(folder)))
    assert [i.url for i in items if isinstance(i, Page)] == [
        f"https://news.example/{number}?a=b" for number in (0, 1, 3)
    ]
    assert not [item for item in items if isinstance(item, Rejection)]
    (index,) = folder.glob("*.cdxj")
    assert len(index.read_text(encoding="utf-8").splitlines()) == 3


def test_a_page_that_is_gone_is_a_rejection(folder: Path) -> None:
    gone = read_archived(lake_at(folder.parent), "pages/none.warc.gz#12")
    assert isinstance(gone, Rejection)
    assert (gone.rule, gone.raw_ref) == ("vanished", "pages/none.warc.gz#12")


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.News.example/A?b=C", "example,news)/a?b=c"),
        ("http://news.example:8080", "example,news:8080)/"),
        ("https://127.0.0.1/x", "1,0,0,127)/x"),
    ],
)
def test_addresses_of_a_site_sort_together(url: str, key: str) -> None:
    assert sort_key(url) == key
