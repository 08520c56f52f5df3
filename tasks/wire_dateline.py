"""Datelines: place, date and agency at the beginning of a text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from expectations.records import Wire
from tasks.wire_rules import (
    AGENCIES,
    AGENCY_WORDS,
    KICKER_WORDS,
    LAST_DAYS,
    MONTHS,
    NAME_PARTICLES,
    PICTURE_WORDS,
    PLACES,
    TOPIC_WORDS,
)

NO_WIRE = Wire()

_DATELINE_CHARACTERS = 160
_MAX_PLACE_WORDS = 5
_MAX_REGIONS = 3
_MAX_AGENCY_WORDS = 5
_MAX_PARTICLE_CHARACTERS = 3
_LONGEST_MONTH = 31
_MONTHS_IN_A_YEAR = 12
_SHORTEST_REGION_AGENCY = 3  # "AP" is Andhra Pradesh, too

# What closes a dateline. Dashes are the strongest sign, then the agency itself, then the stops.
_DASH = re.compile(r"\s*\.?\s*(?:--|[–—―]|(?<=[\s.)])-|-(?=\s)|(?<=[\s)])_(?=\s))\s*(?=\S)")
_NOTHING = re.compile(r"(?<=[)/])[.:]?\s*(?=[^\W\d_a-zà-ÿ])")
_STOP = re.compile(r"\s*[:.;]\s+(?=\S)")
_MAX_SEPARATORS = 6

_MONTH = rf"(?:{'|'.join(map(re.escape, MONTHS))})\.?"
_DAY = r"\d{1,2}(?:st|nd|rd|th|\.|er|º)?"
_DATE = re.compile(
    rf"(?<!\w)(?P<date>(?:{_MONTH}\s+{_DAY}|{_DAY}\s+(?:de\s+)?{_MONTH})(?:\s+(?:de\s+)?\d{{4}})?"
    r"|\d{1,2}[./]\d{1,2}(?:[./](?:\d\d){1,2})?)(?:\.\s+(?P<agency>[^\W\d_].*))?\.?$",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_WEEKDAY = re.compile(
    r"(?:mon|tues?|wed(?:nes)?|thurs?|fri|sat(?:ur)?|sun)(?:day)?\.?", re.IGNORECASE
)
_BEFORE_DATE = re.compile(r"(?:^|\s+)(?:في|le|den|el|em|il)$")
_HEAD = re.compile(
    # "Halle (Saale)" is a place.
    r"(?P<place>[^()/]*(?:/[^()/]+){0,2}(?:\([^()/]{2,20}\)\s?(?=\())?)(?P<agency>\([^()]{2,60}\)|/[^()/]{2,40}/)?[.:]?"
)
# Letters, and what `\w` lacks: vowel signs of Arabic, Indic and South-East Asian scripts. No
# character is in two of the alternatives, or a text that does not match would be tried for ever.
_LETTER = r"[^\W\d_]|(?=\W)[\u0300-\u036f\u0610-\u06ed\u0900-\u0eff\u200c]"
_PLACE = re.compile(rf"[^\W\d_](?=.)(?:{_LETTER}|[ .'’/-])*(?:\([^\W\d_]+\))?")
_CORRESPONDENT = re.compile(r"\w{3,5}\.\s+(?=\w)")
# Call signs of stations of the United States and Canada, and acronyms such as HawaiiNewsNow.
_UNKNOWN_AGENCY = re.compile(
    r"[A-Z][A-Za-z.&-]*[A-Z][A-Za-z]*(?:[ /][\w.]{1,20}){0,2}|[a-z]{2,5}(?:/[a-z-]{2,10})?"
)
_CALL_SIGN = re.compile(r"[KWC][A-Z]{2,3}(?:[- ]?TV)?")
_DOMAIN = re.compile(r"[^\W_][\w-]{2,30}(?:\.[A-Za-z]{2,4}){1,2}")
_AGENCY_BEHIND = re.compile(
    rf"\(?(?P<agency>{'|'.join(map(re.escape, sorted(AGENCIES, key=len, reverse=True)))})\)?"
    r"(?P<end>\s*(?:[-–—]|[.:](?=\s))|(?!\w))",
    re.IGNORECASE,
)
_TIGHT = re.compile(r"(?P<place>[\u0620-\u06ff ]{2,30}?) ?[-–—] ?")

# Scripts without case, each with its own form: the agency's name stands inside the formula.
_HAN = r"[\u4e00-\u9fff]"
_HAN_DATE = r"(?P<date>(?:\d{1,2}月)?\d{1,2}日)"
_FORMULAS = (
    re.compile(rf"(?P<agency>{_HAN}{{1,4}}[社网網]){_HAN_DATE}[电電讯訊]"),
    re.compile(
        rf"(?:(?P<agency>{_HAN}{{1,4}}[社网網])|本[报報刊网網台])?(?P<place>{_HAN}{{2,8}}?)"
        rf"{_HAN_DATE}[电電讯訊]"
    ),
    re.compile(
        rf"\((?P<agency>{_HAN}{{1,4}}社)(?:[记記]者{_HAN}{{2,3}})?(?P<place>{_HAN}{{2,4}})"
        rf"{_HAN_DATE}{_HAN}{{0,6}}[电電讯訊導道]\)"
    ),
    re.compile(r"【(?P<place>[^【】＝=\d가-힣]{1,15})[＝=](?P<reporter>[^【】가-힣]{1,20})】"),
    re.compile(
        rf"[【\[(](?P<place>[^【】\[\]()＝=\d\s]{{1,15}})\s{_HAN_DATE}\s"
        r"(?P<agency>[^\s【】\[\]()]{2,12})[】\])]"
    ),
    re.compile(rf"【{_HAN_DATE}\s(?P<agency>[^\d【】]{{2,12}})】"),
    re.compile(
        r"【(?P<place>[^【】＝=\d]{1,12}?)"
        r"(?P<agency>時事|共同|ロイター|AFP時事|AFP|AP|新華社|聯合)】"
    ),
    re.compile(r"[(\[【](?P<place>[가-힣·]{2,12})=(?P<agency>[가-힣\d]{2,8})[)\]】]"),
)

# Marks of direction and soft hyphens carry nothing here; the rest is one sign in several forms.
_SIGNS = str.maketrans(
    {
        **dict.fromkeys("\u00ad\u200b\u200e\u200f\u061c\u2060\ufeff", None),
        "（": "(",
        "）": ")",
        "［": "[",
        "］": "]",
        "\u00a0": " ",
        "\u202f": " ",
        "\u2010": "-",
        "\u2011": "-",
        "－": "-",
        "\u2012": "–",
        "\u2212": "–",
        "،": ",",
    }
)
# Letters of other alphabets that look like Latin ones, in words that are Latin else.
_LOOKALIKES = str.maketrans(
    "АВЕЅІЈКМНОРСТХУаеѕіјорсхуΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABESIJKMHOPCTXYaesijopcxyABEZHIKMNOPTYXo"
)


@dataclass(frozen=True, slots=True)
class _Parts:
    """What stands before the closing sign."""

    place: str | None
    regions: tuple[str, ...]
    date: str | None
    agency: str | None


def find_dateline(text: str) -> Wire:
    """Parse the dateline that a text begins with; NO_WIRE if it begins with none.

    `CITY[/CITY][, REGION][, date] [(AGENCY[/desk])]`, then a dash, colon or stop, or an agency
    alone. Title case is believed only with an agency. A single name in capitals is believed only
    if it is a well-known place, as agencies' style guides ask for a region otherwise: kickers
    look the same. `dateline_place` is the city as written, without its region; only letters of
    another alphabet among Latin ones are replaced by those they look like.
    """
    head = text[:_DATELINE_CHARACTERS].partition("\n")[0].translate(_SIGNS).strip()
    return _find_formula(head) or _find(head, signed=False)


_ALONE = 100  # characters


def is_dateline_alone(paragraphs: Sequence[str]) -> bool:
    """Whether the first of two paragraphs is but the dateline of the second.

    "Paris, 5 nov 2024 (AFP) -" is, of Agence France-Presse; without a dash it must be dated.
    """
    if len(paragraphs) < 2 or len(paragraphs[0]) > _ALONE:  # noqa: PLR2004 - dateline and text
        return False
    line = paragraphs[0]
    if line.endswith(("-", "–", "—")):
        return find_dateline(f"{line} {paragraphs[1]}") != NO_WIRE
    found = find_dateline(f"{line} - {paragraphs[1]}")
    is_dated_place = found.dateline_place is not None and found.dateline_date is not None
    return is_dated_place and find_dateline(paragraphs[1]) == NO_WIRE


def dateline_of(paragraphs: Sequence[str]) -> Wire:
    """The dateline that a text of these paragraphs begins with, also in a line of its own."""
    if is_dateline_alone(paragraphs):
        joint = " " if paragraphs[0].endswith(("-", "–", "—")) else " - "
        return find_dateline(joint.join(paragraphs[:2]))
    return find_dateline(paragraphs[0]) if paragraphs else NO_WIRE


def _find_formula(head: str) -> Wire | None:
    for formula in _FORMULAS:
        if match := formula.match(head):
            groups = match.groupdict()
            agency = groups.get("agency")
            if (reporter := groups.get("reporter")) and reporter.strip() in AGENCIES:
                agency = reporter.strip()
            return Wire(
                dateline_place=groups.get("place"), dateline_date=groups.get("date"), agency=agency
            )
    tight = _TIGHT.match(head)
    if tight and (behind := _AGENCY_BEHIND.match(head, tight.end())):
        return Wire(dateline_place=tight["place"].strip(), agency=behind["agency"])
    return None


def _find(head: str, *, signed: bool) -> Wire:
    """Find a dateline; `signed` says that an agency stands in front of it already."""
    for separator in (_DASH, _NOTHING, _STOP):
        for number, match in enumerate(separator.finditer(head)):
            if number == _MAX_SEPARATORS:
                break
            parts = _split(head[: match.start()].strip())
            if parts is None:
                continue
            rest = head[match.end() :]
            if separator is _DASH and not parts.agency and (agency := _agency_behind(parts, rest)):
                return _wire(replace(parts, agency=agency))
            if _is_believed(parts, separator, rest, signed=signed):
                return _with_place_behind(_wire(parts), rest)
    return NO_WIRE


def _wire(parts: _Parts) -> Wire:
    return Wire(
        dateline_place=_in_one_script(parts.place) if parts.place else None,
        dateline_date=parts.date,
        agency=_in_one_script(parts.agency) if parts.agency else None,
    )


def _with_place_behind(wire: Wire, rest: str) -> Wire:
    """Add the place of the Italian order, "(ANSA) - ROMA, 19 NOV -"."""
    if wire.agency is None or wire.dateline_place or wire.dateline_date:
        return wire
    behind = _find(rest, signed=True)
    return wire if behind.agency else replace(behind, agency=wire.agency)


def _agency_behind(parts: _Parts, rest: str) -> str | None:
    """Agency of the order "МОСКВА, 5 апр — РИА Новости." or "NEW YORK--(BUSINESS WIRE)--"."""
    behind = _AGENCY_BEHIND.match(rest)
    if behind is None or parts.place is None or not behind["end"]:
        return None
    is_name = _is_upper(parts.place) or (_is_title(parts.place) and not behind["end"].isspace())
    is_kicker = not KICKER_WORDS.isdisjoint(parts.place.lower().split())
    return behind["agency"] if is_name and not is_kicker else None


def _split(head: str) -> _Parts | None:
    """Take the part before the closing sign apart; None if its form is no dateline's."""
    match = _HEAD.fullmatch(head)
    if match is None:
        return None
    names: list[str] = []
    dates: list[str] = []
    agency = match["agency"][1:-1].strip() if match["agency"] else None
    for part in (part.strip() for part in match["place"].split(",")):
        if dates and _YEAR.fullmatch(part):
            dates.append(part)
        elif date := _DATE.search(part):
            dates.append(date["date"].rstrip("."))
            agency = agency or date["agency"]
            names.append(_BEFORE_DATE.sub("", part[: date.start()].rstrip(" .")))
        elif not agency and _is_medium(part, first=not names):
            agency = part
        elif not _WEEKDAY.fullmatch(part):
            names.append(part)
    names = [name.strip() for name in names if name.strip()]
    if len(names) > 1 + _MAX_REGIONS or not all(map(_is_title, names[1:])):
        return None
    place = names[0] if names else None
    if place is not None and not _PLACE.fullmatch(place):
        return None
    if agency:
        agency = _CORRESPONDENT.sub("", agency, count=1)
    is_real = all(map(_is_day_of_year, dates))
    return _Parts(place, tuple(names[1:]), ", ".join(dates) or None if is_real else None, agency)


_NUMBER = re.compile(r"\d+")
_MONTH_NAME = re.compile(_MONTH, re.IGNORECASE)


def _is_day_of_year(date: str) -> bool:
    """Whether a date, or a year alone, is in the calendar: 31 June is not, nor 13.13."""
    if _YEAR.fullmatch(date):
        return True
    numbers = [int(number) for number in _NUMBER.findall(date)]
    if month := _MONTH_NAME.search(date):
        return 0 < numbers[0] <= LAST_DAYS.get(month.group().rstrip(".").lower(), _LONGEST_MONTH)
    low, high = sorted(numbers[:2])
    return 0 < low <= _MONTHS_IN_A_YEAR and high <= _LONGEST_MONTH


def _is_medium(part: str, *, first: bool) -> bool:
    """Whether a part between commas is no region but who reports: KOMPAS.com, CNN Indonesia."""
    return _DOMAIN.fullmatch(part) is not None or (not first and _begins_with_agency(part))


def _begins_with_agency(name: str) -> bool:
    words = name.lower().split()
    return (
        0 < len(words) < _MAX_AGENCY_WORDS
        and len(words[0]) >= _SHORTEST_REGION_AGENCY
        and words[0] in AGENCIES
    )


def _is_believed(parts: _Parts, separator: re.Pattern[str], rest: str, *, signed: bool) -> bool:
    place, agency = parts.place, parts.agency
    if agency and _names_agency(agency):
        return place is None or _is_upper(place) or _is_title(place)
    if agency:
        return separator is _DASH and _is_unknown_agency(agency, parts)
    if place is None:
        return False
    if signed and parts.date:
        return _is_title(place)
    placed = bool(parts.date) or (separator is _DASH and bool(parts.regions))
    return (
        separator is not _NOTHING
        and _is_upper(place)
        and (_is_known(place) or (placed and not _is_kicker(place, rest)))
    )


_LETTERS = re.compile(r"[^\W\d_]+")


def _is_kicker(place: str, rest: str) -> bool:
    """Whether a name in no list is a topic: by its words, or as the text has them as mere words.

    "CLIMATE CHANGE, June 5", "LIGHT POLLUTION, June 5 - Bulbs add to light pollution".
    """
    words = set(place.lower().split())
    return (
        not KICKER_WORDS.isdisjoint(words)
        or TOPIC_WORDS.issuperset(words)
        or words.issubset(_LETTERS.findall(rest))
    )


def _is_known(place: str) -> bool:
    return all(fold_place(city) in _PLACES for city in place.split("/"))


def _is_unknown_agency(agency: str, parts: _Parts) -> bool:
    """Whether a name in no list is an agency's, by its form and by the place before it."""
    place = parts.place
    if place is None:
        return _CALL_SIGN.fullmatch(agency) is not None
    if _DOMAIN.fullmatch(agency):
        return _is_known(place) or (_is_upper(place) and parts.date is not None)
    if _UNKNOWN_AGENCY.fullmatch(agency):
        is_desk = agency.islower() and agency not in PICTURE_WORDS
        return _is_upper(place) or (is_desk and _is_title(place))
    return _is_upper(place) and _is_named_like_a_medium(agency)


def _names_agency(agency: str) -> bool:
    name = _in_one_script(agency).lower()
    return (
        name in AGENCIES
        or name.partition("/")[0].strip() in AGENCIES
        or _begins_with_agency(agency)
    )


def _is_named_like_a_medium(agency: str) -> bool:
    words = agency.split()
    return (
        len(words) <= _MAX_AGENCY_WORDS
        and all(word[0].isupper() or word in NAME_PARTICLES for word in words)
        and not AGENCY_WORDS.isdisjoint(agency.lower().split())
    )


def _is_upper(place: str) -> bool:
    return place.isupper() and len(place.split()) <= _MAX_PLACE_WORDS


def _is_title(place: str) -> bool:
    """Whether it is written like a name: "Frankfurt am Main"; scripts without case always are."""
    words = place.split()
    return len(words) <= _MAX_PLACE_WORDS and all(
        not word[0].islower() or (number and len(word) <= _MAX_PARTICLE_CHARACTERS)
        for number, word in enumerate(words)
    )


def _in_one_script(name: str) -> str:
    """Undo homoglyphs: a name that has Latin letters is Latin."""
    if name.isascii() or not any("A" <= letter <= "z" for letter in name):
        return name
    return name.translate(_LOOKALIKES)


def fold_place(place: str) -> str:
    """Fold a place's name to how it is looked up: lower case, no accents."""
    name = _in_one_script(place).strip().lower().replace("’", "'")
    decomposed = unicodedata.normalize("NFD", name)
    kept = "".join(
        c
        for c in decomposed
        if not "\u0300" <= c <= "\u0305" and c not in "\u0307\u0308\u030a\u0327"
    )
    return unicodedata.normalize("NFC", kept)


_PLACES = frozenset(map(fold_place, PLACES))
