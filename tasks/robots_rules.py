"""What a robots.txt says to one agent (RFC 9309). ai.txt has the same grammar.

protego reads rules and matches paths; which groups are an agent's is decided here, because protego
compares names by their beginning ("Broad" would be us), and because it gives each agent of a
group a rule set of its own: half a megabyte of names and rules would be 10^8 rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from protego import Protego

from tasks.urls import as_requested, join, without_credentials_within

MAX_BYTES = 500 << 10  # RFC 9309, 2.5: at least 500 KiB are to be parsed
# More pause than this is no pace but a closed door, and one host would hold up a run for days;
# Apache Nutch leaves such hosts out at 30 s.
MAX_CRAWL_DELAY_S = 60.0
_MAX_SITEMAPS = 1_000
_MAX_CHARACTERS = 500 << 10  # of rules that the agents of one robots.txt may cost us to read

_AGENT = re.compile(r"user[ -]?agent(?:\s*:|\s)\s*(.*)", re.IGNORECASE)
_SITEMAP = re.compile(r"site-?maps?(?:\s*:|\s)\s*(.*)", re.IGNORECASE)
_RULE_WITHOUT_COLON = re.compile(r"(?:allow|disallow|crawl-delay)\s", re.IGNORECASE)
_TOKEN = re.compile(r"[a-z0-9_-]+", re.IGNORECASE)
_ANYBODY = "*"


class Rules:
    """The rules of a robots.txt for one agent."""

    def __init__(self, text: str, token: str) -> None:
        """Read them.

        Args:
            text: Of `decode`.
            token: The agent's product token, compared without regard to case (RFC 9309, 2.2.1).
        """
        token = token.lower()
        name = token if token in named_agents(text) else _ANYBODY
        self._protego = Protego.parse("\n".join(_lines_for(text, name)))

    def allow(self, url: str) -> bool:
        """Tell whether the agent may fetch a URL (or a path with its query)."""
        return self._protego.can_fetch(url, _ANYBODY)

    @property
    def crawl_delay(self) -> float:
        """Seconds between requests that the site asks for, 0 if it does not, at most 60."""
        return min(self._protego.crawl_delay(_ANYBODY) or 0.0, MAX_CRAWL_DELAY_S)


def rules_of_each(text: str, tokens: frozenset[str]) -> tuple[Rules, ...]:
    """The rules for each of the agents that have groups of their own; equal ones are given once.

    Args:
        text: Of `decode`.
        tokens: Product tokens in lower case; `*` is anybody.
    """
    read: dict[str, Rules] = {}
    characters = 0
    for token in sorted(named_agents(text) & tokens):
        lines = "\n".join(_lines_for(text, token))
        if lines not in read and characters < _MAX_CHARACTERS:
            characters += len(lines)
            read[lines] = Rules(lines, _ANYBODY)
    return tuple(read.values())


def decode(body: bytes) -> str:
    """Read the bytes of a robots.txt: UTF-8, with or without a BOM.

    Of more than 500 KiB, the whole lines within them count: half a rule may be a wider one. HTML
    (an error page with status 200) has no rules.
    """
    if len(body) > MAX_BYTES:
        body = body[: max(body.rfind(b"\n", 0, MAX_BYTES), body.rfind(b"\r", 0, MAX_BYTES), 0)]
    text = body.decode("utf-8-sig", "replace")
    # It is kept, and may name sitemaps by addresses with passwords.
    return "" if text.lstrip()[:1] == "<" else without_credentials_within(text)


def sitemaps(text: str, base: str) -> tuple[str, ...]:
    """List the sitemaps that a robots.txt names, as http(s) URLs, at most 1,000."""
    found: dict[str, None] = {}
    for line in _lines(text):
        match = _SITEMAP.match(line)
        if match is None:
            continue
        joined = join(base, match[1].strip())
        url = None if joined is None else as_requested(joined)
        if url is not None:
            found[url] = None
        if len(found) == _MAX_SITEMAPS:
            break
    return tuple(found)


def named_agents(text: str) -> frozenset[str]:
    """Product tokens that a robots.txt has groups for, in lower case; `*` is one."""
    matches = (_AGENT.match(line) for line in _lines(text))
    return frozenset(_token(match[1]) for match in matches if match is not None)


def _lines(text: str) -> Iterator[str]:
    for line in text.splitlines():  # as protego does, or a line could hide in another
        stripped = line.partition("#")[0].strip()
        if stripped:
            yield stripped


def _lines_for(text: str, name: str) -> Iterator[str]:
    """The rules of the groups that name an agent, as rules for anybody."""
    among_names = is_wanted = False
    for line in _lines(text):
        match = _AGENT.match(line)
        if match is not None:
            is_wanted = (among_names and is_wanted) or _token(match[1]) == name
            among_names = True
        elif ":" in line or _RULE_WITHOUT_COLON.match(line):
            if _SITEMAP.match(line):
                continue  # of no group: it may stand among the names (RFC 9309, 2.2.4)
            if among_names and is_wanted:
                yield f"User-agent: {_ANYBODY}"
            among_names = False
            if is_wanted:
                yield line


def _token(value: str) -> str:
    """`Name/1.0 (more)` is Name, as all crawlers read it; the RFC wants the token alone."""
    match = _TOKEN.match(value)
    if match is not None:
        return match[0].lower()
    return _ANYBODY if value.split()[:1] == [_ANYBODY] else ""
