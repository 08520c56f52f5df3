"""The archive: what is written is read again, whatever kills the writer."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator, WarcRecordType
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.records import Given, Page, Rejection
from tasks.archive import Archive, recover, sort_key
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
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(WRITER), str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    ((path, pages),) = recover(folder)
    assert [page.raw_ref for page in pages] == done.stdout.split()
    assert path.with_name(f"{RUN}-00000.cdxj").exists()
    assert list(recover(folder)) == []


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
