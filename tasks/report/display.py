"""Strangers' words, made safe to look at, to follow and to paste into a shell.

Escaping for HTML is the template's business (autoescape); here is what escaping does not cover.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from urllib.parse import urlsplit

SHOWN_LENGTH = 160
LINK_LENGTH = 600
"""URLs longer than this are shown cut and not linked, or a page of links would grow large."""

# Controls, bidirectional embeddings, overrides and isolates (UAX #9), zero-width no-break space,
# surrogates and noncharacters: they hide or reorder what stands beside them. Joiners and the
# direction marks U+200C to U+200F stay: Persian and Hebrew spell with them.
_MISLEADING = re.compile(
    "[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)
_PLAIN_NAME = re.compile(r"[\w .:/@+-]{1,100}", re.ASCII)


def shown(value: object, length: int = SHOWN_LENGTH) -> str:
    """Put a value on one line of at most `length` characters, misleading ones named: [U+202E]."""
    whole = str(value)
    start = whole[: 4 * length]
    text = _MISLEADING.sub(lambda found: f"[U+{ord(found[0]):04X}]", " ".join(start.split()))
    if len(text) <= length and len(start) == len(whole):
        return text
    return f"{text[: length - 1].rstrip()}…"


def link_target(url: str | None) -> str | None:
    """A URL as it may stand in an href: http or https, a host, no user name, nothing hidden."""
    if url is None or shown(url, LINK_LENGTH) != url or " " in url or "\\" in url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    safe = parts.scheme in {"http", "https"} and parts.hostname and "@" not in parts.netloc
    return url if safe else None


def matching(condition: str, name: str) -> str:
    """An SQL condition on a name, `{}` in `condition`; `true` if the name cannot be quoted plainly.

    Commands are there to be copied into a shell, so nothing that a shell, SQL or an eye could take
    for anything but a name goes into one: better too many rows than a trap.
    """
    return condition.format(f"'{name}'") if _PLAIN_NAME.fullmatch(name) else "true"


def sql_command(query: str) -> str:
    """The shell command that answers a query of ours, whose names come from `matching`."""
    return f'broadsheet sql "{query}"'


def percent(part: int, whole: int, digits: int = 1) -> str:
    """A share for people: 0% and 100% only if it is exactly none or all."""
    if whole == 0:
        return "–"
    if part in (0, whole):
        return f"{100 * part // whole}%"
    step = 10.0**-digits
    return f"{min(max(100 * part / whole, step), 100 - step):.{digits}f}%"


def duration(span: timedelta) -> str:
    """A span of time for people, to three digits or so."""
    seconds = span.total_seconds()
    if seconds < 59.95:  # noqa: PLR2004 - what rounds to less than a minute
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"


def moment(time: datetime) -> str:
    """A time in UTC, to the second."""
    return f"{time:%Y-%m-%d %H:%M:%S} UTC"
