"""Bad input through a real pool: what each page becomes, and that its neighbours notice nothing."""

import gzip
import random
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from expectations.records import Article, Page, PageKind, Rejection
from tasks.parsing import MAX_ELEMENTS
from tasks.pool import ExtractionPool, open_pool
from tasks.shards import stage_shards
from tests.builders import a_page

NOW = datetime(2026, 11, 23, tzinfo=UTC)
DEADLINE_S = 4.0  # each page below but one is done in under 1 s
MIB = 1 << 20

SENTENCES = [
    f"In its session number {n} the council agreed on the budget of schools." for n in range(9)
]
STORY = "\n".join(SENTENCES)
PARAGRAPHS = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES).encode()
ARTICLE = b"<article>" + PARAGRAPHS + b"</article>"
NOISE = random.Random(1).randbytes(200_000)  # noqa: S311 - any bytes will do


def page(before: bytes = b"", after: bytes = b"", head: bytes = b"") -> bytes:
    return b"<html><head>%b</head><body>%b%b%b</body></html>" % (head, before, ARTICLE, after)


def linked_data(json: bytes) -> bytes:
    return page(head=b"<script type='application/ld+json'>" + json + b"</script>")


def feed(root: bytes, item: bytes) -> bytes:
    items = b"".join(b"<%b>%b</%b>" % (item, s.encode(), item) for s in SENTENCES)
    name = root.partition(b" ")[0]
    return b"<?xml version='1.0' encoding='UTF-8'?>\n<%b>%b</%b>" % (root, items, name)


def numbered(markup: bytes, times: int) -> bytes:
    return b"".join(markup % n for n in range(times))


# What each page becomes: all of the story, or a rejection by the rule.
Bad = tuple[str, Callable[[], bytes]]
BAD: dict[str, Bad] = {
    # Text that libxml2 or trafilatura loses.
    "a text node of 11 MB": ("story", lambda: page(after=b"<p>" + b"word " * 2_300_000)),
    "a script of 11 MB": ("story", lambda: page(b"<script>" + b"x" * 11 * MIB + b"</script>")),
    "elements 300 deep": ("story", lambda: page(b"<div>" * 300)),
    "elements 1,900 deep": ("story", lambda: page(b"<div>" * 1_900)),
    "elements 2,100 deep": ("too_deep", lambda: page(b"<div>" * 2_100)),
    "elements 2,100 deep beside the text": (
        "too_deep", lambda: page(b"<b>" * 2_100 + b"</b>" * 2_100),
    ),
    "elements 100,000 deep": ("too_deep", lambda: page(b"<span>" * 100_000)),
    "a lone surrogate": ("damaged", lambda: page().replace(b"number 4", b"number \xed\xa0\x804")),
    "a reference to a surrogate": (
        "damaged", lambda: page().replace(b"number 4", b"number &#xD800;4"),
    ),
    # More elements than any page has.
    "10 MB of identical paragraphs": (
        "too_many_elements",
        lambda: b"<p>The council agreed on the budget of the city.</p>" * 210_000,
    ),
    "20 MB of paragraphs": (
        "too_many_elements", lambda: numbered(b"<p>In session %d the council agreed.</p>", 480_000),
    ),
    "100,000 links": (
        "too_many_elements", lambda: numbered(b"<a href='/%d'>a link</a>\n", 100_000),
    ),
    "10.8 MB of links": (
        "too_many_elements", lambda: b"<a href='/x'>a link here</a> " * 375_000,
    ),
    "200,000 line breaks": ("too_many_elements", lambda: page(after=b"line<br>" * 200_000)),
    "20 MB of line breaks": ("too_many_elements", lambda: b"<br>" * 5_000_000),
    "almost as many elements as may be": (
        "story", lambda: page(after=b"<b>word</b> " * (MAX_ELEMENTS - 100)),
    ),
    # No page at all.
    "an RSS feed": ("media_type", lambda: feed(b"rss version='2.0'", b"description")),
    "an Atom feed": ("media_type", lambda: feed(b"feed xmlns='x'", b"summary")),
    "a sitemap": ("media_type", lambda: feed(b"urlset xmlns='x'", b"loc")),
    "an index of sitemaps": ("media_type", lambda: feed(b"sitemapindex", b"loc")),
    "an SVG image": ("media_type", lambda: feed(b"svg xmlns='x'", b"text")),
    "an SVG image with a DTD": (
        "media_type",
        lambda: b"<!-- > --><!DOCTYPE svg [<!ENTITY n 'x'>]>" + feed(b"svg", b"text")[39:],
    ),
    "a page that begins with an image": ("story", lambda: b"<svg><path/></svg>" + ARTICLE),
    "a page that begins with a feed": ("story", lambda: b"<rss></rss>" + page()),
    "XHTML": (
        "story", lambda: b"<?xml version='1.0' encoding='utf-8'?><!DOCTYPE html>" + page(),
    ),
    "a PDF": ("binary", lambda: b"%PDF-1.7\n" + NOISE),
    "a PDF in ASCII": ("binary", lambda: b"%PDF-1.4\n" + b"BT (The council agreed.) Tj ET\n" * 99),
    "a PNG image": ("binary", lambda: b"\x89PNG\r\n\x1a\n" + NOISE),
    "a JPEG image": ("binary", lambda: b"\xff\xd8\xff\xe0\0\x10JFIF" + NOISE),
    "a gzip file": ("binary", lambda: gzip.compress(page())),
    "a ZIP archive": ("binary", lambda: b"PK\x03\x04" + NOISE),
    "zlib data": ("undecodable", lambda: zlib.compress(NOISE)),
    "random bytes": ("undecodable", lambda: NOISE),
    # Frames.
    "100 nested framesets": (
        "no_text", lambda: b"<html>" + b"<frameset>" * 100 + b"<frame src=a>" * 100,
    ),
    "100 nested frames in the text's place": ("no_text", lambda: page(b"<iframe src=x>" * 100)),
    "100 frames": ("story", lambda: page(b"<iframe src=x>a frame</iframe>" * 100)),
    # Giants.
    "JSON-LD of 5 MB": (
        "story",
        lambda: linked_data(b'{"@type":"NewsArticle","articleBody":"%b"}' % (b"x y z" * MIB)),
    ),
    "JSON-LD of 130,000 articles": (
        "story",
        lambda: linked_data(b"[%b{}]" % (b'{"@type":"NewsArticle","headline":"H"},' * 130_000)),
    ),
    "JSON-LD nested without end": ("story", lambda: linked_data(b'{"a":[' * 800_000)),
    "a class of 2 MB": (
        "story", lambda: page(b"<div class='%b'>x</div>" % (b"author date " * 175_000)),
    ),
    "an id of 2 MB": ("story", lambda: page(b"<div id='%b'>x</div>" % (b"a-b-" * 500_000))),
    "a link of 2 MB": ("story", lambda: page(b"<a href='/%b'>x</a>" % (b"a/" * MIB))),
    "an author of 2 MB": (
        "story", lambda: page(head=b"<meta name=author content='%b'>" % (b"Jane Doe, " * 200_000)),
    ),
    "a date of 2 MB": (
        "story", lambda: page(b"<time datetime='%b'>now</time>" % (b"2024-01-01 " * 190_000)),
    ),
    "a canonical URL of 2 MB": (
        "story",
        lambda: page(head=b"<link rel=canonical href='https://e.org/%b'>" % (b"a/" * MIB)),
    ),
    "200,000 attributes": (
        "deadline", lambda: page(b"<div " + numbered(b"a%d=1 ", 200_000) + b"></div>"),
    ),
    "a comment of 1 MB": ("story", lambda: page(b"<!--" + b"- " * MIB + b"-->")),
    "a comment without end": ("no_text", lambda: page(b"<!--" + b"- " * MIB)),
    "a million references": ("story", lambda: page(after=b"<p>" + b"&amp;&#65; " * 500_000)),
    "a million bogus references": ("story", lambda: page(after=b"<p>" + b"&bogus; " * 1_000_000)),
    "a million brackets": ("story", lambda: page(after=b"<p>" + b"<" * 1_000_000)),
    # Broken and empty.
    "paragraphs without end": ("story", lambda: ARTICLE.replace(b"</p>", b"")),
    "bold without end": ("story", lambda: page().replace(b"<p>", b"<p><b>")),
    "fonts without end": ("story", lambda: page().replace(b"<p>", b"<p><font><i>")),
    "NUL bytes": ("story", lambda: page().replace(b"session", b"ses\0sion")),
    "nothing but a template": (
        "story", lambda: b"<body><template>" + ARTICLE + b"</template></body>",
    ),
    "nothing but a noscript": (
        "story", lambda: b"<body><noscript>" + ARTICLE + b"</noscript></body>",
    ),
    "a template in a script": (
        "no_text", lambda: b"<body><script type='text/html'>" + ARTICLE + b"</script>",
    ),
}  # fmt: skip


def good_page(number: int) -> bytes:
    return page().replace(b"council", b"council of ward %d" % number)


@dataclass(frozen=True)
class Outcomes:
    bad: dict[str, Article | Rejection]
    good: list[Article | Rejection]


@pytest.fixture(scope="module")
def pool() -> Iterator[ExtractionPool]:
    opened = open_pool(2, deadline_s=DEADLINE_S)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def outcomes(pool: ExtractionPool, tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    """All bad pages in one run, each between two good ones; staged one by one, as readers do."""

    def pages() -> Iterator[Page]:
        for number, (_, build) in enumerate(BAD.values()):
            for body in (good_page(number), build()):
                yield a_page(kind=PageKind.HTML, body=body)
        yield a_page(kind=PageKind.HTML, body=good_page(len(BAD)))

    results: list[Article | Rejection] = []
    for shard in stage_shards(pages(), tmp_path_factory.mktemp("pages")):
        results += pool.extract(shard, now=NOW, on_page=lambda _: None).values()
    assert len(results) == 2 * len(BAD) + 1
    return Outcomes(dict(zip(BAD, results[1::2], strict=True)), results[::2])


@pytest.mark.parametrize("name", BAD)
def test_a_bad_page_gives_all_of_its_story_or_a_reason(outcomes: Outcomes, name: str) -> None:
    expected, _ = BAD[name]
    result = outcomes.bad[name]
    if isinstance(result, Rejection):
        assert (result.rule, bool(result.detail)) == (expected, True)
        return
    text = result.content.text
    missing = [sentence for sentence in SENTENCES if sentence not in text]
    assert (expected, len(missing)) in {("story", 0), ("damaged", 1)}, text[:500]


def test_the_pages_between_are_unharmed(outcomes: Outcomes) -> None:
    for number, result in enumerate(outcomes.good):
        assert isinstance(result, Article), (number, result)
        assert result.content.text == STORY.replace("council", f"council of ward {number}")


def test_a_rejection_names_what_the_bytes_are(outcomes: Outcomes) -> None:
    details = {
        name: result.detail
        for name, result in outcomes.bad.items()
        if isinstance(result, Rejection) and result.rule in {"binary", "media_type"}
    }
    for name, detail in details.items():
        named = name.removesuffix(" with a DTD").removesuffix(" in ASCII")
        assert named.removeprefix("a ").removeprefix("an ") in detail, (name, detail)
