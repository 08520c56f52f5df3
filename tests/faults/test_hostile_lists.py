"""Files that list addresses, of a kind that nobody would write: bounded time and memory."""

import gzip
from pathlib import Path

import pytest

from expectations.records import Reason
from tasks.discover.links import LeftOut, Link
from tasks.network.listed import listed_links
from tasks.urls import MAX_URL_CHARS
from tests.faults.servers import measured

GOOD = b"https://news.example/2026/11/23/a-story"
BROKEN = Reason.BROKEN_LINE


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"https://news.example/" + b"a" * (40 << 20), [BROKEN]),
        (b"\xc3\xa9" * (20 << 20), [BROKEN]),
        (b"# " + b"a" * (40 << 20), []),
        (b" " * (40 << 20), []),
    ],
    ids=["address", "words", "comment", "spaces"],
)
def test_a_line_without_end_takes_little_time_and_memory(
    tmp_path: Path, line: bytes, expected: list[Reason]
) -> None:
    path = tmp_path / "urls.txt.gz"
    path.write_bytes(gzip.compress(line + b"\n" + GOOD + b"\n", 1))
    with measured() as cost:
        *before, last = listed_links(path)
    assert [item.reason for item in before if isinstance(item, LeftOut)] == expected
    assert len(before) == len(expected)
    assert isinstance(last, Link)
    assert last.url == GOOD.decode()
    assert cost.seconds < 1
    assert cost.peak_bytes < 10 << 20


def test_the_longest_address_is_read_wherever_its_line_begins(tmp_path: Path) -> None:
    address = "https://news.example/"
    address += "a" * (MAX_URL_CHARS - len(address))
    path = tmp_path / "urls.txt"
    path.write_bytes(b"\xef\xbb\xbf" + f"\n{' ' * 100_000}{address}\n{address}b".encode())
    first, second = listed_links(path)
    assert isinstance(first, Link)
    assert first.url == address
    assert isinstance(second, LeftOut)
    assert second.reason == BROKEN
