"""What `cc-news:...` asks for: a month or a day, of all hosts or of some."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from tasks import urls
from tasks.errors import UsageError

PREFIX = "cc-news:"
_SPEC = re.compile(
    r"cc-news:(?P<year>\d{4})-(?P<month>\d{2})(?:-(?P<day>\d{2}))?(?:\?host=(?P<hosts>[^&]*))?",
    re.ASCII | re.IGNORECASE,
)
_FORMS = "write cc-news:2026-10, cc-news:2026-10-31 or cc-news:2026-10?host=a.example,b.example"
_NOT_IN_A_HOST = re.compile(r"[\s/\\?#@:%]")


@dataclass(frozen=True, slots=True)
class CcNews:
    """A month of CC-NEWS, or a day of it if there is a `day`.

    `hosts` are in normal form, sorted, without `www.`; none means all.
    """

    year: int
    month: int
    day: int | None = None
    hosts: tuple[str, ...] = ()

    @property
    def period(self) -> str:
        """The month or day, as the user writes it."""
        day = "" if self.day is None else f"-{self.day:02d}"
        return f"{PREFIX}{self.year:04d}-{self.month:02d}{day}"

    def wants_time(self, digits: str) -> bool:
        """Whether a file is meant whose name has this time, YYYYMMDDhhmmss."""
        day = f"{self.year:04d}{self.month:02d}" + ("" if self.day is None else f"{self.day:02d}")
        return self.day is None or digits.startswith(day)

    def wants_url(self, url: str | None) -> bool:
        """Whether an address is on one of the hosts, or on a subdomain of one."""
        if not self.hosts:
            return True
        host = None if url is None else urls.host(url)
        return host is not None and any(
            host == wanted or host.endswith(f".{wanted}") for wanted in self.hosts
        )


def parse_cc_news(spec: str) -> CcNews:
    """Read `cc-news:YYYY-MM`, `cc-news:YYYY-MM-DD`, either with `?host=HOST,HOST...` behind it.

    Raises:
        UsageError: if it is written otherwise, or names a day that no calendar has.
    """
    found = _SPEC.fullmatch(spec.strip())
    if found is None:
        raise UsageError(f"cannot ingest {spec!a}: {_FORMS}")
    year, month = int(found["year"]), int(found["month"])
    day = None if found["day"] is None else int(found["day"])
    try:
        date(year, month, day or 1)
    except ValueError as error:
        raise UsageError(f"cannot ingest {spec!a}: {error}; {_FORMS}") from error
    if day == 0:
        raise UsageError(f"cannot ingest {spec!a}: a month begins with day 01; {_FORMS}")
    named = [] if found["hosts"] is None else found["hosts"].split(",")
    return CcNews(year, month, day, tuple(sorted({_host(name, spec) for name in named})))


def _host(name: str, spec: str) -> str:
    name = name.strip()
    host = None if not name or _NOT_IN_A_HOST.search(name) else urls.host(f"http://{name}/")
    if not host:
        raise UsageError(f"cannot ingest {spec!a}: {name!a} is no host; {_FORMS}")
    return host
