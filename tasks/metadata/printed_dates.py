"""Printed dates: days as newsrooms print them for readers, in the languages of many newsrooms.

Only days with a year are read, and only where they can mean one day: 3/4/2024 is read where the
page's language writes the day first. Persian calendars are left alone; digits of any script count.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

# Full names, the cases in which a date puts them, and common abbreviations. Gregorian months only.
_NAMES = """
1 january jan januar jänner janvier enero ene gennaio gen janeiro januari jaanuar tammikuuta
1 tammikuu stycznia styczeń sty ledna leden januára január ianuarie ян януари января январь янв
1 січня січень јануар siječnja ocak ιανουαρίου ιανουάριος sausio janvāris janvārī januára
1 يناير جانفي ژانویه ינואר जनवरी জানুয়ারি มกราคม
2 february feb februar février févr fév febrero febbraio febr fevereiro fev februari veebruar
2 helmikuuta lutego luty lut února únor februára február februarie fébruar февраля февраль фев
2 февруари лютого лютий фебруар veljače şubat φεβρουαρίου vasario februāris februārī
2 فبراير فيفري شباط فوریه פברואר फ़रवरी फरवरी ফেব্রুয়ারি กุมภาพันธ์
3 march mar mars märz mrz marzo março maart märts maaliskuuta marca marzec března březen marec
3 március márc martie mart marts марта март мар березня березень ožujka μαρτίου kovo marts martā
3 مارس آذار مارچ מרץ मार्च মার্চ มีนาคม
4 april apr avril avr abril abr aprile aprill huhtikuuta kwietnia kwiecień dubna duben apríla
4 apríl április ápr aprilie апреля апрель апр април квітня квітень travnja nisan απριλίου balandžio
4 aprīlis aprīlī أبريل ابريل إبريل أفريل نيسان آوریل אפריל अप्रैल এপ্রিল เมษายน
5 may mai mayo maggio mag maio mei maj toukokuuta maja května květen mája máj május máj мая май
5 травня травень мај svibnja mayıs μαΐου gegužės maijs maijā مايو ماي أيار مه می מאי मई মে พฤษภาคม
6 june jun juni juin junio giugno giu junho juuni kesäkuuta czerwca czerwiec června červen júna
6 jún június iunie июня июнь юни червня червень јун јуни lipnja haziran ιουνίου birželio jūnijs
6 jūnijā يونيو يونيه جوان حزيران ژوئن יוני जून জুন มิถุนายน
7 july jul juli juillet juil julio luglio lug julho juuli heinäkuuta lipca lipiec července
7 červenec júla júl július iulie июля июль юли липня липень јул јули srpnja temmuz ιουλίου liepos
7 jūlijs jūlijā يوليو يوليه جويلية تموز ژوئیه جولای יולי जुलाई জুলাই กรกฎาคม
8 august aug août agosto ago augustus augusti elokuuta sierpnia sierpień srpna srpen augusta
8 augusztus августа август авг серпня серпень аугуст kolovoza ağustos αυγούστου rugpjūčio augusts
8 augustā أغسطس اغسطس أوت آب اوت آگوست אוגוסט अगस्त আগস্ট สิงหาคม
9 september sept sep septembre septiembre settembre setembro set syyskuuta września wrzesień září
9 septembra szeptember septembrie сентября сентябрь сен сент септември вересня вересень септембар
9 rujna eylül σεπτεμβρίου rugsėjo septembris septembrī سبتمبر أيلول سپتامبر ספטמבר सितंबर
9 সেপ্টেম্বর กันยายน
10 october oct oktober okt octobre octubre ottobre ott outubro out oktoober lokakuuta
10 października październik října říjen októbra október octombrie октября октябрь окт октомври
10 жовтня жовтень октобар ekim οκτωβρίου spalio oktobris oktobrī أكتوبر اكتوبر اکتبر
10 אוקטובר अक्टूबर অক্টোবর ตุลาคม
11 november nov novembre noviembre novembro marraskuuta listopada listopad novembra noiembrie
11 ноября ноябрь ноя ноември листопада листопад новембар studenoga kasım νοεμβρίου lapkričio
11 novembris novembrī نوفمبر نوامبر נובמבר नवंबर নভেম্বর พฤศจิกายน
12 december dec dezember dez décembre déc diciembre dic dicembre dezembro desember des detsember
12 joulukuuta grudnia grudzień prosince prosinec decembra decembrie декабря декабрь дек декември
12 грудня грудень децембар prosinca aralık δεκεμβρίου gruodžio decembris decembrī ديسمبر دسامبر
12 דצמבר दिसंबर ডিসেম্বর ธันวาคม
"""
_MONTHS = {
    name.casefold(): int(number)
    for number, *names in (line.split() for line in _NAMES.strip().splitlines())
    for name in names
}
# The Levant's months of two words, by both; Croatia's October is Poland's November.
_MONTHS_OF_TWO_WORDS = {
    ("كانون", "الثاني"): 1,
    ("تشرين", "الأول"): 10,
    ("تشرين", "الثاني"): 11,
    ("كانون", "الأول"): 12,
}
_CROATIAN = {"listopada": 10, "listopad": 10}

_MAX_CHARS = 300
_MAX_WORDS = 60
# Between day, month and year: 17. Mai 2024, 17 de mayo de 2024, May 17th, 2024, 2024 m. gegužės 17
_FILLER = re.compile(
    r"de|del|di|do|da|of|the|st|nd|rd|th|er|ος|[ºªamdгp]|ve|le|el|al|v|року|року́",
)
_MAX_FILLERS = 2
_WORD = re.compile(r"\d+|[^\W\d_]+(?:[\u0300-\u036f\u0900-\u0dff\u0e00-\u0e7f]+[^\W\d_]*)*")
_YEAR_FIRST = re.compile(
    r"(?<!\d)((?:19|20)\d{2})(?:\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일]?"
    r"|(-)(\d{1,2})-(\d{1,2})|(/)(\d{1,2})/(\d{1,2})|(\.)\s?(\d{1,2})\.\s?(\d{1,2}))(?!\d)"
)
_YEAR_LAST = re.compile(r"(?<![\d.])(\d{1,2})([./-])\s?(\d{1,2})\2\s?((?:19|20)\d{2})(?!\.?\d)")
_UPDATED = re.compile(
    r"updat|modif|aktuali[sz]|mis à jour|actualiz|aggiorn|atualiz|bijgewerkt|oppdater|uppdater|"
    r"opdater|обновл|оновл|güncelle|تحديث|به‌روز|更新|최종|수정",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class PrintedDate:
    """A day, and whether the words before it say that it is the day of a change."""

    day: datetime  # midnight, without a zone
    is_update: bool


def find_printed_date(text: str, language: str | None) -> PrintedDate | None:
    """Find the first day in a line of text; only its first 300 characters are read.

    Args:
        text: A byline, or a line near the headline.
        language: ISO 639-1 code of the page, if it is declared: English leaves open whether
            3/4/2024 is in March, all others write the day first.
    """
    line = _with_ascii_digits(text[:_MAX_CHARS])
    found = [
        match
        for match in (_in_numbers(line, language), _in_words(line, language))
        if match is not None
    ]
    if not found:
        return None
    start, day = min(found)
    return PrintedDate(day, is_update=_UPDATED.search(line, 0, start) is not None)


def _with_ascii_digits(text: str) -> str:
    if text.isascii():
        return text
    return "".join(str(int(c)) if c.isdecimal() and not c.isascii() else c for c in text)


def _in_numbers(line: str, language: str | None) -> tuple[int, datetime] | None:
    match = _YEAR_FIRST.search(line)
    if match is not None:
        year, month, day = (part for part in match.groups() if part and part.isdigit())
        return _found(match.start(), year, int(month), day)
    for match in _YEAR_LAST.finditer(line):
        first, mark, second, year = match.groups()
        # A dot writes the day first everywhere; elsewhere English is of two minds.
        is_day_first = mark == "." or int(first) > 12 or language not in (None, "en")  # noqa: PLR2004 - months
        if is_day_first:
            return _found(match.start(), year, int(second), first)
        if int(second) > 12:  # noqa: PLR2004 - months
            return _found(match.start(), year, int(first), second)
    return None


def _in_words(line: str, language: str | None) -> tuple[int, datetime] | None:
    words = [(match[0].casefold(), match.start()) for match in _WORD.finditer(line)][:_MAX_WORDS]
    for index, (word, start) in enumerate(words):
        following = words[index + 1][0] if index + 1 < len(words) else ""
        # Hebrew glues its "in" to the month.
        month, length = _MONTHS.get(word) or _MONTHS.get(word.removeprefix("ב")), 1
        if language == "hr":
            month = _CROATIAN.get(word, month)
        if word == "tháng" and following.isdecimal():  # Vietnamese counts its months
            month, length = int(following[:3]), 2
        if month is None:
            month, length = _MONTHS_OF_TWO_WORDS.get((word, following)), 2
        if month is None:
            continue
        before, began = _number(words[:index][::-1])
        after, _ = _number(words[index + length :])
        second, _ = _number(_behind_number(words[index + length :]))
        found = None
        if _is_day(before) and _is_year(after):
            found = _found(min(start, began), after, month, before)
        elif _is_day(after) and _is_year(second):
            found = _found(start, second, month, after)
        elif _is_year(before) and _is_day(after):
            found = _found(min(start, began), before, month, after)
        if found is not None:
            return found
    return None


def _number(words: list[tuple[str, int]]) -> tuple[str, int]:
    """The number that comes first, but for fillers, and its place; empty if there is none."""
    for word, start in words[: _MAX_FILLERS + 1]:
        if word.isdecimal():
            return word, start
        if not _FILLER.fullmatch(word):
            break
    return "", 0


def _behind_number(words: list[tuple[str, int]]) -> list[tuple[str, int]]:
    for index, (word, _) in enumerate(words[: _MAX_FILLERS + 1]):
        if word.isdecimal():
            return words[index + 1 :]
    return []


def _is_day(number: str) -> bool:
    return 1 <= len(number) <= 2  # noqa: PLR2004 - digits of a day


def _is_year(number: str) -> bool:
    return len(number) == 4 and number[:2] in ("19", "20", "25")  # noqa: PLR2004 - digits of a year


def _found(start: int, year: str, month: int, day: str) -> tuple[int, datetime] | None:
    number = int(year)
    if number >= 2500:  # noqa: PLR2004 - the Buddhist era of Thai pages is 543 years ahead
        number -= 543
    try:
        return start, datetime(number, month, int(day))  # noqa: DTZ001 - a day has no zone
    except ValueError:
        return None
