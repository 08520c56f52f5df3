"""What wire text is taken apart into gives the text again, in its order, and in linear time."""

import time
import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.records import Article, Given, PageKind
from tasks.decoding import Decoded, decode
from tasks.extract import extract_page
from tasks.text import normalise
from tasks.wire import read_wire
from tests.builders import a_page

BODY = "The two ministers met on Monday to talk about trade, which has grown for three years."
LEADS = [
    f"OSLO, May 3 (AP) — {BODY}",
    "Berlin (dpa) - Die beiden Minister trafen sich am Montag, um über den Handel zu sprechen.",
    "Madrid, 3 may (EFE).- Los dos ministros se reunieron el lunes para hablar del comercio.",
    "МОСКВА, 3 мая. /ТАСС/. Министры встретились в понедельник, чтобы поговорить о торговле.",
    "新华社上海5月2日电 两位部长星期一会晤,讨论贸易问题。",
    "تهران - وزیران روز دوشنبه دیدار کردند.",
]
BODIES = [
    BODY,
    "Sie sprachen von einem „guten Tag“. Der Handel wächst seit drei Jahren.",
    "他们说,贸易三年来一直在增长。",
    "قال الوزيران إن التجارة نمت.",
    "Short.",
]
HEADS = [
    "BC-Iran-Talks, 2nd Ld-Writethru",
    "bdt0123 4 pl 312 dpa 0456",
    "URGENT",
    "EMBARGOED UNTIL 10:00 GMT",
    "Sperrfrist: 3. Mai, 10 Uhr",
    "(Eds: Updates with quotes)",
    "(Corrige el nombre del ministro)",
    "\x01a0001 r i bc-ferry\x02",
    "By Jane Doe and John Roe",
    "Von Erika Mustermann",
    "Ministers meet",
    "Minister sprechen über den Handel",
]
BETWEEN = ["(more)", "-more-", "-2-", "BC-IRAN-TALKS, 2", "* * *", "(Fortsetzung)"]
TAILS = [
    "(Reporting by Jane Doe in Paris; Editing by John Roe)",
    "Mit Material von dpa",
    "Com informações da Reuters",
    "CORRECTION: An earlier version misspelled the minister's name.",
    "Media contact: press@example.org",
    "Notes to editors:",
    "## Redaktionelle Hinweise",
    "Pictures are on the ministry's site.",
    "-30-",
    "ENDS",
    "انتهای پیام",
    "\x03\n191212 NOV 26\n\x04",
]
FOOTERS = [
    "© 2024 Example News. All rights reserved.",
    "All content is licensed under a Creative Commons Attribution 4.0 International License.",
    "Dieser Text steht unter der Lizenz CC BY-SA 4.0.",
    "Копирование запрещено. Все права защищены.",
]
GLUED = ["(Reporting by Jane Doe)", "ENDS", "(more)", "（完）", *FOOTERS]
SPACES = ["\n", "\n\n", "\r\n\r\n", " \n \n", "\x0b", "\u2028"]


@st.composite
def wires(draw: st.DrawFn) -> str:
    """Wire text of all parts, mostly in the usual order."""
    junk = st.text(max_size=30)
    heads = draw(st.lists(st.sampled_from([*HEADS, *FOOTERS]) | junk, max_size=5))
    paragraph = st.sampled_from([*BODIES, *BETWEEN]) | junk
    glued = st.tuples(paragraph, st.sampled_from(GLUED)).map(" ".join)
    middle = draw(st.lists(paragraph | glued, max_size=6))
    tails = draw(st.lists(st.sampled_from([*TAILS, *FOOTERS, *BODIES]) | junk, max_size=6))
    lead = draw(st.lists(st.sampled_from(LEADS), max_size=1))
    parts = [*heads, *lead, *middle, *tails]
    if draw(st.booleans()):
        parts = draw(st.permutations(parts))
    return "".join(part + draw(st.sampled_from(SPACES)) for part in parts)


def unspaced(text: str) -> str:
    """Without space, and with marks apart from their letters, so that a cut may part them."""
    return "".join(unicodedata.normalize("NFD", text).split())


def is_interleaved(whole: str, streams: list[list[str]]) -> bool:
    """Whether all pieces of some lists, each list in its order, make up the whole."""
    reached = {(0,) * len(streams)}
    total = sum(map(len, streams))
    for _ in range(total):
        following = set()
        for places in reached:
            at = sum(
                len(piece)
                for stream, n in zip(streams, places, strict=True)
                for piece in stream[:n]
            )
            for number, stream in enumerate(streams):
                n = places[number]
                if n < len(stream) and whole.startswith(stream[n], at):
                    following.add((*places[:number], n + 1, *places[number + 1 :]))
        reached = following
    return bool(reached) and total_length(streams) == len(whole)


def total_length(streams: list[list[str]]) -> int:
    return sum(len(piece) for stream in streams for piece in stream)


texts = wires() | st.text() | st.text(st.sampled_from("aA.(more)-#30 \n\x01\x02\x03é\u0301"))


@given(texts)
def test_headline_cuts_and_text_in_their_order_are_the_input_up_to_space(text: str) -> None:
    story = read_wire(text)
    whole = unspaced(normalise(text))
    streams = [
        [unspaced(story.title)] if story.title else [],
        [unspaced(cut.text) for cut in story.removed],
        [unspaced(line) for line in story.text.split("\n")],
    ]
    assert is_interleaved(whole, streams)


@given(texts)
def test_each_cut_stands_where_it_is_said_to_stand(text: str) -> None:
    story = read_wire(text)
    rebuilt = []
    at = 0
    for cut in story.cuts:
        rebuilt += [story.text[at : cut.at], cut.removed.text]
        at = cut.at
    assert unspaced("".join([*rebuilt, story.text[at:]])) == unspaced(normalise(text))


@settings(deadline=None)  # the first article loads the model of languages
@given(texts, st.none() | st.just("A title from elsewhere"))
def test_an_article_s_title_cuts_and_text_in_their_order_are_the_page(
    text: str, title: str | None
) -> None:
    body = text.encode("utf-8", "replace")
    beside = Given(given_title=title)
    page = a_page(kind=PageKind.TEXT, body=body, charset="utf-8", given=beside)
    article = extract_page(page, now=datetime(2026, 11, 23, tzinfo=UTC))
    if not isinstance(article, Article):
        return
    decoded = decode(body, "utf-8")
    assert isinstance(decoded, Decoded)
    printed = article.content.title if article.content.title_source == "text" else None
    streams = [
        [unspaced(printed)] if printed else [],
        [unspaced(cut.text) for cut in article.cleaning.removed],
        [unspaced(line) for line in article.content.text.split("\n")],
    ]
    assert is_interleaved(unspaced(normalise(decoded.text)), streams)


def cut_of(text: str, title: str | None = None) -> list[tuple[str, str]]:
    page = a_page(kind=PageKind.TEXT, body=text.encode(), given=Given(given_title=title))
    article = extract_page(page, now=datetime(2026, 11, 23, tzinfo=UTC))
    assert isinstance(article, Article)
    return [(cut.kind, cut.text) for cut in article.cleaning.removed]


def test_footers_stand_among_the_other_cuts_where_they_stood() -> None:
    first, last = FOOTERS[:2]
    text = f"URGENT\n\n{first}\n\n(more)\n\n{LEADS[0]}\n\n{last}\n\n(Reporting by Jane Doe)\n\n-30-"
    assert cut_of(text) == [
        ("slug", "URGENT"),
        ("copyright-footer", first),
        ("end-mark", "(more)"),
        ("license-footer", last),
        ("credit", "(Reporting by Jane Doe)"),
        ("end-mark", "-30-"),
    ]


def test_a_footer_that_a_page_break_parts_is_two_cuts() -> None:
    text = f"© 2024 Example News.\n\n(more)\n\nAll rights reserved.\n\n{LEADS[0]}\n\n{BODY}"
    assert cut_of(text) == [
        ("copyright-footer", "© 2024 Example News."),
        ("end-mark", "(more)"),
        ("copyright-footer", "All rights reserved."),
    ]


def test_a_headline_is_among_the_cuts_where_another_title_was_given() -> None:
    text = f"Ministers meet\n\n{LEADS[0]}"
    assert cut_of(text, "Trade grows") == [("headline", "Ministers meet")]
    assert cut_of(text, "Ministers meet") == cut_of(text) == []


UNITS = [
    "A, ", "OSLO/", "(AP) - ", " ", "By Jane and ", "A - ", "ENDS ", "(", "AP) ", "x\n", "【", ". ",
    "Reporting by ", "(Reporting by Jane; ", ". (Reporting by Jane)", "Editing by A\n", "(more)\n",
    "x. (more)\n", "-30-\n", "BC-A-B\n", "BC-", "a/", "A/", "Notes to editors:\n", "Correction: ",
    "Correction: x\n", "EMBARGOED UNTIL 10:00\n", "\x01", "\x01\x02", "\x03", "EDS: ", ")", "（",
    "X contributed to this report. ", "Contact: a@b.c\n", "1 ", "©", "© A. \n", "d'", "\u0301", "-",
]  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
def test_time_is_bounded_whatever_the_text(unit: str) -> None:
    """What is quadratic takes minutes here."""
    head = f"A headline\n\n{BODY}\n\n"
    assert seconds(head + unit * (400_000 // len(unit))) < 0.4
    assert seconds(unit * (400_000 // len(unit)) + f"\n{BODY}\n-30-") < 0.4


@pytest.mark.parametrize("unit", ["word ", "(", "Reporting by ", ". (Editing by A)", "(more)\n"])
def test_five_megabytes_take_less_than_two_seconds(unit: str) -> None:
    assert seconds(unit * (5_000_000 // len(unit))) < 2


def seconds(text: str) -> float:
    start = time.process_time()
    read_wire(text)
    return time.process_time() - start
