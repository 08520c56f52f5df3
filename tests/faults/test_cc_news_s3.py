"""CC-NEWS in a bucket."""

from pathlib import Path

import pyarrow.fs as pafs
import pytest

from expectations.records import Outcome, Page, Reason, Skip
from tasks.cc_news.read import open_cc_news
from tasks.cc_news.remote import Patience
from tasks.cc_news.spec import CcNews
from tasks.errors import SourceError
from tasks.storage import Lake, s3_store
from tests.faults.conftest import ObjectStore
from tests.unit.test_cc_news import ADDRESSES, FILES, commit, month, urls, warc_path

OCTOBER = CcNews(2026, 10)
HASTY = Patience(part_bytes=1_000, tries=2, pause_s=0.001)


@pytest.fixture
def files(object_store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> pafs.FileSystem:
    for name, value in object_store.variables.items():
        monkeypatch.setenv(name, value)
    return s3_store(object_store.endpoint, "us-east-1")


def put(files: pafs.FileSystem, base: str, path: str, data: bytes) -> None:
    with files.open_output_stream(f"{base}/{path}".removeprefix("s3://"), compression=None) as file:
        file.write(data)


def test_a_month_in_a_bucket_is_read_and_not_read_again(
    tmp_path: Path, files: pafs.FileSystem, bucket: str
) -> None:
    base = f"{bucket}/mirror"
    for path, data in month(FILES).items():
        put(files, base, path, data)
    lake = Lake(str(tmp_path), tmp_path, "an-id")
    items = list(open_cc_news(OCTOBER, lake=lake, base=base, patience=HASTY))
    assert urls(items) == ADDRESSES
    assert isinstance(items[0], Page)
    assert items[0].raw_ref.startswith(f"{base}/{warc_path(1)}#")
    commit(lake, items[:-1])
    again = list(open_cc_news(OCTOBER, lake=lake, base=f"{base}/", patience=HASTY))
    assert urls(again) == ADDRESSES[-1:]


def test_an_object_that_changes_while_it_is_read_is_noticed(
    tmp_path: Path, files: pafs.FileSystem, bucket: str
) -> None:
    for path, data in month({warc_path(1): FILES[warc_path(1)]}).items():
        put(files, bucket, path, data)
    lake = Lake(str(tmp_path), tmp_path, "an-id")
    items = open_cc_news(OCTOBER, lake=lake, base=bucket, patience=Patience(part_bytes=300))
    next(items)
    put(files, bucket, warc_path(1), FILES[warc_path(1)] + bytes(1))
    *_, last = items
    assert isinstance(last, Skip)
    assert (last.outcome, last.reason) == (Outcome.FAILED, Reason.PROTOCOL)


def test_a_bucket_without_that_month_is_an_error_in_one_line(
    tmp_path: Path, files: pafs.FileSystem, bucket: str
) -> None:
    del files
    lake = Lake(str(tmp_path), tmp_path, "an-id")
    with pytest.raises(SourceError, match="cc-news:2026-10 does not exist") as caught:
        open_cc_news(OCTOBER, lake=lake, base=bucket, patience=HASTY)
    assert "\n" not in str(caught.value)
