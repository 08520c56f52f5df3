"""Text files with several stories: where they are parted, and where they must not be."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations.records import Page, PageKind, Rejection
from tasks.sources.inputs import Input
from tasks.sources.plain import read_pages
from tasks.sources.stories import split_stories, story_starts
from tasks.sources.streams import open_regular, open_stream
from tasks.text import decode
from tasks.wire import read_wire

BODY = "The council met on Monday to talk about the ferry, which has run for thirty years."


def story(number: int) -> str:
    return f"Café number {number} opens\n\nOSLO, May {number % 28 + 1} (AP) — {BODY}\n\n{BODY}\n"


def read(path: Path, body: bytes, limit: int = 1 << 20) -> list[Page | Rejection]:
    path.write_bytes(body)
    source = Input(source_id="s", path=str(path), modified_at=None, max_page_bytes=limit)
    with open_regular(path) as file:
        return list(read_pages(open_stream(file), source, PageKind.TEXT))


def titles(items: list[Page | Rejection]) -> list[str | None]:
    found = []
    for item in items:
        assert isinstance(item, Page)
        decoded = decode(item.body, item.charset)
        found.append(read_wire(decoded.text).title)  # type: ignore[union-attr]
    return found


@pytest.mark.parametrize(
    "separator",
    [
        "\n=====\n\n", "\n---\n\n", "\n***\n\n", "\n* * *\n", "\f", "\n-30-\n\n", "\nENDS\n\n\n",
        "\n###\n\n", "\n# # #\n\n", "\n-- END --\n\n", "\n___________\n", "\n———\n",
    ],
)  # fmt: skip
def test_stories_with_datelines_are_parted_by_the_usual_separators(separator: str) -> None:
    text = separator.join(story(n) for n in range(1, 4))
    starts = story_starts(text)
    assert len(starts) == 3
    assert all(text[start:].lstrip().startswith("Café") for start in starts)


@pytest.mark.parametrize(
    "header", ["Story {} of 3", "Document {} of 3", "=== Artikel {} von 3 ==="]
)
def test_numbered_headers_part_stories_without_datelines(header: str) -> None:
    text = "".join(f"{header.format(n)}\n\nA headline\n\n{BODY}\n\n" for n in (1, 2, 3))
    assert len(story_starts("Search results\n\n" + text)) == 3


def test_a_law_in_numbered_articles_is_one_text() -> None:
    for numbers in ((5, 6), (1, 2)):
        text = "".join(f"Article {n} of 10\n\nScope\n\n{BODY}\n\n" for n in numbers)
        assert story_starts(text) == [0]


def test_an_excerpt_of_numbered_articles_is_parted_if_they_have_datelines() -> None:
    text = "".join(f"Article {n} of 10\n\n{story(n)}\n" for n in (5, 6))
    assert len(story_starts(text)) == 2


def test_numbered_parts_of_prose_are_one_text() -> None:
    text = "".join(f"Document {n} of 3\n\n{BODY}\n\n" for n in (1, 2, 3))
    assert story_starts(text) == [0]


def test_stories_without_headlines_are_parted_by_end_marks() -> None:
    text = f"OSLO - {BODY}\n\n-30-\n\n=====\n\nLONDON - {BODY}\n"
    starts = story_starts(text)
    assert [text[start:].strip()[:4] for start in starts] == ["OSLO", "LOND"]


def test_transmissions_are_parted_at_their_headers() -> None:
    text = "".join(f"\x01a{n:04} r i bc-ferry\x02\n{story(n)}\x03\n" for n in (1, 2, 3))
    assert len(story_starts(text)) == 3


@pytest.mark.parametrize(
    "header",
    [
        "BC-Ferry-{}, 2nd Ld-Writethru\n", "bdt012{} 4 pl 312 dpa 0456\n\nVerkehr/Fähren/\n",
        "FERRY-TOWN{}/ (UPDATE 2)\n", "URGENT\n\nBC-Ferry-{}\n(Eds: Updates with quotes)\n",
        "EMBARGOED UNTIL 1{}:00 GMT\n", "FOR IMMEDIATE RELEASE\n", "Sperrfrist: {}. Mai, 10 Uhr\n",
    ],
)  # fmt: skip
@pytest.mark.parametrize("first", ["", "header"])
def test_stories_are_parted_by_the_slugs_above_them(header: str, first: str) -> None:
    text = "".join(
        f"{header.format(n) if n > 1 or first else ''}\n{story(n)}\n{BODY}\n\n" for n in range(1, 4)
    )
    starts = story_starts(text)
    assert len(starts) == 3
    opening = header.split("{", maxsplit=1)[0]
    assert all(text[start:].lstrip().startswith(opening) for start in starts[1:])


@pytest.mark.parametrize(
    "text",
    [
        f"BC-Ferry\n\nA headline\n\nBC-Ferry, 1st Ld\n\n(Updates with quotes)\n\n{story(1)}",
        f"URGENT\n\nBy Jane Doe\n\nBC-Ferry-Town\n\n{story(1)}",
        f"{story(1)}\n{BODY}\n\n(more)\n\nBC-FERRY-TOWN, 2\n\nBERLIN (AP) - {BODY}\n",
        f"{story(1)}\n{BODY}\n\nBC-FERRY-TOWN\n\n{BODY}\n\n{BODY}\n",
        f"{story(1)}\n{BODY}\n\nURGENT\n\nA section\n\n{BODY}\n",
        f"A section\n\n{BODY}\n\nURGENT\n\n{story(1)}",
        f"{story(1)}\n{BODY}\n\n(Reporting by Jane Doe)\n\n(Updates with quotes)\n",
        f"{story(1)}\n{BODY}\n\nCorrection: talks fail\n\n{story(2)}",
    ],
)  # fmt: skip
def test_slugs_and_advisories_of_one_story_do_not_part_it(text: str) -> None:
    assert story_starts(text) == [0]


def test_a_mere_rule_parts_stories_where_the_next_one_names_its_agency() -> None:
    text = f"{story(1)}\n~~~~~\n\nParis (dpa) - Die Minister trafen sich. {BODY}\n"
    assert len(story_starts(text)) == 2


@pytest.mark.parametrize(
    "text",
    [
        f"{story(1)}\n* * *\n\n{BODY}\n\n---\n\nBackground\n\n{BODY}\n",
        f"{story(1)}\n* * *\n\nLONDON - In the British capital, the same. {BODY}\n",
        f"{story(1)}\n\fLONDON - In the British capital, the same. {BODY}\n",
        f"{BODY}\n\n---\n\n{BODY}\n\n=====\n\n{BODY}",
        f"{story(1)}\nENDS\n\nNotes to editors\n\n{BODY}\n\n###\n",
        f"{story(1)}\n-30-\n\nMedia contact: press@example.org\n",
        f"Part one of it\n\n{BODY}\n\n***\n\n{story(2)}",
        "=====\n\n---\n\n***\n", "\f\f\f", "\x01\x02\x03", "", "\n" * 9, "Story 3 of 2\n\nx\n",
        f"{BODY} Story 1 of 2 was better than Story 2 of 2, he said.",
    ],
)  # fmt: skip
def test_one_article_is_not_parted(text: str) -> None:
    assert story_starts(text) == [0]


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "windows-1252"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_file_of_500_stories_is_500_pages(tmp_path: Path, codec: str, line_end: str) -> None:
    text = "\n=====\n\n".join(story(n) for n in range(500))
    body = text.replace("\n", line_end).encode(codec)
    items = read(tmp_path / "wire.txt", body)
    assert titles(items) == [f"Café number {n} opens" for n in range(500)]
    offsets = []
    for item in items:
        assert isinstance(item, Page)
        offset = int(item.raw_ref.rpartition("#")[2])
        assert body[offset : offset + len(item.body)] == item.body
        offsets.append(offset)
    assert len(set(offsets)) == 500


def test_a_file_over_the_limit_is_rejected_whole(tmp_path: Path) -> None:
    (item,) = read(tmp_path / "wire.txt", story(1).encode() * 9, limit=500)
    assert isinstance(item, Rejection)


pieces = st.sampled_from(
    [story(1), story(2), "\n---\n", "\f", "\r\n===\r\n", "\x01", "Story 1 of 2\n", "Story 2 of 2\n",
     "\ufeff", " ", "-30-\n", "é", "\nURGENT\n", "\nBC-Ferry-Town\n", "\n(more)\n"]
)  # fmt: skip


@given(st.lists(pieces | st.text(max_size=5), max_size=12), st.binary(max_size=3))
def test_stories_joined_are_the_file(parts: list[str], damage: bytes) -> None:
    body = "".join(parts).encode("utf-8", "replace") + damage
    for codec in ("utf-8", "windows-1252", "utf-16-le", "shift_jis", "no-such-codec"):
        stories = split_stories(body, codec)
        assert b"".join(part for _, part in stories) == body
        assert [offset for offset, _ in stories] == [
            sum(len(part) for _, part in stories[:n]) for n in range(len(stories))
        ]


@pytest.mark.parametrize(
    "unit",
    [
        "---\n",
        "\f",
        " ",
        "-",
        "\x01",
        "Story 1 of 2\n",
        "word ",
        "* ",
        "URGENT\n",
        "BC-A-B\n",
        "x\n",
    ],
)
def test_time_grows_with_the_file_and_no_faster(unit: str) -> None:
    start = story(1)
    once, four_times = (
        min(_seconds(start + unit * (n * 60_000 // len(unit))) for _ in range(3)) for n in (1, 4)
    )
    assert four_times < 12 * max(once, 0.004)


def _seconds(text: str) -> float:
    start = time.perf_counter()
    story_starts(text)
    return time.perf_counter() - start
