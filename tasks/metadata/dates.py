"""Dates: how pages write them, and which of several to believe.

A statement is read with the exactness and the zone it has, and only the chosen one is turned
into UTC. Formats in words are read in English only: no page's machine-readable date uses others
(tasks.metadata.printed_dates reads what is printed for readers).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

from expectations.records import Times

DATE_IN_FUTURE = "date_in_future"
DATE_BEFORE_1990 = "date_before_1990"
DATE_CONFLICT = "date_conflict"
DATE_WITHOUT_ZONE = "date_without_zone"
DATE_UNREADABLE = "date_unreadable"
DATE_GUESSED = "date_guessed"

CONFLICT = timedelta(days=2)
# Clocks of publishers run ahead, and a day in Kiribati begins 14 hours before UTC's.
FUTURE_ALLOWANCE = timedelta(days=1)
BEFORE_THE_WEB = datetime(1990, 1, 1, tzinfo=UTC)  # archives of newspapers go back further
FIRST_NEWSPAPER_YEAR = 1605  # Relation, Strasbourg; years before are a program's zero

_MAX_CHARS = 80
_TYPOGRAPHY = str.maketrans({"\u202f": " ", "\xa0": " ", "\u2212": "-"})  # spaces, minus
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# No zone is further from UTC, and all differ by whole quarters of an hour (IANA tz database).
_WIDEST_OFFSET = timedelta(hours=14)
_QUARTER = timedelta(minutes=15)
_TOLERANCE = timedelta(seconds=1)  # for fractions of a second

# RFC 2822, 4.3, and European and Asian abbreviations that mean one zone only (IST, say, means
# three). In hours.
_ZONES = {
    name: hours
    for hours, names in {
        0: ("z", "ut", "utc", "gmt", "wet"),
        -4: ("edt",),
        -5: ("est", "cdt"),
        -6: ("cst", "mdt"),
        -7: ("mst", "pdt"),
        -8: ("pst",),
        1: ("west", "bst", "cet", "mez"),
        2: ("cest", "mesz", "eet", "sast"),
        3: ("eest", "msk"),
        7: ("wib",),
        8: ("hkt", "sgt"),
        9: ("jst", "kst"),
        10: ("aest",),
        11: ("aedt",),
        12: ("nzst",),
        13: ("nzdt",),
    }.items()
    for name in names
}
_TIME = (
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,:]\d{1,9})?)?"
    r"(?:\s?(?P<half>[ap])\.?m\b\.?)?"
    r"(?:\s{0,3}(?P<zone>z|[+-]\d{2}:?\d{2}|[+-]\d{1,2}|(?:utc|gmt)[+-]\d{1,2}(?::?\d{2})?|[a-z]{2,4}\b)"
    r"(?P<tail>.*))?"
)
_OFFSET = re.compile(r"(?P<sign>[+-])(?P<hours>\d{1,2}):?(?P<minutes>\d{2})?$")
_YEAR_FIRST = re.compile(
    rf"(?P<year>\d{{4}})(?P<sep>[-/.])(?P<month>\d{{1,2}})(?P=sep)(?P<day>\d{{1,2}})"
    rf"(?:(?:\s*T\s*|[\s,]+){_TIME})?",
    re.IGNORECASE,
)
_COMPACT = re.compile(
    r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})"
    r"(?:T?(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?(?P<zone>z|[+-]\d{4})?)?",
    re.IGNORECASE,
)
# Dots write the day first everywhere; 3/4/2024 is two days, so slashes are not read.
_DAY_FIRST = re.compile(
    rf"(?P<day>\d{{1,2}})\.\s?(?P<month>\d{{1,2}})\.\s?(?P<year>\d{{4}})(?:[\s,-]+{_TIME})?",
    re.IGNORECASE,
)
_SECONDS = re.compile(r"\d{9,10}(?:\.\d+)?")
_MILLISECONDS = re.compile(r"\d{12,13}")

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_MONTH = re.compile(
    r"\b(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b",
    re.IGNORECASE,
)
_TIME_IN_WORDS = re.compile(_TIME, re.IGNORECASE)
_YEAR = re.compile(r"\b(\d{4})\b")
_DAY = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)?\b", re.IGNORECASE)

_DATE_IN_URL = re.compile(
    r"(?<!\d)(?P<year>19\d{2}|20\d{2})(?:[/-](?P<month>\d{1,2})[/-](?P<day>\d{1,2})|"
    r"(?P<month2>0[1-9]|1[0-2])(?P<day2>0[1-9]|[12]\d|3[01])|"
    r"/(?P<name>[a-z]{3})/(?P<day3>\d{1,2}))(?!\d)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Stamp:
    """A date as stated: local or zoned moment, and how exact it is (second, minute or day)."""

    moment: datetime
    precision: str

    @property
    def has_zone(self) -> bool:
        """Whether the moment is sure; a day stands for itself, in whatever zone."""
        return self.moment.tzinfo is not None

    def utc(self) -> datetime:
        """The moment in UTC, a local one taken as UTC."""
        return self.moment.astimezone(UTC) if self.has_zone else self.moment.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class DateCandidate:
    """A stamp and who stated it; `firm`: meant as the time of publication, not just some date."""

    stamp: Stamp
    source: str
    firm: bool = True


@lru_cache(maxsize=256)  # pages state the same time in several places
def parse_date(raw: str | None) -> Stamp | None:
    """Read a date as machines and English CMSs write it; None if it is none, or a program's zero.

    ISO 8601 and its careless cousins, RFC 2822, Java's Date.toString, epoch seconds and
    milliseconds, `20240517`, `17.05.2024 14:30`, `May 17, 2024 2:30 PM`. A time of exactly
    midnight is what a date without a time becomes in many a CMS, so it counts as a day.
    """
    text = (raw or "").strip()
    if not text or len(text) > _MAX_CHARS:
        return None
    text = text.translate(_TYPOGRAPHY)
    try:
        stamp = _parse_epoch(text) or _parse_numbers(text) or _parse_words(text)
        is_none = stamp is None or stamp.utc() == _EPOCH or stamp.utc().year < FIRST_NEWSPAPER_YEAR
    except (ValueError, OverflowError):  # February 30, year 0, or one that UTC would not have
        return None
    return None if is_none else stamp


def date_in_url(url: str | None) -> Stamp | None:
    """Date in a URL's path, such as /2024/05/17/, /2024-05-17- or /20240517/; a day."""
    path = (url or "").partition("://")[2].partition("?")[0][:2_000]
    for match in _DATE_IN_URL.finditer(path):
        month: str | int | None = match["month"] or match["month2"]
        if match["name"]:
            month = _MONTHS.get(match["name"].lower())
        day = match["day"] or match["day2"] or match["day3"]
        try:
            return Stamp(datetime(int(match["year"]), int(month or 0), int(day)), "day")  # noqa: DTZ001 - a day has no zone
        except ValueError:
            continue
    return None


def choose_times(
    published: Sequence[DateCandidate], modified: Sequence[Stamp], *, now: datetime | None
) -> tuple[Times, tuple[str, ...]]:
    """Choose the time of publication and of change.

    The first sound candidate wins: not in the future, and not before 1990 unless there is no
    other (archives go back further). A future that was given is kept as given; a page is not
    believed to be of the future. If the first is but a day, a later candidate of the same day
    with a time makes it exact; if it has no zone, a later candidate that can be the same moment
    lends its own.

    Args:
        published: Candidates, the most trusted source first.
        modified: Stamps, the most trusted first.
        now: The run's clock; None leaves the future unchecked.

    Returns:
        Times, and warnings about what was doubtful.
    """
    doubts = [doubt(candidate.stamp, now) for candidate in published]
    warnings = dict.fromkeys(found for found in doubts if found is not None)
    sound = [c for c, found in zip(published, doubts, strict=True) if found is None] or [
        c
        for c, found in zip(published, doubts, strict=True)
        if found != DATE_IN_FUTURE or c.source == "given"
    ]
    changed = [stamp for stamp in modified if doubt(stamp, now) is None]
    stamps = [candidate.stamp for candidate in sound]
    modified_at = None
    if changed:
        modified_at = _zoned(changed[_most_exact(changed)], [*changed, *stamps]).utc()
    if not sound:
        return Times(modified_at=modified_at), tuple(warnings)
    # What was given is taken as it was given, and so named as the source.
    chosen = sound[0] if sound[0].source == "given" else sound[_most_exact(stamps)]
    stamp = _zoned(chosen.stamp, [*stamps, *changed])
    if stamp.precision != "day" and not chosen.stamp.has_zone:
        warnings[DATE_WITHOUT_ZONE] = None
    conflict = any(c.firm and abs(c.stamp.utc() - stamp.utc()) > CONFLICT for c in sound)
    if conflict:
        warnings[DATE_CONFLICT] = None
    times = Times(
        published_at=stamp.utc(),
        published_at_precision=stamp.precision,
        published_at_source=chosen.source,
        date_conflict=conflict,
        modified_at=modified_at,
    )
    return times, tuple(warnings)


def doubt(stamp: Stamp, now: datetime | None) -> str | None:
    """Warning for a date that is not to be trusted, None for a sound one."""
    moment = stamp.utc()
    if now is not None and moment > now + FUTURE_ALLOWANCE:
        return DATE_IN_FUTURE
    return DATE_BEFORE_1990 if moment < BEFORE_THE_WEB else None


def _most_exact(stamps: Sequence[Stamp]) -> int:
    """Which stamp says best what the first one says: with a time, if it has none, and a zone."""
    best = 0
    if stamps[best].precision == "day":
        day = stamps[best].moment.date()
        timed = (i for i, s in enumerate(stamps) if s.precision != "day" and s.moment.date() == day)
        best = next(timed, best)
    if stamps[best].precision != "day" and not stamps[best].has_zone:
        same = (i for i, s in enumerate(stamps) if s.has_zone and _may_be_one(stamps[best], s))
        best = next(same, best)
    return best


def _may_be_one(local: Stamp, zoned: Stamp) -> bool:
    """Whether some zone makes a local time that moment: all differ by whole quarters of an hour."""
    apart = local.utc() - zoned.utc()
    beyond_quarters = (apart + _TOLERANCE) % _QUARTER
    return abs(apart) <= _WIDEST_OFFSET and beyond_quarters <= 2 * _TOLERANCE


def _zoned(stamp: Stamp, others: Sequence[Stamp]) -> Stamp:
    """Give a local stamp the page's zone: the first offset that is stated and is not plain UTC."""
    if stamp.precision == "day" or stamp.has_zone:
        return stamp
    for other in others:
        offset = other.moment.utcoffset()
        if offset:
            return replace(stamp, moment=stamp.moment.replace(tzinfo=timezone(offset)))
    return stamp


def _parse_epoch(text: str) -> Stamp | None:
    if _SECONDS.fullmatch(text):
        return Stamp(_EPOCH + timedelta(seconds=int(float(text))), "second")
    if _MILLISECONDS.fullmatch(text):
        return Stamp(_EPOCH + timedelta(milliseconds=int(text)), "second")
    return None


def _parse_numbers(text: str) -> Stamp | None:
    match = _COMPACT.fullmatch(text) or _YEAR_FIRST.match(text) or _DAY_FIRST.match(text)
    if match is None:
        return None
    day = datetime(int(match["year"]), int(match["month"]), int(match["day"]))  # noqa: DTZ001 - given its zone below
    return _with_time(day, match) if match["hour"] else Stamp(day, "day")


def _parse_words(text: str) -> Stamp | None:
    month = _MONTH.search(text)
    if month is None:
        return None
    time = _TIME_IN_WORDS.search(text)
    rest = (
        text
        if time is None
        else text[: time.start()] + " " + (time["tail"] or "") + text[time.end() :]
    )
    year = _YEAR.search(rest)
    if year is None:
        return None
    day = _DAY.search(rest[: year.start()] + rest[year.end() :])
    if day is None:
        return None
    date = datetime(int(year[1]), _MONTHS[month[1][:3].lower()], int(day[1]))  # noqa: DTZ001 - given its zone below
    return Stamp(date, "day") if time is None else _with_time(date, time)


def _with_time(day: datetime, match: re.Match[str]) -> Stamp:
    parts = match.groupdict()
    hour = int(parts["hour"])
    if parts.get("half"):
        hour = hour % 12 + (12 if parts["half"].lower() == "p" else 0)
    moment = day.replace(
        hour=hour, minute=int(parts["minute"]), second=min(int(parts["second"] or 0), 59)
    )
    if not (moment.hour or moment.minute or moment.second):
        return Stamp(day, "day")
    zone = _zone(parts.get("zone"))
    return Stamp(moment.replace(tzinfo=zone), "second" if parts["second"] else "minute")


def _zone(text: str | None) -> timezone | None:
    if not text:
        return None
    name = text.lower()
    if name in _ZONES:
        return timezone(timedelta(hours=_ZONES[name])) if _ZONES[name] else UTC
    match = _OFFSET.search(name)
    if match is None:
        return None
    offset = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"] or 0))
    if offset > _WIDEST_OFFSET:
        return None
    return timezone(-offset if match["sign"] == "-" else offset) if offset else UTC
