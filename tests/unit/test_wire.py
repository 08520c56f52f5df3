"""Wire text taken apart: headline, byline, dateline, end marks."""

import pytest

from expectations.records import Removed, Wire
from tasks.text import normalise
from tasks.wire import NO_WIRE, WireText, find_dateline, read_wire

BODY = "The two ministers met on Monday to talk about trade, which has grown for three years."


def wire(place: str | None, date: str | None = None, agency: str | None = None) -> Wire:
    return Wire(dateline_place=place, dateline_date=date, agency=agency)


@pytest.mark.parametrize(
    ("lead", "expected"),
    [
        ("OSLO - The king", wire("OSLO")),
        ("OSLO- The king", wire("OSLO")),
        ("NEW DELHI: The court", wire("NEW DELHI")),
        ("SÃO PAULO — O ministro", wire("SÃO PAULO")),
        ("WASHINGTON, D.C. — The Senate", wire("WASHINGTON")),
        ("EAU CLAIRE, Wis. (AP) — After", wire("EAU CLAIRE", None, "AP")),
        ("McALLEN, Texas (AP) — Agents", wire("McALLEN", None, "AP")),
        ("ST. LOUIS (AP) — The river", wire("ST. LOUIS", None, "AP")),
        ("PARIS/LONDON, March 7 (Reuters) - The", wire("PARIS/LONDON", "March 7", "Reuters")),
        ("PARIS, March 3, 2024 (AFP) - The", wire("PARIS", "March 3, 2024", "AFP")),
        ("BEIJING, Nov. 19 (Xinhua) -- China", wire("BEIJING", "Nov. 19", "Xinhua")),
        ("Mumbai, Nov 19 (PTI) The Sensex", wire("Mumbai", "Nov 19", "PTI")),
        ("Madrid, 19 nov (EFE).- El Gobierno", wire("Madrid", "19 nov", "EFE")),
        ("Frankfurt/Main (dpa) - Für", wire("Frankfurt/Main", None, "dpa")),
        ("Kiel (dpa/lno) – Trotz", wire("Kiel", None, "dpa/lno")),
        ("Berlin, 3. März (KNA) Die", wire("Berlin", "3. März", "KNA")),
        ("(Reuters) — The attorney", wire(None, None, "Reuters")),
        ("Nov 19 (Reuters) - Shares", wire(None, "Nov 19", "Reuters")),
        ("(ANSA) - ROMA, 19 NOV - Il", wire("ROMA", "19 NOV", "ANSA")),
        ("MOSCOW, November 19. /TASS/. The", wire("MOSCOW", "November 19", "TASS")),
        ("TULSA, Okla. (KTUL) - A storm", wire("TULSA", None, "KTUL")),
        ("GEORGE TOWN, PENANG — The", wire("GEORGE TOWN")),
        ("МОСКВА, 19 ноября. /ТАСС/. Россия", wire("МОСКВА", "19 ноября", "ТАСС")),
        ("القاهرة (رويترز) - قال", wire("القاهرة", None, "رويترز")),
        ("新华社上海5月2日电 题", wire("上海", "5月2日", "新华社")),
        ("【パリ＝山田太郎】フランス", wire("パリ")),
        ("(부산=연합뉴스) 기자 =", wire("부산", None, "연합뉴스")),
    ],
)
def test_datelines_are_parsed(lead: str, expected: Wire) -> None:
    assert find_dateline(lead) == expected


@pytest.mark.parametrize(
    "lead",
    [
        "MIGRATION – Der Bundesrat will", "KOMMENTAR: Warum das", "EXCLUSIVE - The minister",
        "WATCH: The moment", "MIRA: El momento", "LTE-Patent: Das Gericht", "SPANIEN: Wer siegt",
        "UPDATE 1-Shares fall", "US-China: The talks", "CHINESE AGGRESSION: Manila accused",
        "Apple (AAPL) - Shares rose", "Jane Roe (D) - The senator", "Karl Mai (SPÖ) – Der",
        "Berlin. Die Füchse stehen", "Angela Mai, Chefin (dpa), sagt", "A, B – C", "", " - ", ":",
        "The talks - the third this year - failed",
    ],
)  # fmt: skip
def test_kickers_and_sentences_are_no_datelines(lead: str) -> None:
    assert find_dateline(lead) == NO_WIRE


def test_only_the_first_paragraph_holds_a_dateline() -> None:
    assert find_dateline("Something else.\nOSLO - The king") == NO_WIRE


def test_running_text_without_a_headline_has_none() -> None:
    text = "OSLO - The king said on Sunday.\u00a0  He will travel. " + BODY
    assert read_wire(text) == WireText(
        title=None,
        authors=(),
        date_line=None,
        wire=wire("OSLO"),
        text=normalise(text),
        cuts=(),
    )


def test_a_dispatch_is_taken_apart() -> None:
    text = (
        f"King to travel in spring\n\nBy Jane Doe and John van Roe\n\nOSLO (AP) — {BODY}\n\n-30-\n"
    )
    story = read_wire(text)
    assert story.title == "King to travel in spring"
    assert story.authors == ("Jane Doe", "John van Roe")
    assert story.wire == wire("OSLO", None, "AP")
    assert story.text == f"OSLO (AP) — {BODY}"
    assert story.removed == (
        Removed("byline", "By Jane Doe and John van Roe"),
        Removed("end-mark", "-30-"),
    )


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Oslo, 5 nov 2024 (AFP) -", wire("Oslo", "5 nov 2024", "AFP")),
        ("OSLO, Nov. 5, 2024", wire("OSLO", "Nov. 5, 2024")),
        ("OSLO, Norway —", wire("OSLO")),
    ],
)
def test_a_dateline_may_stand_in_a_line_of_its_own_and_stays_there(
    line: str, expected: Wire
) -> None:
    story = read_wire(f"Le roi part en voyage\n\n{line}\n\n{BODY}\n\n{BODY}")
    assert (story.title, story.wire) == ("Le roi part en voyage", expected)
    assert story.text == f"{line}\n{BODY}\n{BODY}"


def test_a_place_and_day_above_the_dateline_are_a_date_line() -> None:
    story = read_wire(f"Talks end\n\nOSLO, Nov. 5, 2024\n\nOSLO, Nov. 5, 2024 (AP) -- {BODY}")
    assert story.wire == wire("OSLO", "Nov. 5, 2024", "AP")
    assert story.removed == (Removed("date-line", "OSLO, Nov. 5, 2024"),)


def test_a_deck_between_headline_and_byline_stays() -> None:
    deck = "The king will see six countries, and speak of trade in each of them."
    story = read_wire(f"King to travel in spring\n{deck}\n\nBy Jane Doe\n\nOSLO (AP) — {BODY}")
    assert (story.title, story.authors) == ("King to travel in spring", ("Jane Doe",))
    assert story.wire == wire("OSLO", None, "AP")
    assert story.text == f"{deck}\nOSLO (AP) — {BODY}"


def test_a_rule_below_the_headline_is_cut() -> None:
    story = read_wire(f"King to travel in spring\n-----\n\n{BODY}")
    assert (story.title, story.text) == ("King to travel in spring", BODY)


@pytest.mark.parametrize(
    ("head", "title", "authors", "cut"),
    [
        (
            "King to travel\n\nBy JANE DOE\nAssociated Press",
            "King to travel",
            ("JANE DOE", "Associated Press"),
            ["By JANE DOE", "Associated Press"],
        ),
        ("King to travel\nReuters", "King to travel", ("Reuters",), ["Reuters"]),
        (
            "King to travel in spring\nBy Jane Doe\nStaff Writer\nNov. 5, 2024",
            "King to travel in spring",
            ("Jane Doe",),
            ["By Jane Doe", "Staff Writer", "Nov. 5, 2024"],
        ),
        (
            "5 novembre 2024\nLe roi part en voyage\nPar Jean Dupont",
            "Le roi part en voyage",
            ("Jean Dupont",),
            ["5 novembre 2024", "Par Jean Dupont"],
        ),
        ("By Jane Doe\nKing to Travel", "King to Travel", ("Jane Doe",), ["By Jane Doe"]),
    ],
)
def test_whom_the_author_works_for_and_the_day_are_no_headline(
    head: str, title: str, authors: tuple[str, ...], cut: list[str]
) -> None:
    story = read_wire(f"{head}\n\nOSLO (AP) — {BODY}\n\n{BODY}")
    assert (story.title, story.authors) == (title, authors)
    assert [removed.text for removed in story.removed] == cut
    assert story.text.startswith("OSLO (AP)")


def test_a_byline_may_stand_above_the_headline() -> None:
    story = read_wire(f"Von Erika Mustermann\n\nDer König reist im Frühling\n\n{BODY}\n{BODY}")
    assert (story.title, story.authors) == ("Der König reist im Frühling", ("Erika Mustermann",))


@pytest.mark.parametrize(
    "title",
    ["By the Sea", "By George", "By Night in Chile", "By Land and Sea", "Von der Leyen"],
)
def test_a_headline_that_begins_like_a_byline_names_nobody(title: str) -> None:
    assert read_wire(f"{title}\n\nOSLO (AP) — {BODY}").title == title
    assert read_wire(f"{title}\n\n{BODY}\n{BODY}").authors == ()


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("By Jane Doe", ("Jane Doe",)),
        ("By Reuters", ("Reuters",)),
        ("By The Associated Press", ("The Associated Press",)),
        ("By Jane Doe, AFP", ("Jane Doe", "AFP")),
        ("By JANE DOE and JOHN ROE Associated Press", ("JANE DOE", "JOHN ROE", "Associated Press")),
        ("Por João da Silva — Brasília", ("João da Silva",)),
        ("بقلم: محمد علي", ("محمد علي",)),
        ("نویسنده: محمد رضایی", ("محمد رضایی",)),
        ("作者：张三、李四", ("张三", "李四")),
        ("山田太郎記者", ("山田太郎",)),
        ("By Jane Doe | The Associated Press", ("Jane Doe", "The Associated Press")),
        ("Von Erika von Muster in Wien", ("Erika von Muster",)),
    ],
)
def test_a_byline_names_people_by_two_names_or_an_agency(line: str, names: tuple[str, ...]) -> None:
    assert read_wire(f"{line}\n\n{BODY}\n{BODY}").authors == names


@pytest.mark.parametrize(
    "text",
    [
        "Roses are red\nViolets are blue\nSugar is sweet\nAnd so are you",
        f"He ran\n\n{BODY}\n\n{BODY}",
        "He ran and ran\n\nuntil he was tired of it all, and of the river, and of the boats there",
        "The whole day long\n\nThe boats were on the river.\n\nThen they were gone.",
    ],
)
def test_the_short_first_line_of_a_poem_or_story_is_no_headline(text: str) -> None:
    story = read_wire(text)
    assert (story.title, story.text) == (None, normalise(text))


@pytest.mark.parametrize(
    "text",
    [
        f"Talks\n\nOSLO - {BODY}",
        f"Talks\n\nBy Jane Doe\n\n{BODY}",
        f"URGENT\n\nTalks\n\n{BODY}",
        f"Talks in Oslo\n\n{BODY}",
        "两国部长举行会谈\n\n两位部长星期一会晤,讨论贸易问题,贸易三年来一直在增长。",
    ],
)
def test_a_headline_is_announced_or_has_the_length_of_one(text: str) -> None:
    titles = ("Talks", "Talks in Oslo", "两国部长举行会谈")
    assert read_wire(text).title in titles


@pytest.mark.parametrize(
    "first",
    [
        "It was a cold day.", "“No.”", "OSLO (AP) — The king", BODY[:-1] * 3,
        "He said:", "###",
    ],
)  # fmt: skip
def test_a_first_line_that_is_not_clearly_a_headline_stays(first: str) -> None:
    story = read_wire(f"{first}\n\n{BODY} {BODY} {BODY} {BODY}")
    assert story.title is None
    assert story.authors == ()


def test_a_sentence_that_begins_like_a_byline_is_none() -> None:
    story = read_wire(f"By noon the town was empty\n{BODY}\n{BODY}")
    assert story.authors == ()
    assert story.removed == ()


@pytest.mark.parametrize("mark", ["ENDS", "-30-", "(more)", "###", "# # #", "(END)", "– 30 –"])
def test_an_end_mark_behind_the_last_sentence_is_cut(mark: str) -> None:
    story = read_wire(f"{BODY} {mark}")
    assert (story.text, story.removed) == (BODY, (Removed("end-mark", mark),))


def test_an_end_mark_before_a_footer_is_cut() -> None:
    story = read_wire(f"{BODY}\n\nENDS\n\n© 2024 Example News. All rights reserved.")
    assert story.text == f"{BODY}\n© 2024 Example News. All rights reserved."


def test_the_rule_behind_a_story_is_cut() -> None:
    story = read_wire(f"{BODY}\n\n=====\n")
    assert (story.text, story.removed) == (BODY, (Removed("end-mark", "====="),))


@pytest.mark.parametrize(
    "line",
    ["Media contact: Jane Doe, press@example.org", "Pressekontakt: Erika Muster, Tel. 030 1234567"],
)
def test_a_line_with_an_address_for_journalists_is_cut(line: str) -> None:
    story = read_wire(f"{BODY}\n\n{line}\n\n###")
    assert story.text == BODY
    assert story.removed == (Removed("contact", line), Removed("end-mark", "###"))


@pytest.mark.parametrize("line", ["Contact: he has none.", "Write to press@example.org, he said."])
def test_a_sentence_about_contacts_stays(line: str) -> None:
    assert read_wire(f"{BODY}\n\n{line}").removed == ()


@pytest.mark.parametrize("line", ["30", "More", "Fine"])
def test_a_number_or_word_alone_is_no_end_mark(line: str) -> None:
    assert read_wire(f"{BODY}\n\n{line}").removed == ()
    assert read_wire(f"{BODY}\n\n{line}\n\n{BODY}").removed == ()


def test_the_end_of_a_sentence_is_no_end_mark() -> None:
    assert read_wire(f"{BODY} He was 30").removed == ()
    assert read_wire(f"{BODY} So it ends.").removed == ()
