"""The samples in seeds/: what was promised of them, and that the binary ones can be made again."""

import gzip
import hashlib
import json
import zlib
from collections import Counter
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import pyarrow.parquet as pq
import pytest

from benchmarks.make_seeds import seed_files
from expectations.records import Page
from tasks.sources import open_source

SEEDS = Path(__file__).parents[2] / "seeds"
ARTICLE_OF_THE_USER = SEEDS / "000_223cd3afbc42ce5b.txt"
MADE = seed_files()


def committed(name: str) -> bytes:
    return (SEEDS / name).read_bytes()


def readable(data: bytes) -> bytes:
    """What a gzip file holds, up to its damage."""
    found = b""
    while data:
        member = zlib.decompressobj(wbits=31)
        found += member.decompress(data)
        data = member.unused_data
    return found


def test_the_users_article_is_untouched() -> None:
    digest = hashlib.sha256(ARTICLE_OF_THE_USER.read_bytes()).hexdigest()
    assert digest == "c66c924afe19019db60f5407dac52a313fc5c3dda00613b1fc00afc28721cfd0"


@pytest.mark.parametrize("name", [name for name in MADE if not name.endswith(("gz", "parquet"))])
def test_a_binary_sample_is_what_its_maker_makes(name: str) -> None:
    assert committed(name) == MADE[name]


@pytest.mark.parametrize("name", [name for name in MADE if name.endswith("gz")])
def test_a_compressed_sample_holds_what_its_maker_makes(name: str) -> None:
    """Compressed bytes may differ between versions of zlib; what can be read must not."""
    made, kept = readable(MADE[name]), readable(committed(name))
    whole = min(len(made), len(kept))
    assert made[:whole] == kept[:whole]
    assert "truncated" in name or len(made) == len(kept)


@pytest.mark.parametrize("name", [name for name in MADE if name.endswith("parquet")])
def test_a_parquet_sample_has_the_rows_that_its_maker_makes(name: str) -> None:
    assert pq.read_table(BytesIO(committed(name))).equals(pq.read_table(BytesIO(MADE[name])))


@pytest.mark.parametrize("name", [name for name in MADE if "truncated" in name])
def test_a_truncated_sample_is_damaged_and_keeps_its_first_record_whole(name: str) -> None:
    with pytest.raises(EOFError):
        gzip.decompress(committed(name))
    text = readable(committed(name)).decode("utf-8", "ignore")
    assert "Four owners have agreed so far" in text  # the last paragraph of the first record


def test_one_line_in_the_middle_of_the_json_lines_is_broken() -> None:
    broken, contents = [], []
    lines = committed("jsonl/articles.jsonl").splitlines()
    for number, line in enumerate(lines):
        try:
            row = json.loads(line)
        except json.JSONDecodeError:
            broken.append(number)
        else:
            contents.append(any(row.get(key) for key in ("text", "body", "html")))
    assert (len(broken), contents.count(False), contents.count(True)) == (1, 1, 6)
    assert 0 < broken[0] < len(lines) - 1


def test_two_pages_are_in_the_encodings_that_their_names_say() -> None:
    russian = committed("html/ozerskie-vesti-tramvay.windows-1251.html")
    assert "Озёрские вести" in russian.decode("windows-1251")
    portuguese = committed("html/jornal-da-serra-padaria.utf-16.html")
    assert portuguese.startswith(b"\xff\xfe")
    assert "Padaria comunitária" in portuguese.decode("utf-16")


def test_all_samples_together_are_small() -> None:
    assert sum(path.stat().st_size for path in SEEDS.rglob("*") if path.is_file()) < 400_000


def promised() -> dict[str, list[int]]:
    """The counts of README.md: file -> items, articles, rejected, skipped."""
    rows = [line.split("|") for line in (SEEDS / "README.md").read_text("utf-8").splitlines()]
    return {
        row[1].strip(): [int(cell) for cell in row[2:6]]
        for row in rows
        if len(row) == 8 and row[2].strip().isdigit()
    }


def test_the_counts_in_the_readme_add_up_and_cover_every_file() -> None:
    counts = promised()
    files = {path.relative_to(SEEDS).as_posix() for path in SEEDS.rglob("*") if path.is_file()}
    assert set(counts) == files
    assert [name for name, (items, *outcomes) in counts.items() if items != sum(outcomes)] == []
    items, articles, rejected, skipped = (
        sum(column) for column in zip(*counts.values(), strict=False)
    )
    sentence = f"Of {items} items {articles} become articles, {rejected} are rejected and {skipped}"
    assert sentence in (SEEDS / "README.md").read_text(encoding="utf-8")
    assert rejected < 0.4 * (items - skipped)


def test_the_readers_find_as_many_items_as_the_readme_promises() -> None:
    found = Counter(type(item).__name__ for item in open_source(str(SEEDS)))
    counts = promised()
    assert found.total() == sum(items for items, *_ in counts.values())
    assert found["Skip"] == sum(skipped for *_, skipped in counts.values())
    pages = Counter(
        item.raw_ref.rpartition("#")[0]
        for item in open_source(str(SEEDS))
        if isinstance(item, Page)
    )
    short = [n for n, (_, articles, *_) in counts.items() if pages[str(SEEDS / n)] < articles]
    assert short == []


def test_every_invented_article_is_at_a_host_that_cannot_exist() -> None:
    for item in open_source(str(SEEDS)):
        if isinstance(item, Page) and item.url is not None:
            assert urlsplit(item.url).hostname.endswith(".example")
