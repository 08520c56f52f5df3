"""Days as newsrooms print them for readers."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml.html import HTMLParser, document_fromstring

from expectations.records import NOTHING_GIVEN, Times
from tasks.metadata import read_metadata, read_tags
from tasks.metadata.printed_dates import find_printed_date

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def read(html: str) -> Times:
    tree = document_fromstring(html.encode(), parser=HTMLParser(encoding="utf-8"))
    return read_metadata(tree, read_tags(tree), url=None, given=NOTHING_GIVEN, now=NOW).times


@pytest.mark.parametrize(
    ("language", "printed"),
    [
        ("en", "By Jane Doe | May 17th, 2024 at 3pm"),
        ("en", "Fri., 17 May 2024"),
        ("en", "5/17/2024"),
        ("en", "17/5/2024"),
        ("de", "Freitag, 17. Mai 2024, 10:30 Uhr"),
        ("de", "17.05.2024"),
        ("fr", "Publié le 17 mai 2024 à 10h30"),
        ("es", "17 de mayo de 2024"),
        ("it", "Venerdì 17 maggio 2024"),
        ("pt", "17 de maio de 2024 às 10h30"),
        ("nl", "17 mei 2024"),
        ("sv", "17 maj 2024"),
        ("fi", "17. toukokuuta 2024"),
        ("pl", "17 maja 2024, 10:30"),
        ("cs", "17. května 2024"),
        ("hu", "2024. május 17."),
        ("ro", "17 mai 2024"),
        ("lt", "2024 m. gegužės 17 d."),
        ("tr", "17 Mayıs 2024 Cuma"),
        ("el", "17 Μαΐου 2024"),
        ("ru", "17 мая 2024 года, 10:30"),
        ("uk", "17 травня 2024 р."),
        ("he", "17 במאי 2024"),
        ("ar", "الجمعة ١٧ مايو ٢٠٢٤"),
        ("ar", "17 أيار 2024"),
        ("fa", "۱۷ مه ۲۰۲۴"),
        ("fa", "۲۰۲۴/۵/۱۷"),
        ("hi", "17 मई 2024"),
        ("th", "17 พฤษภาคม 2567"),
        ("vi", "Thứ sáu, 17/5/2024"),
        ("vi", "17 tháng 5, 2024"),
        ("id", "17 Mei 2024"),
        ("zh", "2024年5月17日 10:30 来源"),
        ("ja", "２０２４年０５月１７日"),
        ("ko", "입력 2024.05.17. 10:30"),
        ("ko", "2024년 5월 17일"),
        (None, "2024-05-17 10:30"),
    ],
)
def test_a_day_is_read_in_the_languages_of_many_newsrooms(
    language: str | None, printed: str
) -> None:
    found = find_printed_date(printed, language)
    assert found is not None
    assert found.day == datetime(2024, 5, 17)  # noqa: DTZ001 - a day has no zone
    assert not found.is_update
    times = read(f"<html lang='{language or ''}'><h1>T</h1><p>{printed}</p><p>Words</p>")
    assert times.published_at == datetime(2024, 5, 17, tzinfo=UTC)
    assert (times.published_at_source, times.published_at_precision) == ("html", "day")


@pytest.mark.parametrize(
    ("language", "printed"),
    [
        ("en", "3/4/2024"),
        (None, "3/4/2024"),
        ("en", "May 2024"),
        ("en", "30 February 2024"),
        ("en", "Copyright 2024"),
        ("en", "May 17-19, 2024"),
        ("fa", "۲۸ اردیبهشت ۱۴۰۳"),
        ("fa", "۱۴۰۳/۰۲/۲۸"),
        ("en", "1.2.2024.3"),
        ("en", "12017-05-1700"),
        ("en", ""),
    ],
)
def test_what_may_be_another_day_or_none_is_left_alone(language: str | None, printed: str) -> None:
    assert find_printed_date(printed, language) is None


def test_croatias_october_is_polands_november() -> None:
    for language, month in (("hr", 10), ("pl", 11)):
        found = find_printed_date("17 listopada 2024", language)
        assert found is not None
        assert found.day.month == month


def test_the_day_of_publication_is_believed_over_that_of_a_change() -> None:
    html = "<h1>T</h1><p class=date>Updated 18 May 2024</p><p class=date>17 May 2024</p>"
    assert read(html).published_at == datetime(2024, 5, 17, tzinfo=UTC)
    alone = "<h1>T</h1><p class=date>Aktualisiert am 18. Mai 2024</p>"
    assert read(alone).published_at == datetime(2024, 5, 18, tzinfo=UTC)


def test_days_of_teasers_and_in_the_story_are_not_the_articles() -> None:
    script = "<script class=date>var built = '2024-05-03'</script>"
    teasers = "<div class=related><p class=date>1 May 2024</p></div>"
    story = f"<p>On 2 May 2024 {'something happened ' * 20}</p>"
    html = f"<h1>T</h1>{script}{teasers}<p class=date>17 May 2024</p>{story}"
    assert read(html).published_at == datetime(2024, 5, 17, tzinfo=UTC)


@given(st.text(max_size=320), st.sampled_from([None, "en", "de", "hr"]))
def test_no_text_makes_it_raise(text: str, language: str | None) -> None:
    find_printed_date(text, language)


@given(st.dates(datetime(1990, 1, 1).date(), datetime(2099, 12, 31).date()))  # noqa: DTZ001 - a day has no zone
def test_every_day_is_read_back(day: object) -> None:
    for printed in (f"{day:%d %B %Y}", f"{day:%d.%m.%Y}", f"{day:%Y年%m月%d日}"):
        found = find_printed_date(f"x {printed} y", "de")
        assert found is not None
        assert found.day.date() == day
