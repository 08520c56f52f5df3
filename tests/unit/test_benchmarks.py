"""The pure parts of the benchmarks, and the account of CPU time."""

import gzip
import json
import subprocess
import sys
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from fastwarc.warc import ArchiveIterator
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from benchmarks import year
from benchmarks.corpus import Labelled, altered
from benchmarks.failures import authors, by_kind, days, languages, minutes, titles
from benchmarks.found import Found, from_table, has_authors, has_day, has_minute, has_title
from benchmarks.lake_queries import LOOK_UPS, compare, look_up, queries
from benchmarks.make_seeds import chunked, stored_gzip
from benchmarks.measure import Cost
from benchmarks.memory import Peak, pages_said
from benchmarks.million import Block, article_versions
from benchmarks.page_says import declared_language, language_code, place_of_title, read_html
from benchmarks.peers import split_warc
from benchmarks.results import write_section
from benchmarks.scoring import (
    Overlap,
    folded,
    precision_recall_f1,
    shingle_overlap,
    token_f1,
)
from benchmarks.targets import Measure, table
from benchmarks.throughput import Round, early_peak, measures
from benchmarks.warc import html_record
from tasks.catalog import publish
from tasks.commit import commit_shard
from tasks.funnel import items_by_outcome
from tasks.opening import open_or_create_lake
from tasks.query import open_catalog
from tasks.tables import table_schema
from tasks.versions import Known, KnownVersion, _next_version
from tests.builders import a_shard, an_article

ROOT = Path(__file__).parents[2]
URL = "https://news.example/2025/03/a-story"
PAGE = b"""<html><head><link rel="canonical" href="https://news.example/2025/03/a-story">
<meta property="og:url" content="https://news.example/2025/03/a-story">
<script type="application/ld+json">{"@id": "https:\\/\\/news.example\\/2025\\/03\\/a-story#x",
"text": "<p>This paragraph is only data, though it is by far the longest one here.</p>"}</script>
</head><body><p>Short.</p><p>The <a href="/x">longest</a> paragraph of them all.</p>
<a href="https://news.example/2025/03/a-story-of-another-kind">Next</a></body></html>"""


def test_equal_texts_overlap_entirely() -> None:
    overlap = shingle_overlap("one two three four five", "One two three four five".lower())
    assert overlap == Overlap(shared=1.0, extra=0.0, missing=0.0)


def test_overlap_is_counted_in_runs_of_four_words() -> None:
    """Two of three shingles are shared; each side has one of its own."""
    overlap = shingle_overlap("a b c d e f", "a b c d e x")
    assert overlap == Overlap(shared=2 / 4, extra=1 / 4, missing=1 / 4)


def test_repeated_runs_count_as_often_as_they_stand_there() -> None:
    overlap = shingle_overlap("a b c d a b c d", "a b c d")
    assert overlap.shared == pytest.approx(1 / 5)
    assert overlap.missing == pytest.approx(4 / 5)


def test_f1_is_that_of_the_mean_precision_and_the_mean_recall() -> None:
    """An empty extraction has no precision to speak of, but it has a recall: none."""
    whole, half_noise = shingle_overlap("a b c d", "a b c d"), Overlap(0.5, 0.5, 0.0)
    empty = shingle_overlap("a b c d", "")
    precision, recall, f1 = precision_recall_f1([whole, half_noise, empty])
    assert (precision, recall) == (0.75, pytest.approx(2 / 3))
    assert f1 == pytest.approx(2 * 0.75 * (2 / 3) / (0.75 + 2 / 3))
    assert precision_recall_f1([empty]) == (0.0, 0.0, 0.0)


@given(st.text(), st.text())
def test_the_shares_of_an_overlap_add_up_to_one(truth: str, found: str) -> None:
    overlap = shingle_overlap(truth, found)
    total = overlap.shared + overlap.extra + overlap.missing
    assert total == pytest.approx(1) or (total == 0 and overlap == shingle_overlap("", ""))


def test_fields_agree_by_what_a_reader_sees() -> None:
    truth = {
        "title": "A  story\u200b",
        "authors": ["B. Writer", "A. Writer"],
        "published_at": "2025-03-02 00:30:00+02:00",
    }
    found = Found(title="A story", authors=("A. Writer", "B. Writer"))
    assert has_title(truth, found)
    assert has_authors(truth, found)
    assert not has_authors(truth, Found(authors=("A. Writer",)))


def test_the_day_is_that_of_the_newsroom_and_the_minute_that_of_the_world() -> None:
    truth = {"published_at": "2025-03-02 00:30:20.250+02:00"}
    exact = Found(at=datetime(2025, 3, 1, 22, 30, 59, tzinfo=UTC))
    assert has_day(truth, exact)
    assert has_minute(truth, exact)
    assert not has_minute(truth, Found(at=datetime(2025, 3, 1, 22, 31, tzinfo=UTC)))
    assert has_day(truth, Found(on=date(2025, 3, 2)))
    assert not has_minute(truth, Found(on=date(2025, 3, 2)))
    assert not has_day(truth, Found())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("“A story” – of two", "A story: Of two"),
        ("Don’t", "don´t"),
        ("Ｆｕｌｌ　ｗｉｄｔｈ…", "full width"),
        ("Straße", "STRASSE"),
        ("Cafe\u0301", "café"),
    ],
)
def test_headlines_are_the_same_whatever_their_case_space_and_punctuation(
    one: str, other: str
) -> None:
    assert folded(one) == folded(other)


@pytest.mark.parametrize(("one", "other"), [("resume", "résumé"), ("5", "$5"), ("A story", "A")])
def test_headlines_of_other_letters_are_others(one: str, other: str) -> None:
    assert folded(one) != folded(other)


def test_token_f1_counts_words_wherever_they_stand() -> None:
    assert token_f1([("a b c d", "d c b a")]) == 1
    assert token_f1([("a b", "a b c d"), ("a", "")]) == pytest.approx((2 * 2 / 6 + 0) / 2)


def a_labelled_page(**truth: object) -> Labelled:
    page = b"""<html lang="en-GB"><head><title>A story | The Paper</title>
    <meta property="og:title" content="The story of search engines">
    <script type="application/ld+json">{"@graph": [{"@type": ["NewsArticle"],
    "headline": "A story, told"}, {"@type": "WebPage", "headline": "Home"}]}</script>
    </head><body><h1>A <b>story</b></h1></body></html>"""
    return Labelled(URL, page, truth)


@pytest.mark.parametrize(
    ("title", "place"),
    [
        ("A story told", "JSON-LD"),
        ("The Story of Search Engines", "og:title"),
        ("A story", "h1"),
        ("A story - The Paper", "title element"),
        ("Home", "none of its candidates"),
    ],
)
def test_a_missed_headline_is_looked_for_on_the_page(title: str, place: str) -> None:
    assert place_of_title(read_html(a_labelled_page().html), title) == place
    failed = list(titles([a_labelled_page(title=title)], {URL: Found(title="<i>Another")}))
    assert failed == [(place, "news.example")]


def test_failures_are_counted_by_kind() -> None:
    page = a_labelled_page(authors=["A", "B"], published_at="2025-03-02 00:30:00+02:00")
    for names, kind in ((("A",), "missing"), (("A", "B", "C"), "extra"), (("A", "C"), "different")):
        assert [failure[0] for failure in authors([page], {URL: Found(authors=names)})] == [kind]
    late = {URL: Found(at=datetime(2025, 3, 1, 23, 30, tzinfo=UTC), language="de")}
    assert by_kind("minute", minutes([page], late)).startswith("- minute: 1 (+60 min 1)\n")
    assert by_kind("day", days([page], late)) == "- day: none"
    assert by_kind("day", days([page], {})) == "- day: 1 (no date 1)\n  - no date: news.example"
    assert list(languages([page], late)) == [("declared en, row de", "news.example")]


@pytest.mark.parametrize(
    ("page", "language"),
    [
        (b"<html lang=PT-br><meta property=og:locale content=en_US>", "pt"),
        (b"<html><head><meta property=og:locale content=nb_NO></head></html>", "no"),
        (
            b"""<html><script type="application/ld+json">
            {"@type": "NewsArticle", "inLanguage": "fa"}</script></html>""",
            "fa",
        ),
        (b"<html lang=undefined><p>text", None),
    ],
)
def test_the_language_of_a_page_is_the_first_that_it_declares(
    page: bytes, language: str | None
) -> None:
    assert declared_language(read_html(page)) == language


def test_a_language_tag_of_three_letters_is_none_of_two() -> None:
    assert language_code("en-GB") == "en"
    assert language_code("fil") is None
    assert language_code(None) is None


def test_what_other_tools_write_is_read_with_the_time_if_it_has_an_offset(tmp_path: Path) -> None:
    rows = [
        {"url": "a", "title": "T", "author": "A; B", "date": "2025-03-02", "text": "x"},
        {"url": "b", "title": None, "author": None, "date": "2025-03-02T00:30:00", "text": None},
        {"url": "c", "title": "", "author": "", "date": "2025-03-02T00:30:00+02:00", "text": ""},
    ]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "0.parquet")
    found = from_table(tmp_path)
    day = date(2025, 3, 2)
    assert found["a"] == Found(text="x", title="T", authors=("A", "B"), on=day)
    assert found["b"] == Found(on=day)
    assert found["c"].at == datetime(2025, 3, 1, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize("parts", [1, 2, 3])
def test_a_split_archive_has_the_same_records(parts: int, tmp_path: Path) -> None:
    warc = tmp_path / "all.warc.gz"
    warc.write_bytes(
        b"".join(html_record(f"{URL}/{n}", "2025-03-01T00:00:00Z", PAGE) for n in range(5))
    )
    split_warc(warc, tmp_path / "parts", parts)
    files = sorted((tmp_path / "parts").iterdir())
    assert len(files) == parts
    assert b"".join(file.read_bytes() for file in files) == warc.read_bytes()
    urls = []
    for file in files:
        with file.open("rb") as stream:
            urls += [record.headers["WARC-Target-URI"] for record in ArchiveIterator(stream)]
    assert urls == [f"{URL}/{n}" for n in range(5)]


def test_a_copy_of_a_page_declares_its_own_address_and_says_something_of_its_own() -> None:
    url, body = altered(URL, PAGE, 7)
    tree = html.fromstring(body)
    assert url == "https://news.example/copy-7/2025/03/a-story"
    assert tree.xpath("//link[@rel='canonical']/@href") == [url]
    assert tree.xpath("//meta[@property='og:url']/@content") == [url]
    assert json.loads(tree.xpath("//script/text()")[0])["@id"] == url + "#x"
    assert tree.xpath("//a/@href")[1] == "https://news.example/2025/03/a-story-of-another-kind"
    assert tree.xpath("//p")[1].text_content().endswith("copy 7 of the page and in no other.")


@pytest.mark.parametrize("page", [b"<html><body>No paragraph</body></html>", b"nothing at all"])
def test_a_page_without_paragraphs_gets_one(page: bytes) -> None:
    _, body = altered(URL, page, 2)
    assert b"copy 2 of the page" in body


@given(st.binary(max_size=200_000))
def test_what_the_makers_encode_can_be_decoded(data: bytes) -> None:
    assert gzip.decompress(stored_gzip(data)) == data
    pieces, rest = b"", chunked(data)
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        length = int(size, 16)
        pieces, rest = pieces + rest[:length], rest[length + 2 :]
    assert pieces == data


def test_a_record_can_be_read_back_and_its_digest_is_right() -> None:
    stream = BytesIO(html_record(URL, "2025-03-01T00:00:00Z", PAGE))
    (record,) = ArchiveIterator(stream, verify_digests=True)
    assert record.headers["WARC-Target-URI"] == URL
    assert record.reader.read() == PAGE


def test_a_result_replaces_the_last_one_and_leaves_the_others(tmp_path: Path) -> None:
    path = tmp_path / "results.md"
    for name, text in (("a", "first"), ("b", "other"), ("a", "second")):
        write_section(name, text, path)
    text = path.read_text(encoding="utf-8")
    assert "first" not in text
    assert text.index("# Results") < text.index("second") < text.index("other")
    assert text.count("begin") == text.count("end") == 2


def test_ratios_are_of_medians_with_each_round_beside_them() -> None:
    peaks = [Peak(0, 100_000_000), Peak(2_400, 200_000_000), Peak(9_000, 250_000_000)]
    rounds = [
        Round(Cost(2, 30, "", peaks), Cost(1, 3, ""), Cost(2, 20, "", peaks[:1])),
        Round(Cost(4, 34, "", peaks[:2]), Cost(1, 3.4, ""), Cost(2, 20, "", peaks[:1])),
    ]
    cells = [line.split(" | ") for line in table(list(measures(rounds))).splitlines()[2:]]
    assert [(row[2], row[3], row[4].removesuffix(" |")) for row in cells] == [
        ("1.60", "**no**", "32.0 s / 20.0 s; rounds 1.50, 1.70"),
        ("0.100", "**no**", "3.2 s / 32.0 s; rounds 0.100, 0.100"),
        ("1.50", "", "3.0 s / 2.0 s; rounds 1.00, 2.00"),
        ("250 MB", "yes", "of the bare pool's: 100 MB"),
        ("1.25", "**no**", "200 MB at 2,400 pages"),
    ]


def test_too_few_pages_say_nothing_of_growth() -> None:
    assert early_peak([Peak(2_000, 1), Peak(3_999, 1)]) is None
    assert early_peak([Peak(2_000, 1), Peak(4_000, 2)]) == Peak(2_000, 1)


def test_progress_is_read_from_the_last_line() -> None:
    assert pages_said(b"starting\n980 pages, 0 rejected, 98 pages/s\n1,960 pages, 3 rej") == 1_960
    assert pages_said(b"no progress yet") == 0


def a_block(number: int, rows: int = 2_000) -> pa.Table:
    begin, end = datetime(2025, 1, 20, tzinfo=UTC), datetime(2025, 2, 10, tzinfo=UTC)
    return article_versions(Block(number, rows, begin, end))


def test_a_generated_block_is_always_the_same_and_shares_no_article_with_another() -> None:
    assert a_block(3).equals(a_block(3))
    assert not set(a_block(3)["article_id"].to_pylist()) & set(a_block(4)["article_id"].to_pylist())


def test_generated_rows_fit_the_table_and_say_of_themselves_what_is_so() -> None:
    rows = a_block(0)
    assert rows.schema == table_schema("articles")
    rows.validate(full=True)
    assert not [f.name for f in rows.schema if not f.nullable and rows[f.name].null_count]
    assert rows["text_length"] == pc.utf8_length(rows["text"]).cast("int64")
    assert rows["published_month"] == pc.strftime(rows["published_at"], format="%Y-%m")
    assert pc.all(pc.less(rows["published_at"], rows["ingested_at"])).as_py()
    words = pc.list_value_length(
        pc.utf8_split_whitespace(pc.replace_substring(rows["text"], " –", ""))
    )
    assert rows["word_count"] == words.cast("int64")


def test_generated_revisions_are_numbered_and_named_as_a_commit_does() -> None:
    known: dict[str, list[KnownVersion]] = {}
    rows = a_block(0).to_pylist()
    for row in rows:
        held = known.setdefault(row["article_id"], [])
        version = _next_version(
            row["article_id"],
            row["version_hash"],
            Known.of(held) if held else None,
            is_late=False,
            now=row["ingested_at"],
        )
        assert {name: row[name] for name in version.__slots__} == {
            name: getattr(version, name) for name in version.__slots__
        }
        names = [name for name in KnownVersion.__slots__ if name != "observed_at"]
        held.append(
            KnownVersion(observed_at=row["fetched_at"], **{name: row[name] for name in names})
        )
    assert max(map(len, known.values())) >= 3
    assert 0.02 < 1 - len(known) / len(rows) < 0.04


def test_generated_texts_compress_as_news_does() -> None:
    """Zstandard 3 makes real articles of ../shared/corpus 2.4 to 2.6 times smaller."""
    text = "\n".join(a_block(0)["text"].to_pylist()).encode()
    compressed = pa.Codec("zstd", compression_level=3).compress(text)
    assert 2.2 < len(text) / len(compressed) < 2.8


def test_a_lake_made_for_measuring_is_a_lake_like_any_other(tmp_path: Path) -> None:
    size = year.Size(rows_a_commit=100, commits=20, commits_a_year=40)
    lake = open_or_create_lake(tmp_path / "lake")
    for append in (
        year.append_articles,
        year.append_rejections,
        year.append_counts,
        year.append_snapshots,
    ):
        append(lake, size)
    publish(lake, "bench")
    counts = (
        "select (select count(*) from {}), (select count(*) from {}), (select count(*) from {})"
    )
    with open_catalog(lake) as connection:
        query = counts.format("article_versions", "rejections", "snapshots")
        assert connection.execute(query).fetchall() == [(2_000, 20, 21)]
    assert [ratio.query for ratio in compare(lake, rounds=1)] == list(queries(""))
    assert len(look_up(lake).existing_s) == LOOK_UPS
    committed = commit_shard(lake, a_shard(an_article()), pipeline_version="1")
    found = items_by_outcome(committed.funnel)
    assert found["new"] == 1


def test_a_figure_beyond_its_bound_is_not_met() -> None:
    rows = [
        Measure(name="a", value=1.501, at_most=1.5, detail="x"),
        Measure(name="b", value=99.6, at_most=100, unit=" ms", digits=0, detail="y"),
        Measure(name="c", value=0.9499, at_least=0.95, digits=4),
        Measure(name="d", value=1),
    ]
    assert table(rows).splitlines()[2:] == [
        "| a | ≤ 1.5 | 1.50 | **no** | x |",
        "| b | ≤ 100 ms | 100 ms | yes | y |",
        "| c | ≥ 0.95 | 0.9499 | **no** |  |",
        "| d |  | 1.00 |  |  |",
    ]


BURN = "import time\nwhile time.process_time() < 0.6: pass\n"
LEAVE_AN_ORPHAN = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {BURN!r}])"


def measured(script: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks.measure", sys.executable, "-c", script]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="prctl(2) is Linux")
def test_cpu_time_of_a_process_whose_parent_did_not_wait_is_counted() -> None:
    cost = json.loads(measured(LEAVE_AN_ORPHAN).stdout)
    assert 0.6 <= cost["cpu_s"] < 3


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="prctl(2) is Linux")
def test_a_command_that_fails_is_no_measurement() -> None:
    done = measured("raise SystemExit('the lake is on fire')")
    assert done.returncode != 0
    assert "the lake is on fire" in done.stderr


HOLD = "held = b'x' * 150_000_000; import time; time.sleep(1)"
FORK_A_HOLDER = f"""
import os
if os.fork() == 0:
    {HOLD}
else:
    os.wait()
"""
RUN_A_HOLDER = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {HOLD!r}])"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc is Linux")
def test_memory_is_that_of_the_workers_and_of_no_other_process() -> None:
    """The marker is in the command line of the one that forks, here the command itself."""
    marker = "# multiprocessing.forkserver"
    cost = json.loads(measured(FORK_A_HOLDER + marker).stdout)
    assert 150e6 < cost["peaks"][-1]["size_bytes"] < 250e6
    assert not json.loads(measured(RUN_A_HOLDER + marker).stdout)["peaks"]
